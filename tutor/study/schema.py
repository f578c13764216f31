"""The tables. A change here needs a migration beside it (`migrations/versions/`) and a new `HEAD` in `database.py`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC whatever the database; SQLite would drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} names no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Prose(TypeDecorator[str]):
    """Text of any origin: NUL and lone surrogates, which not every database can hold, become the replacement character."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Base(DeclarativeBase):
    """All tables of the study room."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (the name and kind that SQLAlchemy asks for)
        datetime: Moment,
        str: Prose,
        dict[str, Any]: JSON(none_as_null=True),
        dict[str, float]: JSON,
        list[str]: JSON,
    }


#: Names that are looked up: short, so that an index holds them whole.
Key = String(200)
Owner = Annotated[int, mapped_column(ForeignKey("learners.id", ondelete="CASCADE"))]
OwnerKey = Annotated[int, mapped_column(ForeignKey("learners.id", ondelete="CASCADE"), primary_key=True)]


class LearnerRow(Base):
    """Who studies. No number is given out twice: whoever still holds that of a deleted learner must not meet another."""

    __tablename__ = "learners"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Key, unique=True)
    created: Mapped[datetime]
    preferences: Mapped[dict[str, Any] | None]


class InterviewRow(Base):
    """A mock interview; `key` is the name it is resumed by."""

    __tablename__ = "interviews"
    __table_args__ = (UniqueConstraint("learner_id", "key"), Index(None, "learner_id", "started"))

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[Owner]
    key: Mapped[str] = mapped_column(Key)
    started: Mapped[datetime]
    finished: Mapped[datetime | None]
    plan: Mapped[dict[str, Any]]
    state: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any] | None]


class TurnRow(Base):
    """One exchange of an interview; the primary key keeps two windows from both answering it."""

    __tablename__ = "turns"

    interview_id: Mapped[int] = mapped_column(ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(Key)
    question: Mapped[str]
    answer: Mapped[str | None]
    entry_id: Mapped[str | None] = mapped_column(Key)
    grade: Mapped[dict[str, Any] | None]
    seconds: Mapped[float | None]


class AttemptRow(Base):
    """Every answer. `slot` (quarter hours since 1970) and `evidence` repeat other columns so that an index alone answers
    "how many, how good, on which day", in any time zone."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("learner_id", "key"),
        Index(None, "learner_id", "at"),
        Index(None, "learner_id", "entry_id", "at"),
        Index("ix_attempts_activity", "learner_id", "slot", "evidence", "score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    learner_id: Mapped[Owner]
    key: Mapped[str] = mapped_column(Key)
    entry_id: Mapped[str] = mapped_column(Key)
    topic: Mapped[str] = mapped_column(Key)
    at: Mapped[datetime]
    slot: Mapped[int]
    origin: Mapped[str] = mapped_column(Key)
    question: Mapped[str]
    answer: Mapped[str]
    score: Mapped[int | None]
    evidence: Mapped[bool]
    points: Mapped[dict[str, float]]
    misconceptions: Mapped[list[str]]
    flags: Mapped[list[str]]
    self_score: Mapped[int | None]
    aided: Mapped[bool]
    rating: Mapped[int | None]
    difficulty: Mapped[int]
    seconds: Mapped[float | None]
    interview_id: Mapped[int | None] = mapped_column(ForeignKey("interviews.id", ondelete="SET NULL"), index=True)
    disputes: Mapped[list[str]]


class AskedRow(Base):
    """Questions asked in chat that an entry answers."""

    __tablename__ = "asked"

    learner_id: Mapped[OwnerKey]
    at: Mapped[datetime] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(Key, primary_key=True)
    topic: Mapped[str] = mapped_column(Key)
    question: Mapped[str]


class CardRow(Base):
    """The review schedule."""

    __tablename__ = "cards"
    __table_args__ = (Index(None, "learner_id", "due"),)

    learner_id: Mapped[OwnerKey]
    entry_id: Mapped[str] = mapped_column(Key, primary_key=True)
    topic: Mapped[str] = mapped_column(Key)
    due: Mapped[datetime]
    state: Mapped[int]
    step: Mapped[int | None]
    stability: Mapped[float | None]
    difficulty: Mapped[float | None]
    last_review: Mapped[datetime | None]
    priority: Mapped[int]
    level: Mapped[float | None]
    tried: Mapped[int]
    missed: Mapped[int]
    failed: Mapped[bool]


class MarkRow(Base):
    """How each key point went."""

    __tablename__ = "marks"

    learner_id: Mapped[OwnerKey]
    entry_id: Mapped[str] = mapped_column(Key, primary_key=True)
    point_id: Mapped[str] = mapped_column(Key, primary_key=True)
    tried: Mapped[int]
    missed: Mapped[int]
    credit: Mapped[float]
    at: Mapped[datetime]


class StandingRow(Base):
    """Ability and self-knowledge in each topic."""

    __tablename__ = "standings"

    learner_id: Mapped[OwnerKey]
    topic: Mapped[str] = mapped_column(Key, primary_key=True)
    ability: Mapped[float]
    answers: Mapped[int]
    gap: Mapped[float]
    rated: Mapped[int]
