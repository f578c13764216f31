"""A conversation as the page shows it: turns, the messages they make, and the sources under each answer."""

from __future__ import annotations

import html
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.answering.answer import Answer, Citation
from tutor.answering.conversation import Message
from tutor.entry import Entry, Source
from tutor.errors import TutorError
from tutor.text import language_of
from tutor.tutor import Tutor
from tutor.web.documents import documents_folder
from tutor.web.markdown import plain_html, safe_markdown
from tutor.web.words import words

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with what is shown under it; `answer` is None while there is none, and after an error.

    `done` says that nothing more will come.
    """

    question: str
    shown: str = ""
    answer: Answer | None = None
    done: bool = False


Talk = tuple[Turn, ...]


def ask(tutor: Tutor, question: str, talk: Talk, language: str) -> Iterator[Talk]:
    """The conversation with a new turn that grows: the question at once, then the answer, its sources last."""
    question = question.strip()
    if not question:
        return
    yield (*talk, Turn(question))
    answer = None
    try:
        for answer in tutor.ask_stream(question, history(talk)):
            yield (*talk, Turn(question, safe_markdown(answer.answer), answer))
    except TutorError as error:
        remedy = f" {words(language).retry.format(remedy=error.remedy)}" if error.remedy else ""
        yield (*talk, Turn(question, _callout(error.message + remedy), done=True))
    except Exception:  # the web edge: a visitor gets one line, the log gets the rest
        _log.exception("answering failed")
        yield (*talk, Turn(question, _callout(words(language).unexpected), done=True))
    else:
        if answer is not None:
            yield (*talk, Turn(question, answer_markdown(tutor, answer), answer, done=True))


def history(talk: Talk) -> list[Message]:
    """What was said so far, for follow-ups; turns that failed are left out."""
    return [
        message
        for turn in talk
        if turn.answer is not None
        for message in (Message("user", turn.question), Message("assistant", turn.answer.answer))
    ]


def messages(talk: Talk) -> list[dict[str, str]]:
    """The conversation for a Gradio chatbot."""
    shown = []
    for turn in talk:
        shown.append({"role": "user", "content": safe_markdown(turn.question)})
        if turn.shown:
            shown.append({"role": "assistant", "content": turn.shown})
    return shown


def suggestions(talk: Talk) -> tuple[str, ...]:
    """Questions to offer after the last answer."""
    return talk[-1].answer.suggestions if talk and talk[-1].done and talk[-1].answer else ()


def answer_markdown(tutor: Tutor, answer: Answer) -> str:
    """A finished answer as Markdown: its state said honestly, its text, and its sources to open in place."""
    say = words(language_of(answer.question))
    if not answer.in_scope:
        return _callout(say.outside, say.outside_more)
    entries = [(citation, entry) for citation in answer.citations if (entry := _entry(tutor, citation)) is not None]
    parts = [_note(say.notice.format(notice=answer.notice))] if answer.notice else []
    if entries and answer.engine == "extractive" and not any(entry.answered for _, entry in entries):
        parts.append(_callout(say.unanswered, say.unanswered_more))
    else:
        parts.append(safe_markdown(answer.answer, {citation.n for citation, _ in entries}))
    if entries:
        parts.append(f'<p class="sources">{say.sources}</p>')
        parts += [_source(tutor, citation, entry) for citation, entry in entries]
        extractive = answer.engine == "extractive"
        parts.append(_note(say.from_material if extractive else say.from_model.format(engine=answer.engine)))
    return "\n\n".join(parts)


def _entry(tutor: Tutor, citation: Citation) -> Entry | None:
    number = tutor.numbers.get(citation.entry_id)
    return None if number is None else tutor.index.entry(number)


def _source(tutor: Tutor, citation: Citation, entry: Entry) -> str:
    """A citation that opens: the entry's question, where it stands, and its answer."""
    language = language_of(citation.question)
    say = words(language)
    places = [_place(tutor, source) for source in entry.sources]
    short = "/".join(Path(places[0]).parts[-2:])
    where = html.escape(places[0]) + (f"<br>{say.also_in} {html.escape(', '.join(places[1:]))}" if len(places) > 1 else "")
    passage = entry.answer.pick(language)
    if entry.curated:
        passage = f"{entry.short.pick(language)}\n\n{passage}"
    return (
        f'<details class="source"><summary><b>{citation.n}</b> <span>{plain_html(citation.question)}</span> '
        f"<small>{html.escape(short)}</small></summary>\n\n"
        f'{safe_markdown(passage) if passage.strip() else say.no_answer_there}\n\n<p class="where">{where}</p>\n\n</details>'
    )


def _place(tutor: Tutor, source: Source) -> str:
    """File and line; a document that was uploaded here goes by its name, nobody chose its folder."""
    path = Path(source.path)
    inside = documents_folder(tutor.settings.index).resolve() in path.parents
    return f"{path.name if inside else source.path}:{source.line}"


def _callout(title: str, more: str = "") -> str:
    rest = f"<p>{html.escape(more)}</p>" if more else ""
    return f'<div class="callout"><p><b>{html.escape(title)}</b></p>{rest}</div>'


def _note(text: str) -> str:
    return f'<p class="note">{html.escape(text)}</p>'


def examples(tutor: Tutor, language: str, most: int = 4) -> Sequence[str]:
    """Questions to begin with, out of the material itself: curated ones first, each of another topic."""
    wanted = "zh" if language == "zh" else "en"
    found: dict[str, tuple[tuple[bool, int, int], str]] = {}
    for number in range(0, len(tutor.index), max(1, len(tutor.index) // 400)):
        entry = tutor.index.entry(number)
        text = getattr(entry.question, wanted)
        if entry.answered and 8 <= len(text) <= 70 and "\n" not in text:
            rank = (not entry.curated, len(text) if entry.curated else number, number)
            topic = entry.topic or entry.section or str(number)
            found[topic] = min(found.get(topic, (rank, text)), (rank, text))
    return [text for _, text in sorted(found.values())[:most]]
