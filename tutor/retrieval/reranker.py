"""An optional cross-encoder that looks at the best hits again: query and entry read together (setting `reranker`, extra `local`).

It is slow (a pass of a transformer for each hit) and knows only what it was trained on, so it has a say and not the last word: its
score is joined convexly with ours, and where it fails our order stays.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tutor.entry import Hit, Hits
from tutor.errors import ModelError
from tutor.retrieval.lexical import Floats
from tutor.text import language_of

_log = logging.getLogger(__name__)

#: So many hits are read again.
DEPTH = 20
#: What the cross-encoder's score counts against ours.
SHARE = 0.4
#: An entry is cut to this many characters: cross-encoders read a few hundred tokens.
LENGTH = 1000


class Reranker:
    """A sentence-transformers CrossEncoder with one score: a Hugging Face id in the local cache, or a folder."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import CrossEncoder
            from torch.nn import Sigmoid
        except ImportError as error:
            raise ModelError(f"reranker {name!r} needs sentence-transformers", remedy="pip install 'interview-tutor[local]'") from error
        # What it warns of when a model is missing is in our one line.
        logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
        try:
            self._model: Any = CrossEncoder(name, device="cpu")
            # Models differ in whether they end with a sigmoid; here all do.
            self._squash = Sigmoid()
            self._refuse_guessers()
            self.score("What is attention?", ["注意力"])
        except Exception as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0]
            raise ModelError(
                f"reranker {name!r} cannot be loaded: {reason}", remedy="give a cross-encoder, or none: TUTOR_RERANKER="
            ) from error

    def _refuse_guessers(self) -> None:
        """Any BERT is loaded as a cross-encoder, with a head of random weights where it has none. Raises ValueError there."""
        config = getattr(getattr(self._model, "model", None), "config", None)
        named = getattr(config, "architectures", None) or []
        alone = not hasattr(self._model, "__len__") or len(self._model) == 1
        if alone and named and not any(name.endswith("ForSequenceClassification") for name in named):
            raise ValueError(f"a {named[0]} was not trained to score pairs")

    def score(self, query: str, texts: Sequence[str]) -> Floats:
        """How well each text answers the query, 0 to 1. Raises ValueError where the model gives anything else."""
        pairs = [(query, text) for text in texts]
        scores = np.asarray(self._model.predict(pairs, activation_fn=self._squash, show_progress_bar=False), np.float32)
        if scores.shape != (len(texts),):
            raise ValueError(f"not one score for each text: {scores.shape[1:]}")
        if not np.isfinite(scores).all():
            raise ValueError("scores that are no numbers")
        return scores

    def rerank(self, hits: Hits, k: int, context: str = "") -> Hits:
        """The `k` best of hits in their new order; whether they are in scope, and how surely, stays as it was."""
        if not hits.hits:
            return hits
        looked_at, others = hits.hits[:DEPTH], hits.hits[DEPTH:]
        try:
            scores = self.score(f"{context} {hits.query}".strip(), [_text(hit, hits.query) for hit in looked_at])
        except Exception as error:  # whatever a foreign model raises: a search does not fail because of it
            _log.warning("the reranker failed, the hits stay in their order: %s", error)
            return replace(hits, hits=hits.hits[:k])
        return replace(hits, hits=(*_joined(looked_at, scores), *others)[:k])


def _text(hit: Hit, query: str) -> str:
    """What is read of a hit: its question, the short answer of a curated entry, and the passage where that is another part."""
    language = language_of(query)
    entry = hit.entry
    parts = [entry.question.pick(language), entry.short.pick(language)]
    if hit.view == "answer":
        parts.append(hit.passage)
    elif not entry.short:
        parts.append(entry.answer.pick(language))
    return "\n".join(part for part in parts if part)[:LENGTH]


def _joined(hits: Sequence[Hit], scores: Floats) -> list[Hit]:
    """Hits by a convex combination of both scores, on the scale of ours: the first one's score times a share of 0 to 1."""
    best = max(hit.score for hit in hits)
    total = {hit.entry.id: (1 - SHARE) * hit.score + SHARE * best * float(score) for hit, score in zip(hits, scores, strict=True)}
    # As in search.py, a curated entry stands before the notes that ask the same: it was checked, they were not.
    for hit in hits:
        if hit.entry.linked in total:
            total[hit.entry.linked] = max(total[hit.entry.linked], total[hit.entry.id] * 1.001)
    order = sorted(hits, key=lambda hit: -total[hit.entry.id])
    return [replace(hit, score=round(total[hit.entry.id], 4)) for hit in order]


def load_reranker(name: str) -> Reranker | None:
    """The cross-encoder that the setting `reranker` names, if any. Raises ModelError where it cannot be loaded."""
    return Reranker(name) if name else None
