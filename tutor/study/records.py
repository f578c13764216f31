"""What a learner's data is made of. Plain values that know nothing of the database.

An attempt is the event everything else follows from: `Card`, `Mark` and `Standing` are sums over the attempts (and over the
questions asked in chat) that could be made again from them at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal, get_args

from tutor.entry import Entry, Language

Origin = Literal["grade", "interview", "review", "drill"]
#: FSRS's four buttons: 1 again, 2 hard, 3 good, 4 easy.
Ease = Literal[1, 2, 3, 4]

#: A key point with less credit than this was missed.
MISSED = 0.5
#: Difficulty of an entry that names none, and of a question without an entry.
MEDIUM = 2
#: Ids, topics and names of learners; the columns that are looked up hold no more.
LONGEST_NAME = 200
#: A goal beyond this is a slip of the finger.
MOST_A_DAY = 500
_WEIGHTS = {"high": 3.0, "medium": 2.0, "low": 1.0}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One answer of a learner, wherever it was given.

    `score` is None where grading failed; such an attempt is kept, but counts for nothing. `self_score` is what the learner
    guessed before the score was revealed. `aided`: the reference or a hint was seen. `rating` is the learner's own verdict on a
    card that was flipped rather than graded: it moves the card, but proves nothing. `id` is given by the store where empty.
    """

    entry_id: str
    topic: str
    at: datetime
    origin: Origin
    question: str = ""
    answer: str = ""
    score: int | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    misconceptions: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    self_score: int | None = None
    aided: bool = False
    rating: Ease | None = None
    difficulty: int = MEDIUM
    seconds: float | None = None
    interview_id: str | None = None
    disputes: tuple[str, ...] = ()
    id: str = ""

    def __post_init__(self) -> None:
        _check_aware(self.at)
        _check_name(self.entry_id, self.topic, self.interview_id, self.id, *self.points)
        if self.origin not in get_args(Origin):
            raise ValueError(f"origin {self.origin!r} is none of {', '.join(get_args(Origin))}")
        for name, value in (("score", self.score), ("self_score", self.self_score)):
            if value is not None and not 0 <= value <= 100:
                raise ValueError(f"{name} {value} is not between 0 and 100")
        if self.rating is not None and self.rating not in get_args(Ease):
            raise ValueError(f"rating {self.rating} is not between 1 and 4")
        for point, credit in self.points.items():
            if not 0 <= credit <= 1:
                raise ValueError(f"credit {credit} of {point} is not between 0 and 1")

    @property
    def evidence(self) -> bool:
        """Whether it shows what the learner can do alone: graded, unaided, and the whole question."""
        return self.score is not None and not self.aided and self.origin != "drill"

    @property
    def missed(self) -> tuple[str, ...]:
        """The key points that were missed."""
        return tuple(point for point, credit in self.points.items() if credit < MISSED)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a learner has chosen: answers a day, language, and the role and the date of the interview to come."""

    goal: int = 10
    language: Language = "zh"
    role: str = ""
    interview: date | None = None

    def __post_init__(self) -> None:
        if not (type(self.goal) is int and 1 <= self.goal <= MOST_A_DAY):
            raise ValueError(f"{self.goal} is no goal for a day: 1 to {MOST_A_DAY} answers")
        if self.language not in get_args(Language):
            raise ValueError(f"language {self.language!r} is none of {', '.join(get_args(Language))}")
        _check_name(self.role)

    def to_dict(self) -> dict[str, Any]:
        """As JSON, what differs from the defaults."""
        data = {**asdict(self), "interview": self.interview.isoformat() if self.interview else None}
        return {name: value for name, value in data.items() if value != getattr(Preferences(), name)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Preferences:
        """What `to_dict` made, also by a newer program. Raises ValueError where it is none."""
        known = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        if not isinstance(known.get("interview", ""), str) or not isinstance(known.get("role", ""), str):
            raise ValueError("role and interview are texts")
        if "interview" in known:
            known["interview"] = date.fromisoformat(known["interview"])
        return cls(**known)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question asked in chat that an entry answers."""

    entry_id: str
    topic: str
    question: str
    at: datetime

    def __post_init__(self) -> None:
        _check_aware(self.at)
        _check_name(self.entry_id, self.topic)


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of an interview; `number` counts from 1. `kind` and `grade` are the interviewer's own."""

    number: int
    at: datetime
    kind: str
    question: str
    answer: str | None = None
    entry_id: str | None = None
    grade: Mapping[str, Any] | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        _check_aware(self.at)
        _check_name(self.kind, self.entry_id)


