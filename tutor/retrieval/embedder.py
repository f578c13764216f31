"""Texts to vectors: the protocol, and what implements it.

`LearnedEmbedder` (learned.py) is the built-in one; `HashedEmbedder` knows spelling only and needs no data; and any
sentence-transformers model can take the place of the built-in one.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from tutor.errors import ModelError
from tutor.retrieval.learned import LearnedEmbedder
from tutor.text import is_stop, terms

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Anything that turns texts into unit vectors, and says which model does it."""

    identity: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row a text: (len(texts), dimensions), float32. A text without terms gives zeros."""
        ...


class HashedEmbedder:
    """Signed feature hashing (Weinberger et al., 2009) of index terms and of the letter trigrams of Latin words, square-root
    term frequency: whether two texts are spelled alike, in either language."""

    dimensions = 384
    identity = f"hashed-terms-1/{dimensions}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            counts: dict[str, int] = {}
            for term in terms(text):
                counts[term] = counts.get(term, 0) + 1
            for term, count in counts.items():
                places, values = _features(term, self.dimensions)
                vectors[row, places] += values * np.sqrt(np.float32(count))
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(norms > 0, norms, 1), dtype=np.float32)


@lru_cache(maxsize=200_000)
def _features(term: str, dimensions: int) -> tuple[npt.NDArray[np.int64], Vectors]:
    weight = 0.15 if is_stop(term) else 1.0
    features = {term: weight}
    if term.isascii() and len(term) >= 4 and weight == 1.0:
        padded = f"<{term}>"
        trigrams = [padded[i : i + 3] for i in range(len(padded) - 2)]
        for trigram in trigrams:
            features["#" + trigram] = 0.8 / len(trigrams) ** 0.5
    hashed = [(zlib.crc32(name.encode()), value) for name, value in features.items()]
    places: dict[int, float] = {}
    for code, value in hashed:
        place = code % dimensions
        places[place] = places.get(place, 0.0) + (value if code >> 31 else -value)
    return np.array(list(places), dtype=np.int64), np.array(list(places.values()), dtype=np.float32)


class SentenceTransformerEmbedder:
    """Any sentence-transformers model: a Hugging Face id in the local cache, or a folder."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise ModelError(f"embedder {name!r} needs sentence-transformers", remedy="pip install 'interview-tutor[local]'") from error
        try:
            self._model: Any = SentenceTransformer(name, device="cpu")
        except Exception as error:
            raise ModelError(
                f"embedder {name!r} cannot be loaded: {str(error).splitlines()[0]}",
                remedy="give a model folder, or TUTOR_EMBEDDER=builtin",
            ) from error
        # sentence-transformers 5 has only the older name.
        dimensions = getattr(self._model, "get_embedding_dimension", None) or self._model.get_sentence_embedding_dimension
        self.dimensions = int(dimensions())
        self.identity = f"sentence-transformers/{_model_name(name)}/{self.dimensions}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimensions)


def _model_name(name: str) -> str:
    return Path(name).resolve().name if Path(name).is_dir() else name


def load_embedder(name: str) -> Embedder:
    """The embedder that the setting `embedder` names. Raises ModelError where it cannot be loaded."""
    return LearnedEmbedder() if name == "builtin" else SentenceTransformerEmbedder(name)
