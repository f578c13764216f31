"""The report of an interview, made from its state alone: what was said, what was missing, what was wrong, what to study next.

The score is the mean over the questions that count: skipped and unanswered ones are 0, one that could not be graded, or that the
candidate had no chance to answer because the interview was stopped, is left out. Against the level: what a candidate who just
meets it is expected to score on these very questions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, Literal

from tutor.entry import Entry, Language
from tutor.grading.grade import Grade
from tutor.interview.catalogue import Catalogue, question_of
from tutor.interview.choice import level_ability
from tutor.interview.roles import ROLES, topic_name
from tutor.interview.state import EARNED, Asked, Line, State, Summary
from tutor.study.progress import expected_score

#: So far from what is expected of the level is above or below it.
BAND = 10
#: At most so many entries to study next.
MOST_NEXT = 8
#: From this score on an entry need not be studied next.
GOOD = 85

Verdict = Literal["above", "at", "below", ""]


@dataclass(frozen=True, slots=True)
class Strength:
    """A key point that was earned, with the candidate's words."""

    number: int
    entry_id: str
    point: str
    quote: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A key point that was missed."""

    number: int
    entry_id: str
    point: str
    weight: float


@dataclass(frozen=True, slots=True)
class Correction:
    """A wrong claim: the candidate's words, what is right, and where it stands. `withdrawn`: taken back when challenged."""

    number: int
    entry_id: str
    quote: str
    claim: str
    correction: str
    source: str
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Graded:
    """A question of the interview: its outcome, its grade, and what it took. `score` is None where it does not count."""

    number: int
    entry_id: str
    topic: str
    difficulty: int
    question: str
    outcome: str
    score: int | None
    seconds: float
    probes: int
    hints: int
    aided: bool
    answer: str
    short_answer: str
    grade: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class TopicScore:
    """The mean over a topic's questions."""

    topic: str
    name: str
    score: int
    questions: int


@dataclass(frozen=True, slots=True)
class Next:
    """An entry to study, and why: it was missed here, or it follows from one that was."""

    entry_id: str
    question: str
    reason: Literal["missed", "follows"]


@dataclass(frozen=True, slots=True)
class Report:
    """What an interview showed. `score` is None where nothing counts; `expected` is what the level is expected to score."""

    role: str
    level: int
    language: Language
    score: int | None
    expected: int | None
    verdict: Verdict
    topics: tuple[TopicScore, ...]
    questions: tuple[Graded, ...]
    strengths: tuple[Strength, ...]
    gaps: tuple[Gap, ...]
    corrections: tuple[Correction, ...]
    next: tuple[Next, ...]
    earlier: tuple[Summary, ...]
    change: int | None
    seconds: float
    hints: int
    orders: int
    transcript: tuple[Line, ...]
    summary: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        kinds: Mapping[str, Any] = {
            "topics": TopicScore,
            "questions": Graded,
            "strengths": Strength,
            "gaps": Gap,
            "corrections": Correction,
            "next": Next,
            "earlier": Summary,
            "transcript": Line,
        }
        return cls(**{**data, **{name: tuple(kind(**item) for item in data[name]) for name, kind in kinds.items()}})

    def short(self, at: str) -> Summary:
        """The report as later ones compare themselves with it."""
        return Summary(at, self.score or 0, {topic.topic: topic.score for topic in self.topics})


def report_of(state: State, catalogue: Catalogue) -> Report:
    """The report of an interview as far as it went."""
    plan, language = state.plan, state.plan.language
    counted = [asked for asked in state.asked if asked.counts]
    score = round(fmean(asked.score for asked in counted)) if counted else None
    expected = round(100 * fmean(expected_score(level_ability(plan.level), asked.difficulty) for asked in counted)) if counted else None
    verdict: Verdict = ""
    if score is not None and expected is not None:
        verdict = "above" if score >= expected + BAND else "below" if score <= expected - BAND else "at"
    gaps = [gap for asked in counted for gap in _gaps(asked)]
    return Report(
        role=ROLES[plan.role].name.pick(language),
        level=plan.level,
        language=language,
        score=score,
        expected=expected,
        verdict=verdict,
        topics=_topics(counted, language),
        questions=tuple(_graded(asked, catalogue[asked.entry_id], language) for asked in state.asked),
        strengths=tuple(strength for asked in counted for strength in _strengths(asked)),
        gaps=tuple(sorted(gaps, key=lambda gap: (-gap.weight, gap.number))),
        corrections=tuple(item for asked in state.asked for item in _corrections(asked, catalogue[asked.entry_id], language)),
        next=_next(counted, catalogue, language),
        earlier=state.earlier,
        change=score - state.earlier[-1].score if score is not None and state.earlier else None,
        seconds=state.seconds,
        hints=sum(asked.hints for asked in state.asked),
        orders=state.orders,
        transcript=state.lines,
        summary=_summary(score, expected, verdict, len(counted), language),
    )


