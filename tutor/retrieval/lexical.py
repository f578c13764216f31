"""The lexical index: BM25 (Robertson & Zaragoza 2009, the variant with a non-negative idf) in numpy arrays.

Terms are stored as 64-bit hashes in a sorted array, postings with their BM25 weights precomputed, so that
loading maps the files and a query touches its own postings only. The forward lists (terms of each
document) are kept, too: an incremental build joins them without reading any text again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float32]

K1 = 1.2
B = 0.6
#: So many triples of document, term and count are sorted at a time.
_AT_ONCE = 4_000_000


@lru_cache(maxsize=500_000)
def term_hash(term: str) -> int:
    """A 64-bit hash that is the same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True)
class Forward:
    """Term counts of documents in compressed rows: `terms[starts[i]:starts[i+1]]` with `counts`."""

    starts: Ints
    terms: Hashes
    counts: Floats

    @classmethod
    def of(cls, documents: Iterable[Sequence[str]]) -> Forward:
        starts, codes, counts = [0], [], []
        for document in documents:
            for term, count in Counter(document).items():
                codes.append(term_hash(term))
                counts.append(count)
            starts.append(len(codes))
        return cls(np.array(starts, np.int64), np.array(codes, np.uint64), np.array(counts, np.float32))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def take(self, rows: Ints) -> Forward:
        """The documents `rows`, in that order."""
        lengths = (self.starts[1:] - self.starts[:-1])[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        at = np.repeat(self.starts[:-1][rows], lengths) + within
        return Forward(starts, self.terms[at], self.counts[at])

    def join(self, other: Forward) -> Forward:
        return Forward(
            np.concatenate([self.starts, other.starts[1:] + self.starts[-1]]),
            np.concatenate([self.terms, other.terms]),
            np.concatenate([self.counts, other.counts]),
        )

    def rows(self) -> Ints:
        """For each stored term the number of its document."""
        return np.repeat(np.arange(len(self)), np.diff(self.starts))


class LexicalIndex:
    """BM25 over numbered documents."""

    def __init__(self, terms: Hashes, idf: Floats, starts: Ints, documents: npt.NDArray[np.int32], weights: Floats, size: int) -> None:
        self._terms = terms
        self._idf = idf
        self._starts = starts
        self._documents = documents
        self._weights = weights
        self.size = size

    @classmethod
    def build(cls, rows: Ints, terms: Hashes, counts: Floats, size: int) -> LexicalIndex:
        """From triples (document, term, count); triples of one document and term are added up."""
        lengths = np.bincount(rows, weights=counts, minlength=size)
        mean = lengths.mean() if size else 1.0
        norm = K1 * (1 - B + B * lengths / max(mean, 1e-9))
        # Sorting all triples at once would take gigabytes; terms are in the order of their hashes, so a range of those is built at a time.
        ranges = 1 + len(terms) // _AT_ONCE
        edges = [np.uint64(((1 << 64) - 1) * number // ranges) for number in range(1, ranges)]
        bucket = np.searchsorted(np.array(edges, np.uint64), terms).astype(np.uint16)
        parts = []
        for number in range(ranges):
            here = np.flatnonzero(bucket == number)
            parts.append(_postings(rows[here], terms[here], counts[here], norm, size))
        vocabulary, idf, document_count, documents, weights = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        starts = np.concatenate([[0], np.cumsum(document_count)]).astype(np.int64)
        return cls(vocabulary, idf, starts, documents, weights, size)

    def save(self, folder: Path, name: str) -> None:
        for part, array in self._arrays().items():
            np.save(folder / f"{name}-{part}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, name: str, size: int) -> LexicalIndex:
        # asarray keeps the mapping and drops numpy.memmap's slow indexing.
        arrays = {
            part: np.asarray(np.load(folder / f"{name}-{part}.npy", mmap_mode="r", allow_pickle=False))
            for part in ("terms", "idf", "starts", "documents", "weights")
        }
        return cls(**arrays, size=size)

    def _arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        return {
            "terms": self._terms,
            "idf": self._idf,
            "starts": self._starts,
            "documents": self._documents,
            "weights": self._weights,
        }

    def knows(self, term: str) -> bool:
        return self._column(term) >= 0

    def frequency(self, term: str) -> int:
        """In how many documents a term stands."""
        column = self._column(term)
        return int(self._starts[column + 1] - self._starts[column]) if column >= 0 else 0

    def idf(self, term: str) -> float:
        """Inverse document frequency; a term never seen counts as the rarest possible."""
        column = self._column(term)
        return float(self._idf[column]) if column >= 0 else float(np.log1p((self.size + 0.5) / 0.5))

    def scores(self, query: Mapping[str, float]) -> Floats:
        """BM25 of every document for weighted query terms: (size,), float32."""
        scores = np.zeros(self.size, dtype=np.float32)
        for term, weight in query.items():
            column = self._column(term)
            if column >= 0:
                start, end = self._starts[column], self._starts[column + 1]
                # Three times as fast as adding to indexed elements, which are gathered and scattered.
                np.add.at(scores, self._documents[start:end], weight * self._weights[start:end])
        return scores

    def has(self, query: Iterable[str], document: int) -> dict[str, bool]:
        """Which query terms stand in one document."""
        found = {}
        for term in query:
            column = self._column(term)
            postings = self._documents[self._starts[column] : self._starts[column + 1]] if column >= 0 else ()
            at = int(np.searchsorted(postings, document)) if column >= 0 else 0
            found[term] = column >= 0 and at < len(postings) and int(postings[at]) == document
        return found

    def _column(self, term: str) -> int:
        code = np.uint64(term_hash(term))
        at = int(self._terms.searchsorted(code))
        return at if at < len(self._terms) and self._terms[at] == code else -1


def _postings(
    rows: Ints, terms: Hashes, counts: Floats, norm: npt.NDArray[np.float64], size: int
) -> tuple[Hashes, Floats, Ints, npt.NDArray[np.int32], Floats]:
    """The terms, sorted, with their idf and number of documents, and the documents and weights of all one after another."""
    vocabulary, column = np.unique(terms, return_inverse=True)
    keys, where = np.unique(column.astype(np.int64) * max(size, 1) + rows, return_inverse=True)
    frequency = np.bincount(where, weights=counts, minlength=len(keys)).astype(np.float32)
    documents = (keys % max(size, 1)).astype(np.int32)
    columns = keys // max(size, 1)
    document_count = np.bincount(columns, minlength=len(vocabulary))
    idf = np.log1p((size - document_count + 0.5) / (document_count + 0.5)).astype(np.float32)
    weights = idf[columns] * frequency * (K1 + 1) / (frequency + norm[documents])
    return vocabulary, idf, document_count, documents, weights.astype(np.float32)
