"""Where a learner stands: mastery, coverage, trend, weak points, readiness, ability. Pure sums over cards, marks and days.

Mastery answers "what would an interviewer find today?". An entry is worth its level (the learner's unaided scores, newest weigh
most) times the probability that it is recalled today. An entry never answered unaided is worth `UNSEEN`: a little is known from
elsewhere, and nobody has shown more. Entries weigh as often as interviewers ask them. So 12 entries at 80 of a topic of 20 make a
mastery of (12 * 80 + 8 * 20) / 20 = 56, and no number of reviews of the same twelve makes more of it than 68.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import fsrs

from tutor.study.cards import SCHEDULER, retrievability
from tutor.study.records import ActiveDay, Attempt, Card, Catalogue, Mark, Standing

#: What an entry counts that was never answered unaided.
UNSEEN = 20.0
#: Elo's step for the nth answer is STEP / (1 + SHRINK * n) (Pelanek 2016): fast at first, steady later.
STEP, SHRINK = 1.0, 0.05
#: Level in logits of an entry of each difficulty.
OPPONENTS = {1: -1.0, 2: 0.0, 3: 1.0}
#: The mean of so many guesses, off by so much, is over- or under-confidence.
GUESSES, OFF = 3, 10.0


@dataclass(frozen=True, slots=True)
class TopicProgress:
    """A topic: `mastery` 0-100 over all its entries, `level` and `recall` over those seen (None where none was)."""

    topic: str
    entries: int
    seen: int
    mastery: float
    level: float | None
    recall: float | None

    @property
    def coverage(self) -> float:
        """The share of entries answered unaided at least once."""
        return self.seen / self.entries if self.entries else 0.0


@dataclass(frozen=True, slots=True)
class Part:
    """A topic's part in the readiness: its share of the role (all shares make 1) and what it brings (`share * mastery`)."""

    topic: str
    share: float
    mastery: float
    coverage: float

    @property
    def brings(self) -> float:
        return self.share * self.mastery

    @property
    def missing(self) -> float:
        """Points of readiness still to be had here."""
        return self.share * (100 - self.mastery)


@dataclass(frozen=True, slots=True)
class Readiness:
    """One number 0-100, its parts (most to gain first), and the role's topics that the material does not cover."""

    score: float
    parts: tuple[Part, ...]
    uncovered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """A week from its Monday: graded answers, and the mean of the unaided scores (None where there were none)."""

    monday: date
    answers: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """A key point and the credit to expect of the learner, 0..1."""

    entry_id: str
    point_id: str
    expected: float
    missed: int
    tried: int


@dataclass(frozen=True, slots=True)
class Confidence:
    """Self-score minus score in a topic, over `answers` that were guessed before they were graded."""

    topic: str
    gap: float
    answers: int

    @property
    def verdict(self) -> str:
        """ "over", "under", "fair", or "" where there are too few guesses to say."""
        if self.answers < GUESSES:
            return ""
        return "over" if self.gap > OFF else "under" if self.gap < -OFF else "fair"


def worth(card: Card | None, now: datetime, scheduler: fsrs.Scheduler = SCHEDULER) -> float:
    """What an interviewer would find of one entry today, 0-100."""
    if card is None or card.level is None:
        return UNSEEN
    return card.level * retrievability(card, now, scheduler)


def topics(cards: Iterable[Card], catalogue: Catalogue, now: datetime, scheduler: fsrs.Scheduler = SCHEDULER) -> list[TopicProgress]:
    """Progress in every topic of the catalogue, weakest first."""
    known = {card.entry_id: card for card in cards}
    members: dict[str, list[str]] = defaultdict(list)
    for entry_id, listed in catalogue.items():
        members[listed.topic].append(entry_id)
    result = []
    for topic, entry_ids in members.items():
        seen = [card for entry_id in entry_ids if (card := known.get(entry_id)) and card.level is not None]
        weights = [catalogue[entry_id].weight for entry_id in entry_ids]
        found = [worth(known.get(entry_id), now, scheduler) for entry_id in entry_ids]
        result.append(
            TopicProgress(
                topic=topic,
                entries=len(entry_ids),
                seen=len(seen),
                mastery=_mean(found, weights) or 0.0,
                level=_mean([card.level or 0.0 for card in seen]),
                recall=_mean([retrievability(card, now, scheduler) for card in seen]),
            )
        )
    return sorted(result, key=lambda progress: (progress.mastery, progress.topic))


def coverage(progress: Iterable[TopicProgress]) -> float:
    """The share of all entries answered unaided at least once."""
    counts = [(topic.seen, topic.entries) for topic in progress]
    entries = sum(count for _, count in counts)
    return sum(seen for seen, _ in counts) / entries if entries else 0.0