@dataclass(frozen=True, slots=True)
class Interview:
    """A mock interview as it is stored; plan, state and report are JSON values of the interviewer's own.
    Lists of interviews come without their turns."""

    id: str
    started: datetime
    plan: Mapping[str, Any]
    state: Mapping[str, Any]
    finished: datetime | None = None
    report: Mapping[str, Any] | None = None
    turns: tuple[Turn, ...] = ()

    def __post_init__(self) -> None:
        _check_aware(self.started)
        _check_name(self.id)
        if self.finished is not None:
            _check_aware(self.finished)
        if [turn.number for turn in self.turns] != list(range(1, len(self.turns) + 1)):
            raise ValueError("the turns are not numbered 1, 2, 3 ...")


@dataclass(frozen=True, slots=True)
class Card:
    """An entry on a learner's review schedule.

    `state`, `step`, `stability`, `difficulty`, `due` and `last_review` are FSRS's. `priority` counts the times it was asked for
    in chat since the last review. `level` is what the learner's unaided answers were worth (0-100, newest weigh most), None
    where there are none. `tried` and `missed` count graded answers; `failed` says whether the newest was a miss.
    """

    entry_id: str
    topic: str
    due: datetime
    state: int = 1
    step: int | None = 0
    stability: float | None = None
    difficulty: float | None = None
    last_review: datetime | None = None
    priority: int = 0
    level: float | None = None
    tried: int = 0
    missed: int = 0
    failed: bool = False

    @property
    def new(self) -> bool:
        """Never reviewed: it is here because it was asked for."""
        return self.last_review is None


@dataclass(frozen=True, slots=True)
class Mark:
    """How a learner has done on one key point: times tried and missed, and the credit of the newest try."""

    entry_id: str
    point_id: str
    tried: int
    missed: int
    credit: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A learner in one topic: the ability estimate (logits, 0 is the level of a medium question) over `answers` unaided
    answers, and the mean of self-score minus score over the `rated` answers that were guessed before."""

    topic: str
    ability: float = 0.0
    answers: int = 0
    gap: float = 0.0
    rated: int = 0


@dataclass(frozen=True, slots=True)
class ActiveDay:
    """A day with graded answers: how many, how many of them `unaided`, and the `total` of those scores."""

    date: date
    answers: int
    unaided: int
    total: int


@dataclass(frozen=True, slots=True)
class Listed:
    """What the study room needs to know of an entry: `weight` is how often interviewers ask it, relative to the others."""

    topic: str
    difficulty: int = MEDIUM
    weight: float = 1.0


Catalogue = Mapping[str, Listed]


def catalogue(entries: Iterable[Entry]) -> dict[str, Listed]:
    """The entries worth studying: those with an answer that do not merely repeat a curated entry."""
    return {
        as_name(entry.id): Listed(as_name(entry.topic or entry.section), entry.difficulty or MEDIUM, _WEIGHTS.get(entry.frequency, 1.0))
        for entry in entries
        if entry.answered and not entry.linked
    }


def as_name(text: str) -> str:
    """An id or topic as it is stored: notes have sections of any length."""
    if not text.isprintable():
        text = "".join(char for char in text if char.isprintable())
    return text[:LONGEST_NAME]


def _check_name(*names: str | None) -> None:
    for name in names:
        if name and not (name.isprintable() and len(name) <= LONGEST_NAME):
            raise ValueError(f"{name[:40]!r} is no name: longer than {LONGEST_NAME} characters, or not printable")


def _check_aware(moment: datetime) -> None:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} names no time zone")
