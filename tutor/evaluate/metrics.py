"""Figures of quality: of rankings by ir_measures, of refusals by numpy. Pure functions."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
import numpy.typing as npt
from ir_measures import RR, R, nDCG

Floats = npt.NDArray[np.floating]
Figures = dict[str, float]

#: What is measured of a ranking, by the name it is printed with.
MEASURES = {"recall@1": R @ 1, "recall@5": R @ 5, "MRR@10": RR @ 10, "nDCG@10": nDCG @ 10}
#: A ranking is read this far.
DEPTH = 10


def best_documents(scores: Floats, documents: Sequence[str], wanted: str) -> list[str]:
    """The documents with the highest scores, best first, each once. Of equal scores the wanted one comes last: a tie is no success.
    What scored nothing was not found."""
    unwanted = np.array([document != wanted for document in documents])
    found = np.flatnonzero(scores > 0)
    order = found[np.lexsort((~unwanted[found], -scores[found]))]
    return list(dict.fromkeys(documents[int(number)] for number in order))[:DEPTH]


def ranking_figures(wanted: Sequence[str], rankings: Sequence[Sequence[str]]) -> list[Figures]:
    """For each query its `MEASURES`: `wanted` is the one document it asks for, `rankings` what was found, best first."""
    relevant = {str(query): {document: 1} for query, document in enumerate(wanted)}
    run = {str(query): {document: 1 / place for place, document in enumerate(found, 1)} for query, found in enumerate(rankings)}
    names = {measure: name for name, measure in MEASURES.items()}
    figures = [dict.fromkeys(MEASURES, 0.0) for _ in wanted]
    for value in ir_measures.iter_calc(list(names), relevant, run):
        figures[int(value.query_id)][names[value.measure]] = float(value.value)
    return figures


def mean_figures(figures: Iterable[Figures]) -> Figures:
    """The mean of each measure over queries."""
    rows = list(figures)
    return {name: sum(row[name] for row in rows) / len(rows) for name in MEASURES}


def half_interval(share: float, count: int) -> float:
    """Half the width of the 95 % interval of a share seen in `count` independent cases."""
    return 1.96 * math.sqrt(share * (1 - share) / count)


def auroc(inside: Floats, outside: Floats) -> float:
    """Probability that a random query in scope scores above a random one out of scope; ties count half."""
    ordered = np.sort(outside)
    below = np.searchsorted(ordered, inside, side="left")
    up_to = np.searchsorted(ordered, inside, side="right")
    return float((below + up_to).mean() / 2 / len(outside))


def threshold_at(inside: Floats, false_refusals: float = 0.02) -> float:
    """The highest threshold below which at most this share of the queries in scope lies."""
    # A share of 0.02 of 50 must be 1, whatever binary fractions make of it.
    return float(np.sort(inside)[math.floor(false_refusals * len(inside) + 1e-9)])


@dataclass(frozen=True)
class Refusals:
    """How well scores tell queries in scope from those out of scope; a query below a threshold is refused."""

    inside: int
    outside: int
    auroc: float
    refused: float
    """share of the queries out of scope that are refused at a threshold"""
    falsely: float
    """share of the queries in scope that are"""


def refusals(inside: Floats, outside: Floats, threshold: float) -> Refusals:
    """AUROC, and what a threshold refuses of both."""
    return Refusals(
        len(inside), len(outside), auroc(inside, outside), float((outside < threshold).mean()), float((inside < threshold).mean())
    )


def roc(inside: Floats, outside: Floats) -> tuple[Floats, Floats]:
    """For every threshold the share of queries in scope that is refused (rising), and the share of those out of scope."""
    thresholds = np.r_[np.unique(np.r_[inside, outside]), np.inf]
    falsely, refused = (np.asarray(np.searchsorted(np.sort(values), thresholds) / len(values)) for values in (inside, outside))
    return falsely, refused


def by_group(labels: Sequence[str]) -> dict[str, list[int]]:
    """The places of each label, labels in alphabetical order."""
    groups: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        groups.setdefault(label, []).append(place)
    return dict(sorted(groups.items()))
