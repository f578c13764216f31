"""An interview that is kept: every line is stored the moment it is said, and what was answered moves the learner's cards.

    answer("低秩旁路")     1. the line is stored as pending          a kill after this loses nothing
                          2. the state machine takes its step       pure, may be repeated
                          3. turn, state and graded attempt are stored together, and nothing is pending

Who resumes after a kill between 1 and 3 takes the same step again: the same inputs make the same interview.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tutor.errors import InputError, StoreError
from tutor.interview.catalogue import Catalogue
from tutor.interview.choice import Ability
from tutor.interview.plan import Plan
from tutor.interview.report import Report, report_of
from tutor.interview.session import Grader, begin, step
from tutor.interview.state import Asked, History, Say, State, Summary, standing
from tutor.interview.wording import Rephraser
from tutor.study.cards import EASY, retrievability
from tutor.study.database import Database
from tutor.study.learner import Learner, open_learner
from tutor.study.records import Attempt, Interview, Turn, as_name

#: An entry is mastered while its level is easy and it is recalled with this probability.
RECALLED = 0.8
#: Earlier interviews that a report compares with.
COMPARED = 8
#: A candidate who comes back after hours was not thinking all the time.
LONGEST_THOUGHT = timedelta(minutes=30)


def _now() -> datetime:
    return datetime.now(UTC)


class Interviewer:
    """A learner's interviews: start or resume one, answer it, finish it. One at a time."""

    def __init__(
        self,
        database: Database,
        learner: Learner | str,
        grader: Grader,
        catalogue: Catalogue,
        *,
        rephrase: Rephraser | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self.learner = open_learner(database, learner, now=clock()) if isinstance(learner, str) else learner
        self.grader = grader
        self.catalogue = catalogue
        self.rephrase = rephrase
        self.clock = clock
        self.id = ""
        self._state: State | None = None
        self._asked_at = clock()

    @property
    def state(self) -> State:
        """The interview as it stands. Raises InputError where none was started."""
        if self._state is None:
            raise InputError("there is no interview yet", remedy="start or resume one")
        return self._state

    def start(self, plan: Plan, *, interview_id: str = "") -> list[Say]:
        """Begin an interview; returns what the interviewer says first."""
        state, says = begin(plan, self.catalogue, self.history(), self.rephrase)
        interview = self.learner.begin_interview(plan.to_dict(), _stored(state), self.clock(), key=interview_id)
        self.id, self._state, self._asked_at = interview.id, state, self.clock()
        if state.closed:
            self._finish()
        return says

    def resume(self, interview_id: str = "") -> list[Say]:
        """Go on with an interview (default: the newest unfinished one): the question that stands, or, where the last line had not
        been dealt with, what follows from it. A finished one says its report."""
        if not interview_id:
            unfinished = self.learner.interviews(finished=False, limit=1)
            if not unfinished:
                raise InputError("there is no interview to resume", remedy="start a new one")
            interview_id = unfinished[0].id
        interview = self.learner.interview(interview_id)
        self.id, self._state, self._asked_at = interview.id, self._restored(interview), self.clock()
        pending: Mapping[str, Any] | None = interview.state.get("pending")
        if pending and not interview.finished:
            return self._take(pending["text"], pending["seconds"], datetime.fromisoformat(pending["at"]))
        if self.state.closed:
            if not interview.finished:
                self._finish()
            report = report_of(self.state, self.catalogue)
            return [Say("report", report.summary, data=report.to_dict())]
        stands = standing(self.state)
        return [stands] if stands else []

    def answer(self, text: str, seconds: float | None = None) -> list[Say]:
        """Take the candidate's line; `seconds` is what it took (default: the time since the question)."""
        state, now = self.state, self.clock()
        if state.closed:
            raise InputError(f"interview {self.id} is finished", remedy="start a new one")
        if len(self.learner.interview(self.id).turns) != state.turns:
            raise StoreError(f"interview {self.id} went on elsewhere", remedy="resume it")
        if seconds is None:
            seconds = min(now - self._asked_at, LONGEST_THOUGHT).total_seconds()
        pending = {"text": text, "seconds": seconds, "at": now.isoformat()}
        self.learner.update_interview(self.id, {**_stored(state), "pending": pending})
        return self._take(text, seconds, now)

    def finish(self) -> Report:
        """End the interview now; a question without an answer does not count."""
        if not self.state.closed:
            self.answer("stop", 0.0)
        return self.report()

    def report(self) -> Report:
        """The report as far as the interview went."""
        return report_of(self.state, self.catalogue)

    def history(self) -> History:
        """What the learner's records say before the start."""
        now = self.clock()
        mastered = tuple(
            card.entry_id
            for card in self.learner.cards()
            if card.level is not None and card.level >= EASY and retrievability(card, now) >= RECALLED
        )
        abilities = {topic: Ability(known.ability, known.answers) for topic, known in self.learner.standings().items() if known.answers}
        earlier = [
            Summary(
                interview.started.isoformat(),
                interview.report["score"],
                {item["topic"]: item["score"] for item in interview.report["topics"]},
            )
            for interview in self.learner.interviews(finished=True, limit=COMPARED)
            if interview.report and interview.report["score"] is not None
        ]
        return History(abilities, mastered, tuple(reversed(earlier)))

    def _restored(self, interview: Interview) -> State:
        try:
            state = State.from_dict(interview.state["session"])
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"interview {interview.id} was not made by this program", remedy="start a new one") from error
        if gone := [asked.entry_id for asked in state.asked if asked.entry_id not in self.catalogue]:
            raise InputError(
                f"interview {interview.id} asks for {gone[0]}, which the index no longer has",
                remedy="bring it back with tutor ingest, or start a new one",
            )
        return state

    def _take(self, text: str, seconds: float, at: datetime) -> list[Say]:
        before = self.state
        state, says = step(before, text, seconds, self.grader, self.catalogue, self.rephrase)
        asked = before.current
        after = state.asked[asked.number - 1]
        line = next(line for line in state.lines[len(before.lines) :] if line.who == "candidate")
        turn = Turn(
            number=state.turns,
            at=at,
            kind=line.kind,
            question=asked.standing,
            answer=text,
            entry_id=as_name(asked.entry_id),
            grade=after.grade.to_dict() if after.grade else None,
            seconds=seconds,
        )
        attempts = [self._attempt(after, at)] if after.outcome not in ("open", "unfinished", "skipped") else []
        self.learner.add_turn(self.id, turn, _stored(state), attempts)
        self._state, self._asked_at = state, self.clock()
        if state.closed:
            self._finish()
        return says

    def _attempt(self, asked: Asked, at: datetime) -> Attempt:
        """The question as the study room remembers it."""
        grade = asked.grade
        return Attempt(
            entry_id=as_name(asked.entry_id),
            topic=as_name(asked.topic),
            at=at,
            origin="interview",
            question=asked.question,
            answer="\n".join(asked.answers),
            score=grade.score if grade else None,
            points={as_name(point.id): point.credit for point in grade.points} if grade else {},
            misconceptions=tuple(item.claim for item in grade.misconceptions) if grade else (),
            flags=grade.flags if grade else (),
            aided=asked.aided,
            difficulty=asked.difficulty,
            seconds=asked.seconds,
        )

    def _finish(self) -> None:
        report = self.report().to_dict()
        # The transcript lies in the state already.
        self.learner.update_interview(self.id, _stored(self.state), finished=self.clock(), report={**report, "transcript": []})


def unfinished(learner: Learner) -> Sequence[tuple[str, datetime, Plan]]:
    """A learner's interviews that can be resumed, newest first."""
    return [(item.id, item.started, Plan.from_dict(item.plan)) for item in learner.interviews(finished=False)]


def _stored(state: State) -> dict[str, Any]:
    return {"session": state.to_dict()}
