"""From today to the interview: what to do on each day. Pure: plans by playing the days ahead, as if every review went well.

Every day has room for so many answers. A third of it is kept for new entries while there are any, chosen so that each topic gets
its share of the role's weight times what is missing in it. Cards come back when FSRS says so. Every third day, counted back from
the day before the last, is a mock interview, which takes half the room. The last day brings nothing new: it goes over what would
cost most in the interview.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import fsrs

from tutor.errors import InputError
from tutor.study.cards import SCHEDULER, newness, retrievability, review
from tutor.study.progress import topics as mastery
from tutor.study.progress import worth
from tutor.study.records import Card, Catalogue

MOCK_EVERY = 3
#: The level a planned answer is expected to show.
WENT_WELL = 75.0
#: Further ahead nobody can say what will be due.
LONGEST = 120


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the plan: entries to review and entries to learn, in order, and whether to hold a mock interview."""

    date: date
    review: tuple[str, ...]
    new: tuple[str, ...]
    mock: bool


def plan(
    cards: Iterable[Card],
    catalogue: Catalogue,
    now: datetime,
    interview: date,
    *,
    role: Mapping[str, float] | None = None,
    per_day: int = 10,
    scheduler: fsrs.Scheduler = SCHEDULER,
) -> list[Day]:
    """The days from today to the day before the interview (today, where that is the day itself); without a role all topics
    count alike. Raises InputError for a date that has passed or is out of sight."""
    ahead = (interview - now.date()).days
    if not 0 <= ahead <= LONGEST:
        what = "has passed" if ahead < 0 else f"is more than {LONGEST} days ahead"
        raise InputError(f"the interview on {interview.isoformat()} {what}", remedy="name a nearer date to come")
    topics = role if role is not None else {listed.topic: 1.0 for listed in catalogue.values()}
    wanted = {entry_id: listed for entry_id, listed in catalogue.items() if topics.get(listed.topic, 0) > 0}
    known = {card.entry_id: card for card in cards if card.entry_id in wanted}
    held = {entry_id: card for entry_id, card in known.items() if not card.new}
    fresh = _new_in_order(known, wanted, topics, now)
    length = max(ahead, 1)
    days = []
    for number in range(length):
        moment = now + timedelta(days=number)
        last = number == length - 1
        mock = length > 1 and (length - 2 - number) % MOCK_EVERY == 0 and not last
        room = max(per_day // 2, 1) if mock else per_day
        if last:
            at_stake = sorted(held.values(), key=lambda card: (-_stake(card, wanted, topics, moment, scheduler), card.entry_id))
            reviews, new = at_stake[:room], []
        else:
            due = [card for card in held.values() if card.due.astimezone(now.tzinfo).date() <= moment.date()]
            due.sort(key=lambda card: (retrievability(card, moment, scheduler), card.due, card.entry_id))
            reviews = due[: room - min(-(-room // 3), len(fresh))]
            new, fresh = fresh[: room - len(reviews)], fresh[room - len(reviews) :]
        for card in [*reviews, *(Card(entry_id, wanted[entry_id].topic, due=moment) for entry_id in new)]:
            held[card.entry_id] = replace(review(card, 3, moment, scheduler), level=max(card.level or 0.0, WENT_WELL))
        days.append(Day(moment.date(), tuple(card.entry_id for card in reviews), tuple(new), mock))
    return days


def _new_in_order(known: Mapping[str, Card], wanted: Catalogue, topics: Mapping[str, float], now: datetime) -> list[str]:
    """The entries still to learn, shared out to the topics as seats are to parties (D'Hondt) by weight times what is missing."""
    claims = {progress.topic: topics[progress.topic] * (100 - progress.mastery) for progress in mastery(known.values(), wanted, now)}
    unseen = [entry_id for entry_id in wanted if entry_id not in known or known[entry_id].new]
    unseen.sort(key=lambda entry_id: newness(entry_id, known.get(entry_id), wanted[entry_id]))
    seats: Counter[str] = Counter()
    quotients = {}
    for entry_id in unseen:
        topic = wanted[entry_id].topic
        seats[topic] += 1
        quotients[entry_id] = claims[topic] / seats[topic]
    return sorted(unseen, key=lambda entry_id: -quotients[entry_id])


def _stake(card: Card, wanted: Catalogue, topics: Mapping[str, float], now: datetime, scheduler: fsrs.Scheduler) -> float:
    """What not going over an entry is likely to cost."""
    listed = wanted[card.entry_id]
    return topics[listed.topic] * listed.weight * (100 - worth(card, now, scheduler))
