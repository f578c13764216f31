"""Which topic of the shipped bank a text is about.

Every index keeps a small picture of the whole bank, and which of its topics it holds. So a query whose topic is known but not
held is told from one that is answered here: similar entries score well for both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tutor.retrieval.embedder import Embedder, Vectors
from tutor.retrieval.learned import LearnedEmbedder
from tutor.retrieval.lexical import K1, Floats, Forward, LexicalIndex
from tutor.text import terms

Numbers = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

#: What the cosine with a topic's questions counts against the share of the query's words.
MEANING = 0.5
#: So much of a note's answer is looked at: what it is about is said at its beginning.
BEGINNING = 600
#: A note asks what a topic asks where the cosines of its question and of its answer come to this much together, and to so much more
#: than with any other topic.
AGREED, CLEARLY = 1.0, 0.3
#: A note is about the topic that it is nearest to, unless it is farther than this from all.
FAR = 0.7
#: It may as well be about those that are nearer than this to the nearest: to hold a topic too many is better than to deny it.
TIE = 0.1
#: So many notes are compared at a time.
_AT_ONCE = 4096


@dataclass(frozen=True)
class Topics:
    """The topics of a bank: mean vector of the questions of each, vector of its answer, and the words of both."""

    asked: Vectors
    answered: Vectors
    words: LexicalIndex
    model: str
    """identity of the embedder of the vectors"""

    @classmethod
    def build(cls, asked: Sequence[Sequence[str]], wordings: Sequence[Sequence[str]], answers: Sequence[str], embedder: Embedder) -> Topics:
        """For each topic the texts that state its question, all ways of asking for it, and its answer."""
        recogniser = recogniser_for(embedder)
        vectors = recogniser.encode([text for texts in asked for text in texts])
        owner = np.repeat(np.arange(len(asked)), [len(texts) for texts in asked])
        np.add.at(means := np.zeros((len(asked), recogniser.dimensions), np.float32), owner, vectors)
        means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        forward = Forward.of(terms("\n".join((*texts, answer))) for texts, answer in zip(wordings, answers, strict=True))
        words = LexicalIndex.build(forward.rows(), forward.terms, forward.counts, len(forward))
        return cls(means, recogniser.encode(answers), words, recogniser.identity)

    @classmethod
    def empty(cls) -> Topics:
        """The picture of a bank without topics."""
        none = np.zeros((0, 0), np.float32)
        words = LexicalIndex.build(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.float32), 0)
        return cls(none, none, words, "")

    def save(self, folder: Path) -> None:
        for name, array in (("asked", self.asked), ("answered", self.answered)):
            np.save(folder / f"topic-{name}.npy", array, allow_pickle=False)
        (folder / "topic-model.txt").write_text(self.model, encoding="utf-8")
        self.words.save(folder, "topic")

    @classmethod
    def load(cls, folder: Path) -> Topics:
        asked, answered = (
            np.asarray(np.load(folder / f"topic-{name}.npy", mmap_mode="r", allow_pickle=False)) for name in ("asked", "answered")
        )
        model = (folder / "topic-model.txt").read_text(encoding="utf-8")
        return cls(asked, answered, LexicalIndex.load(folder, "topic", len(asked)), model)

    def __len__(self) -> int:
        return len(self.asked)

    def scores(self, vector: Vectors, wanted: Mapping[str, float]) -> Floats:
        """How much a query asks for each topic: its vector and its weighted terms."""
        ideal = sum(weight * self.words.idf(term) for term, weight in wanted.items()) * (K1 + 1)
        return np.asarray(MEANING * (self.asked @ vector) + self.words.scores(wanted) / np.float32(max(ideal, 1e-6)), np.float32)

    def of_notes(self, questions: Sequence[str], answers: Sequence[str], embedder: Embedder) -> tuple[Numbers, Numbers, Flags]:
        """For each note the topic that asks the same, and the topic it is about, -1 where there is none; and for each topic whether any
        note may be about it."""
        same, about = (np.full(len(questions), -1, np.int32) for _ in range(2))
        held = np.zeros(len(self), np.bool_)
        recogniser = recogniser_for(embedder)
        for start in range(0, len(questions) if len(self) else 0, _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            near = recogniser.encode(questions[part]) @ self.asked.T
            near += recogniser.encode([answer[:BEGINNING] for answer in answers[part]]) @ self.answered.T
            best, rows = near.argmax(axis=1), np.arange(len(near))
            top = near[rows, best]
            held |= (near >= np.maximum(top - TIE, FAR)[:, None]).any(axis=0)
            near[rows, best] = 0
            about[part] = np.where(top >= FAR, best, -1)
            same[part] = np.where((top >= AGREED) & (top - near.max(axis=1) >= CLEARLY), best, -1)
        return same, about, held


def recogniser_for(embedder: Embedder) -> LearnedEmbedder:
    """What recognises topics: the index's own embedder where it has learned them, or else the built-in one."""
    return embedder if isinstance(embedder, LearnedEmbedder) else _builtin()


@lru_cache(maxsize=1)
def _builtin() -> LearnedEmbedder:
    return LearnedEmbedder()
