"""What the Interview tab does, as functions from values to values: plan, start, answer, come back, report.

Nothing of an interview lives in the page but its id: every line is in the database before its answer is shown.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean

from tutor.errors import InputError, StoreError
from tutor.interview.interviewer import LONGEST_THOUGHT, Interviewer
from tutor.interview.plan import MOST_QUESTIONS, Plan, Proposal, plan_for, plan_from_text
from tutor.interview.report import Report
from tutor.interview.state import State
from tutor.papers import stored_report, write_report
from tutor.study.records import Interview
from tutor.web.current import CurrentTutor
from tutor.web.visitor import learner_of, now

#: What a quick action says to the interviewer, in the interview's language.
ACTIONS: dict[str, tuple[str, str]] = {
    "hint": ("给个提示", "Give me a hint"),
    "skip": ("跳过", "Skip"),
    "repeat": ("再说一遍", "Say it again"),
    "rephrase": ("换个问法", "Rephrase the question"),
    "dont_know": ("我不知道", "I don't know"),
    "end": ("结束面试", "End the interview"),
}
LONGEST_LINE = 20_000
LONGEST_TEXT = 50_000
FORMATS = ("md", "html", "pdf")


@dataclass(frozen=True, slots=True)
class Talk:
    """The interview at the page: its state as stored, and since when the question stands. `moved`: it went on in another window."""

    id: str
    state: State
    asked_at: datetime
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What is set before the start; minutes 0 is no limit."""

    role: str
    topics: Sequence[str]
    level: int
    questions: int
    minutes: float
    language: str
    persona: str


def propose(current: CurrentTutor, text: str) -> Proposal:
    """The plan that a job description or a resume asks for. Raises InputError where it names nothing."""
    return plan_from_text(text[:LONGEST_TEXT], current.get().catalogue)


def plan_of(form: Form, proposal: Proposal | None = None, seed: int | None = None) -> Plan:
    """The plan of the form. Chosen topics keep the weight the proposal, or else the role, gives them."""
    base = proposal.plan.topics if proposal else plan_for(form.role).topics
    usual = fmean(base.values()) if base else 1.0
    topics = {topic: base.get(topic, usual) for topic in form.topics} if form.topics else None
    return plan_for(
        form.role,
        topics=topics,
        level=int(form.level),
        questions=max(1, min(MOST_QUESTIONS, int(form.questions or 1))),
        minutes=float(form.minutes) if form.minutes and form.minutes > 0 else None,
        language=form.language,
        persona=form.persona,
        seed=secrets.randbelow(10**6) if seed is None else seed,
    )


def start(current: CurrentTutor, name: str, plan: Plan) -> Talk:
    """Begin an interview."""
    interviewer = _interviewer(current, name)
    interviewer.start(plan)
    return Talk(interviewer.id, interviewer.state, now())


def resume(current: CurrentTutor, name: str, interview_id: str) -> Talk:
    """Go on with an interview as it is stored. Raises InputError where the learner has none of that id."""
    interviewer = _interviewer(current, name)
    interviewer.resume(interview_id)
    return Talk(interviewer.id, interviewer.state, now())


def answer(current: CurrentTutor, name: str, talk: Talk, text: str) -> Talk:
    """Say something to the interviewer. Where the interview went on in another window, that is shown instead and nothing is said."""
    interviewer = _interviewer(current, name)
    interviewer.resume(talk.id)
    stored = interviewer.state
    if stored.closed or stored.turns != talk.state.turns:
        return Talk(talk.id, stored, now(), moved=True)
    seconds = min(now() - talk.asked_at, LONGEST_THOUGHT).total_seconds()
    try:
        interviewer.answer(text[:LONGEST_LINE], seconds)
    except (StoreError, InputError):
        interviewer.resume(talk.id)
        if interviewer.state.turns == stored.turns:
            raise
        return Talk(talk.id, interviewer.state, now(), moved=True)
    return Talk(talk.id, interviewer.state, now())


def act(current: CurrentTutor, name: str, talk: Talk, action: str) -> Talk:
    """One of the quick `ACTIONS`."""
    zh, en = ACTIONS[action]
    return answer(current, name, talk, zh if talk.state.plan.language == "zh" else en)


def unfinished(current: CurrentTutor, name: str, remembered: str = "") -> tuple[Interview, State] | None:
    """The interview to offer: the one this browser remembers, else the newest that is not finished."""
    waiting = learner_of(current, name).interviews(finished=False)
    if not waiting:
        return None
    chosen = next((item for item in waiting if item.id == remembered), waiting[0])
    return chosen, State.from_dict(chosen.state["session"])


def earlier(current: CurrentTutor, name: str, most: int = 30) -> list[Interview]:
    """Finished interviews, newest first."""
    return learner_of(current, name).interviews(finished=True, limit=most)


def report_of(current: CurrentTutor, name: str, interview_id: str) -> Report:
    """The report of an interview, as far as it went."""
    return stored_report(current.get(), learner_of(current, name), interview_id)


def report_file(report: Report, kind: str, day: datetime) -> Path:
    """The report as a file of one of the `FORMATS`, in a folder of its own."""
    path = Path(tempfile.mkdtemp(prefix="tutor-report-")) / f"interview-{day:%Y-%m-%d}.{kind}"
    path.write_bytes(write_report(report, kind))
    return path


def _interviewer(current: CurrentTutor, name: str) -> Interviewer:
    return current.get().interviewer(learner_of(current, name))