def readiness(progress: Iterable[TopicProgress], role: Mapping[str, float]) -> Readiness:
    """How ready the learner is for a role, given as weights of topics: the mean mastery, weighted. Topics that the material does
    not cover cannot be judged: they are named and left out."""
    by_topic = {topic.topic: topic for topic in progress}
    wanted = {topic: weight for topic, weight in role.items() if weight > 0 and topic in by_topic}
    whole = sum(wanted.values())
    parts = [Part(topic, weight / whole, by_topic[topic].mastery, by_topic[topic].coverage) for topic, weight in wanted.items()]
    return Readiness(
        score=sum(part.brings for part in parts),
        parts=tuple(sorted(parts, key=lambda part: (-part.missing, part.topic))),
        uncovered=tuple(topic for topic, weight in role.items() if weight > 0 and topic not in by_topic),
    )


def trend(days: Iterable[ActiveDay], now: datetime, weeks: int = 12) -> list[Week]:
    """The last weeks, this one last."""
    this = now.date() - timedelta(days=now.weekday())
    sums = {this - timedelta(weeks=back): [0, 0, 0] for back in range(weeks - 1, -1, -1)}
    for day in days:
        if week := sums.get(day.date - timedelta(days=day.date.weekday())):
            for place, value in enumerate((day.answers, day.unaided, day.total)):
                week[place] += value
    return [Week(monday, answers, total / unaided if unaided else None) for monday, (answers, unaided, total) in sums.items()]


def calendar(days: Iterable[ActiveDay], now: datetime, length: int = 365) -> list[tuple[date, int]]:
    """Graded answers on each of the last days, today last."""
    counts = {day.date: day.answers for day in days}
    shown = (now.date() - timedelta(days=back) for back in range(length - 1, -1, -1))
    return [(day, counts.get(day, 0)) for day in shown]


def streak(days: Sequence[tuple[date, int]]) -> int:
    """Days in a row with an answer, up to today; a today that is still empty does not break it."""
    row = 0
    for place, (_, answers) in enumerate(reversed(days)):
        if answers:
            row += 1
        elif place:
            break
    return row


def weakest_points(marks: Iterable[Mark], limit: int = 10) -> list[WeakPoint]:
    """The key points with the least credit to expect: half the newest try, half the share of hits, both cautious with few tries.
    Points that were never missed are not weak."""
    weak = [
        WeakPoint(
            mark.entry_id, mark.point_id, (mark.credit + (mark.tried - mark.missed + 1) / (mark.tried + 2)) / 2, mark.missed, mark.tried
        )
        for mark in marks
        if mark.missed
    ]
    return sorted(weak, key=lambda point: (point.expected, -point.missed, point.entry_id, point.point_id))[:limit]


def confidence(standings: Iterable[Standing]) -> list[Confidence]:
    """Over- and under-confidence in each topic that has guesses, furthest off first."""
    rated = [Confidence(standing.topic, standing.gap, standing.rated) for standing in standings if standing.rated]
    return sorted(rated, key=lambda item: (-abs(item.gap), item.topic))


def expected_score(ability: float, difficulty: int) -> float:
    """The score, 0..1, that an ability makes likely against an entry of a difficulty."""
    return 1 / (1 + math.exp(OPPONENTS.get(difficulty, 0.0) - ability))


def fitting_difficulty(ability: float, target: float = 0.6) -> int:
    """The difficulty at which the learner is most likely to score about `target`: hard enough to tell, not to discourage."""
    return min(OPPONENTS, key=lambda difficulty: (abs(expected_score(ability, difficulty) - target), difficulty))


def after(standing: Standing, attempt: Attempt) -> Standing:
    """The standing in the attempt's topic after it: an Elo game against the entry, and the running mean of the guesses."""
    if not attempt.evidence:
        return standing
    assert attempt.score is not None
    surprise = attempt.score / 100 - expected_score(standing.ability, attempt.difficulty)
    step = STEP / (1 + SHRINK * standing.answers)
    standing = replace(standing, ability=standing.ability + step * surprise, answers=standing.answers + 1)
    if attempt.self_score is None:
        return standing
    rated = standing.rated + 1
    off = attempt.self_score - attempt.score
    return replace(standing, rated=rated, gap=standing.gap + (off - standing.gap) / rated)


def _mean(values: Sequence[float], weights: Sequence[float] | None = None) -> float | None:
    weights = weights or [1.0] * len(values)
    whole = sum(weights)
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / whole if whole else None
