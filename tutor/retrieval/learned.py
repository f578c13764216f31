"""The built-in embedder: a table of learned vectors, one for each hashed feature of a text; a text's vector is their sum.

Features are index terms (Chinese character pairs, Latin words and compounds), single Chinese characters, and letter
trigrams of Latin words, hashed into the rows of the table. The table was trained contrastively on the corpus, its glossary and
query bank (scripts/train_embedder.py), so that ways of asking the same thing lie near each other in either language. Rows are
int8 with a scale each, mapped from disk: opening costs nothing, and a text touches its own rows only. No torch.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tutor.errors import ModelError
from tutor.settings import PACKAGE
from tutor.text import normalise, terms

Vectors = npt.NDArray[np.float32]

SHIPPED = PACKAGE / "data" / "embedder"
#: The table of a folder, in the safetensors format.
TABLE = "model.safetensors"
_TYPES: dict[str, npt.DTypeLike] = {"F32": "<f4", "I8": "i1"}
_CHARACTER = re.compile(r"[\u3400-\u9fff]")


def features(text: str, rows: int, more: Iterable[str] = ()) -> list[int]:
    """The table rows of a text's features and of `more` named ones, each once, in order."""
    names = dict.fromkeys(name for term in terms(text) for name in parts_of(term))
    names.update(dict.fromkeys("." + character for character in _CHARACTER.findall(normalise(text))))
    names.update(dict.fromkeys(more))
    return [row_of(name, rows) for name in names]


@lru_cache(maxsize=100_000)
def parts_of(term: str) -> tuple[str, ...]:
    """The features of an index term: itself, and the letter trigrams of a Latin word."""
    if not term.isascii() or len(term) < 4:
        return (term,)
    padded = f"<{term}>"
    return (term, *("#" + padded[i : i + 3] for i in range(len(padded) - 2)))


@lru_cache(maxsize=200_000)
def row_of(name: str, rows: int) -> int:
    """The table row of a feature."""
    return zlib.crc32(name.encode()) % rows


class LearnedEmbedder:
    """The table in `folder`: `rows` (n, dimensions) int8 and `scales` (n,) float32."""

    def __init__(self, folder: Path = SHIPPED) -> None:
        try:
            self._rows, self._scales = _mapped(folder / TABLE, "rows"), _mapped(folder / TABLE, "scales")
            if self._rows.ndim != 2 or self._scales.shape != self._rows.shape[:1]:
                raise ValueError(f"rows of shape {self._rows.shape}, scales of shape {self._scales.shape}")
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"built-in embedder: {folder} cannot be read: {error}", remedy="reinstall the package") from error
        self.dimensions = int(self._rows.shape[1])
        digest = hashlib.blake2b(self._scales.tobytes(), digest_size=6).hexdigest()
        self.identity = f"builtin/learned-{digest}/{self.dimensions}"

    def vectors(self, rows: Sequence[int]) -> Vectors:
        """The learned vectors of table rows, (len(rows), dimensions), not normalised."""
        return np.asarray(self._scales[rows][:, None] * self._rows[rows].astype(np.float32), np.float32)

    def __len__(self) -> int:
        return len(self._rows)

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for place, text in enumerate(texts):
            if rows := features(text, len(self._rows)):
                vectors[place] = self._scales[rows] @ self._rows[rows].astype(np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(norms > 0, norms, 1), dtype=np.float32)


def _mapped(file: Path, name: str) -> npt.NDArray[Any]:
    """A tensor of a safetensors file, mapped from disk: a length (8 bytes), a JSON header with types, shapes and places, the data."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > file.stat().st_size:
            raise ValueError("not a safetensors file")
        about = json.loads(stream.read(length))[name]
    start, end = about["data_offsets"]
    kind, shape = np.dtype(_TYPES[about["dtype"]]), tuple(about["shape"])
    if end - start != kind.itemsize * math.prod(shape):
        raise ValueError(f"{name} has another size than its shape says")
    return np.asarray(np.memmap(file, dtype=kind, mode="r", offset=8 + length + start, shape=shape))


def save(folder: Path, table: Vectors) -> None:
    """Write a table, (n, dimensions) float32, as int8 rows with a scale each."""
    scales = np.maximum(np.abs(table).max(axis=1) / 127, 1e-9).astype(np.float32)
    write(folder, np.round(table / scales[:, None]).astype(np.int8), scales)


def write(folder: Path, rows: npt.NDArray[np.int8], scales: Vectors) -> None:
    """Write rows and scales as `TABLE`: beside it first, then in one step, for a table in use stays mapped."""
    folder.mkdir(parents=True, exist_ok=True)
    header: dict[str, Any] = {}
    for name, kind, tensor, start in (("scales", "F32", scales, 0), ("rows", "I8", rows, scales.nbytes)):
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [start, start + tensor.nbytes]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # data starts at a multiple of eight
    new = folder / f"{TABLE}.new"
    new.write_bytes(len(text).to_bytes(8, "little") + text + scales.astype("<f4").tobytes() + rows.tobytes())
    new.replace(folder / TABLE)
