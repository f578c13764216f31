"""What grading returns: the score, the credit of each key point, and the words of the answer that earned it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tutor.entry import Language

#: Where the key points come from: written and checked for the entry, or derived from a note's own answer.
Rubric = Literal["curated", "derived"]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of the answer as it was given."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Point:
    """A key point and what the answer earned of it: `credit` 0..1, `evidence` the words that earned it ("" for none), and
    `contradicted` the words that state it wrongly. `spans` are where the evidence stands. `weight` is in points of 100."""

    id: str
    text: str
    weight: float
    credit: float
    evidence: str = ""
    contradicted: str = ""
    probe: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Asserted:
    """A listed misconception that the answer asserts, in its words, with the correction and its primary source."""

    claim: str
    evidence: str
    correction: str
    source: str = ""
    span: Span = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Beyond:
    """What an answer earned, in points of 100, for saying what the checked answer says, too, but no key point asks; with its words."""

    points: float = 0.0
    evidence: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """The grade of one answer. `score` is 0..100, None where grading failed ("not graded" is not 0): the weighted credit of the
    points, and what was earned `beyond` them, less the `cost` of what is wrong. `low` and `high` bound it (80 % of such answers lie
    between). `flags` name what the guards saw. `engine` is "matcher" or the judge's name; `notes` says what a reader should know of
    how the grade came about (a derived rubric, a judge that failed or differed)."""

    question: str
    entry_id: str
    score: int | None
    low: int
    high: int
    points: tuple[Point, ...]
    misconceptions: tuple[Asserted, ...]
    flags: tuple[str, ...]
    feedback: str
    engine: str
    rubric: Rubric
    language: Language
    notes: tuple[str, ...] = ()
    beyond: Beyond = Beyond()
    cost: float = 0.0

    @property
    def graded(self) -> bool:
        return self.score is not None

    def to_dict(self) -> dict[str, Any]:
        """The grade as JSON; `interval` for `low` and `high`."""
        data = asdict(self)
        data["interval"] = [data.pop("low"), data.pop("high")]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Grade:
        """A grade from its JSON, whether `interval` or `low` and `high` stand there; a grade of an earlier version lacks the last fields."""
        rest = dict(data)
        if "interval" in rest:
            rest["low"], rest["high"] = rest.pop("interval")
        rest["points"] = tuple(Point(**{**item, "spans": _spans(item["spans"])}) for item in data["points"])
        rest["misconceptions"] = tuple(Asserted(**{**item, "span": Span(**item["span"])}) for item in data["misconceptions"])
        if "beyond" in data:
            rest["beyond"] = Beyond(**{**data["beyond"], "spans": _spans(data["beyond"]["spans"])})
        return cls(**{**rest, "flags": tuple(data["flags"]), "notes": tuple(data["notes"])})


def _spans(items: Iterable[Mapping[str, int]]) -> tuple[Span, ...]:
    return tuple(Span(**item) for item in items)
