"""The graded answers: what candidates might say, and what two hands gave for it by the rubric."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tutor.entry import Entry, Language, Source, Text
from tutor.settings import PACKAGE

FOLDER = PACKAGE / "data" / "grading"
Split = Literal["train", "dev", "test"]


@dataclass(frozen=True)
class Hand:
    """What one reader gave: credit for each key point, how many wrong claims that matter, and the score."""

    credit: tuple[float, ...]
    wrong: int
    score: float


@dataclass(frozen=True)
class GradedAnswer:
    """An answer to an entry's question, how it was meant (`kind`; `gaming` names the trick), and both hands' grades. Answers of
    outside examiners were graded by rubrics of their own: they have no credit for our key points. Those of other fields have a
    `reference` answer instead of an entry."""

    id: str
    entry: str
    question: str
    kind: str
    gaming: str
    language: Language | Literal["mixed"]
    answer: str
    hands: tuple[Hand, ...]
    reference: str = ""

    @cached_property
    def score(self) -> float:
        """The mean of the hands."""
        return sum(hand.score for hand in self.hands) / len(self.hands)

    @cached_property
    def credit(self) -> tuple[float, ...]:
        """The mean of the hands for each key point."""
        return tuple(sum(each) / len(each) for each in zip(*(hand.credit for hand in self.hands), strict=True))


def graded_answers(
    split: Split | Literal["outside-train", "outside-dev", "outside-test", "other-fields-train", "other-fields-test"],
) -> list[GradedAnswer]:
    """The answers of a split; questions are in one split only. The outside ones were written and graded by somebody who never saw
    our rubrics."""
    lines = (FOLDER / f"{split}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_answer(json.loads(line)) for line in lines]


def note_of(answer: GradedAnswer) -> Entry:
    """The note that an answer of another field is graded by: its question with the reference answer."""
    return Entry(answer.question, Text(en=answer.question), Text(en=answer.reference), (Source("reference", 1),))


def _answer(data: dict[str, object]) -> GradedAnswer:
    hands: Sequence[dict[str, object]] = data.pop("hands")  # type: ignore[assignment]
    return GradedAnswer(
        **data,  # type: ignore[arg-type]
        hands=tuple(Hand(tuple(hand["credit"]), int(hand["wrong"]), float(hand["score"])) for hand in hands),  # type: ignore[arg-type, call-overload]
    )
