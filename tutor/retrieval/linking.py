"""The shipped query bank at work for every index: a note that asks what a curated entry asks is linked to it.

A linked note is found by all the ways of asking that were written for the curated entry. The curated entry
itself is a hit only where it was ingested. Notes ask the same to the letter, in words spelled alike, or in other words: then question
and answer have to agree on the topic.
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
from tutor.retrieval.embedder import Embedder, HashedEmbedder, Vectors
from tutor.retrieval.glossary import read_glossary
from tutor.retrieval.topics import Flags, Numbers, Topics
from tutor.settings import corpus_folder
from tutor.text import squeeze

#: Questions spelled so alike (cosine) ask the same.
SAME_QUESTION = 0.8
#: So many questions are compared at a time.
_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Topic:
    """A curated entry as the bank knows it: its id, every way of asking for it, and its answer in all languages; `asked` are the
    ways that state the question itself, fit to be compared with a note's question."""

    id: str
    wordings: tuple[str, ...]
    asked: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Links:
    """For each entry the topic it is linked to, or None, and the number of the topic it is about, or -1; and for each topic whether any
    entry may be about it."""

    topics: Sequence[Topic | None]
    about: Numbers
    held: Flags


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
    def _vectors(self) -> tuple[Vectors, Numbers]:
        texts = [(text, number) for number, topic in enumerate(self.topics) for text in topic.asked]
        return HashedEmbedder().encode([text for text, _ in texts]), np.array([number for _, number in texts], np.int32)

    def picture(self, embedder: Embedder) -> Topics:
        """All topics as an index keeps them."""
        asked, wordings = [topic.asked for topic in self.topics], [topic.wordings for topic in self.topics]
        return Topics.build(asked, wordings, [topic.answer for topic in self.topics], embedder)

    def link(self, entries: Sequence[Entry], picture: Topics, embedder: Embedder) -> Links:
        """Link notes to topics. Curated entries are not linked, but are about theirs."""
        numbers = {topic.id: number for number, topic in enumerate(self.topics)}
        about = np.array([numbers.get(e.id, -1) if e.curated else self._asks_exactly(e.question) for e in entries], np.int32)
        linked = np.where([entry.curated for entry in entries], -1, about)
        held = np.zeros(len(self.topics), np.bool_)
        if len(places := np.flatnonzero(about < 0)) and self.topics:
            rest = [entries[int(place)] for place in places]
            questions = [entry.question.zh or entry.question.en for entry in rest]
            same, near, held = picture.of_notes(questions, [entry.answer.zh or entry.answer.en for entry in rest], embedder)
            alike = self._spelled_alike(questions)
            same = np.where(alike >= 0, alike, same)
            linked[places] = np.where([entry.curated for entry in rest], -1, same)
            about[places] = np.where(same >= 0, same, near)
        held[about[about >= 0]] = True
        return Links([self.topics[number] if number >= 0 else None for number in linked], about, held)

    def _asks_exactly(self, question: Text) -> int:
        return next((self._exact[key] for key in map(squeeze, question.both()) if key in self._exact), -1)

    def _spelled_alike(self, questions: Sequence[str]) -> Numbers:
        vectors, numbers = self._vectors
        found = np.full(len(questions), -1, np.int32)
        for start in range(0, len(questions), _AT_ONCE):
            similar = HashedEmbedder().encode(questions[start : start + _AT_ONCE]) @ vectors.T
            found[start : start + len(similar)] = np.where(similar.max(axis=1) >= SAME_QUESTION, numbers[similar.argmax(axis=1)], -1)
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


def curated_entry(name: str) -> Entry | None:
    """The shipped entry of this id; None where there is none, or it cannot be read."""
    file = next(iter(sorted(corpus_folder().glob(f"*/{name}.md"))), None)
    if file is None:
        return None
    try:
        return read_curated(file.read_text(encoding="utf-8"), str(file), file.with_suffix(".json"))
    except InputError:
        return None


def _topic(entry: Entry) -> Topic:
    asked = (*entry.question.both(), *(wording.text for wording in entry.wordings if wording.kind == "other"))
    answer = "\n".join((*entry.short.both(), *entry.answer.both()))
    return Topic(entry.id, _distinct((*asked, *(wording.text for wording in entry.wordings))), asked, answer)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
