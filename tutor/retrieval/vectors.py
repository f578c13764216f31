"""The vectors of all passages: one contract, and behind it the engine that the setting `vectors` names.

An engine writes into the folder of a generation when an index is built; what it finds there, it opens. So an opened
index is always searched by the engine that it was built with, whatever is set.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tutor.errors import InputError
from tutor.retrieval.embedder import Vectors

#: What only vectors in Milvus leave in a generation.
_MILVUS = "vectors.json"


class VectorIndex(Protocol):
    """Vectors of numbered passages, read only. Raises StoreError where an engine does not answer."""

    def __len__(self) -> int: ...

    def vectors(self) -> Vectors:
        """All vectors, (n, dimensions)."""
        ...

    def search(self, query: Vectors, k: int) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Numbers and cosines of the `k` nearest passages of one query vector, best first."""
        ...

    def close(self) -> None: ...


def build_vectors(engine: str, generation: Path, vectors: Vectors) -> None:
    """Have `engine` ("faiss", or "milvus:" and a URL or a path) keep `vectors` for the folder `generation`."""
    name, _, place = engine.partition(":")
    if engine == "faiss":
        from tutor.retrieval.backends.faiss import FaissIndex

        FaissIndex.build(generation, vectors)
    elif name == "milvus" and place:
        from tutor.retrieval.backends.milvus import MilvusIndex

        MilvusIndex.build(place, generation, vectors)
    else:
        raise InputError(f"setting vectors: {engine!r} is no engine", remedy="faiss, milvus:http://HOST:19530, or milvus:FOLDER.db")


def open_vectors(generation: Path) -> VectorIndex:
    """The vectors that were built for the folder `generation`."""
    if (generation / _MILVUS).exists():
        from tutor.retrieval.backends.milvus import MilvusIndex

        return MilvusIndex.open(generation)
    from tutor.retrieval.backends.faiss import FaissIndex

    return FaissIndex.open(generation)


def drop_vectors(generation: Path) -> None:
    """Let go of what an engine keeps outside the folder `generation`, which is about to be removed."""
    if (generation / _MILVUS).exists():
        from tutor.retrieval.backends.milvus import MilvusIndex

        MilvusIndex.drop(generation)
