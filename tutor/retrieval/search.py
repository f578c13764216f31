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
from tutor.retrieval.embedder import Embedder, Vectors
from tutor.retrieval.glossary import Named
from tutor.retrieval.lexical import K1, Floats
from tutor.retrieval.store import VIEWS, Index
from tutor.retrieval.topics import recogniser_for
from tutor.text import is_stop, terms

#: Queries are cut to this many characters: nobody asks longer, and a pasted book must not stall a search.
MAX_QUERY = 2000
#: What a function word counts, and a word of the conversation before, against 1 for a word of the query.
STOP_WEIGHT = 0.1
CONTEXT_WEIGHT = 1.0
#: What the words of a follow-up count, which says little by itself ("and its drawbacks?").
FOLLOW_UP_WEIGHT = 0.6
#: What a query is worth that asks an entry's question, or one of its wordings, to the letter.
EXACT_QUESTION = 0.5
EXACT_WORDING = 0.4
EXACT_NOTE = 0.15
#: Without a named concept, the words a query shares with its best entry must say this much together, as a share of what a word
#: says that stands in one entry only (idf).
TELLING = 0.65
#: So many passages are compared by vector.
NEAREST = 200
#: Among more entries than this only so many contend: the best as a whole, those of the nearest passages, and those that ask the
#: query to the letter. The others' passages are not looked at.
MANY, CONTENDERS = 10_000, 2_000


@dataclass(frozen=True, slots=True)
class Weights:
    """What each score counts. Lexical scores are shares of the best score the query could reach.

    A convex combination of normalised scores, not of ranks (Bruch et al., 2022, arXiv:2210.11934).
    """

    entry: float = 0.65
    question: float = 0.15
    answer: float = 0.1
    vector: float = 0.3


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a query reached: the total score of each entry, how well each passage shows why, the features that the
    confidence is computed from, and whether the query says enough to be answered ("hi" and "why?" do not)."""

    total: Floats
    passages: Floats
    features: Mapping[str, float]
    says_something: bool


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
    found = np.flatnonzero(ranking.total > 0) if ranking else ()
    if not len(found) or ranking is None:
        return Hits(query, 0.0, False)
    count = min(k, len(found))
    top = found[np.argpartition(-ranking.total[found], count - 1)[:count]]
    top = top[np.lexsort((top, -ranking.total[top]))]
    hits = tuple(_hit(index, int(number), ranking) for number in top)
    probability = confidence(ranking.features) if ranking.says_something else 0.0
    return Hits(query, probability, probability >= (threshold or calibrated_threshold()), hits)


def rank(index: Index, embedder: Embedder, query: str, context: str = "", weights: Weights = WEIGHTS) -> Ranking:
    """Scores of every entry for a query, and the features of its confidence."""
    named = index.glossary.named(f"{context} {query}" if context else query)
    wanted = query_terms(query, context, named)
    ideal = sum(weight * index.by_passage.idf(term) for term, weight in wanted.items() if weight >= 0.2) * (K1 + 1)
    exact = index.asked_by(query) if not context else np.zeros(0, np.int64)
    text = f"{context} {query}".strip()
    vector = embedder.encode([text])[0]
    by_entry, (question, answer), passages, cosine = _scores(index, vector, wanted, max(ideal, 1e-6), exact)
    total = weights.entry * by_entry + weights.question * question + weights.answer * answer + weights.vector * cosine
    bonus = np.where(index.passage_view[exact] == VIEWS.index("question"), EXACT_QUESTION, EXACT_WORDING)
    # A note that asks this to the letter must not shut out a curated entry that asks it in other words.
    bonus[[not index.entry(int(number)).curated for number in index.passage_group[exact]]] = EXACT_NOTE
    np.maximum.at(exactly := np.zeros(len(index), np.float32), index.passage_group[exact], bonus.astype(np.float32))
    total += exactly
    # A curated entry stands before the notes that ask the same: it was checked, they were not.
    notes = np.flatnonzero(index.counterparts >= 0)
    np.maximum.at(total, index.counterparts[notes], total[notes] * np.float32(1.001))
    best = int(np.argmax(total))
    own = [term for term, weight in wanted.items() if weight >= FOLLOW_UP_WEIGHT]
    held = index.by_entry.has(own, best)
    idf = {term: index.by_entry.idf(term) for term in own}
    above = total[total > 0]
    fifth = float(np.partition(above, -5)[-5]) if len(above) >= 5 else 0.0
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
    features |= _topics(index, embedder, text, vector, wanted, best)
    rarest = math.log1p(max(len(index) - 0.5, 0.0) / 1.5)
    telling = sum(idf[term] for term in own if held[term] and len(term) > 1 + term.isascii())
    return Ranking(total, passages, features, bool(context) or named.share > 0 or len(exact) > 0 or telling >= TELLING * rarest)


def query_terms(query: str, context: str, named: Named) -> dict[str, float]:
    """Weighted index terms of a query: its own, those of its concepts' other names, and a little context."""
    wanted: dict[str, float] = {}
    for term in terms(query):
        wanted[term] = STOP_WEIGHT if is_stop(term) else FOLLOW_UP_WEIGHT if context else 1.0
    for term, weight in named.other_terms.items():
        wanted.setdefault(term, weight)
    for term in terms(context):
        if not is_stop(term):
            wanted[term] = max(wanted.get(term, 0.0), CONTEXT_WEIGHT)
    return wanted


