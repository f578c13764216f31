"""Ask: a conversation with cited answers, and one's own documents added to the material."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.practice import remember_question
from tutor.web.conversation import Talk, ask, examples, messages, suggestions
from tutor.web.current import CurrentTutor
from tutor.web.documents import SUFFIXES, Progress, add_documents, failure_html, outcome_html, progress_html
from tutor.web.markdown import LATEX_DELIMITERS
from tutor.web.visitor import learner_of, now
from tutor.web.words import words

_log = logging.getLogger(__name__)
OFFERED = 4


@dataclass(frozen=True)
class AskTab:
    """The components that the rest of the page speaks to."""

    talk: gr.State
    translated: list[Any]


def build(current: CurrentTutor, language: gr.Textbox, learner: gr.Textbox, new: gr.Button) -> AskTab:
    """Lay out the tab and wire it; what happens is in the functions below."""
    talk = gr.State(())
    with gr.Column(elem_id="ask"):
        with gr.Column(elem_id="welcome") as welcome:
            hero = gr.HTML(elem_id="hero")
            starts = [gr.Button("", elem_classes="example", visible=False) for _ in range(OFFERED)]
        chat = gr.Chatbot(
            visible=False,
            elem_id="chat",
            height=None,
            layout="panel",
            show_label=False,
            buttons=[],
            autoscroll=False,
            feedback_options=None,
            latex_delimiters=LATEX_DELIMITERS,
            sanitize_html=True,
            line_breaks=False,
        )
        with gr.Column(elem_id="next", visible=False) as offer:
            offer_title = gr.HTML()
            offered = [gr.Button("", elem_classes="example", visible=False) for _ in range(OFFERED)]
        with gr.Column(elem_id="dock"):
            card = gr.HTML(visible=False, elem_id="documents")
            box = gr.Textbox(
                lines=1, max_lines=8, max_length=4000, show_label=False, container=False, autofocus=True, submit_btn=True, elem_id="box"
            )
            with gr.Row(elem_id="below"):
                upload = gr.UploadButton(
                    "", file_count="multiple", file_types=list(SUFFIXES), variant="secondary", size="sm", elem_id="upload"
                )
                material = gr.HTML(elem_id="material")

    conversation = [chat, talk, welcome, offer, offer_title, *offered, new]

    quiet = {"show_progress": "hidden", "api_visibility": "private"}
    respond = partial(answer, current)
    asking = [box.submit(respond, [box, talk, language, learner], [box, *conversation], **quiet)]
    asking += [button.click(respond, [button, talk, language, learner], [box, *conversation], **quiet) for button in (*starts, *offered)]
    box.stop(_resting, None, [box], cancels=asking, js="() => tutor.focus()", **quiet)
    new.click(lambda language: [_resting(), *_conversation((), language)], [language], [box, *conversation], cancels=asking, **quiet)
    upload.upload(partial(read, current), [upload, language], [card, material, upload], concurrency_limit=1, **quiet)
    return AskTab(talk, [hero, *starts, chat, box, upload, material, offer_title])


def translate(current: CurrentTutor, language: str, talk: Talk) -> list[Any]:
    """Updates for `AskTab.translated`."""
    say = words(language)
    starts = list(examples(current.get(), language, OFFERED))
    return [
        gr.update(value=f"<h1>{say.welcome}</h1><p>{say.welcome_more}</p>"),
        *_buttons(starts),
        gr.update(label=say.conversation_label),
        gr.update(placeholder=say.placeholder, label=say.question_label),
        gr.update(label=say.add_documents),
        gr.update(value=material_html(current, language)),
        gr.update(value=_offer_title(talk, language)),
    ]


def answer(current: CurrentTutor, question: str, talk: Talk, language: str, learner: str = "") -> Iterator[list[Any]]:
    """Updates for the box and the conversation's components while an answer grows; then the learner's cards hear of it."""
    # The box is emptied once and then left alone: the next question may be typed while this answer grows.
    box: Any = gr.update(value="", submit_btn=False, stop_btn=True)
    grown = talk
    for grown in ask(current.get(), question, talk, language):
        yield [box, *_conversation(grown, language)]
        box = gr.skip()
    yield [_resting(), *_conversation(grown, language)]
    remember(current, learner, grown)


def remember(current: CurrentTutor, learner: str, talk: Talk) -> None:
    """The entry that the last question asked for comes up for review. An answer never fails because of that."""
    last = talk[-1] if talk else None
    if last is None or not last.done or last.answer is None or not last.answer.in_scope or not last.answer.citations:
        return
    try:
        tutor = current.get()
        remember_question(tutor, learner_of(current, learner), last.answer.citations[0].entry_id, last.question, now())
    except Exception as error:  # the web edge: there is an answer already, the log gets the rest
        _log.warning("a question was not remembered: %s", error)


def read(current: CurrentTutor, files: list[str] | None, language: str) -> Iterator[list[Any]]:
    """Updates for the card, the line on the material and the upload button while documents are read."""
    for shown in read_uploads(current, [Path(file) for file in files or ()], language):
        yield [gr.update(value=shown, visible=True), gr.update(value=material_html(current, language)), None]


def material_html(current: CurrentTutor, language: str) -> str:
    """One line on what the answers are drawn from."""
    say = words(language)
    tutor = current.get()
    sources = len(tutor.index.sources)
    entries = len(set(tutor.index.groups.tolist()))  # duplicates count once
    text = say.material.format(entries=f"{entries:,}", sources=f"{sources:,}") if sources else say.no_material
    formats = say.formats.format(limit=current.settings.max_file_mb)
    return f'<span title="{formats}">{text}</span>'


def read_uploads(current: CurrentTutor, files: list[Path], language: str) -> Iterator[str]:
    """Progress and then the summary of reading uploaded files, as HTML."""
    try:
        for item in add_documents(current, files):
            yield progress_html(item, language) if isinstance(item, Progress) else outcome_html(item, language)
    except TutorError as error:
        yield failure_html(error, language)
    except Exception:  # the web edge: a visitor gets one line, the log gets the rest
        _log.exception("reading documents failed")
        yield failure_html(TutorError(words(language).unexpected), language)
    finally:
        for file in files:
            file.unlink(missing_ok=True)


def _resting() -> Any:
    """The box while no answer is under way."""
    return gr.update(submit_btn=True, stop_btn=False)


def _conversation(talk: Talk, language: str) -> list[Any]:
    """Updates for the conversation's components: messages, state, empty page or not, what to ask next."""
    further = list(suggestions(talk)[:OFFERED])
    return [
        gr.update(value=messages(talk), visible=bool(talk)),
        talk,
        gr.update(visible=not talk),
        gr.update(visible=bool(further)),
        gr.update(value=_offer_title(talk, language)),
        *_buttons(further),
        gr.update(visible=bool(talk)),
    ]


def _offer_title(talk: Talk, language: str) -> str:
    say = words(language)
    answer = talk[-1].answer if talk else None
    return f"<h2>{say.follow_up if answer is None or answer.in_scope else say.nearest}</h2>"


def _buttons(texts: list[str]) -> list[Any]:
    return [gr.update(value=text, visible=True) for text in texts] + [gr.update(value="", visible=False)] * (OFFERED - len(texts))
