"""Which question next. Pure and seeded.

How good is the candidate? Elo with shrinking steps (Pelánek 2016, "Applications of the Elo rating system in adaptive educational
systems"), in logits; an entry of difficulty 1, 2, 3 stands at -1, 0, 1. An answer that scores s where e was expected moves the
ability by STEP / (1 + SHRINK * n) * (s - e), n answers so far. Two estimates move together: one over all topics, one for the
topic; a topic is judged by its own as far as it has answers (n of n + PRIOR) and by the general one for the rest, so that a strong
first answer about LoRA makes the first question about attention harder, too.

How hard should the question be? So that the candidate is expected to score TARGET: an interview that is failed or passed
throughout tells nothing, and one mostly passed keeps people talking.

Which topic? The one that is furthest behind its share of the questions. Which entry? Difficulty first, then how often
interviewers ask it, then the seed.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from tutor.entry import Entry
from tutor.interview.catalogue import Catalogue, topic_of
from tutor.study.progress import OPPONENTS, expected_score

#: Larger than the study room's steps: an interview has few answers to learn from.
STEP, SHRINK = 1.6, 0.12
#: How many answers the general estimate counts against a topic's own.
PRIOR = 2.0
#: The score to expect of the next question: between 70 and 80 %.
TARGET = 0.75
#: The ability that makes TARGET likely against an entry at 0: log(0.75 / 0.25).
MARGIN = 1.1
_FREQUENCY = {"high": 0.0, "medium": 1.0, "low": 2.0}
#: Difficulty of an entry that names none.
MEDIUM = 2


@dataclass(frozen=True, slots=True)
class Ability:
    """An estimate in logits over a number of answers."""

    value: float
    answers: int = 0

    def after(self, difficulty: int, score: float) -> Ability:
        """The estimate after a score of 0..1 against an entry."""
        step = STEP / (1 + SHRINK * self.answers)
        return Ability(self.value + step * (score - expected_score(self.value, difficulty)), self.answers + 1)


def level_ability(level: int) -> float:
    """The ability that a level asks for: to score TARGET on entries of its difficulty."""
    return OPPONENTS[level] + MARGIN


def ability_in(topic: str, general: Ability, topics: Mapping[str, Ability]) -> float:
    """The ability in a topic, its own estimate and the general one weighed by answers."""
    own = topics.get(topic)
    return general.value if own is None else (own.answers * own.value + PRIOR * general.value) / (own.answers + PRIOR)


def next_entry(
    catalogue: Catalogue,
    weights: Mapping[str, float],
    asked: Sequence[str],
    avoided: Collection[str],
    general: Ability,
    topics: Mapping[str, Ability],
    seed: str,
) -> Entry | None:
    """The entry to ask; None where all have been asked. What is `avoided` (recently mastered) comes only when nothing else is left."""
    # Notes have topics of their own: a role that asks for none of them asks for all alike.
    weights = {topic: weight for topic, weight in weights.items() if topic in catalogue.topics}
    left = [entry for entry in catalogue.askable if entry.id not in asked]
    chosen = (
        [entry for entry in left if entry.id not in avoided and weights.get(topic_of(entry), 0) > 0]
        or [entry for entry in left if weights.get(topic_of(entry), 0) > 0]
        or ([entry for entry in left if entry.id not in avoided] or left if not any(weights.values()) else [])
    )
    if not chosen:
        return None
    chance = random.Random(seed)
    luck = {name: chance.random() for name in sorted({topic_of(entry) for entry in chosen} | {entry.id for entry in chosen})}
    topic = _topic(catalogue, {topic_of(entry) for entry in chosen}, weights, asked, luck)
    ability = ability_in(topic, general, topics)

    def cost(entry: Entry) -> tuple[float, float, float]:
        difficulty = entry.difficulty or MEDIUM
        return abs(expected_score(ability, difficulty) - TARGET), _FREQUENCY.get(entry.frequency, 1.0), luck[entry.id]

    return min((entry for entry in chosen if topic_of(entry) == topic), key=cost)


def _topic(
    catalogue: Catalogue, open_topics: set[str], weights: Mapping[str, float], asked: Sequence[str], luck: Mapping[str, float]
) -> str:
    """The topic furthest behind its share of the questions asked so far and this one."""
    shares = {topic: weights.get(topic, 0) if any(weights.values()) else catalogue.topics[topic] for topic in open_topics}
    whole = sum(shares.values())
    counts = dict.fromkeys(open_topics, 0)
    for entry_id in asked:
        if entry_id in catalogue and (topic := topic_of(catalogue[entry_id])) in counts:
            counts[topic] += 1

    def behind(topic: str) -> tuple[float, float, float]:
        # Rounded: equal shares must be equal for the seed to decide.
        share = shares[topic] / whole
        return round(share * (len(asked) + 1) - counts[topic], 9), share, luck[topic]

    return max(sorted(open_topics), key=behind)
