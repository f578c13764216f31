"""An entry's passages: its question, its other wordings, and its answer in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tutor.entry import Entry, Passage
from tutor.text import blocks

#: Answer parts aim at this many characters; a block (table, code, formula) is never cut.
PART_LENGTH = 480


def passages_of(entry: Entry, number: int, linked: Iterable[str] = ()) -> Iterator[Passage]:
    """The passages of entry `number`, questions first; `linked` are the wordings of its curated counterpart."""
    for question in entry.question.both():
        yield Passage(number, "question", question)
    for wording in entry.wordings:
        yield Passage(number, "wording", wording.text)
    for text in linked:
        yield Passage(number, "linked", text)
    for answer in (*entry.short.both(), *entry.answer.both()):
        for part in answer_parts(answer):
            yield Passage(number, "answer", part)


def answer_parts(answer: str) -> list[str]:
    """Neighbouring blocks joined up to `PART_LENGTH` characters; a long paragraph stands alone."""
    parts: list[str] = []
    for block in blocks(answer):
        if parts and len(parts[-1]) + len(block) < PART_LENGTH:
            parts[-1] += "\n\n" + block
        else:
            parts.append(block)
    return parts
