"""What follows from a learner's events: cards, marks and standings, kept up one event at a time. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from tutor.study.cards import marked, moved
from tutor.study.progress import after
from tutor.study.records import Asked, Attempt, Card, Mark, Standing


@dataclass(slots=True)
class Sums:
    """Cards by entry, marks by entry and key point, standings by topic."""

    cards: dict[str, Card] = field(default_factory=dict)
    marks: dict[str, dict[str, Mark]] = field(default_factory=lambda: defaultdict(dict))
    standings: dict[str, Standing] = field(default_factory=dict)

    def add(self, event: Attempt | Asked) -> None:
        """Let an event move them; events come in the order in which they happened."""
        if card := moved(self.cards.get(event.entry_id), event):
            self.cards[event.entry_id] = card
        if isinstance(event, Asked):
            return
        marks = self.marks[event.entry_id]
        marks.update((mark.point_id, mark) for mark in marked(marks, event))
        if event.evidence:
            self.standings[event.topic] = after(self.standings.get(event.topic, Standing(event.topic)), event)
