"""Claims held against the texts of a question: likeness by meaning and by words, and what disagrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from tutor.grading.meaning import Meaning, opposite, undone
from tutor.grading.texts import Counts, Floats, Ints, Reader, Texts

#: The views in which a claim takes sides between a wrong version and the right one nearest to it.
SIDES = ("terms", "letters", "claimed", "about")


@dataclass(frozen=True)
class Point:
    """Where a key point's phrasings stand in a book: numbers of its right texts and of its wrong ones."""

    right: Sequence[int]
    wrong: Sequence[int]


@dataclass(frozen=True)
class Weighted:
    """Counted names of a book's texts as unit vectors, (names, texts)."""

    hashes: Ints
    columns: Floats

    @classmethod
    def of(cls, counted: Counts, reader: Reader) -> Weighted:
        return cls(counted.hashes, np.ascontiguousarray(_unit(_weighted(counted, reader)).T))

    def cosines(self, counted: Counts, reader: Reader) -> Floats:
        """Cosine of each counted text with each of the book's, (n, texts)."""
        values = _unit(_weighted(counted, reader))
        _, own, other = np.intersect1d(counted.hashes, self.hashes, assume_unique=True, return_indices=True)
        return np.asarray(values[:, own] @ self.columns[other], np.float32)


def _weighted(counted: Counts, reader: Reader) -> Floats:
    scaled = np.where(counted.counts > 0, 1 + np.log(np.maximum(counted.counts, 1)), 0)
    return np.asarray(scaled * reader.weights(counted.hashes), np.float32)


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)


class Book:
    """The texts that an answer to one question is held against, of all its key points together."""

    def __init__(self, texts: Sequence[str], reader: Reader) -> None:
        self.texts = texts
        self.read = reader.read(texts)
        names = sorted({name for said in self.read.meanings for name in said.plain | said.negated})
        self.places = {name: place for place, name in enumerate(names)}
        self.idf = reader.idf(names)
        plain, negated = self.matrices(self.read)
        # Names by texts: what each says at all, only plainly, and only under a negation.
        self.said, self.only_plain, self.only_negated = (
            np.ascontiguousarray(each.T) for each in (np.maximum(plain, negated), plain * (1 - negated), negated * (1 - plain))
        )
        self.mass = np.asarray(self.idf @ self.said, np.float32)
        self.terms = Weighted.of(self.read.terms, reader)
        self.letters = Weighted.of(self.read.letters, reader)
        #: For each point the names that most of its right phrasings say, with their weights.
        self.core: list[tuple[Ints, Floats]] = []
        self.counterpart = np.arange(len(texts))
        self.apart: dict[str, Floats] = {}

    def pair(self, points: Sequence[Point], reader: Reader) -> None:
        """For each point what most of its right phrasings say; and for each wrong version the right phrasing of its point that it is
        nearest to, and how far apart they are in each view."""
        self.core = [self._core(point) for point in points]
        own = compare(self.read, self, reader)
        for point in points:
            if point.wrong and point.right:
                nearest = own.likeness[np.ix_(list(point.wrong), list(point.right))].argmax(axis=1)
                self.counterpart[list(point.wrong)] = np.asarray(point.right)[nearest]
        rows = np.arange(len(self.texts))
        for name in SIDES:
            alike: Floats = getattr(own, name)
            self.apart[name] = np.sqrt(np.maximum(2 - 2 * alike[rows, self.counterpart], 0))

    def _core(self, point: Point) -> tuple[Ints, Floats]:
        counts = self.said[:, list(point.right)].sum(axis=1)
        weights = self.idf * (np.sqrt(counts) - (0.7 if len(point.right) >= 3 else 0.0)) * (counts > 0)
        # The twelve heaviest are the core; a phrasing that says them all is rare.
        heaviest = np.argsort(-weights, kind="stable")[:12]
        return heaviest, np.asarray(weights[heaviest], np.float32)

    def matrices(self, read: Texts) -> tuple[Floats, Floats]:
        """Which of the book's names texts say, and which they say under a negation: twice (n, names)."""
        plain, negated = (np.zeros((len(read), len(self.places)), np.float32) for _ in range(2))
        for row, said in enumerate(read.meanings):
            plain[row, [self.places[name] for name in said.plain if name in self.places]] = 1
            negated[row, [self.places[name] for name in said.negated if name in self.places]] = 1
        return plain, negated


