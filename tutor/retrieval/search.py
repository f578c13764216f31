"""A query to its hits: lexical and vector scores of passages and whole entries, joined for each entry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tutor.entry import Hit, Hits
from tutor.errors import InputError
from tutor.retrieval.calibration import confidence
from tutor.retrieval.embedder import Embedder
from tutor.retrieval.glossary import expand
from tutor.retrieval.lexical import Floats
from tutor.retrieval.store import VIEWS, Index
from tutor.text import is_stop, terms

#: Queries are cut to this many characters: nobody asks longer, and a pasted book must not stall a search.
MAX_QUERY = 2000


@dataclass(frozen=True, slots=True)
class Weights:
    """What each score counts. Lexical scores are shares of the best score the query could reach.

    A convex combination of normalised scores, not of ranks (Bruch et al., 2022, arXiv:2210.11934).
    """

    entry: float = 0.35
    question: float = 0.35
    answer: float = 0.15
    vector: float = 0.15


WEIGHTS = Weights()


def search(
    index: Index,
    embedder: Embedder,
    query: str,
    k: int = 5,
    *,
    threshold: float = 0.5,
    context: str = "",
    weights: Weights = WEIGHTS,
) -> Hits:
    """The `k` best entries for `query`; `context` (earlier words of a conversation) counts a little.

    Raises InputError for an empty query or k < 1.
    """
    if not query.strip():
        raise InputError("the query is empty")
    if k < 1:
        raise InputError(f"k must be at least 1, not {k}")
    query = query[:MAX_QUERY]
    if not len(index):
        return Hits(query, 0.0, False)
    wanted = query_terms(index, query, context)
    ideal = sum(weight * index.by_passage.idf(term) for term, weight in wanted.items() if weight >= 0.2) * 2.2
    by_entry, by_view, best_passage, cosine = _scores(index, embedder, query, context, wanted, max(ideal, 1e-6))
    total = weights.entry * by_entry + weights.question * by_view[0] + weights.answer * by_view[1] + weights.vector * cosine
    count = min(k, int(np.count_nonzero(total > 0)))
    if not count:
        return Hits(query, 0.0, False)
    top = np.argpartition(-total, count - 1)[:count]
    top = top[np.lexsort((top, -total[top]))]
    hits = tuple(_hit(index, int(number), float(total[number]), int(best_passage[number])) for number in top)
    best = int(top[0])
    probability = confidence(
        {
            "strength": float(by_entry[best]),
            "coverage": _coverage(index, wanted, best),
            "question": float(by_view[0][best]),
            "cosine": float(cosine[best]),
            "unknown": _unknown(index, wanted),
        }
    )
    return Hits(query, probability, probability >= threshold, hits)


def query_terms(index: Index, query: str, context: str = "") -> dict[str, float]:
    """Weighted index terms of a query: its own, those of the glossary's other names, and a little context."""
    wanted: dict[str, float] = {}
    for term in terms(query):
        wanted[term] = 0.1 if is_stop(term) else 1.0
    for term, weight in expand(query, index.glossary).items():
        wanted.setdefault(term, weight)
    for term in terms(context):
        if not is_stop(term):
            wanted.setdefault(term, 0.4)
    return wanted


def _scores(
    index: Index, embedder: Embedder, query: str, context: str, wanted: dict[str, float], ideal: float
) -> tuple[Floats, tuple[Floats, Floats], npt.NDArray[np.int64], Floats]:
    """For each entry: BM25 as a whole, of its best question view and best answer part, its best passage, and cosine."""
    size = len(index)
    by_entry = index.by_entry.scores(wanted) / np.float32(ideal)
    passages = index.by_passage.scores(wanted) / np.float32(ideal)
    group = index.passage_group
    asks = np.asarray(index.passage_view) < VIEWS.index("answer")
    found = np.flatnonzero(passages)
    question, answer = np.zeros(size, np.float32), np.zeros(size, np.float32)
    np.maximum.at(question, group[found[asks[found]]], passages[found[asks[found]]])
    np.maximum.at(answer, group[found[~asks[found]]], passages[found[~asks[found]]])
    cosine = np.zeros(size, np.float32)
    numbers, similar = index.vectors.search(embedder.encode([f"{context} {query}".strip()])[0], 200)
    np.maximum.at(cosine, group[numbers], np.maximum(similar, 0))
    merged = passages.copy()
    merged[numbers] += 0.3 * np.maximum(similar, 0)
    best = np.zeros(size, np.int64)
    order = np.argsort(merged, kind="stable")
    order = order[merged[order] > 0]
    best[group[order]] = order
    return by_entry, (question, answer), best, cosine


def _hit(index: Index, number: int, score: float, passage: int) -> Hit:
    return Hit(index.entry(number), round(score, 4), index.passage(passage), VIEWS[int(index.passage_view[passage])])  # type: ignore[arg-type]


def _coverage(index: Index, wanted: dict[str, float], entry: int) -> float:
    """The idf-weighted share of the query's own terms that stand in the entry."""
    own = [term for term, weight in wanted.items() if weight == 1.0]
    held = index.by_entry.has(own, entry)
    total = sum(index.by_entry.idf(term) for term in own)
    return sum(index.by_entry.idf(term) for term in own if held[term]) / total if total else 0.0


def _unknown(index: Index, wanted: dict[str, float]) -> float:
    """The share of the query's own terms that no entry holds."""
    own = [term for term, weight in wanted.items() if weight == 1.0]
    return sum(not index.by_entry.knows(term) for term in own) / len(own) if own else 1.0
