"""A query to its hits: lexical and vector scores of passages and whole entries, joined for each entry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tutor.entry import Hit, Hits
from tutor.errors import InputError
from tutor.retrieval.calibration import confidence
from tutor.retrieval.calibration import threshold as calibrated_threshold
from tutor.retrieval.embedder import Embedder
from tutor.retrieval.glossary import Named
from tutor.retrieval.lexical import K1, Floats
from tutor.retrieval.store import VIEWS, Index
from tutor.text import is_stop, terms

#: Queries are cut to this many characters: nobody asks longer, and a pasted book must not stall a search.
MAX_QUERY = 2000
#: What a function word counts, and a word of the conversation before, against 1 for a word of the query.
STOP_WEIGHT = 0.1
CONTEXT_WEIGHT = 0.6


@dataclass(frozen=True, slots=True)
class Weights:
    """What each score counts. Lexical scores are shares of the best score the query could reach.

    A convex combination of normalised scores, not of ranks (Bruch et al., 2022, arXiv:2210.11934).
    """

    entry: float = 0.65
    question: float = 0.15
    answer: float = 0.1
    vector: float = 0.1


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a query reached, by entry: its total score and the parts of it, the best passage of each entry,
    and the features that its confidence is computed from."""

    total: Floats
    passage: npt.NDArray[np.int64]
    features: Mapping[str, float]


def search(index: Index, embedder: Embedder, query: str, k: int = 5, *, threshold: float = 0.0, context: str = "") -> Hits:
    """The `k` best entries for `query`; `context` (earlier words of a conversation) counts a little.

    A confidence below `threshold` (0: the calibrated one) is out of scope. Raises InputError for an empty
    query or k < 1.
    """
    if not query.strip():
        raise InputError("the query is empty")
    if k < 1:
        raise InputError(f"k must be at least 1, not {k}")
    query = query[:MAX_QUERY]
    ranking = rank(index, embedder, query, context) if len(index) else None
    count = min(k, int(np.count_nonzero(ranking.total > 0))) if ranking else 0
    if not count or ranking is None:
        return Hits(query, 0.0, False)
    top = np.argpartition(-ranking.total, count - 1)[:count]
    top = top[np.lexsort((top, -ranking.total[top]))]
    hits = tuple(_hit(index, int(number), float(ranking.total[number]), int(ranking.passage[number])) for number in top)
    probability = confidence(ranking.features)
    return Hits(query, probability, probability >= (threshold or calibrated_threshold()), hits)


def rank(index: Index, embedder: Embedder, query: str, context: str = "", weights: Weights = WEIGHTS) -> Ranking:
    """Scores of every entry for a query, and the features of its confidence."""
    named = index.glossary.named(query)
    wanted = query_terms(query, context, named)
    ideal = sum(weight * index.by_passage.idf(term) for term, weight in wanted.items() if weight >= 0.2) * (K1 + 1)
    by_entry, (question, answer), passage, cosine = _scores(index, embedder, f"{context} {query}".strip(), wanted, max(ideal, 1e-6))
    total = weights.entry * by_entry + weights.question * question + weights.answer * answer + weights.vector * cosine
    best = int(np.argmax(total))
    own = [term for term, weight in wanted.items() if weight == 1.0]
    held = index.by_entry.has(own, best)
    idf = {term: index.by_entry.idf(term) for term in own}
    fifth = float(np.partition(total, -5)[-5]) if len(total) >= 5 else 0.0
    features = {
        "strength": float(by_entry[best]),
        "coverage": sum(idf[term] for term in own if held[term]) / max(sum(idf.values()), 1e-6),
        "question": float(question[best]),
        "answer": float(answer[best]),
        "cosine": float(cosine[best]),
        "unknown": sum(not index.by_entry.knows(term) for term in own) / len(own) if own else 1.0,
        "concepts": named.share,
        "matched": math.log1p(sum(held.values())),
        "length": math.log1p(len(own)),
        "margin": (float(total[best]) - fifth) / max(float(total[best]), 1e-6),
    }
    return Ranking(total, passage, features)


def query_terms(query: str, context: str, named: Named) -> dict[str, float]:
    """Weighted index terms of a query: its own, those of its concepts' other names, and a little context."""
    wanted: dict[str, float] = {}
    for term in terms(query):
        wanted[term] = STOP_WEIGHT if is_stop(term) else 1.0
    for term, weight in named.other_terms.items():
        wanted.setdefault(term, weight)
    for term in terms(context):
        if not is_stop(term):
            wanted.setdefault(term, CONTEXT_WEIGHT)
    return wanted


def _scores(
    index: Index, embedder: Embedder, text: str, wanted: dict[str, float], ideal: float
) -> tuple[Floats, tuple[Floats, Floats], npt.NDArray[np.int64], Floats]:
    """For each entry: BM25 as a whole, of its best question view and best answer part, its best passage, and cosine."""
    size = len(index)
    by_entry = index.by_entry.scores(wanted) / np.float32(ideal)
    passages = index.by_passage.scores(wanted) / np.float32(ideal)
    group = index.passage_group
    asks = index.passage_view < VIEWS.index("answer")
    found = np.flatnonzero(passages)
    question, answer = np.zeros(size, np.float32), np.zeros(size, np.float32)
    np.maximum.at(question, group[found[asks[found]]], passages[found[asks[found]]])
    np.maximum.at(answer, group[found[~asks[found]]], passages[found[~asks[found]]])
    cosine = np.zeros(size, np.float32)
    numbers, similar = index.vectors.search(embedder.encode([text])[0], 200)
    np.maximum.at(cosine, group[numbers], np.maximum(similar, 0))
    # A linked wording leads to its entry, but is no passage to show: its own question stands for it.
    merged = np.where(index.passage_view == VIEWS.index("linked"), np.float32(0), passages)
    merged[numbers] += np.where(merged[numbers] > 0, 0.3 * np.maximum(similar, 0), 0)
    best = np.searchsorted(index.passage_entry, np.arange(size)).astype(np.int64)
    order = np.argsort(merged, kind="stable")
    order = order[merged[order] > 0]
    best[group[order]] = order
    return by_entry, (question, answer), best, cosine


def _hit(index: Index, number: int, score: float, passage: int) -> Hit:
    return Hit(index.entry(number), round(score, 4), index.passage(passage), VIEWS[int(index.passage_view[passage])])