@dataclass(frozen=True)
class Compared:
    """Claims against the texts of a book, each (claims, texts): likeness by what is claimed, by topic, by terms and by letters; the share
    of the text's words that the claim says and of the claim's that the text says (idf-weighted); and how much of it disagrees."""

    claimed: Floats
    about: Floats
    terms: Floats
    letters: Floats
    recall: Floats
    precision: Floats
    negation: Floats
    direction: Floats
    number: Floats

    def only(self, places: Sequence[int]) -> Compared:
        """These of the claims."""
        kept = list(places)
        return Compared(*(getattr(self, field.name)[kept] for field in fields(self)))

    @property
    def likeness(self) -> Floats:
        """One number to pick the best claim and phrasing by."""
        words = 2 * self.recall * self.precision / np.maximum(self.recall + self.precision, 1e-6)
        alike = 0.5 * self.claimed + 0.15 * self.about + 0.2 * words + 0.25 * self.terms + 0.15 * self.letters
        return np.asarray(alike - 0.15 * self.direction - 0.15 * self.negation, np.float32)


def compare(said: Texts, book: Book, reader: Reader, *, neutral: bool = False) -> Compared:
    """Every claim against every text of the book; `neutral` leaves out what the tables learned of our field, for texts of any."""
    plain, negated = book.matrices(said)
    # Names that no claim says change nothing.
    said_at = np.flatnonzero((plain + negated).any(axis=0))
    plain, negated, idf = plain[:, said_at], negated[:, said_at], book.idf[said_at]
    shared = (np.maximum(plain, negated) * idf) @ book.said[said_at]
    # A name that one says plainly and the other only under a negation.
    crossed = (negated * (1 - plain) * idf) @ book.only_plain[said_at]
    crossed += (plain * (1 - negated) * idf) @ book.only_negated[said_at]
    terms, letters = book.terms.cosines(said.terms, reader), book.letters.cosines(said.letters, reader)
    of_claim = np.array([reader.idf(sorted(one.plain | one.negated)).sum() if one.words else 0 for one in said.meanings], np.float32)
    return Compared(
        claimed=terms if neutral else said.claimed @ book.read.claimed.T,
        about=letters if neutral else said.about @ book.read.about.T,
        terms=terms,
        letters=letters,
        recall=_over(shared, book.mass[None, :]),
        precision=_over(shared, of_claim[:, None]),
        negation=_over(crossed, shared),
        direction=_disagreement(said, book),
        number=_number_conflict(said, book.read),
    )


def _over(part: Floats, whole: Floats) -> Floats:
    return np.asarray(part / np.maximum(whole, 1e-6), np.float32)


def _disagreement(said: Texts, book: Book) -> Floats:
    """The share of a text's directions whose opposite the claim says, less the share that it says itself, -1 to 1."""
    names = sorted({name for one in (*book.read.meanings, *said.meanings) for name in one.directions})
    if not names:
        return np.zeros((len(said), len(book.texts)), np.float32)
    place = {name: number for number, name in enumerate(names)}
    has, same = (_holds(read.meanings, place) for read in (book.read, said))
    other = np.zeros_like(same)
    for name, number in place.items():
        for against in (opposite(name), undone(name)):
            if against in place:
                other[:, number] = np.maximum(other[:, number], same[:, place[against]])
    return np.asarray(((other * (1 - same)) @ has.T - same @ has.T) / np.maximum(has.sum(1), 1)[None, :], np.float32)


def _holds(meanings: Sequence[Meaning], place: Mapping[str, int]) -> Floats:
    """Which texts say each of the directions, (texts, directions)."""
    rows = np.zeros((len(meanings), len(place)), np.float32)
    for row, one in enumerate(meanings):
        rows[row, [place[name] for name in one.directions]] = 1
    return rows


def _number_conflict(said: Texts, read: Texts) -> Floats:
    """1 where both give numbers and share none, -1 where they share all of the text's, 0 where one gives none."""
    found = np.zeros((len(said), len(read)), np.float32)
    numbered = [(column, meant.numbers) for column, meant in enumerate(read.meanings) if meant.numbers]
    for row, one in enumerate(said.meanings):
        if one.numbers:
            for column, numbers in numbered:
                found[row, column] = 1 - 2 * len(one.numbers & numbers) / len(numbers)
    return found
