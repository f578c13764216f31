"""What an answer is: Markdown with `[n]` marks, and what each mark refers to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tutor.entry import Entry, Hit, Hits, Language


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered reference from an answer to an entry and the line of its source."""

    n: int
    entry_id: str
    question: str
    source: str
    line: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a question; `engine` is "extractive" or the model's name.

    `notice` says in one line why a configured model did not write it; it is "" otherwise.
    """

    question: str
    answer: str
    citations: tuple[Citation, ...]
    in_scope: bool
    confidence: float
    engine: str
    suggestions: tuple[str, ...] = ()
    notice: str = ""

    def to_dict(self) -> dict[str, Any]:
        data = asdict(self)
        data["citations"] = [asdict(citation) for citation in self.citations]
        data["suggestions"] = list(self.suggestions)
        data["confidence"] = round(self.confidence, 4)
        if not self.notice:
            del data["notice"]
        return data


def cite(n: int, entry: Entry, language: Language) -> Citation:
    """Citation `n` of an entry, its question in `language` where it has one."""
    source = entry.sources[0]
    return Citation(n, entry.id, entry.question.pick(language), source.path, source.line)


#: A curated entry leads the answer when it scores at least this share of the best hit; others are cited from there on, too.
CURATED_SHARE = 0.6
#: A curated entry is cited beside a note from this share on: what was checked must be seen next to what was not.
BESIDE_SHARE = 0.5
CITED_SHARE = 0.75
MOST_CITED = 3


def support(hits: Hits) -> tuple[Hit, ...]:
    """The hits an answer rests on: the best answered one, and those that score nearly as well.

    Curated entries were checked against primary sources, notes were not: a curated one that scores nearly
    as well as a note goes before it.
    """
    answered = [hit for hit in hits.hits if hit.entry.answered]
    if not answered:
        return ()
    best = answered[0].score
    leads = [hit for hit in answered if hit.entry.curated and hit.score >= CURATED_SHARE * best]
    ordered = [*leads[:1], *(hit for hit in answered if hit not in leads[:1])]
    floor = {True: CITED_SHARE if ordered[0].entry.curated else BESIDE_SHARE, False: CITED_SHARE}
    return tuple(hit for hit in ordered if hit is ordered[0] or hit.score >= floor[hit.entry.curated] * best)[:MOST_CITED]
