"""A small curated index, and a grader that needs no model: what is said word for word earns its point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tutor.entry import Entry, Language
from tutor.grading.grade import Asserted, Grade, Point, Span
from tutor.grading.rubric import rubric_of
from tutor.settings import Settings
from tutor.tutor import Tutor
from tutor.web.current import CurrentTutor

CORPUS = Path(__file__).parents[2] / "corpus"
TOPICS = ("peft", "inference", "rag")


class WordForWord:
    """Credit for a phrasing that stands in the answer; a misconception for its claim."""

    def grade(self, entry: Entry, answer: str, *, question: str = "", language: Language = "en", **_: Any) -> Grade:
        points = []
        for point in rubric_of(entry).points:
            said = next((phrasing for phrasing in point.right if phrasing in answer), "")
            spans = (Span(answer.index(said), answer.index(said) + len(said)),) if said else ()
            probe = point.probe.pick(language)
            points.append(Point(point.id, point.text.pick(language), point.weight, float(bool(said)), said, "", probe, spans))
        wrong = tuple(
            Asserted(item.claim.pick(language), claim, item.correction.pick(language), "Paper. https://example.org/a")
            for item in entry.misconceptions
            if (claim := next((text for text in item.claim.both() if text in answer), ""))
        )
        score = max(0, round(sum(point.weight * point.credit for point in points)) - 15 * len(wrong))
        feedback = "**You could open with**\n- Begin with $W_0$." if score < 100 else ""
        asked = question or entry.question.pick(language)
        low, high = max(0, score - 10), min(100, score + 10)
        return Grade(asked, entry.id, score, low, high, tuple(points), wrong, (), feedback, "fake", "curated", language)


def files(most: int = 4) -> Sequence[Path]:
    """A few curated entries of three topics."""
    return [path for topic in TOPICS for path in sorted((CORPUS / topic).glob("*.md"))[:most]]


def ingest(folder: Path) -> Settings:
    """An index of the few entries, and a database of its own."""
    settings = Settings(index=folder / "index", db=str(folder / "learners.db"))
    Tutor.ingest(list(files()), settings)
    return settings


@contextmanager
def studying(settings: Settings) -> Iterator[CurrentTutor]:
    """The tutor of an index that grades word for word."""
    current = CurrentTutor(settings)
    current.get().__dict__["_grader"] = WordForWord()
    try:
        yield current
    finally:
        current.get().close()


def right_answer(entry: Entry) -> str:
    """An answer that earns every point."""
    return " ".join(next(iter(point.right)) for point in entry.rubric)


def half_answer(entry: Entry) -> str:
    """An answer that earns the first point only."""
    return entry.rubric[0].right[0]
