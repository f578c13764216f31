"""Texts ready to be compared: vectors, meanings, and counted terms and runs of letters.

The claims of an answer overlap, so an answer is read once, and each claim takes what stands between its ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from tutor.grading.meaning import Concepts, Meaning, claim_features, meaning_of, tokens
from tutor.retrieval.learned import LearnedEmbedder, parts_of, row_of
from tutor.text import normalise, placed_terms

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
#: Letters of a text are compared in runs of these lengths.
RUNS = (2, 3, 4)


@dataclass(frozen=True)
class Counts:
    """How often each of the names with these sorted hashes, (n,), stands in each text, (texts, n)."""

    hashes: Ints
    counts: Floats

    def only(self, places: Sequence[int]) -> Counts:
        return Counts(self.hashes, self.counts[list(places)])


@dataclass(frozen=True)
class Texts:
    """Unit vectors (n, d) of what texts claim and of what they are about, their meanings, and their counted terms and runs of letters."""

    claimed: Floats
    about: Floats
    meanings: Sequence[Meaning]
    terms: Counts
    letters: Counts

    def __len__(self) -> int:
        return len(self.meanings)

    def only(self, places: Sequence[int]) -> Texts:
        """These of the texts, in this order."""
        kept = list(places)
        return Texts(
            self.claimed[kept], self.about[kept], [self.meanings[place] for place in kept], self.terms.only(kept), self.letters.only(kept)
        )


class Reader:
    """Texts to `Texts`. `claims` is the table of what texts claim, `about` that of what they are about; `idf` the weights of words,
    terms and runs of letters by hash, as scripts/train_grader.py counted them."""

    def __init__(self, claims: LearnedEmbedder, about: LearnedEmbedder, concepts: Concepts, idf: npt.NDArray[np.float16]) -> None:
        self.claims = claims
        self.about = about
        self.concepts = concepts
        self._idf = idf

    def idf(self, names: Sequence[str]) -> Floats:
        """The weight of each name, (n,)."""
        return self.weights(np.array([self.hash(name) for name in names], np.int64))

    def weights(self, hashes: Ints) -> Floats:
        return np.asarray(self._idf[hashes], np.float32)

    def hash(self, name: str) -> int:
        return crc32(name.encode()) % len(self._idf)

    def read(self, texts: Sequence[str]) -> Texts:
        """Texts that stand alone."""
        # A line that no feature crosses joins them into one.
        ends = np.cumsum([len(normalise(text)) + 1 for text in texts]).tolist()
        return self.read_spans("\n".join(normalise(text) for text in texts), [(start, end - 1) for start, end in pairwise([0, *ends])])

    def read_spans(self, text: str, spans: Sequence[tuple[int, int]]) -> Texts:
        """The pieces of a normalised text that stand between these ends."""
        starts, ends = (np.array([span[side] for span in spans], np.int64)[:, None] for side in (0, 1))
        found = tokens(text, self.concepts)
        inside = _inside(starts, ends, [(token.start, token.end) for token in found])
        meanings = [meaning_of([found[place] for place in np.flatnonzero(row)]) for row in inside]
        placed = placed_terms(text)
        characters = [(f".{text[at]}", at, at + 1) for at in range(len(text)) if "\u3400" <= text[at] <= "\u9fff"]
        features = [(name, start, end) for term, start, end in placed for name in parts_of(term)] + characters
        held = _inside(starts, ends, [(start, end) for _, start, end in features])
        names = [name for name, _, _ in features]
        about = _summed(self.about, names, held, [[] for _ in spans])
        claimed = _summed(self.claims, names, held, [claim_features(said) for said in meanings])
        both = [*placed, *characters]
        held = _inside(starts, ends, [(start, end) for _, start, end in both])
        return Texts(claimed, about, meanings, self._counted([name for name, _, _ in both], held), self._letters(text, spans))

    def _counted(self, names: Sequence[str], held: npt.NDArray[np.bool_]) -> Counts:
        hashes, place = np.unique(np.array([self.hash(name) for name in names], np.int64), return_inverse=True)
        counts = np.stack([np.bincount(place[row], minlength=len(hashes)) for row in held]) if len(held) else np.zeros((0, len(hashes)))
        return Counts(hashes, counts.astype(np.float32))

    def _letters(self, text: str, spans: Sequence[tuple[int, int]]) -> Counts:
        runs = letter_runs(text, len(self._idf))
        hashes, place = np.unique(np.concatenate(runs), return_inverse=True)
        counts = np.zeros((len(spans), len(hashes)), np.float32)
        for row, (start, end) in enumerate(spans):
            offset = 0
            for length, run in zip(RUNS, runs, strict=True):
                counts[row] += np.bincount(place[offset + start : offset + max(end - length + 1, start)], minlength=len(hashes))
                offset += len(run)
        return Counts(hashes, counts)


def letter_runs(text: str, size: int) -> list[Ints]:
    """For each length in `RUNS` the hashes, below `size`, of the runs of letters at every place; any white space is one letter."""
    letters = np.array([32 if character.isspace() else ord(character) for character in text], np.int64)
    found = []
    for length in RUNS:
        count = max(len(letters) - length + 1, 0)
        hashes = np.full(count, length, np.int64)
        for offset in range(length):
            hashes = (hashes * 1_000_003 + letters[offset : offset + count]) % 2_147_483_647
        found.append(hashes % size)
    return found


def _inside(starts: Ints, ends: Ints, places: Sequence[tuple[int, int]]) -> npt.NDArray[np.bool_]:
    """Which places stand inside which spans, (spans, places)."""
    each = np.array(places, np.int64).reshape(-1, 2)
    return np.asarray((each[:, 0] >= starts) & (each[:, 1] <= ends))


def _summed(table: LearnedEmbedder, names: Sequence[str], held: npt.NDArray[np.bool_], more: Sequence[Sequence[str]]) -> Floats:
    """Unit vectors of the sums of the features that each text holds, each feature once, and of `more` named ones of each."""
    rows, place = np.unique(np.array([row_of(name, len(table)) for name in names], np.int64), return_inverse=True)
    has = np.zeros((len(held), len(rows)), np.float32)
    for row, own in enumerate(held):
        has[row, place[own]] = 1
    vectors = has @ table.vectors(rows.tolist()) if len(rows) else np.zeros((len(held), table.dimensions), np.float32)
    further = sorted({name for names_of in more for name in names_of})
    if further:
        known = {name: number for number, name in enumerate(further)}
        extra = table.vectors([row_of(name, len(table)) for name in further])
        says = np.zeros((len(held), len(further)), np.float32)
        for row, names_of in enumerate(more):
            says[row, [known[name] for name in names_of]] = 1
        vectors = vectors + says @ extra
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1), np.float32)
