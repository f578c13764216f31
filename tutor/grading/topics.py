"""What an answer is about, among everything the corpus knows: a correct answer to another question is about another topic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tutor.errors import ModelError
from tutor.grading.texts import Floats

#: A clause counts by how much more than this it is like any topic: talk is like none.
TALK = 0.25


@dataclass(frozen=True)
class Standing:
    """How an answer's topic stands to the entry's: cosine, lead over the nearest other entry, and log of 1 + how many are nearer."""

    alike: float = 0.0
    lead: float = 0.0
    behind: float = 0.0


class Topics:
    """One unit vector for each entry of the corpus, (entries, d)."""

    def __init__(self, names: Sequence[str], vectors: Floats) -> None:
        self.names: Mapping[str, int] = {name: place for place, name in enumerate(names)}
        self.vectors = vectors

    def standing(self, clauses: Floats, entry_id: str) -> Standing:
        """Of an answer with these clauses, (n, d); nothing for an entry that is not of the corpus."""
        own = self.names.get(entry_id)
        if own is None or not len(clauses):
            return Standing()
        alike = clauses @ self.vectors.T
        summed = np.maximum(alike.max(axis=1) - TALK, 0) @ clauses
        cosines = self.vectors @ (summed / max(float(np.linalg.norm(summed)), 1e-6))
        others = np.delete(cosines, own)
        return Standing(float(cosines[own]), float(cosines[own] - others.max()), math.log1p(float((others > cosines[own]).sum())))

    def save(self, folder: Path) -> None:
        np.savez_compressed(folder / "topics.npz", names=np.array(list(self.names)), vectors=self.vectors.astype(np.float16))


def load_topics(folder: Path) -> Topics:
    """The shipped topics. Raises ModelError where they cannot be read."""
    try:
        with np.load(folder / "topics.npz", allow_pickle=False) as data:
            return Topics(data["names"].tolist(), data["vectors"].astype(np.float32))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"grader: {folder} cannot be read: {error}", remedy="reinstall the package") from error
