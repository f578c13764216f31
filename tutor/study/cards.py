"""The review schedule: what moves a card, what is due, what to drill. Pure: the moment comes in, nothing asks the clock.

FSRS (https://github.com/open-spaced-repetition) decides when an entry comes back; the grade decides the rating:

    score       0-39   40-59  60-84  85-100
    rating      again  hard   good   easy     an aided answer counts at most hard

One model behind all; each event moves the card of its entry:

    a graded answer          reviews the card
    a flipped card           reviews it by the learner's own rating
    a key point missed in    reviews it, and brings it back within a day
      an interview or drill    (a drill asks for one point only, so it reviews nothing else)
    a question in chat       makes a card or brings it back within a day, ahead of the other new ones
    a failed grading         nothing
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import fsrs

from tutor.study.records import MISSED, Asked, Attempt, Card, Catalogue, Ease, Listed, Mark

#: An answer to an interview question takes minutes: one short step (for a failed or hard one) instead of FSRS's two, which are
#: made for flashcards of seconds. No fuzz: the same answers make the same schedule.
SCHEDULER = fsrs.Scheduler(learning_steps=(timedelta(minutes=10),), relearning_steps=(timedelta(minutes=10),), enable_fuzzing=False)
#: Scores from which an answer is hard, good, easy.
HARD, GOOD, EASY = 40, 60, 85
#: A missed point and a question in chat bring a card back within this time: soon, but not as an echo.
SOON = timedelta(days=1)
#: Weight of the newest unaided score in a card's level.
NEWEST = 0.6
#: This share of a day's goal is kept for new entries while there are any: what was never met cannot be recalled at all, and hard
#: entries that come back daily would fill the day.
FRESH = 0.5
#: Missed this often, the last time too: a leech.
LEECH = 3


@dataclass(frozen=True, slots=True)
class Drill:
    """A leech to practise: one key point of an entry, or the whole entry where `point_id` is empty."""

    entry_id: str
    point_id: str
    missed: int


@dataclass(frozen=True, slots=True)
class Queue:
    """What to review now: cards that are due, then entries that are new, as far as the day's goal goes. `waiting` cards are due
    beyond it."""

    due: tuple[Card, ...]
    new: tuple[str, ...]
    drills: tuple[Drill, ...]
    done: int
    goal: int
    waiting: int


def rating_of(score: float, *, aided: bool = False) -> Ease:
    """What FSRS is told about a score."""
    if score < HARD:
        return 1
    if score < GOOD or aided:
        return 2
    return 3 if score < EASY else 4


def review(card: Card, rating: Ease, now: datetime, scheduler: fsrs.Scheduler = SCHEDULER) -> Card:
    """The card after a review."""
    done, _ = scheduler.review_card(_to_fsrs(card), fsrs.Rating(rating), now.astimezone(UTC))
    return replace(
        card,
        state=int(done.state),
        step=done.step,
        stability=done.stability,
        difficulty=done.difficulty,
        due=done.due,
        last_review=done.last_review,
        priority=0,
    )


def retrievability(card: Card, now: datetime, scheduler: fsrs.Scheduler = SCHEDULER) -> float:
    """The probability that the learner recalls the entry at `now`; 0 for a card that was never reviewed."""
    return float(scheduler.get_card_retrievability(_to_fsrs(card), now))


def moved(card: Card | None, event: Attempt | Asked, scheduler: fsrs.Scheduler = SCHEDULER) -> Card | None:
    """The card of the event's entry after the event; None where there is none and none is needed."""
    if isinstance(event, Asked):
        card = card or Card(event.entry_id, event.topic, due=event.at.astimezone(UTC))
        return replace(card, priority=card.priority + 1, due=min(card.due, event.at.astimezone(UTC) + SOON))
    if event.score is None and event.rating is None:
        return card
    card = card or Card(event.entry_id, event.topic, due=event.at.astimezone(UTC))
    if event.score is None:
        assert event.rating is not None
        return review(card, event.rating, event.at, scheduler)
    if event.origin != "drill":
        card = _evident(review(card, rating_of(event.score, aided=event.aided), event.at, scheduler), event)
    if event.origin in ("interview", "drill") and event.missed:
        card = replace(card, due=min(card.due, event.at.astimezone(UTC) + SOON))
    return card


def _evident(card: Card, attempt: Attempt) -> Card:
    """The card with what a graded answer shows of the learner."""
    assert attempt.score is not None
    level = card.level
    if attempt.evidence:
        level = attempt.score if level is None else level + NEWEST * (attempt.score - level)
    failed = attempt.score < HARD
    return replace(card, level=level, tried=card.tried + 1, missed=card.missed + failed, failed=failed)


