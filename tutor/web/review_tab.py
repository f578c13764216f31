"""Review: today's queue, by keyboard if one likes. What it does is in reviews.py; progress and data are in progress_tab.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from tutor.study.records import MOST_A_DAY, Ease
from tutor.web import reviews as work
from tutor.web.current import CurrentTutor
from tutor.web.markdown import LATEX_DELIMITERS
from tutor.web.reviews import EASES, Desk
from tutor.web.visitor import QUIET, callout, html, problem
from tutor.web.words_review import ReviewWords, review_words


@dataclass(frozen=True)
class ReviewTab:
    """The components that the rest of the page speaks to. `stand` are those that `arrive` updates."""

    desk: gr.State
    translated: list[Any]
    stand: list[Any]


def build(current: CurrentTutor, language: gr.Textbox, learner: gr.Textbox) -> ReviewTab:
    """Lay out the part and wire it; what happens is in the functions below and in reviews.py."""
    desk = gr.State(Desk())
    with gr.Column(elem_classes="t-stack", elem_id="today"):
        head = html(elem_id="review-head")
        with gr.Column(elem_classes="t-card"):
            item = html(elem_id="review-item")
            answer = gr.Textbox(lines=5, max_lines=20, max_length=20_000, elem_id="review-answer")
            trouble = html()
            with gr.Row(elem_classes="t-actions") as asking:
                send = gr.Button("", variant="primary", elem_id="review-grade", elem_classes="t-main")
                turn = gr.Button("", elem_classes="t-plain-button", elem_id="review-flip")
                skip = gr.Button("", elem_classes="t-plain-button", elem_id="review-skip")
            more = gr.Button("", visible=False, elem_classes="t-plain-button", elem_id="review-more")
        result = html(elem_id="review-result")
        back = gr.Markdown(latex_delimiters=LATEX_DELIMITERS, elem_classes="t-prose t-reference", elem_id="review-back")
        with gr.Column(visible=False, elem_classes="t-rate") as rating:
            ask = html()
            with gr.Row():
                eases = [gr.Button("", elem_id=f"rate-{ease}", elem_classes="t-plain-button") for ease in EASES]
        go_on = gr.Button("", visible=False, variant="primary", elem_id="review-next", elem_classes="t-main")
        with gr.Row(elem_classes="t-foot"):
            goal = gr.Number(10, minimum=1, maximum=MOST_A_DAY, precision=0, scale=0, min_width=150, elem_id="review-goal")
            keys = html(elem_classes="t-keys")

    stand = [desk, head, item, answer, trouble, asking, more, result, back, rating, ask, *eases, go_on, goal]
    who = [desk, learner, language]

    def wired(event: Any, function: Callable[..., Any], inputs: list[Any]) -> None:
        event(function, inputs, stand, **QUIET).then(None, js="() => tutor.shown()", api_visibility="private")

    for event in (send.click, answer.submit):
        wired(event, partial(grade, current), [answer, *who])
    wired(turn.click, partial(flip, current), who)
    wired(skip.click, partial(move, current, work.skip), who)
    wired(go_on.click, partial(move, current, work.following), who)
    wired(more.click, partial(arrive, current), [gr.State(Desk()), learner, language])
    for ease, button in zip(EASES, eases, strict=True):
        wired(button.click, partial(rate, current, ease), who)
    for event in (goal.submit, goal.blur):
        wired(event, partial(set_goal, current), [goal, *who])
    return ReviewTab(desk, [answer, send, turn, skip, more, go_on, goal, keys], stand)


def translate(language: str) -> list[Any]:
    """Updates for `ReviewTab.translated`."""
    say = review_words(language)
    return [
        gr.update(label=say.answer, placeholder=say.answer_hint),
        *(gr.update(value=text) for text in (say.grade, say.flip, say.skip, say.more, say.next)),
        gr.update(label=say.goal),
        gr.update(value=f"<span>{say.keys}</span>"),
    ]


def arrive(current: CurrentTutor, desk: Desk, learner: str, language: str) -> list[Any]:
    """Updates with the queue as it stands."""
    return _tried(current, lambda: work.look(current, learner, desk, language), language, empty=desk.item is None)


def move(current: CurrentTutor, step: Callable[..., Desk], desk: Desk, learner: str, language: str) -> list[Any]:
    """Updates after going on, or skipping."""
    return _tried(current, lambda: step(current, learner, desk, language), language, empty=True)


def grade(current: CurrentTutor, answer: str, desk: Desk, learner: str, language: str) -> list[Any]:
    """Updates with the grade of an answer."""
    return _tried(current, lambda: work.grade(current, learner, desk, answer, language), language)


def flip(current: CurrentTutor, desk: Desk, learner: str, language: str) -> list[Any]:
    """Updates with the card turned over."""
    return _tried(current, lambda: work.flip(current, learner, desk), language)


def rate(current: CurrentTutor, ease: Ease, desk: Desk, learner: str, language: str) -> list[Any]:
    """Updates after a rating: the next item."""
    return _tried(current, lambda: work.rated(current, learner, desk, ease, language), language, empty=True)


def set_goal(current: CurrentTutor, goal: float | None, desk: Desk, learner: str, language: str) -> list[Any]:
    """Updates after another goal; the item that is worked on stays."""

    def step() -> Desk:
        if goal is None or int(goal) == desk.goal:
            return desk
        work.set_goal(current, learner, goal)
        return work.look(current, learner, desk, language)

    return _tried(current, step, language)


def _tried(current: CurrentTutor, step: Callable[[], Desk], language: str, *, empty: bool = False) -> list[Any]:
    """Updates after a step; where it fails everything stays and the trouble is shown. `empty` clears the answer's box."""
    try:
        desk = step()
        return _shown(current, desk, language, empty)
    except Exception as error:  # the web edge
        return [*[gr.skip()] * 4, callout(problem(error, language), kind="t-bad"), *[gr.skip()] * 12]


def _shown(current: CurrentTutor, desk: Desk, language: str, empty: bool) -> list[Any]:
    say: ReviewWords = review_words(language)
    there, flipped = desk.item is not None, desk.phase == "flipped"
    names = (say.again, say.hard, say.good, say.easy)
    return [
        desk,
        work.today_html(desk, language),
        work.item_html(current, desk, language),
        gr.update(visible=there and desk.phase == "ask", **({"value": ""} if empty else {})),
        "",
        gr.update(visible=there and desk.phase == "ask"),
        gr.update(visible=not there and bool(desk.skipped)),
        work.result_html(desk, language),
        work.back_markdown(current, desk, language),
        gr.update(visible=flipped and desk.rateable),
        f"<p>{say.rate_question}</p>",
        *(gr.update(value=f"{name} · {desk.soon.get(ease, '')}") for ease, name in zip(EASES, names, strict=True)),
        gr.update(visible=desk.phase == "graded" or (flipped and not desk.rateable)),
        gr.update(value=desk.goal) if desk.goal else gr.skip(),
    ]
