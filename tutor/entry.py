"""The data everything speaks: entries, their sources, and what belongs to them. No I/O here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Language = Literal["zh", "en"]

#: Ways of asking in the query bank, with the number a full bank holds of each.
WORDING_KINDS: Mapping[str, int] = {
    "reworded": 5,
    "spoken": 5,
    "scenario": 4,
    "detail": 4,
    "keyword": 2,
    "english": 3,
    "mixed": 2,
    "typo": 1,
}


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Chinese, in English, or in both; an empty string where a language is missing."""

    zh: str = ""
    en: str = ""

    def pick(self, language: Language) -> str:
        """The text in `language`, or in the other one where that is missing."""
        first, second = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return first or second

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def both(self) -> tuple[str, ...]:
        """The languages that are there, Chinese first."""
        return tuple(text for text in (self.zh, self.en) if text)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an entry was read: the file as the user named it, and the 1-based line of the question."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Wording:
    """Another way of asking an entry's question; `kind` is "other" or one of `WORDING_KINDS`."""

    text: str
    kind: str = "other"


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """What a full answer must say: weight in points of 100, the probe that fishes for it,
    phrasings that earn it (`right`) and near misses that must not (`wrong`)."""

    id: str
    text: Text
    weight: int
    probe: Text
    right: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Misconception:
    """A wrong claim people make, with its correction."""

    claim: Text
    correction: Text


@dataclass(frozen=True, slots=True)
class Reference:
    """A primary source behind a curated answer: paper, official documentation, model card."""

    title: str
    url: str
    year: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with its answer (Markdown). Curated entries fill the fields after `section`; `linked` is the
    id of the curated entry that asks what a note asks."""

    id: str
    question: Text
    answer: Text
    sources: tuple[Source, ...]
    section: str = ""
    short: Text = Text()
    topic: str = ""
    difficulty: int = 0
    frequency: str = ""
    wordings: tuple[Wording, ...] = ()
    rubric: tuple[KeyPoint, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    follow_ups: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    linked: str = ""

    @property
    def answered(self) -> bool:
        return bool(self.answer)

    @property
    def curated(self) -> bool:
        return bool(self.short)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Entry:
        return cls(
            id=data["id"],
            question=Text(**data["question"]),
            answer=Text(**data["answer"]),
            sources=tuple(Source(**item) for item in data["sources"]),
            section=data["section"],
            short=Text(**data["short"]),
            topic=data["topic"],
            difficulty=data["difficulty"],
            frequency=data["frequency"],
            wordings=tuple(Wording(**item) for item in data["wordings"]),
            rubric=tuple(
                KeyPoint(
                    id=item["id"],
                    text=Text(**item["text"]),
                    weight=item["weight"],
                    probe=Text(**item["probe"]),
                    right=tuple(item["right"]),
                    wrong=tuple(item["wrong"]),
                )
                for item in data["rubric"]
            ),
            misconceptions=tuple(Misconception(Text(**item["claim"]), Text(**item["correction"])) for item in data["misconceptions"]),
            follow_ups=tuple(data["follow_ups"]),
            references=tuple(Reference(**item) for item in data["references"]),
            linked=data["linked"],
        )


#: What a passage shows of its entry: its question, a wording of its own, a wording of the curated entry it
#: is linked to, or a part of its answer.
View = Literal["question", "wording", "linked", "answer"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an entry that is indexed."""

    entry: int
    view: View
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found for a query; higher `score` is better, `passage` is its best piece."""

    entry: Entry
    score: float
    passage: str
    view: View


@dataclass(frozen=True, slots=True)
class Hits:
    """The hits of one query, best first, with the calibrated probability that they answer it."""

    query: str
    confidence: float
    in_scope: bool
    hits: tuple[Hit, ...] = field(default=())
