"""The vector index: FAISS, exact inner product on unit vectors (cosine)."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from tutor.retrieval.embedder import Vectors


class VectorIndex:
    """Vectors of all passages. FAISS does its own file names no good outside ASCII on Windows, so the
    index is serialized to bytes here and written by Python."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> VectorIndex:
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors))
        return cls(index)

    @classmethod
    def load(cls, path: Path) -> VectorIndex:
        return cls(faiss.deserialize_index(np.fromfile(path, dtype=np.uint8)))

    def save(self, path: Path) -> None:
        path.write_bytes(faiss.serialize_index(self._index).tobytes())

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def vectors(self) -> Vectors:
        """All vectors, (n, dimensions)."""
        if not len(self):
            return np.zeros((0, self._index.d), dtype=np.float32)
        return np.asarray(self._index.reconstruct_n(0, len(self)))

    def search(self, query: Vectors, k: int) -> tuple[npt.NDArray[np.int64], Vectors]:
        """Numbers and cosines of the `k` nearest passages of one query vector, best first."""
        # A single query is slower on two OpenMP threads than on one.
        faiss.omp_set_num_threads(1)
        scores, numbers = self._index.search(query.reshape(1, -1), min(k, len(self)))
        return numbers[0], scores[0]
