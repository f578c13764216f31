"""Realistic passages in any number, seeded: the corpus' wordings and sentences with the concepts in them exchanged.

A passage keeps the shape of a real one (a question, or an answer part of one to five sentences), its language, and its mix of
rare and common words. All are distinct.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from tutor.reading.files import find_files, read_bytes
from tutor.reading.sources import read_entries
from tutor.retrieval.glossary import read_glossary
from tutor.settings import corpus_folder
from tutor.text import sentences

#: Passages of one made-up entry: ways of asking, and parts of an answer.
QUESTIONS, PARTS = 2, 3
PER_ENTRY = QUESTIONS + PARTS
#: How often a concept is exchanged for another one, and how often a sentence comes from another topic.
EXCHANGED, ASTRAY = 0.6, 0.3

#: A sentence cut at the concepts it names: every second piece is one.
Template = Sequence[str]


def entries(count: int, seed: int = 0) -> Iterator[list[str]]:
    """The passages of `count` made-up entries, questions first."""
    source = random.Random(seed)
    glossary = read_glossary(corpus_folder() / "glossary.yaml")
    forms = {latin: [form for form in glossary if form.isascii() == latin] for latin in (True, False)}
    topics = [topic for topic in _topics(glossary) if topic[1]]

    def fill(template: Template) -> str:
        return "".join(
            source.choice(forms[piece.isascii()]) if place % 2 and source.random() < EXCHANGED else piece
            for place, piece in enumerate(template)
        )

    seen: set[int] = set()

    def distinct(text: str) -> str:
        while hash(text) in seen:
            text += f" {source.choice(forms[text.isascii()])}"
        seen.add(hash(text))
        return text

    for _ in range(count):
        asks, says = source.choice(topics)
        entry = [distinct(fill(source.choice(asks))) for _ in range(QUESTIONS)]
        for _ in range(PARTS):
            chosen = (source.choice(source.choice(topics)[1] if source.random() < ASTRAY else says) for _ in range(source.randint(1, 5)))
            entry.append(distinct(" ".join(map(fill, chosen))))
        yield entry


def _topics(glossary: Mapping[str, Sequence[str]]) -> Iterator[tuple[list[Template], list[Template]]]:
    """How each corpus entry is asked, and what its answer says, in each language."""
    by_start: dict[str, list[str]] = {}
    for form in sorted(glossary, key=len, reverse=True):
        by_start.setdefault(form[:2], []).append(form)
    for file in find_files([corpus_folder()]):
        for entry in read_entries(file, read_bytes(file, 50)):
            asked = [*entry.question.both(), *(wording.text for wording in entry.wordings)]
            for latin in (True, False):
                asks = [_cut(text, by_start) for text in asked if text.isascii() == latin]
                said = [text for answer in (*entry.short.both(), *entry.answer.both()) for text in sentences(answer) if len(text) > 12]
                yield asks or [_cut(asked[0], by_start)], [_cut(text, by_start) for text in said if text.isascii() == latin]


def _cut(text: str, by_start: Mapping[str, Sequence[str]]) -> Template:
    pieces, start, at, low = [], 0, 0, text.lower()
    while at < len(low):
        form = next((form for form in by_start.get(low[at : at + 2], ()) if low.startswith(form, at) and _whole(low, at, form)), None)
        if form:
            pieces += [text[start:at], text[at : at + len(form)]]
            start = at = at + len(form)
        else:
            at += 1
    return [*pieces, text[start:]]


def _whole(text: str, at: int, form: str) -> bool:
    around = text[at - 1 : at] + text[at + len(form) : at + len(form) + 1]
    return not (form.isascii() and any(char.isascii() and char.isalnum() for char in around))
