"""What a learner takes away as a document: the report of an interview, the record of all answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tutor.entry import Language
from tutor.errors import InputError
from tutor.interview.report import Report, report_of
from tutor.interview.state import State
from tutor.practice import entry_of, listed
from tutor.study import progress
from tutor.study.journal import export_markdown
from tutor.study.learner import Learner
from tutor.tutor import Tutor


def stored_report(tutor: Tutor, learner: Learner, interview_id: str) -> Report:
    """The report of an interview as it was given; of an unfinished one, as far as it went."""
    interview = learner.interview(interview_id)
    try:
        state = State.from_dict(interview.state["session"])
        if interview.report is None:
            return report_of(state, tutor.catalogue)
        return replace(Report.from_dict(interview.report), transcript=state.lines)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"interview {interview_id} cannot be shown: it was made with other material or another program") from error


def write_report(report: Report, kind: str) -> bytes:
    """A report as the content of a file: "md", "html" or "pdf"."""
    if kind == "pdf":
        from tutor.interview.report_pdf import to_pdf

        return to_pdf(report)
    from tutor.interview.report_pages import to_html, to_markdown

    return (to_html if kind == "html" else to_markdown)(report).encode("utf-8", "replace")


def markdown_of(tutor: Tutor, learner: Learner, now: datetime, language: Language) -> str:
    """A learner's progress and answers as a Markdown document."""
    cards = learner.cards()
    topics = progress.topics(cards, listed(tutor, cards), now)
    known = {card.entry_id: entry_of(tutor, card.entry_id) for card in cards if card.entry_id in tutor.numbers}
    return export_markdown(learner.name, learner.all_attempts(), topics, known, now=now, language=language)
