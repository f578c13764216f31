"""One learner's data in the database: plain values in, plain values out. A `Learner` sees its own rows and no others.

Attempts and questions in chat are the events; cards, marks and standings are kept beside them, in the same transaction, so that
the queue and the statistics never need to read all events. `rebuild` makes them anew.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Executable, RowMapping, Select, case, delete, func, insert, select, update

from tutor.errors import InputError, StoreError
from tutor.study import disputes
from tutor.study.database import Database
from tutor.study.records import LONGEST_NAME, ActiveDay, Asked, Attempt, Card, Interview, Mark, Preferences, Standing, Turn
from tutor.study.rows import (
    SLOT,
    attempt_values,
    insert_new,
    interview_values,
    slot_of,
    to_attempt,
    to_interview,
    to_record,
    values_of,
)
from tutor.study.schema import AskedRow, AttemptRow, CardRow, InterviewRow, LearnerRow, MarkRow, StandingRow, TurnRow
from tutor.study.sums import Sums

DEFAULT = "me"
#: How far back the statistics look.
HORIZON = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Learner:
    """Who studies, with all that is stored of them."""

    database: Database
    id: int
    name: str
    created: datetime

    # Choices

    def preferences(self) -> Preferences:
        """What the learner has chosen."""
        rows = self._read(select(LearnerRow.preferences).where(LearnerRow.id == self.id))
        return Preferences.from_dict(rows[0]["preferences"] or {}) if rows else Preferences()

    def prefer(self, **chosen: Any) -> Preferences:
        """Choose anew: fields of `Preferences`; the others stay. Raises InputError for a value that is none."""
        with self._writing() as connection:
            stored = connection.execute(select(LearnerRow.preferences).where(LearnerRow.id == self.id)).scalar()
            try:
                preferences = replace(Preferences.from_dict(stored or {}), **chosen)
            except ValueError as error:
                raise InputError(str(error)) from error
            connection.execute(update(LearnerRow).where(LearnerRow.id == self.id).values(preferences=preferences.to_dict() or None))
        return preferences

    # Interviews

    def begin_interview(self, plan: Mapping[str, Any], state: Mapping[str, Any], now: datetime, *, key: str = "") -> Interview:
        """Store a new interview; it is resumed by its `id`."""
        interview = Interview(key or uuid.uuid4().hex[:12], now.astimezone(UTC), dict(plan), dict(state))
        with self._writing() as connection:
            if not insert_new(connection, InterviewRow, [{**interview_values(interview), "learner_id": self.id}]):
                raise InputError(f"there is an interview {interview.id} already")
        return interview

    def add_turn(self, interview_id: str, turn: Turn, state: Mapping[str, Any], attempts: Iterable[Attempt] = ()) -> list[Attempt]:
        """Store a turn with the state it leads to and the answers it graded: all of it or nothing. A turn that is not the next one
        was answered in another window: StoreError."""
        with self._writing() as connection:
            row = self._interview_row(connection, interview_id, unfinished=True)
            last = connection.execute(select(func.max(TurnRow.number)).where(TurnRow.interview_id == row["id"])).scalar() or 0
            if turn.number != last + 1:
                raise StoreError(f"turn {turn.number} of interview {interview_id} was answered elsewhere", remedy="resume the interview")
            connection.execute(insert(TurnRow), [{**values_of(turn), "interview_id": row["id"]}])
            connection.execute(update(InterviewRow).where(InterviewRow.id == row["id"]).values(state=dict(state)))
            return self._record(connection, [replace(attempt, interview_id=interview_id) for attempt in attempts])

    def update_interview(
        self, interview_id: str, state: Mapping[str, Any], *, finished: datetime | None = None, report: Mapping[str, Any] | None = None
    ) -> None:
        """Store a state that no turn led to; with `finished`, close the interview."""
        values: dict[str, Any] = {"state": dict(state)}
        if finished is not None:
            values["finished"] = finished
        if report is not None:
            values["report"] = dict(report)
        with self._writing() as connection:
            row = self._interview_row(connection, interview_id)
            connection.execute(update(InterviewRow).where(InterviewRow.id == row["id"]).values(values))

    def interview(self, interview_id: str) -> Interview:
        """An interview with its turns. Raises InputError where the learner has none of that id."""
        with self.database.reading() as connection:
            return _with_turns(connection, self._interview_row(connection, interview_id))

    def interviews(self, *, finished: bool | None = None, limit: int | None = None) -> list[Interview]:
        """Interviews without their turns, newest first; `finished` False: those to resume."""
        query = select(*InterviewRow.__table__.c).where(InterviewRow.learner_id == self.id)
        if finished is not None:
            query = query.where(InterviewRow.finished.is_not(None) if finished else InterviewRow.finished.is_(None))
        query = query.order_by(InterviewRow.started.desc(), InterviewRow.id.desc()).limit(limit)
        return [to_interview(row) for row in self._read(query)]

    def full_interviews(self) -> Iterator[Interview]:
        """All interviews with their turns, oldest first."""
        query = select(*InterviewRow.__table__.c).where(InterviewRow.learner_id == self.id).order_by(InterviewRow.started, InterviewRow.id)
        with self.database.reading() as connection:
            for row in connection.execute(query).mappings().all():
                yield _with_turns(connection, row)

    # Answers

    def record(self, *attempts: Attempt) -> list[Attempt]:
        """Store answers and let them move cards, marks and standings; returns them with their ids."""
        with self._writing() as connection:
            return self._record(connection, attempts)

    def attempts(
        self,
        *,
        entry_id: str | None = None,
        topic: str | None = None,
        interview_id: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Attempt]:
        """Attempts, newest first."""
        query = self._attempts()
        if entry_id is not None:
            query = query.where(AttemptRow.entry_id == entry_id)
        if topic is not None:
            query = query.where(AttemptRow.topic == topic)
        if interview_id is not None:
            query = query.where(InterviewRow.key == interview_id)
        if since is not None:
            query = query.where(AttemptRow.at >= since)
        return [to_attempt(row) for row in self._read(query.order_by(AttemptRow.at.desc(), AttemptRow.id.desc()).limit(limit))]

    def all_attempts(self) -> Iterator[Attempt]:
        """Every attempt, oldest first, without holding them all in memory."""
        query = self._attempts().order_by(AttemptRow.at, AttemptRow.id)
        with self.database.reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query).mappings():
                yield to_attempt(row)

    def attempt(self, attempt_id: str) -> Attempt:
        """The attempt of that id. Raises InputError where the learner has none."""
        rows = self._read(self._attempts().where(AttemptRow.key == attempt_id))
        if not rows:
            raise InputError(f"{self.name} has no attempt {attempt_id}")
        return to_attempt(rows[0])

    def dispute(self, attempt_id: str, objection: str, better: Attempt | None = None) -> Attempt:
        """Keep an objection to a grade with the attempt. Where the objection holds, the grade of `better` takes the place of its
        own, and what follows from it is made anew."""
        with self._writing() as connection:
            row = connection.execute(self._attempts().where(AttemptRow.key == attempt_id)).mappings().one_or_none()
            if row is None:
                raise InputError(f"{self.name} has no attempt {attempt_id}")
            attempt = to_attempt(row)
            attempt = replace(attempt, disputes=(*attempt.disputes, objection))
            if better:
                own = ("score", "points", "misconceptions", "flags")
                attempt = replace(attempt, **{name: getattr(better, name) for name in own})
            values = {name: value for name, value in attempt_values(attempt, {}).items() if name != "interview_id"}
            connection.execute(update(AttemptRow).where(AttemptRow.id == row["id"]).values(values))
            if better:
                self._rebuild(connection)
            return attempt

    def asked(self, *questions: Asked) -> None:
        """Store questions asked in chat; their entries come up for review."""
        with self._writing() as connection:
            for question in questions:
                if insert_new(connection, AskedRow, [{**values_of(question), "learner_id": self.id}]):
                    self._move(connection, [question])

    def all_asked(self) -> list[Asked]:
        """Every question asked in chat, oldest first."""
        rows = self._read(select(*AskedRow.__table__.c).where(AskedRow.learner_id == self.id).order_by(AskedRow.at, AskedRow.entry_id))
        return [to_record(Asked, row) for row in rows]

    # What follows from them

    def cards(self) -> list[Card]:
        """The review schedule, soonest first; never more cards than entries were met."""
        query = select(*CardRow.__table__.c).where(CardRow.learner_id == self.id).order_by(CardRow.due, CardRow.entry_id)
        return [to_record(Card, row) for row in self._read(query)]

    def marks(self) -> list[Mark]:
        """How each key point went."""
        query = select(*MarkRow.__table__.c).where(MarkRow.learner_id == self.id).order_by(MarkRow.entry_id, MarkRow.point_id)
        return [to_record(Mark, row) for row in self._read(query)]

    def standings(self) -> dict[str, Standing]:
        """Ability and self-knowledge by topic."""
        query = select(*StandingRow.__table__.c).where(StandingRow.learner_id == self.id).order_by(StandingRow.topic)
        return {row["topic"]: to_record(Standing, row) for row in self._read(query)}

    def activity(self, now: datetime) -> list[ActiveDay]:
        """The days with graded answers within the `HORIZON`, oldest first, summed from an index alone. Days begin at midnight by
        `now`'s offset from UTC."""
        unaided = case((AttemptRow.evidence, 1), else_=0)
        offset = (now.utcoffset() or timedelta()) // SLOT
        day = ((AttemptRow.slot + offset) // (timedelta(days=1) // SLOT)).label("day")
        query = (
            select(day, func.count(), func.sum(unaided), func.sum(unaided * AttemptRow.score))
            .where(AttemptRow.learner_id == self.id, AttemptRow.slot >= slot_of(now - HORIZON), AttemptRow.score.is_not(None))
            .group_by(day)
            .order_by(day)
        )
        with self.database.reading() as connection:
            rows = connection.execute(query).all()
        return [ActiveDay(date(1970, 1, 1) + timedelta(days=row[0]), row[1], int(row[2]), int(row[3])) for row in rows]

    # Keeping

    def merge(self, interviews: Sequence[Interview], attempts: Sequence[Attempt], asked: Sequence[Asked]) -> int:
        """Add records that are not there yet and rebuild what follows from them; returns how many were new."""
        with self._writing() as connection:
            new = sum(self._add_interview(connection, interview) for interview in interviews)
            new += self._add_attempts(connection, attempts)
            new += insert_new(connection, AskedRow, [{**values_of(question), "learner_id": self.id} for question in asked])
            if new:
                self._rebuild(connection)
        return new

    def rebuild(self) -> None:
        """Make cards, marks and standings anew from all events."""
        with self._writing() as connection:
            self._rebuild(connection)

    def delete(self) -> None:
        """Delete the learner and all that is stored of them."""
        with self._writing() as connection:
            connection.execute(delete(LearnerRow).where(LearnerRow.id == self.id))
        self.database.forget_deleted()
        disputes.forget(self.database, self.name)

    # Inside

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that holds the learner's row: whoever else writes for this learner waits, also on PostgreSQL."""
        with self.database.writing() as connection:
            if connection.execute(select(LearnerRow.id).where(LearnerRow.id == self.id).with_for_update()).scalar() is None:
                raise StoreError(f"learner {self.name} was deleted")
            yield connection

    def _read(self, query: Executable) -> Sequence[RowMapping]:
        with self.database.reading() as connection:
            return connection.execute(query).mappings().all()

    def _attempts(self) -> Select[Any]:
        columns = [column for column in AttemptRow.__table__.c if column.name != "interview_id"]
        joined = select(*columns, InterviewRow.key.label("interview_key")).outerjoin(
            InterviewRow, AttemptRow.interview_id == InterviewRow.id
        )
        return joined.where(AttemptRow.learner_id == self.id)

    def _interview_row(self, connection: Connection, interview_id: str, *, unfinished: bool = False) -> RowMapping:
        query = select(*InterviewRow.__table__.c).where(InterviewRow.learner_id == self.id, InterviewRow.key == interview_id)
        row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise InputError(f"{self.name} has no interview {interview_id}")
        if unfinished and row["finished"] is not None:
            raise InputError(f"interview {interview_id} is finished", remedy="begin a new one")
        return row

    def _record(self, connection: Connection, attempts: Iterable[Attempt]) -> list[Attempt]:
        named = [attempt if attempt.id else replace(attempt, id=uuid.uuid4().hex) for attempt in attempts]
        for interview_id in {attempt.interview_id for attempt in named if attempt.interview_id}:
            self._interview_row(connection, interview_id)
        if self._add_attempts(connection, named) != len(named):
            raise InputError("an attempt of that id is stored already")
        self._move(connection, named)
        return named

    def _add_attempts(self, connection: Connection, attempts: Iterable[Attempt]) -> int:
        listed = list(attempts)
        keys = {attempt.interview_id for attempt in listed if attempt.interview_id}
        known: dict[str, int] = {}
        if keys:
            query = select(InterviewRow.key, InterviewRow.id).where(InterviewRow.learner_id == self.id)
            known = {key: row_id for key, row_id in connection.execute(query) if key in keys}
        return insert_new(connection, AttemptRow, [{**attempt_values(attempt, known), "learner_id": self.id} for attempt in listed])

    def _add_interview(self, connection: Connection, interview: Interview) -> int:
        if not insert_new(connection, InterviewRow, [{**interview_values(interview), "learner_id": self.id}]):
            return 0
        row = self._interview_row(connection, interview.id)
        insert_new(connection, TurnRow, [{**values_of(turn), "interview_id": row["id"]} for turn in interview.turns])
        return 1

    def _move(self, connection: Connection, events: Sequence[Attempt | Asked]) -> None:
        """Let events move the sums of their entries and topics."""
        entries, topics = {event.entry_id for event in events}, {event.topic for event in events}
        own = (
            (CardRow, CardRow.learner_id == self.id, CardRow.entry_id.in_(entries)),
            (MarkRow, MarkRow.learner_id == self.id, MarkRow.entry_id.in_(entries)),
            (StandingRow, StandingRow.learner_id == self.id, StandingRow.topic.in_(topics)),
        )
        sums = Sums()
        cards, marks, standings = (connection.execute(select(*table.__table__.c).where(*which)).mappings().all() for table, *which in own)
        sums.cards.update((row["entry_id"], to_record(Card, row)) for row in cards)
        sums.standings.update((row["topic"], to_record(Standing, row)) for row in standings)
        for row in marks:
            sums.marks[row["entry_id"]][row["point_id"]] = to_record(Mark, row)
        for event in events:
            sums.add(event)
        for table, *which in own:
            connection.execute(delete(table).where(*which))
        self._store(connection, sums)

    def _rebuild(self, connection: Connection) -> None:
        attempts = connection.execute(self._attempts().order_by(AttemptRow.at, AttemptRow.id)).mappings()
        events: list[Attempt | Asked] = [to_attempt(row) for row in attempts]
        asked = connection.execute(select(*AskedRow.__table__.c).where(AskedRow.learner_id == self.id)).mappings()
        events += [to_record(Asked, row) for row in asked]
        sums = Sums()
        for event in sorted(events, key=lambda event: event.at):
            sums.add(event)
        for table in (CardRow, MarkRow, StandingRow):
            connection.execute(delete(table).where(table.learner_id == self.id))
        self._store(connection, sums)

    def _store(self, connection: Connection, sums: Sums) -> None:
        marks = [mark for points in sums.marks.values() for mark in points.values()]
        for table, records in ((CardRow, sums.cards.values()), (MarkRow, marks), (StandingRow, sums.standings.values())):
            if rows := [{**values_of(record), "learner_id": self.id} for record in records]:
                connection.execute(insert(table), rows)


def open_learner(database: Database, name: str = DEFAULT, *, now: datetime) -> Learner:
    """The learner of that name, made where there is none."""
    name = _clean(name)
    query = select(*LearnerRow.__table__.c).where(LearnerRow.name == name)
    with database.reading() as connection:
        row = connection.execute(query).mappings().one_or_none()
    if row is None:
        with database.writing() as connection:
            insert_new(connection, LearnerRow, [{"name": name, "created": now}])
            row = connection.execute(query).mappings().one()
    return _learner(database, row)


def find_learner(database: Database, name: str) -> Learner:
    """The learner of that name. Raises InputError where there is none."""
    named = [learner for learner in learners(database) if learner.name == _clean(name)]
    if not named:
        known = ", ".join(learner.name for learner in learners(database))
        raise InputError(f"there is no learner {name!r}", remedy=f"known: {known}" if known else "nobody has studied here yet")
    return named[0]


def learners(database: Database) -> list[Learner]:
    """All learners, by name."""
    with database.reading() as connection:
        rows = connection.execute(select(*LearnerRow.__table__.c).order_by(LearnerRow.name)).mappings().all()
    return [_learner(database, row) for row in rows]


def _learner(database: Database, row: RowMapping) -> Learner:
    return Learner(database, row["id"], row["name"], row["created"])


def _clean(name: str) -> str:
    """A name as it is stored: one way of writing what looks the same."""
    clean = " ".join(unicodedata.normalize("NFC", name).split())
    if not clean or not clean.isprintable() or len(clean) > LONGEST_NAME:
        raise InputError(f"{name[:40]!r} is no name for a learner", remedy=f"1 to {LONGEST_NAME} printable characters")
    return clean


def _with_turns(connection: Connection, row: RowMapping) -> Interview:
    turns = select(*TurnRow.__table__.c).where(TurnRow.interview_id == row["id"]).order_by(TurnRow.number)
    return to_interview(row, connection.execute(turns).mappings())