def marked(marks: Mapping[str, Mark], attempt: Attempt) -> list[Mark]:
    """The marks that an attempt changes, of those of its entry by key point. A point that was named with help shows nothing."""
    if attempt.score is None:
        return []
    changed = []
    for point, credit in attempt.points.items():
        miss = credit < MISSED
        if attempt.aided and not miss:
            continue
        old = marks.get(point)
        tried, missed = (old.tried, old.missed) if old else (0, 0)
        changed.append(Mark(attempt.entry_id, point, tried + 1, missed + miss, credit, attempt.at.astimezone(UTC)))
    return changed


def leeches(cards: Iterable[Card], marks: Iterable[Mark]) -> list[Drill]:
    """What was missed again and again, worst first: key points, and entries none of whose points stands out."""
    points = [Drill(mark.entry_id, mark.point_id, mark.missed) for mark in marks if mark.missed >= LEECH and mark.credit < MISSED]
    named = {drill.entry_id for drill in points}
    whole = [Drill(card.entry_id, "", card.missed) for card in cards if card.missed >= LEECH and card.failed and card.entry_id not in named]
    return sorted([*points, *whole], key=lambda drill: (-drill.missed, drill.entry_id, drill.point_id))


def queue(
    cards: Iterable[Card],
    catalogue: Catalogue,
    now: datetime,
    *,
    goal: int = 10,
    recent: Iterable[Attempt] = (),
    marks: Iterable[Mark] = (),
    scheduler: fsrs.Scheduler = SCHEDULER,
) -> Queue:
    """Today's reviews. Due cards come first, those nearest to being forgotten at the head, as far as they leave new entries their
    share of the day; then new entries in the order of `newness`. `recent` are the attempts of today, counted against the goal; a day is one of `now`'s zone.
    """
    held = [card for card in cards if card.entry_id in catalogue]
    known = {card.entry_id: card for card in held}
    due = sorted(
        (card for card in held if not card.new and card.due <= now),
        key=lambda card: (retrievability(card, now, scheduler), card.due, card.entry_id),
    )
    recent = list(recent)
    done = done_today(recent, now)
    room = max(goal - done, 0)
    unseen = (entry_id for entry_id in catalogue if entry_id not in known or known[entry_id].new)
    new = sorted(unseen, key=lambda entry_id: newness(entry_id, known.get(entry_id), catalogue[entry_id]))
    drills = [drill for drill in leeches(held, marks) if drill.entry_id in catalogue]
    kept = min(max(math.ceil(FRESH * goal) - _met_today(known, recent, now), 0), len(new), room)
    reviews = due[: room - kept]
    return Queue(
        due=tuple(reviews),
        new=tuple(new[: room - len(reviews)]),
        drills=tuple(drills),
        done=done,
        goal=goal,
        waiting=len(due) - len(reviews),
    )


def done_today(recent: Iterable[Attempt], now: datetime) -> int:
    """How many answers were graded, and cards flipped, on the day of `now`."""
    reviewed = (attempt for attempt in recent if attempt.score is not None or attempt.rating is not None)
    return sum(1 for attempt in reviewed if attempt.at.astimezone(now.tzinfo).date() == now.date())


def _met_today(cards: Mapping[str, Card], recent: Iterable[Attempt], now: datetime) -> int:
    """How many entries were met for the first time on the day of `now`: all of their graded answers are of this day."""
    today = [attempt for attempt in recent if attempt.at.astimezone(now.tzinfo).date() == now.date() and attempt.origin != "drill"]
    met = {attempt.entry_id for attempt in today if attempt.score is not None or attempt.rating is not None}
    graded = Counter(attempt.entry_id for attempt in today if attempt.score is not None)
    return sum(1 for entry_id in met if entry_id in cards and cards[entry_id].tried == graded[entry_id])


def newness(entry_id: str, card: Card | None, listed: Listed) -> tuple[float, float, int, str]:
    """The order of new entries: asked in chat, then the most frequent and easiest."""
    return (-card.priority if card else 0, -listed.weight, listed.difficulty, entry_id)


def due_counts(cards: Iterable[Card], now: datetime, days: int = 7) -> list[int]:
    """How many cards fall due on each of the next days; today's count holds the overdue ones."""
    counts = [0] * days
    for card in cards:
        ahead = max((card.due.astimezone(now.tzinfo).date() - now.date()).days, 0)
        if not card.new and ahead < days:
            counts[ahead] += 1
    return counts


def _to_fsrs(card: Card) -> fsrs.Card:
    # An id of our own: FSRS would take the time for one, and sleep so that none comes twice.
    return fsrs.Card(
        card_id=0,
        state=fsrs.State(card.state),
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due,
        last_review=card.last_review,
    )
