"""Between rows and records: every conversion the learner's data goes through on its way in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, RowMapping
from sqlalchemy.dialects import postgresql, sqlite

from tutor.study.records import Asked, Attempt, Card, Interview, Mark, Standing, Turn
from tutor.study.schema import Base

#: Quarter hours: every time zone begins its days on one.
SLOT = timedelta(minutes=15)
_EPOCH = datetime.fromtimestamp(0, UTC)

Record = Asked | Card | Mark | Standing | Turn
Kind = TypeVar("Kind", Asked, Card, Mark, Standing, Turn)
Values = dict[str, Any]


def insert_new(connection: Connection, table: type[Base], rows: Sequence[Values]) -> int:
    """Insert the rows whose key is not taken; returns how many those were."""
    if not rows:
        return 0
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing().returning(*table.__table__.primary_key)
    return len(connection.execute(statement, rows).all())


def slot_of(moment: datetime) -> int:
    """Slots since 1970."""
    return (moment - _EPOCH) // SLOT


def values_of(record: Record) -> Values:
    """The columns of a record whose fields are named like them."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def to_record(kind: type[Kind], row: RowMapping) -> Kind:
    """The record of a row whose columns are named like its fields."""
    return kind(**{field.name: row[field.name] for field in fields(kind)})


def attempt_values(attempt: Attempt, interviews: Mapping[str, int]) -> Values:
    """The columns of an attempt; `interviews` are row ids by interview id."""
    values = {field.name: getattr(attempt, field.name) for field in fields(attempt) if field.name != "id"}
    values.update({name: list(values[name]) for name in ("misconceptions", "flags", "disputes")})
    return {
        **values,
        "key": attempt.id,
        "points": dict(attempt.points),
        "slot": slot_of(attempt.at),
        "evidence": attempt.evidence,
        "interview_id": interviews.get(attempt.interview_id or ""),
    }


def to_attempt(row: RowMapping) -> Attempt:
    """An attempt from its row, with `interview_key` from the interview's."""
    own = ("id", "interview_id", "misconceptions", "flags", "disputes")
    return Attempt(
        **{field.name: row[field.name] for field in fields(Attempt) if field.name not in own},
        id=row["key"],
        interview_id=row["interview_key"],
        misconceptions=tuple(row["misconceptions"]),
        flags=tuple(row["flags"]),
        disputes=tuple(row["disputes"]),
    )


def interview_values(interview: Interview) -> Values:
    """The columns of an interview; its turns have rows of their own."""
    values = {field.name: getattr(interview, field.name) for field in fields(interview) if field.name not in ("id", "turns")}
    return {**values, "key": interview.id}


def to_interview(row: RowMapping, turns: Iterable[RowMapping] = ()) -> Interview:
    """An interview from its row and those of its turns."""
    own = {field.name: row[field.name] for field in fields(Interview) if field.name not in ("id", "turns")}
    return Interview(**own, id=row["key"], turns=tuple(to_record(Turn, turn) for turn in turns))
