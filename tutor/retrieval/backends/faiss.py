"""Vectors in FAISS, in files of the index: searched exhaustively while that is fast, by inverted lists of compressed ones beyond.

A million passages of the built-in embedder, 480 questions of people, 200 neighbours, one thread of a busy two-core machine
(scripts/bench/scale.py):

    kind                                recall@10   median    resident
    all, exact (Flat)                       1.000    47 ms      980 MB
    all, eight bits (SQ8)                    .984    44 ms      250 MB
    IVF4096,SQ8, 64 lists, re-ranked         .991     .7 ms
    IVF4096,SQ8, 128 lists, re-ranked        .996    1.2 ms
    IVF4096,SQ8, 256 lists, re-ranked        .999    2.2 ms
    the same, not re-ranked                  .985

What eight bits lose comes back when the candidates are compared again by their exact vectors, which lie beside, mapped; an
incremental build takes them from there, too. A graph (HNSW32, 100,000 vectors) finds as much in the same time (.997, .4 ms), but takes
twice as long to build and cannot leave its vectors on disk.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
#: The stubs of FAISS leave out its readers and writers.
_FAISS: Any = faiss

FILE = "vectors.faiss"
EXACT_FILE = "vectors.npy"
#: Up to this many vectors nothing beats comparing all of them: about 2 ms.
EXACT_UP_TO = 50_000
#: Of the inverted lists, one in so many is searched.
SEARCHED = 16
#: So many candidates at least are compared again by their exact vectors.
CANDIDATES = 100


class FaissIndex:
    """Inner products of unit vectors (cosines); with `exact`, those of the candidates that a compressed index finds."""

    def __init__(self, index: Any, exact: Vectors | None = None, buffer: Any = None) -> None:
        self._index = index
        self._exact = exact
        # FAISS reads from the mapped file for as long as it is searched.
        self._buffer = buffer

    @classmethod
    def build(cls, generation: Path, vectors: Vectors) -> None:
        """Write the index of `vectors` into the folder `generation`."""
        vectors = np.ascontiguousarray(vectors)
        count, dimensions = vectors.shape
        index: Any
        if count <= EXACT_UP_TO:
            index = faiss.IndexFlatIP(dimensions)
        else:
            np.save(generation / EXACT_FILE, vectors, allow_pickle=False)
            index = faiss.index_factory(dimensions, f"IVF{int(4 * count**0.5)},SQ8", faiss.METRIC_INNER_PRODUCT)
            # A quarter of the usual sample finds the same lists in a quarter of the time.
            index.cp.max_points_per_centroid = 64
            index.cp.niter = 10
            index.nprobe = index.nlist // SEARCHED
            faiss.omp_set_num_threads(os.cpu_count() or 1)
            index.train(vectors)
        index.add(vectors)
        # Through Python's file: on Windows FAISS opens no file whose name is not ASCII.
        with (generation / FILE).open("wb") as file:
            faiss.write_index(index, _FAISS.PyCallbackIOWriter(file.write))

    @classmethod
    def open(cls, generation: Path) -> FaissIndex:
        buffer = np.memmap(generation / FILE, dtype=np.uint8, mode="r")
        reader = _FAISS.ZeroCopyIOReader(faiss.swig_ptr(np.asarray(buffer)), buffer.size)
        try:
            index = faiss.read_index(reader)
        except RuntimeError as error:
            raise ValueError(f"{FILE}: {str(error).splitlines()[0]}") from error
        exact = generation / EXACT_FILE
        return cls(index, np.asarray(np.load(exact, mmap_mode="r", allow_pickle=False)) if exact.exists() else None, (buffer, reader))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def vectors(self) -> Vectors:
        if self._exact is not None:
            return self._exact
        if not len(self):
            return np.zeros((0, self._index.d), dtype=np.float32)
        return np.asarray(self._index.reconstruct_n(0, len(self)))

    def search(self, query: Vectors, k: int) -> tuple[npt.NDArray[np.int64], Vectors]:
        if not len(self):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        # A single query is slower on two OpenMP threads than on one.
        faiss.omp_set_num_threads(1)
        query = query.reshape(1, -1)
        if self._exact is None:
            scores, numbers = self._index.search(query, min(k, len(self)))
            return numbers[0], scores[0]
        _, (found,) = self._index.search(query, min(max(k, CANDIDATES), len(self)))
        found = found[found >= 0]
        scores = self._exact[found] @ query[0]
        best = np.argsort(-scores, kind="stable")[:k]
        return found[best], scores[best]

    def close(self) -> None:
        """Nothing to do: mapped files go with the object."""
