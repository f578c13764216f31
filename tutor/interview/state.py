"""The state of an interview, as plain values that go through JSON unchanged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from tutor.grading.grade import Grade
from tutor.interview.choice import Ability
from tutor.interview.plan import Plan

Kind = Literal["question", "probe", "remark", "report"]
#: How a question ended; "open" while it has not, "unfinished" when the interview was stopped before it was answered.
Outcome = Literal["open", "answered", "dont_know", "skipped", "off_topic", "ungraded", "unfinished"]

#: A key point with less credit was missed.
EARNED = 0.5


@dataclass(frozen=True, slots=True)
class Say:
    """What the interviewer says. The candidate answers a question or probe; `again` marks one that stands and is only repeated.
    `data` is the report of a report."""

    type: Kind
    text: str
    entry_id: str = ""
    number: int = 0
    point_id: str = ""
    again: bool = False
    data: Mapping[str, Any] | None = None

    @property
    def wants_answer(self) -> bool:
        return self.type in ("question", "probe")

    def to_dict(self) -> dict[str, Any]:
        """As a line of the JSONL dialogue: only what is there, a report's fields beside its text."""
        own = {"type": self.type, "text": self.text, "entry_id": self.entry_id, "number": self.number, "point_id": self.point_id}
        shown = {name: value for name, value in own.items() if value or name in ("type", "text")}
        return {**shown, **({"again": True} if self.again else {}), **(self.data or {})}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the transcript; `kind` is what the interviewer's line is, or what the candidate's was taken for."""

    who: Literal["interviewer", "candidate"]
    kind: str
    text: str
    number: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that happened to it.

    `standing` is what the candidate is to answer now (the question or the last probe, without the words around it). `answers` are
    what is graded; `withdrawn` are words of them that the candidate took back. `challenged` are
    the wrong claims that were doubted, `doubted` the words that made them, `checking` those of the challenge that stands.
    """

    entry_id: str
    number: int
    topic: str
    difficulty: int
    question: str
    standing: str
    standing_kind: Literal["question", "probe"] = "question"
    standing_point: str = ""
    answers: tuple[str, ...] = ()
    probes: int = 0
    probed: tuple[str, ...] = ()
    challenged: tuple[str, ...] = ()
    doubted: tuple[str, ...] = ()
    checking: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    hints: int = 0
    hinted: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    dont_knows: int = 0
    silences: int = 0
    off_topics: int = 0
    refusals: int = 0
    seconds: float = 0.0
    outcome: Outcome = "open"
    grade: Grade | None = None

    @property
    def aided(self) -> bool:
        return self.hints > 0

    @property
    def counts(self) -> bool:
        """Whether it counts in the score: it was ended by the candidate's doing, and could be graded."""
        return self.outcome not in ("open", "unfinished", "ungraded")

    @property
    def score(self) -> int:
        """The points of 100; none for a question that was skipped."""
        return (self.grade.score or 0) if self.grade else 0

    @property
    def pooled(self) -> str:
        """All that was answered, without what was withdrawn."""
        text = "\n".join(self.answers)
        for words in self.withdrawn:
            text = text.replace(words, "")
        return text.strip()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Asked:
        lists = ("answers", "probed", "challenged", "doubted", "checking", "withdrawn", "hinted", "wordings")
        values = {**data, **{name: tuple(data[name]) for name in lists}}
        return cls(**{**values, "grade": Grade.from_dict(data["grade"]) if data["grade"] else None})


@dataclass(frozen=True, slots=True)
class Summary:
    """An earlier interview in short: when, the score, the scores by topic."""

    at: str
    score: int
    topics: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the candidate before the start: abilities by topic, entries mastered lately, earlier interviews (oldest
    first)."""

    abilities: Mapping[str, Ability] = field(default_factory=dict)
    mastered: tuple[str, ...] = ()
    earlier: tuple[Summary, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """An interview at a moment. `last` remembers which variant of a sentence was said last."""

    plan: Plan
    general: Ability
    abilities: Mapping[str, Ability]
    mastered: tuple[str, ...] = ()
    earlier: tuple[Summary, ...] = ()
    asked: tuple[Asked, ...] = ()
    lines: tuple[Line, ...] = ()
    last: Mapping[str, int] = field(default_factory=dict)
    orders: int = 0
    closed: bool = False

    @property
    def current(self) -> Asked:
        return self.asked[-1]

    @property
    def seconds(self) -> float:
        """Time the candidate has used."""
        return sum(asked.seconds for asked in self.asked)

    @property
    def turns(self) -> int:
        """Lines of the candidate so far."""
        return sum(line.who == "candidate" for line in self.lines)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> State:
        made: dict[str, Any] = {
            "plan": Plan.from_dict(data["plan"]),
            "general": Ability(**data["general"]),
            "abilities": {topic: Ability(**ability) for topic, ability in data["abilities"].items()},
            "mastered": tuple(data["mastered"]),
            "earlier": tuple(Summary(**item) for item in data["earlier"]),
            "asked": tuple(Asked.from_dict(item) for item in data["asked"]),
            "lines": tuple(Line(**item) for item in data["lines"]),
        }
        return cls(**{**{item.name: data[item.name] for item in fields(cls)}, **made})


def standing(state: State) -> Say | None:
    """What the candidate is to answer now, for who comes back; None where the interview is over."""
    if state.closed or not state.asked:
        return None
    asked = state.current
    return Say(asked.standing_kind, asked.standing, asked.entry_id, asked.number, asked.standing_point, again=True)
