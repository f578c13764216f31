"""The corpus' entries for interviews, and an honest grader that needs no model: a key point is earned by one of its `right`
phrasings said word for word, a misconception asserted by its claim said word for word."""

from __future__ import annotations

from functools import cache

from tests.support import REPOSITORY
from tutor.entry import Entry, Language
from tutor.grading.grade import Asserted, Grade, Point
from tutor.interview.catalogue import Catalogue
from tutor.lint import read_corpus
from tutor.retrieval.glossary import read_glossary

CORPUS = REPOSITORY / "corpus"
#: Points a misconception costs.
COST = 15


@cache
def corpus() -> tuple[Entry, ...]:
    entries, findings = read_corpus([CORPUS])
    assert findings == []
    return tuple(entry for _, entry in sorted(entries, key=lambda item: item[1].id))


@cache
def spread() -> tuple[Entry, ...]:
    """About 60 entries, three a topic: of each difficulty where there is one."""
    chosen: dict[tuple[str, int], Entry] = {}
    for entry in corpus():
        chosen.setdefault((entry.topic, entry.difficulty), entry)
    return tuple(chosen.values())


@cache
def catalogue() -> Catalogue:
    return Catalogue(spread(), read_glossary(CORPUS / "glossary.yaml"))


def fake_grader(entry: Entry, answer: str, language: Language) -> Grade:
    """Credit for what is said word for word."""
    points = []
    for point in entry.rubric:
        said = next((phrasing for phrasing in point.right if phrasing in answer), "")
        points.append(Point(point.id, point.text.pick(language), point.weight, float(bool(said)), said, "", point.probe.pick(language)))
    wrong = tuple(
        Asserted(item.claim.pick(language), claim, item.correction.pick(language))
        for item in entry.misconceptions
        if (claim := next((text for text in item.claim.both() if text in answer), ""))
    )
    earned = sum(point.weight * point.credit for point in points)
    score = round(max(earned - COST * len(wrong), 0))
    question = entry.question.pick(language)
    return Grade(question, entry.id, score, score, score, tuple(points), wrong, (), "", "fake", "curated", language)
