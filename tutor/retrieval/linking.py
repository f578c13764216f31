"""The shipped query bank at work for every index: a note that asks what a curated entry asks is linked to it.

A linked note is found by all the ways of asking that were written for the curated entry. The curated entry
itself is a hit only where it was ingested.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from tutor.entry import Entry, Text
from tutor.errors import InputError
from tutor.reading.curated import read_curated
from tutor.retrieval.embedder import HashedEmbedder, Vectors
from tutor.retrieval.glossary import read_glossary
from tutor.text import squeeze

#: Questions this similar (cosine of the built-in embedder) ask the same.
SAME_QUESTION = 0.8


@dataclass(frozen=True, slots=True)
class Topic:
    """A curated entry as the bank knows it: its id and every way of asking for it; `asked` are those that
    state the question itself, fit to be compared with a note's question."""

    id: str
    wordings: tuple[str, ...]
    asked: tuple[str, ...]


@dataclass(frozen=True)
class Bank:
    """All topics, the glossary, and a digest that changes when any of it does."""

    topics: Sequence[Topic]
    glossary: Mapping[str, list[str]]
    digest: str

    @cached_property
    def _exact(self) -> dict[str, int]:
        return {squeeze(text): number for number, topic in enumerate(self.topics) for text in topic.asked}

    @cached_property
    def _vectors(self) -> tuple[Vectors, list[int]]:
        texts = [(text, number) for number, topic in enumerate(self.topics) for text in topic.asked]
        return HashedEmbedder().encode([text for text, _ in texts]), [number for _, number in texts]

    def link(self, questions: Sequence[Text]) -> list[Topic | None]:
        """For each question the topic that asks the same, or None."""
        found: list[Topic | None] = []
        for question in questions:
            exact = next((self._exact[key] for key in map(squeeze, question.both()) if key in self._exact), None)
            found.append(self.topics[exact] if exact is not None else None)
        open_places = [place for place, topic in enumerate(found) if topic is None]
        if open_places and self.topics:
            vectors, numbers = self._vectors
            similar = HashedEmbedder().encode([questions[place].zh or questions[place].en for place in open_places]) @ vectors.T
            for place, row in zip(open_places, similar, strict=True):
                best = int(np.argmax(row))
                if row[best] >= SAME_QUESTION:
                    found[place] = self.topics[numbers[best]]
        return found


def load_bank(corpus: Path) -> Bank:
    """Bank and glossary of a corpus folder. Entries that cannot be read are left out: `tutor corpus lint` names them."""
    topics = []
    digest = hashlib.blake2b(digest_size=12)
    for file in sorted(corpus.rglob("*.md")):
        if file.parent == corpus:
            continue
        data_file = file.with_suffix(".json")
        text = file.read_text(encoding="utf-8")
        digest.update(text.encode())
        digest.update(data_file.read_bytes() if data_file.is_file() else b"")
        try:
            topics.append(_topic(read_curated(text, file.name, data_file)))
        except InputError:
            continue
    glossary = corpus / "glossary.yaml"
    digest.update(glossary.read_bytes() if glossary.is_file() else b"")
    return Bank(topics, read_glossary(glossary), digest.hexdigest())


def _topic(entry: Entry) -> Topic:
    asked = (*entry.question.both(), *(wording.text for wording in entry.wordings if wording.kind == "other"))
    return Topic(entry.id, _distinct((*asked, *(wording.text for wording in entry.wordings))), asked)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
