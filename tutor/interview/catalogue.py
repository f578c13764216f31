"""The entries an interview may ask, and which words of a key point would give it away.

    key point   "冻结原权重 W0,在旁边加一条低秩旁路 ..."   of "什么是 LoRA?"
    telling     冻结, 低秩, 旁路 ...      said by those who earn the point, not by the question, rare elsewhere

Whoever hears a telling word from the interviewer need not know it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from tutor.entry import Entry, Language
from tutor.text import is_stop, language_of, terms

#: A word is telling when two, and this share, of the phrasings in its language that earn the point say it,
SAID = 0.3
#: and at most this share of the entries use it: what everybody speaks of tells nothing.
COMMON = 0.07
_COMMON_FLOOR = 3


class Catalogue:
    """Entries by id. Those with a rubric are asked; where there are none, those that have an answer."""

    def __init__(self, entries: Iterable[Entry], glossary: Mapping[str, list[str]] | None = None) -> None:
        self.entries: dict[str, Entry] = {entry.id: entry for entry in entries if not entry.linked}
        #: Forms of concepts to their other forms, as `read_glossary` gives them.
        self.glossary = glossary or {}
        self._telling: dict[tuple[str, str], frozenset[str]] = {}
        self._vocabulary: dict[str, frozenset[str]] = {}

    def __getitem__(self, entry_id: str) -> Entry:
        return self.entries[entry_id]

    def __contains__(self, entry_id: str) -> bool:
        return entry_id in self.entries

    @cached_property
    def askable(self) -> tuple[Entry, ...]:
        """The entries to ask, in the order of their ids."""
        with_rubric = [entry for entry in self.entries.values() if entry.rubric]
        chosen = with_rubric or [entry for entry in self.entries.values() if entry.answered]
        return tuple(sorted(chosen, key=lambda entry: entry.id))

    @cached_property
    def topics(self) -> Mapping[str, int]:
        """How many entries there are to ask in each topic."""
        return Counter(topic_of(entry) for entry in self.askable)

    @cached_property
    def _frequency(self) -> Counter[str]:
        """In how many entries a term is spoken of by its question, answers or key points."""
        counts: Counter[str] = Counter()
        for entry in self.entries.values():
            texts = [
                *entry.question.both(),
                *entry.short.both(),
                *entry.answer.both(),
                *(text for point in entry.rubric for text in point.text.both()),
            ]
            counts.update({term for text in texts for term in terms(text)})
        return counts

    def vocabulary(self, entry_id: str) -> frozenset[str]:
        """Every term the entry uses, in its questions, its answers and what is said to them."""
        if entry_id not in self._vocabulary:
            entry = self.entries[entry_id]
            texts = [*entry.question.both(), *entry.answer.both(), *entry.short.both(), *(wording.text for wording in entry.wordings)]
            for point in entry.rubric:
                texts += [*point.text.both(), *point.probe.both(), *point.right, *point.wrong]
            for wrong in entry.misconceptions:
                texts += [*wrong.claim.both(), *wrong.correction.both()]
            self._vocabulary[entry_id] = frozenset(term for text in texts for term in terms(text))
        return self._vocabulary[entry_id]

    def rarity(self, term: str) -> float:
        """How much a term says about what is spoken of: 0 for one that every entry uses."""
        return math.log((1 + len(self.entries)) / (1 + self._frequency[term]))

    def telling(self, entry_id: str, point_id: str) -> frozenset[str]:
        """The terms that would give a key point away."""
        key = (entry_id, point_id)
        if key not in self._telling:
            self._telling[key] = self._find_telling(entry_id, point_id)
        return self._telling[key]

    def _find_telling(self, entry_id: str, point_id: str) -> frozenset[str]:
        entry = self.entries[entry_id]
        point = next((point for point in entry.rubric if point.id == point_id), None)
        if point is None:
            return frozenset()
        asked = {term for text in entry.question.both() for term in terms(text)}
        common = max(_COMMON_FLOOR, COMMON * len(self.entries))
        told: set[str] = set()
        for text in point.text.both():
            own = {term for term in terms(text) if len(term) > 1 and not is_stop(term) and term not in asked}
            # Each language by itself: those who answer in Chinese do not say the English words.
            phrasings = [phrasing for phrasing in point.right if language_of(phrasing) == language_of(text)]
            said = Counter(term for phrasing in phrasings for term in set(terms(phrasing)))
            enough = min(len(phrasings), max(2, math.ceil(SAID * len(phrasings))))
            told |= {term for term in own if said[term] >= enough and self._frequency[term] <= common}
        return frozenset(told)

    def names(self, text: str, entry_id: str, points: Iterable[str]) -> frozenset[str]:
        """The words of key points in a text, telling or not, but for what every other entry speaks of."""
        common = max(_COMMON_FLOOR, COMMON * len(self.entries))
        own = {term for point in self[entry_id].rubric if point.id in points for words in point.text.both() for term in terms(words)}
        return frozenset(term for term in own & set(terms(text)) if len(term) > 1 and not is_stop(term) and self._frequency[term] <= common)

    def gives_away(self, text: str, entry_id: str, points: Iterable[str], known: Iterable[str] = ()) -> frozenset[str]:
        """The telling words of `points` in `text`, but for those that are `known` from what was said before."""
        told = frozenset().union(*(self.telling(entry_id, point) for point in points))
        return (told & frozenset(terms(text))) - frozenset(term for said in known for term in terms(said))

    def nearness(self, text: str, entry_id: str) -> float:
        """The share, 0..1, of what a text speaks of that the entry speaks of too; 0 for a text that says nothing."""
        weights = {term: self.rarity(term) for term in set(terms(text)) if not is_stop(term) and len(term) > 1}
        whole = sum(weights.values())
        own = self.vocabulary(entry_id)
        return sum(weight for term, weight in weights.items() if term in own) / whole if whole else 0.0


def topic_of(entry: Entry) -> str:
    """An entry's topic; notes have a section instead."""
    return entry.topic or entry.section


def question_of(entry: Entry, language: Language) -> str:
    """An entry's question on one line."""
    return " ".join(entry.question.pick(language).split())
