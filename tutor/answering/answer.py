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


def support(hits: Hits, *, share: float = 0.62, most: int = 3) -> tuple[Hit, ...]:
    """The hits an answer rests on: the best answered one, and those that score nearly as well."""
    answered = [hit for hit in hits.hits if hit.entry.answered]
    if not answered:
        return ()
    floor = share * answered[0].score
    return tuple(hit for hit in answered[:most] if hit.score >= floor)
