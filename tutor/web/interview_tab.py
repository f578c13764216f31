"""Interview: set one up, hold it, read the report. What it does is in interviews.py, what it shows in interview_html.py."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from tutor.interview.plan import Proposal
from tutor.interview.report import Report
from tutor.interview.roles import ROLES, topic_name
from tutor.interview.speech import LEVELS
from tutor.web import interview_html as show
from tutor.web import interviews as work
from tutor.web.current import CurrentTutor
from tutor.web.grade_html import two
from tutor.web.interviews import FORMATS, Form, Talk
from tutor.web.markdown import LATEX_DELIMITERS
from tutor.web.visitor import PICK, PICKED, QUIET, callout, html, now, problem
from tutor.web.words_interview import InterviewWords, interview_words

PERSONAS = ("friendly", "neutral", "demanding")
_ACTIONS = ("hint", "rephrase", "repeat", "dont_know", "skip")


@dataclass(frozen=True)
class InterviewTab:
    """The components that the rest of the page speaks to. `stand` are those that `arrive` updates, `report` holds what to study."""

    translated: list[Any]
    stand: list[Any]
    remembered: gr.Textbox
    report: gr.HTML


def build(current: CurrentTutor, language: gr.Textbox, learner: gr.Textbox) -> InterviewTab:
    """Lay out the tab and wire it; what happens is in the functions below and in interviews.py."""
    talk, proposal, shown = gr.State(None), gr.State(None), gr.State(None)
    remembered, picked = gr.Textbox("", visible=False), gr.Textbox("", visible=False)
    with gr.Column(elem_classes="t-sheet", elem_id="interview"):
        with gr.Column(elem_classes="t-stack", elem_id="setup") as setup:
            hero = html(elem_classes="t-hero")
            trouble = html()
            with gr.Row(visible=False, elem_classes="t-card t-offer") as offer:
                waiting = html(elem_id="interview-waiting")
                resume = gr.Button("", variant="primary", scale=0, elem_id="interview-resume", elem_classes="t-main")
            with gr.Column(elem_classes="t-card"):
                with gr.Row(elem_classes="t-fields"):
                    role = gr.Dropdown(list(ROLES), value="general", min_width=220, elem_id="interview-role")
                    level = gr.Radio([], value=2, min_width=220)
                topics = gr.Dropdown([], value=[], multiselect=True, elem_id="interview-topics")
                with gr.Row(elem_classes="t-fields"):
                    questions = gr.Number(8, minimum=1, maximum=50, precision=0, min_width=110, elem_id="interview-questions")
                    minutes = gr.Number(0, minimum=0, maximum=600, precision=0, min_width=110)
                    tongue = gr.Radio([("中文", "zh"), ("English", "en")], value="zh", min_width=170)
                persona = gr.Radio([], value="neutral")
                with gr.Accordion("", open=False, elem_classes="t-accordion", elem_id="interview-paste") as paste:
                    text = gr.Textbox(lines=6, max_lines=14, max_length=work.LONGEST_TEXT, show_label=False, container=False)
                    with gr.Row(elem_classes="t-actions"):
                        plan = gr.Button("", elem_classes="t-plain-button", elem_id="interview-plan")
                        forget = gr.Button("", visible=False, elem_classes="t-plain-button")
                planned = html(elem_id="interview-planned")
                start = gr.Button("", variant="primary", elem_id="interview-start", elem_classes="t-main")
            earlier = html(js_on_load=PICK, elem_id="interview-earlier")
        with gr.Column(visible=False, elem_classes="t-stack t-room", elem_id="room") as room:
            progress = html(elem_id="interview-progress")
            spoken = html(elem_id="interview-talk")
            with gr.Column(elem_classes="t-dock"):
                problems = html()
                line = gr.Textbox(
                    lines=1,
                    max_lines=12,
                    max_length=work.LONGEST_LINE,
                    submit_btn=True,
                    show_label=False,
                    container=False,
                    elem_id="interview-line",
                )
                with gr.Row(elem_classes="t-quick"):
                    quick = [gr.Button("", size="sm", elem_classes="quiet", elem_id=f"interview-{name}") for name in _ACTIONS]
                    later = gr.Button("", size="sm", elem_classes="quiet", elem_id="interview-later")
                    end = gr.Button("", size="sm", elem_classes="quiet", elem_id="interview-end")
                with gr.Row(visible=False, elem_classes="t-sure") as sure:
                    sure_text = html()
                    stop = gr.Button("", variant="primary", size="sm", elem_id="interview-stop", elem_classes="t-main")
                    stay = gr.Button("", size="sm", elem_classes="quiet")
        with gr.Column(visible=False, elem_classes="t-stack", elem_id="report") as end_page:
            with gr.Row(elem_classes="t-actions t-downloads"):
                label = html()
                downloads = [
                    gr.Button(kind.upper() if kind != "md" else "Markdown", size="sm", elem_classes="quiet", elem_id=f"report-{kind}")
                    for kind in FORMATS
                ]
                new = gr.Button("", elem_classes="t-plain-button", elem_id="interview-new")
            report = html(js_on_load=PICK, elem_id="interview-report")
            details = gr.Markdown(latex_delimiters=LATEX_DELIMITERS, elem_classes="t-prose", elem_id="interview-details")
            file = gr.DownloadButton(visible="hidden", elem_id="report-file")

    stand = [talk, shown, setup, room, end_page, offer, waiting, progress, spoken, problems, report, details, earlier, remembered]
    keep = {"js": "(id) => tutor.rememberInterview(id)", "api_visibility": "private"}
    who = [learner, language]

    def wired(event: Any, function: Any, inputs: list[Any], outputs: list[Any], **options: Any) -> None:
        event(function, inputs, outputs, **QUIET, **options).then(None, [remembered], None, **keep).then(
            None, js="() => tutor.settle()", api_visibility="private"
        )

    form = [role, topics, level, questions, minutes, tongue, persona]
    plan.click(partial(propose, current), [text, language], [proposal, planned, trouble, forget, role, topics, level, tongue], **QUIET)
    forget.click(lambda: [None, "", "", gr.update(visible=False), []], None, [proposal, planned, trouble, forget, topics], **QUIET)
    wired(start.click, partial(begin, current), [*form, proposal, *who], [trouble, *stand])
    wired(resume.click, partial(again, current), [remembered, *who], [trouble, *stand])
    wired(line.submit, partial(answer, current), [line, talk, *who], [line, sure, *stand])
    for name, button in zip(_ACTIONS, quick, strict=True):
        wired(button.click, partial(act, current, name), [talk, *who], [sure, *stand])
    end.click(lambda: gr.update(visible=True), None, [sure], **QUIET)
    stay.click(lambda: gr.update(visible=False), None, [sure], **QUIET)
    wired(stop.click, partial(act, current, "end"), [talk, *who], [sure, *stand])
    for button in (later, new):
        wired(button.click, partial(arrive, current), [remembered, *who], stand)
    wired(earlier.click, partial(open_report, current), [picked, *who], stand, js=PICKED)
    for kind, button in zip(FORMATS, downloads, strict=True):
        button.click(partial(download, kind), [shown], [file], **QUIET).then(None, js="() => tutor.download('#report-file')", **QUIET)
    translated = [hero, role, level, topics, questions, minutes, tongue, persona, paste, text, plan, forget, start, resume]
    translated += [line, *quick, later, end, sure_text, stop, stay, label, new]
    return InterviewTab(translated, stand, remembered, report)


def translate(current: CurrentTutor, language: str) -> list[Any]:
    """Updates for `InterviewTab.translated`."""
    say = interview_words(language)
    found = sorted((topic_name(topic).pick(two(language)), topic) for topic in current.get().catalogue.topics if topic)
    return [
        gr.update(value=f"<h1>{say.title}</h1><p>{say.intro}</p>"),
        gr.update(label=say.role, choices=[(role.name.pick(two(language)), name) for name, role in ROLES.items()]),
        gr.update(label=say.level, choices=[(name.pick(two(language)), level) for level, name in LEVELS.items()]),
        gr.update(label=say.topics, info=say.topics_info, choices=found),
        gr.update(label=say.questions),
        gr.update(label=say.minutes),
        gr.update(label=say.language, value=two(language)),
        gr.update(label=say.persona, choices=[(getattr(say, persona), persona) for persona in PERSONAS]),
        gr.update(label=say.paste),
        gr.update(placeholder=say.paste_hint),
        *(gr.update(value=text) for text in (say.make_plan, say.plan_clear, say.start, say.resume)),
        gr.update(label=say.say, placeholder=say.say_hint),
        *(gr.update(value=text) for text in (say.hint, say.rephrase, say.repeat, say.dont_know, say.skip, say.later, say.end)),
        gr.update(value=f"<p>{say.end_sure}</p>"),
        *(gr.update(value=text) for text in (say.end_now, say.go_on, f"<span>{say.download}</span>", say.new)),
    ]


def arrive(current: CurrentTutor, remembered: str, learner: str, language: str) -> list[Any]:
    """Updates for the setup with what is there of the learner: an unfinished interview, earlier ones."""
    try:
        waiting, listed = work.unfinished(current, learner, remembered), work.earlier(current, learner)
    except Exception as error:  # the web edge
        return _at_setup("", "", callout(problem(error, language), kind="t-bad"))
    say, offer, key = interview_words(language), "", ""
    if waiting:
        interview, state = waiting
        more = say.unfinished_more.format(
            role=ROLES[state.plan.role].name.pick(two(language)),
            number=len(state.asked),
            total=state.plan.questions,
            started=f"{interview.started.astimezone():%Y-%m-%d %H:%M}",
        )
        offer, key = f"<b>{say.unfinished}</b><p>{more}</p>", interview.id
    return _at_setup(offer, key, show.earlier_html(listed, language))


def refresh(current: CurrentTutor, talk: Talk | None, report: Report | None, remembered: str, learner: str, language: str) -> list[Any]:
    """Updates that show again what is there, after the language or the learner changed."""
    if talk is not None:
        return _at(current, talk, learner, language)
    return _at_report(report, language) if report is not None else arrive(current, remembered, learner, language)


def look_in(current: CurrentTutor, talk: Talk | None, report: Report | None, remembered: str, learner: str, language: str) -> list[Any]:
    """Updates on entering the tab: an interview or a report that is open stays as it is."""
    return _nothing() if talk or report else arrive(current, remembered, learner, language)


def propose(current: CurrentTutor, text: str, language: str) -> list[Any]:
    """Updates with the plan that a text asks for, and the form set to it."""
    say = interview_words(language)
    if not text.strip():
        return [gr.skip(), gr.skip(), callout(say.plan_empty), *[gr.skip()] * 5]
    try:
        proposal = work.propose(current, text)
    except Exception as error:  # the web edge
        return [gr.skip(), gr.skip(), callout(problem(error, language), kind="t-bad"), *[gr.skip()] * 5]
    plan = proposal.plan
    return [
        proposal,
        show.proposal_html(proposal, language),
        "",
        gr.update(visible=True),
        gr.update(value=plan.role),
        gr.update(value=list(plan.topics)),
        gr.update(value=plan.level),
        gr.update(value=plan.language),
    ]


def begin(current: CurrentTutor, *given: Any) -> list[Any]:
    """Updates after the start; the trouble where there is none. `given`: the form, the proposal, learner, language."""
    *form, proposal, learner, language = given
    try:
        plan = work.plan_of(Form(*form), proposal if isinstance(proposal, Proposal) else None)
        talk = work.start(current, learner, plan)
    except Exception as error:  # the web edge
        return [callout(problem(error, language), kind="t-bad"), *_nothing()]
    return ["", *_at(current, talk, learner, language)]


def again(current: CurrentTutor, remembered: str, learner: str, language: str) -> list[Any]:
    """Updates after coming back to the interview that was offered."""
    try:
        return ["", *_at(current, work.resume(current, learner, remembered), learner, language)]
    except Exception as error:  # the web edge
        return [callout(problem(error, language), kind="t-bad"), *_nothing()]


def answer(current: CurrentTutor, text: str, talk: Talk | None, learner: str, language: str) -> list[Any]:
    """Updates after a line to the interviewer: the box, the question whether to end, the rest."""
    if talk is None or not text.strip():
        return [gr.skip(), gr.skip(), *_nothing()]
    try:
        told = work.answer(current, learner, talk, text)
    except Exception as error:  # the web edge: what was written stays in the box
        return [gr.skip(), gr.skip(), *_nothing(callout(problem(error, language), kind="t-bad"))]
    return [gr.skip() if told.moved else "", gr.update(visible=False), *_at(current, told, learner, language)]


def act(current: CurrentTutor, action: str, talk: Talk | None, learner: str, language: str) -> list[Any]:
    """Updates after a quick action."""
    if talk is None:
        return [gr.update(visible=False), *_nothing()]
    try:
        told = work.act(current, learner, talk, action)
    except Exception as error:  # the web edge
        return [gr.skip(), *_nothing(callout(problem(error, language), kind="t-bad"))]
    return [gr.update(visible=False), *_at(current, told, learner, language)]


def open_report(current: CurrentTutor, interview_id: str, learner: str, language: str) -> list[Any]:
    """Updates that show the report of an earlier interview."""
    if not interview_id:
        return _nothing()
    try:
        return _at_report(work.report_of(current, learner, interview_id), language)
    except Exception as error:  # the web edge
        return [*[gr.skip()] * 12, callout(problem(error, language), kind="t-bad"), gr.skip()]


def download(kind: str, report: Report | None) -> Any:
    """The report as a file."""
    return gr.skip() if report is None else str(work.report_file(report, kind, now()))


def _at(current: CurrentTutor, talk: Talk, learner: str, language: str) -> list[Any]:
    """Updates for the interview where it stands: the room, or the report once it is over."""
    if talk.state.closed:
        return _at_report(work.report_of(current, learner, talk.id), language)
    say: InterviewWords = interview_words(language)
    return [
        talk,
        None,
        *_only(1),
        gr.update(visible=False),
        "",
        show.progress_html(talk.state, (now() - talk.asked_at).total_seconds(), language),
        show.talk_html(talk.state.lines, language),
        callout(say.elsewhere) if talk.moved else "",
        "",
        "",
        gr.skip(),
        talk.id,
    ]


def _at_report(report: Report, language: str) -> list[Any]:
    return [
        None,
        report,
        *_only(2),
        gr.update(visible=False),
        *[""] * 4,
        show.report_html(report, language),
        show.details_markdown(report, language),
        gr.skip(),
        "",
    ]


def _at_setup(offer: str, key: str, earlier: str) -> list[Any]:
    return [None, None, *_only(0), gr.update(visible=bool(offer)), offer, *[""] * 5, earlier, key]


def _only(page: int) -> list[Any]:
    """Updates that show one of setup, room and report."""
    return [gr.update(visible=number == page) for number in range(3)]


def _nothing(problems: str = "") -> list[Any]:
    return [*[gr.skip()] * 9, problems, *[gr.skip()] * 4]
