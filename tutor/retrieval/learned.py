"""The built-in embedder: a table of learned vectors, one for each hashed feature of a text; a text's vector is their sum.

Features are index terms (Chinese character pairs, Latin words and compounds), single Chinese characters, and letter
trigrams of Latin words, hashed into the rows of the table. The table was trained contrastively on the corpus, its glossary and
query bank (scripts/train_embedder.py), so that ways of asking the same thing lie near each other in either language. Rows are
int8 with a scale each, mapped from disk: opening costs nothing, and a text touches its own rows only. No torch.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tutor.errors import ModelError
from tutor.settings import PACKAGE
from tutor.text import normalise, terms

Vectors = npt.NDArray[np.float32]

SHIPPED = PACKAGE / "data" / "embedder"
_CHARACTER = re.compile(r"[\u3400-\u9fff]")


def features(text: str, rows: int) -> list[int]:
    """The table rows of a text's features, each once, in order."""
    names = dict.fromkeys(name for term in terms(text) for name in _parts(term))
    names.update(dict.fromkeys("." + character for character in _CHARACTER.findall(normalise(text))))
    return [_row(name, rows) for name in names]


@lru_cache(maxsize=100_000)
def _parts(term: str) -> tuple[str, ...]:
    if not term.isascii() or len(term) < 4:
        return (term,)
    padded = f"<{term}>"
    return (term, *("#" + padded[i : i + 3] for i in range(len(padded) - 2)))


@lru_cache(maxsize=200_000)
def _row(name: str, rows: int) -> int:
    return zlib.crc32(name.encode()) % rows


class LearnedEmbedder:
    """The table in `folder`: `rows.npy` (n, dimensions) int8 and `scales.npy` (n,) float32."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        try:
            self._rows = np.asarray(np.load(folder / "rows.npy", mmap_mode="r", allow_pickle=False))
            self._scales = np.asarray(np.load(folder / "scales.npy", allow_pickle=False))
        except (OSError, ValueError) as error:
            raise ModelError(f"built-in embedder: {folder} cannot be read: {error}", remedy="reinstall the package") from error
        self.dimensions = int(self._rows.shape[1])
        digest = hashlib.blake2b(self._scales.tobytes(), digest_size=6).hexdigest()
        self.identity = f"builtin/learned-{digest}/{self.dimensions}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for place, text in enumerate(texts):
            if rows := features(text, len(self._rows)):
                vectors[place] = self._scales[rows] @ self._rows[rows].astype(np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(norms > 0, norms, 1), dtype=np.float32)


def save(folder: Path, table: Vectors) -> None:
    """Write a table, (n, dimensions) float32, as int8 rows with a scale each."""
    folder.mkdir(parents=True, exist_ok=True)
    scales = np.maximum(np.abs(table).max(axis=1) / 127, 1e-9).astype(np.float32)
    np.save(folder / "rows.npy", np.round(table / scales[:, None]).astype(np.int8), allow_pickle=False)
    np.save(folder / "scales.npy", scales, allow_pickle=False)