def _scores(
    index: Index, vector: Vectors, wanted: dict[str, float], ideal: float, exact: npt.NDArray[np.int64]
) -> tuple[Floats, tuple[Floats, Floats], Floats, Floats]:
    """For each entry BM25 as a whole, BM25 of its best question view and best answer part, and its best cosine;
    and between the last two, for each passage how well it would show why its entry was found."""
    size = len(index)
    by_entry, passages = index.by_entry.scores(wanted), index.by_passage.scores(wanted)
    for scores in (by_entry, passages):
        scores /= np.float32(ideal)
    group, view = index.passage_group, index.passage_view
    numbers, similar = index.vectors.search(vector, NEAREST)
    if size > MANY:
        contends = by_entry >= max(np.partition(by_entry, -CONTENDERS)[-CONTENDERS], np.float32(1e-6))
        contends[group[numbers]] = contends[group[exact]] = True
        by_entry[~contends] = 0
        found = np.flatnonzero(contends[group])
    else:
        found = np.flatnonzero(passages)
    asks = view[found] < VIEWS.index("answer")
    question, answer, cosine = (np.zeros(size, np.float32) for _ in range(3))
    np.maximum.at(question, group[found[asks]], passages[found[asks]])
    np.maximum.at(answer, group[found[~asks]], passages[found[~asks]])
    np.maximum.at(cosine, group[numbers], np.maximum(similar, 0))
    # A linked wording leads to its entry, but is no passage to show.
    passages[found[view[found] == VIEWS.index("linked")]] = 0
    passages[numbers] += np.where(passages[numbers] > 0, 0.3 * np.maximum(similar, 0), 0)
    return by_entry, (question, answer), passages, cosine


def _topics(index: Index, embedder: Embedder, text: str, vector: Vectors, wanted: dict[str, float], best: int) -> dict[str, float]:
    """How much the query asks for any topic of the bank, for one that the index holds, for one that it does not hold, and how much
    more for that or for another than the best entry's; and whether that entry is about any."""
    scores, recogniser = np.zeros(len(index.topics), np.float32), recogniser_for(embedder)
    if len(scores) and index.topics.model == recogniser.identity:
        scores = index.topics.scores(vector if recogniser is embedder else recogniser.encode([text])[0], wanted)
    held, missing = (max(0.0, float(scores[where].max(initial=0))) for where in (index.held, ~index.held))
    topic = int(index.about[best])
    asked = max(held, missing)
    return {
        "asked": asked,
        "held": held,
        "missing": missing,
        "lead": max(0.0, missing - held),
        "elsewhere": max(0.0, asked - float(scores[topic])) if topic >= 0 else 0.0,
        "known": float(topic >= 0),
    }


def _hit(index: Index, number: int, ranking: Ranking) -> Hit:
    passage = max(
        (int(start + np.argmax(ranking.passages[start:end])) for start, end in index.passage_ranges(number)),
        key=lambda place: float(ranking.passages[place]),
    )
    return Hit(index.entry(number), round(float(ranking.total[number]), 4), index.passage(passage), VIEWS[int(index.passage_view[passage])])