def _graded(asked: Asked, entry: Entry, language: Language) -> Graded:
    return Graded(
        number=asked.number,
        entry_id=asked.entry_id,
        topic=asked.topic,
        difficulty=asked.difficulty,
        question=asked.question,
        outcome=asked.outcome,
        score=asked.score if asked.counts else None,
        seconds=round(asked.seconds, 1),
        probes=asked.probes,
        hints=asked.hints,
        aided=asked.aided,
        answer="\n".join(asked.answers),
        short_answer=(entry.short or entry.answer).pick(language),
        grade=asked.grade.to_dict() if asked.grade else None,
    )


def _topics(counted: Sequence[Asked], language: Language) -> tuple[TopicScore, ...]:
    scores: dict[str, list[int]] = {}
    for asked in counted:
        scores.setdefault(asked.topic, []).append(asked.score)
    found = [TopicScore(topic, topic_name(topic).pick(language), round(fmean(values)), len(values)) for topic, values in scores.items()]
    return tuple(sorted(found, key=lambda topic: (-topic.score, topic.topic)))


def _points(grade: Grade | None) -> Sequence[Any]:
    return grade.points if grade else ()


def _strengths(asked: Asked) -> list[Strength]:
    return [
        Strength(asked.number, asked.entry_id, point.text, point.evidence)
        for point in _points(asked.grade)
        if point.credit >= EARNED and point.evidence
    ]


def _gaps(asked: Asked) -> list[Gap]:
    return [Gap(asked.number, asked.entry_id, point.text, point.weight) for point in _points(asked.grade) if point.credit < EARNED]


def _corrections(asked: Asked, entry: Entry, language: Language) -> list[Correction]:
    """Wrong claims that stand, then those that were taken back."""
    source = next((f"{reference.title}, {reference.year}. {reference.url}" for reference in entry.references), "")
    number, entry_id = asked.number, asked.entry_id
    found: list[Correction] = []
    if asked.grade:
        found += [
            Correction(number, entry_id, item.evidence, item.claim, item.correction, item.source or source)
            for item in asked.grade.misconceptions
        ]
        found += [
            Correction(number, entry_id, point.contradicted, point.contradicted, point.text, source)
            for point in asked.grade.points
            if point.contradicted and point.credit < EARNED
        ]
    corrections = {text: wrong.correction.pick(language) for wrong in entry.misconceptions for text in wrong.claim.both()}
    corrections |= {f"point:{point.id}": point.text.pick(language) for point in entry.rubric}
    held = {item.claim for item in found}
    for claim, words in zip(asked.challenged, asked.doubted, strict=True):
        if words in asked.withdrawn and claim not in held and claim in corrections:
            named = words if claim.startswith("point:") else claim
            found.append(Correction(number, entry_id, words, named, corrections[claim], source, withdrawn=True))
    return found


def _next(counted: Sequence[Asked], catalogue: Catalogue, language: Language) -> tuple[Next, ...]:
    """The weakest entries first; then what they lead to, of what was not asked."""
    weak = sorted((asked for asked in counted if asked.score < GOOD), key=lambda asked: (asked.score, asked.difficulty, asked.number))
    met = {asked.entry_id for asked in counted}
    found = [Next(asked.entry_id, asked.question, "missed") for asked in weak]
    follow = dict.fromkeys(name for asked in weak for name in catalogue[asked.entry_id].follow_ups if name in catalogue and name not in met)
    found += [Next(name, question_of(catalogue[name], language), "follows") for name in follow]
    return tuple(found[:MOST_NEXT])


def _summary(score: int | None, expected: int | None, verdict: Verdict, counted: int, language: Language) -> str:
    if score is None:
        return "没有可以评分的题目。" if language == "zh" else "There was no question to grade."
    if language == "zh":
        against = {"above": "高于", "at": "符合", "below": "低于", "": ""}[verdict]
        return f"{counted} 题,总分 {score}/100,{against}这个级别的预期 (约 {expected})。"
    against = {"above": "above", "at": "about", "below": "below", "": ""}[verdict]
    return (
        f"{counted} question{'s' * (counted != 1)}, overall {score}/100, {against} what this level is expected to score (about {expected})."
    )
