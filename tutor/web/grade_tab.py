"""Grade: choose a question, answer it, and see which words earned which point. What it does is in exercise.py."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import gradio as gr

from tutor.practice import entry_of
from tutor.web import exercise as work
from tutor.web.current import CurrentTutor
from tutor.web.exercise import Exercise
from tutor.web.markdown import LATEX_DELIMITERS
from tutor.web.visitor import PICK, PICKED, QUIET, callout, guarded, html, problem
from tutor.web.words_grade import grade_words

#: Where the guess begins when one wants to make one.
MIDDLE = 50


@dataclass(frozen=True)
class GradeTab:
    """The components that the rest of the page speaks to."""

    exercise: gr.State
    translated: list[Any]
    #: What `pick` updates: other tabs send questions here.
    opened: list[Any]


def build(current: CurrentTutor, language: gr.Textbox, learner: gr.Textbox) -> GradeTab:
    """Lay out the tab and wire it; what happens is in the functions below and in exercise.py."""
    exercise = gr.State(Exercise())
    picked = gr.Textbox("", visible=False)
    with gr.Column(elem_classes="t-sheet", elem_id="grade"):
        hero = html(elem_classes="t-hero")
        with gr.Column(elem_classes="t-card") as chooser:
            search = gr.Textbox(lines=1, max_lines=1, max_length=400, elem_id="grade-search")
            found = html(js_on_load=PICK, elem_id="grade-found")
            with gr.Row(elem_classes="t-actions"):
                topic = gr.Dropdown([("", "")], value="", container=False, show_label=False, scale=0, min_width=190, elem_id="grade-topic")
                chance = gr.Button("", elem_classes="t-plain-button", elem_id="grade-random")
        with gr.Column(visible=False, elem_classes="t-card") as desk:
            question = html(elem_id="grade-question")
            answer = gr.Textbox(lines=7, max_lines=24, max_length=work.LONGEST, elem_id="grade-answer")
            with gr.Row(elem_classes="t-guess"):
                guessing = gr.Checkbox(False, label=" ", container=False, scale=0, min_width=220, elem_id="grade-guessing")
                guess = gr.Slider(0, 100, MIDDLE, step=5, visible=False, elem_id="grade-guess", buttons=[])
            trouble = html(elem_id="grade-trouble")
            with gr.Row(elem_classes="t-actions"):
                send = gr.Button("", variant="primary", elem_id="grade-send", elem_classes="t-main")
                show = gr.Button("", elem_classes="t-plain-button", elem_id="grade-reference")
                change = gr.Button("", elem_classes="t-plain-button", elem_id="grade-change")
        result = html(elem_id="grade-result")
        feedback = gr.Markdown(latex_delimiters=LATEX_DELIMITERS, elem_classes="t-prose", elem_id="grade-feedback")
        with gr.Accordion("", open=False, visible=False, elem_classes="t-accordion", elem_id="grade-disagree") as objection:
            argument = gr.Textbox(lines=3, max_lines=12, max_length=4000, show_label=False, container=False)
            again = gr.Button("", elem_classes="t-plain-button")
        reference = gr.Markdown(latex_delimiters=LATEX_DELIMITERS, elem_classes="t-prose t-reference", elem_id="grade-model")

    graded = [exercise, result, feedback, objection, trouble, send]
    opened = [exercise, chooser, desk, question, answer, guessing, search, found, *graded[1:], reference]
    search.input(partial(suggest, current), [search, topic, language], [found], trigger_mode="always_last", **QUIET)
    topic.input(partial(suggest, current), [search, topic, language], [found], **QUIET)
    search.submit(partial(pick_first, current), [search, topic, language], opened, **QUIET)
    found.click(partial(pick, current), [picked, language], opened, js=PICKED, **QUIET)
    chance.click(partial(pick_any, current), [topic, exercise, language], opened, **QUIET)
    change.click(partial(closed, current), [language], opened, **QUIET).then(None, js="() => tutor.focusOn('#grade-search')", **QUIET)
    guessing.input(lambda on: gr.update(visible=on), [guessing], [guess], **QUIET)
    given = [exercise, answer, guessing, guess, learner, language]
    for event in (send.click, answer.submit):
        event(partial(grade, current), given, graded, **QUIET).then(None, js="() => tutor.reveal('#grade-result')", **QUIET).then(
            unguess, [exercise], [guessing, guess], **QUIET
        )
    again.click(partial(disagree, current), [exercise, argument, learner, language], [argument, *graded], **QUIET)
    show.click(partial(reveal, current), [exercise, language], [exercise, reference, trouble], **QUIET).then(
        None, js="() => tutor.reveal('#grade-model')", **QUIET
    )
    translated = [hero, search, topic, chance, answer, guessing, guess, send, show, change, objection, argument, again, *graded[1:3]]
    return GradeTab(exercise, [*translated, question], opened)


def translate(current: CurrentTutor, language: str, exercise: Exercise) -> list[Any]:
    """Updates for `GradeTab.translated`."""
    say = grade_words(language)
    topics = [(say.any_topic, ""), *work.topics(current, language)]
    return [
        gr.update(value=f"<h1>{say.title}</h1><p>{say.intro}</p>"),
        gr.update(label=say.search, placeholder=say.search_hint),
        gr.update(label=say.topic, choices=topics),
        gr.update(value=say.random),
        gr.update(label=say.answer, placeholder=say.answer_hint),
        gr.update(label=say.rate, info=say.rate_info),
        gr.update(label=say.my_guess),
        gr.update(value=say.again if exercise.tried else say.grade),
        gr.update(value=say.reference),
        gr.update(value=say.change_question),
        gr.update(label=say.disagree),
        gr.update(placeholder=say.disagree_hint),
        gr.update(value=say.disagree_send),
        gr.update(value=work.result_html(exercise, language)),
        gr.update(value=work.feedback_markdown(exercise, language)),
        gr.update(value=guarded(lambda: work.question_card(current, exercise, language), language) if exercise.entry_id else ""),
    ]


def suggest(current: CurrentTutor, query: str, topic: str, language: str) -> str:
    """The rows under the search box."""
    return guarded(lambda: work.suggestions_html(work.suggest(current, query, topic or "", language), query, language), language)


def pick(current: CurrentTutor, entry_id: str, language: str) -> list[Any]:
    """Updates that open a question to be answered."""
    try:
        exercise = work.begin(current, entry_id)
        card = work.question_card(current, exercise, language)
    except Exception as error:  # the web edge
        return [*[gr.skip()] * 7, callout(problem(error, language), kind="t-bad"), *[gr.skip()] * 6]
    return [
        exercise,
        gr.update(visible=False),
        gr.update(visible=True),
        card,
        "",
        False,
        "",
        "",
        *_graded(exercise, language)[1:],
        "",
    ]


def pick_first(current: CurrentTutor, query: str, topic: str, language: str) -> list[Any]:
    """Updates that open the best suggestion."""
    try:
        found = work.suggest(current, query, topic or "", language)
    except Exception as error:  # the web edge
        return [*[gr.skip()] * 7, callout(problem(error, language), kind="t-bad"), *[gr.skip()] * 6]
    return pick(current, found[0].id, language) if found else [gr.skip()] * 14


def pick_any(current: CurrentTutor, topic: str, exercise: Exercise, language: str) -> list[Any]:
    """Updates that open a random question."""
    try:
        return pick(current, work.anything(current, topic or "", exercise.entry_id), language)
    except Exception as error:  # the web edge
        return [*[gr.skip()] * 7, callout(problem(error, language), kind="t-bad"), *[gr.skip()] * 6]


def closed(current: CurrentTutor, language: str) -> list[Any]:
    """Updates that go back to choosing."""
    none = Exercise()
    return [none, gr.update(visible=True), gr.update(visible=False), "", "", False, "", "", *_graded(none, language)[1:], ""]


def grade(current: CurrentTutor, exercise: Exercise, answer: str, guessing: bool, guess: float, learner: str, language: str) -> list[Any]:
    """Updates with the grade of an answer; the trouble where there is none."""
    try:
        exercise = work.grade(current, learner, exercise, answer, round(guess) if guessing else None, language)
    except Exception as error:  # the web edge
        return [*[gr.skip()] * 4, callout(problem(error, language), kind="t-bad"), gr.skip()]
    return _graded(exercise, language)


def unguess(exercise: Exercise) -> list[Any]:
    """Updates after a grade: a guess is made once."""
    guessed = bool(exercise.tried) and exercise.tried[-1].guess is not None
    return [False, gr.update(visible=False)] if guessed else [gr.skip(), gr.skip()]


def disagree(current: CurrentTutor, exercise: Exercise, argument: str, learner: str, language: str) -> list[Any]:
    """Updates after an objection: the argument's box and the grade."""
    try:
        exercise = work.disagree(current, learner, exercise, argument, language)
    except Exception as error:  # the web edge
        return [*[gr.skip()] * 5, callout(problem(error, language), kind="t-bad"), gr.skip()]
    return ["", *_graded(exercise, language)]


def reveal(current: CurrentTutor, exercise: Exercise, language: str) -> list[Any]:
    """Updates that show the reference; from now on answers are aided."""
    say = grade_words(language)
    if not exercise.entry_id:
        return [gr.skip(), gr.skip(), callout(say.choose_first)]
    text = work.reference_markdown(entry_of(current.get(), exercise.entry_id), language)
    return [replace(exercise, aided=True), text, callout(say.reference_notice)]


def _graded(exercise: Exercise, language: str) -> list[Any]:
    say = grade_words(language)
    return [
        exercise,
        work.result_html(exercise, language),
        work.feedback_markdown(exercise, language),
        gr.update(visible=bool(exercise.tried), open=False),
        "",
        gr.update(value=say.again if exercise.tried else say.grade),
    ]
