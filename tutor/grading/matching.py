"""A rubric held against an answer: for each key point what the answer's claims show, as numbers that a learned model turns into credit.

    a claim    "只训练旁路的两个小矩阵"        of the answer
    phrasings  right ones and wrong ones     of the key point
    features   how near the nearest claim is to the right ones, by meaning and by words; whether it is nearer to a wrong one; whether
               its negations, directions and numbers agree with the phrasing it resembles; whether it is a statement at all

A key point is judged by the claims that state it best, so what else an answer says, and how long it is, does not matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tutor.grading.compare import SIDES, Book, Compared, Point
from tutor.grading.meaning import Meaning
from tutor.grading.texts import Floats, Texts

#: So many of the most relevant facts count where a claim takes sides.
FACTS = 4

#: The features of a key point, with the way each may move credit: 1 up, -1 down, 0 either.
FEATURES: dict[str, int] = {
    "claimed": 1,
    "claimed_top3": 1,
    "about": 1,
    "recall": 1,
    "precision": 1,
    "core": 1,
    "core_any": 1,
    "likeness": 1,
    "likeness_any": 1,
    "likeness_2nd": 1,
    "wrong_claimed": -1,
    "wrong_likeness": -1,
    "lead": 1,
    "best_lead": 1,
    "worst_lead": 1,
    "negation": -1,
    "direction": -1,
    "number": -1,
    "conflict_any": -1,
    "statement": 1,
    "words": 0,
    "margin": 1,
    "spread": 1,
    "terms_any": 1,
    "terms_top3": 1,
    "terms_wrong": -1,
    "terms_best_lead": 1,
    "terms_worst_lead": 1,
    "terms_lead": 1,
    "terms_margin": 1,
    "terms_spread": 1,
    "letters_any": 1,
    "letters_top3": 1,
    "letters_wrong": -1,
    "letters_best_lead": 1,
    "letters_worst_lead": 1,
    "letters_lead": 1,
    "letters_margin": 1,
    "letters_spread": 1,
    "sided_terms": -1,
    "sided_letters": -1,
    "sided_claimed": -1,
    "sided_about": -1,
    "sided_terms_worst": -1,
    "sided_letters_worst": -1,
    "sided_claimed_worst": -1,
    "sided_about_worst": -1,
    "relevance": 1,
    "chinese": 0,
    "text": 1,
    "text_any": 1,
    "facets": 1,
    "support": 1,
    "contra": -1,
    "contra_clear": -1,
    "contras": -1,
    "true_lead": 1,
    "others": 1,
    "others_facets": 1,
    "others_contra": -1,
    "others_contras": -1,
    "others_sided_terms": -1,
    "others_sided_letters": -1,
    "others_sided_claimed": -1,
    "any_contra": -1,
    "others_lead": 1,
    "others_worst": 1,
    "others_conflict": -1,
}


@dataclass(frozen=True)
class Matched:
    """A key point against an answer: its features; the claim that states it best and the phrasing that this resembles; the claim nearest
    to a wrong version, that version, and by how much nearer it is to it than to any right one (numbers; -1 for none)."""

    features: Floats
    best: int = -1
    phrasing: int = -1
    worst: int = -1
    wrong: int = -1
    wrong_likeness: float = 0.0
    nearer_wrong: float = 0.0


def match(said: Texts, compared: Compared, book: Book, points: Sequence[Point]) -> list[Matched]:
    """Each key point's features."""
    if not len(said):
        return [Matched(np.zeros(len(FEATURES), np.float32)) for _ in points]
    likeness = compared.likeness
    views = {"": likeness, "terms": compared.terms, "letters": compared.letters}
    nearest = {name: np.stack([view[:, point.right].max(axis=1) for point in points]) for name, view in views.items()}
    # A claim that is right about anything is not wrong for being like a wrong version of something else.
    true = nearest[""].max(axis=0)
    found = []
    rows: list[dict[str, float]] = []
    for number, point in enumerate(points):
        features, matched = _match(number, said, compared, likeness, book, point, nearest, true)
        rows.append(features)
        found.append(matched)
    for number, features in enumerate(rows):
        rest = [row for other, row in enumerate(rows) if other != number] or [features]
        features["others"] = float(np.mean([row["likeness"] for row in rest]))
        features["others_lead"] = float(np.mean([row["lead"] for row in rest]))
        features["others_worst"] = float(np.mean([row["worst_lead"] for row in rest]))
        features["others_conflict"] = float(np.mean([row["conflict_any"] for row in rest]))
        features["others_facets"] = float(np.mean([row["facets"] for row in rest]))
        features["others_contra"] = float(np.mean([row["contra"] for row in rest]))
        features["others_contras"] = float(np.mean([row["contras"] for row in rest]))
        for name in ("sided_terms", "sided_letters", "sided_claimed"):
            features[f"others_{name}"] = float(np.mean([row[name] for row in rest]))
        features["any_contra"] = max(row["contra_clear"] for row in rows)
    return [
        replace(one, features=np.array([features[name] for name in FEATURES], np.float32))
        for features, one in zip(rows, found, strict=True)
    ]


def _match(
    number: int,
    said: Texts,
    compared: Compared,
    likeness: Floats,
    book: Book,
    point: Point,
    nearest: Mapping[str, Floats],
    true: Floats,
) -> tuple[dict[str, float], Matched]:
    right, wrong = np.asarray(point.right), np.asarray(point.wrong, dtype=int)
    of_claim = nearest[""][number]
    of_wrong = likeness[:, wrong].max(axis=1) if len(wrong) else np.zeros(len(said), np.float32)
    lead = of_claim - of_wrong
    best = int(np.argmax(of_claim + 0.5 * np.minimum(lead, 0)))
    phrasing = int(right[np.argmax(likeness[best, right])])
    worst = int(np.argmin(np.where(np.maximum(of_claim, of_wrong) > 0.25, lead, np.maximum(lead, 0))))
    strong = likeness[:, right] > 0.8 * max(float(of_claim.max()), 1e-6)
    conflict = np.where(strong, np.maximum(compared.direction[:, right], 0) + compared.negation[:, right], 0)
    spoken = said.meanings[best]
    ranked = np.sort(of_claim)[::-1]
    features = {
        "claimed": float(compared.claimed[best, right].max()),
        "claimed_top3": float(np.sort(compared.claimed[best, right])[::-1][:3].mean()),
        "about": float(compared.about[best, right].max()),
        "recall": float(compared.recall[best, phrasing]),
        "precision": float(compared.precision[best, phrasing]),
        "core": _core(book, number, [said.meanings[best]]),
        "core_any": _core(book, number, said.meanings),
        "likeness": float(of_claim[best]),
        "likeness_any": float(ranked[0]),
        "likeness_2nd": float(ranked[min(1, len(ranked) - 1)]),
        "wrong_claimed": float(compared.claimed[best, wrong].max()) if len(wrong) else 0.0,
        "wrong_likeness": float(of_wrong[best]),
        "lead": float(lead[best]),
        "best_lead": float(np.where(of_claim > 0.8 * of_claim.max(), lead, -1).max()),
        "worst_lead": float(min(lead[worst], 0.3)),
        "negation": float(compared.negation[best, phrasing]),
        "direction": float(compared.direction[best, phrasing]),
        "number": float(compared.number[best, phrasing]),
        "conflict_any": float(conflict.max()),
        "statement": spoken.stops / max(spoken.words + spoken.stops, 1),
        "words": float(min(spoken.words, 20)),
        "margin": _margin(nearest[""], number, best),
        "spread": float(likeness[:, right].max(axis=0).mean()),
        "text": float(likeness[:, right[:2]].max()),
        "text_any": _text_recall(book, right[:2], said),
        "facets": float(np.sort(likeness[:, right].max(axis=0))[::-1][:6].mean()),
        "support": float(((of_claim > 0.5) & (of_claim > of_wrong)).sum() > 1)
        + float(((of_claim > 0.6) & (of_claim > of_wrong + 0.05)).sum() > 2),
        "contra": float(np.where(of_wrong > 0.4, of_wrong - true, -0.3).max()),
        "contra_clear": float(np.where(of_wrong > 0.55, of_wrong - true, -0.3).max()),
        "contras": float(min((((of_wrong > 0.45) & (of_wrong > true)).sum()), 6)),
        "true_lead": float(true[best] - of_wrong[best]),
        "chinese": float(any(not name.isascii() for name in spoken.plain)),
    }
    features |= _sides(compared, likeness, book, wrong)
    for name in ("terms", "letters"):
        view: Floats = getattr(compared, name)
        own, foreign = nearest[name][number], view[:, wrong].max(axis=1) if len(wrong) else np.zeros(len(said), np.float32)
        top = int(own.argmax())
        features |= {
            f"{name}_any": float(own[top]),
            f"{name}_top3": float(np.sort(own)[::-1][:3].mean()),
            f"{name}_wrong": float(foreign.max()),
            f"{name}_best_lead": float((own - foreign).max()),
            f"{name}_worst_lead": float((own - foreign).min()),
            f"{name}_lead": float(own[top] - foreign[top]),
            f"{name}_margin": _margin(nearest[name], number, top),
            f"{name}_spread": float(view[:, right].max(axis=0).mean()),
        }
    if not len(wrong):
        return features, Matched(np.zeros(0, np.float32), best, phrasing)
    nearer = of_wrong - true
    worst = int(np.argmax(nearer))
    version = int(wrong[np.argmax(likeness[worst, wrong])])
    return features, Matched(np.zeros(0, np.float32), best, phrasing, worst, version, float(of_wrong[worst]), float(nearer[worst]))


def _margin(nearest: Floats, number: int, claim: int) -> float:
    """By how much a claim is nearer to this key point than to the next one."""
    rest = np.delete(nearest[:, claim], number)
    return float(nearest[number, claim] - rest.max()) if len(rest) else 0.0


def _sides(compared: Compared, likeness: Floats, book: Book, wrong: npt.NDArray[np.int_]) -> dict[str, float]:
    """Which side the answer takes where a wrong version and the right phrasing nearest to it part: for each such fact the claim that is
    most like either, and the difference of its likeness to them along what they differ in (positive: the wrong side)."""
    names = [f"sided_{name}" for name in SIDES]
    if not len(wrong) or not len(likeness):
        return dict.fromkeys([*names, *(f"{name}_worst" for name in names), "relevance"], 0.0)
    right = book.counterpart[wrong]
    relevant = np.maximum(likeness[:, wrong], likeness[:, right])
    claim = relevant.argmax(axis=0)
    weight = relevant[claim, np.arange(len(wrong))]
    facts = np.argsort(-weight, kind="stable")[:FACTS]
    found = {"relevance": float(weight[facts].mean())}
    strength = np.maximum(weight[facts] - 0.2, 0.01)
    for name in SIDES:
        view: Floats = getattr(compared, name)
        apart = book.apart[name][wrong]
        sides = ((view[claim, wrong] - view[claim, right]) / np.maximum(apart, 0.2))[facts]
        found[f"sided_{name}"] = float((sides * strength).sum() / strength.sum())
        found[f"sided_{name}_worst"] = float(np.where(weight[facts] > 0.4, sides, -0.5).max())
    return found


def _text_recall(book: Book, texts: npt.NDArray[np.int_], said: Texts) -> float:
    """The share of the key point's own words (of the language that fits better) that any claim says."""
    names = {name for one in said.meanings for name in one.plain | one.negated}
    shares = []
    for place in texts:
        meant = book.read.meanings[place]
        weights = {name: float(book.idf[book.places[name]]) for name in meant.plain | meant.negated}
        shares.append(sum(weight for name, weight in weights.items() if name in names) / max(sum(weights.values()), 1e-6))
    return max(shares)


def _core(book: Book, number: int, meanings: Sequence[Meaning]) -> float:
    """The share of what most right phrasings of a point say that the claims say."""
    core, weights = book.core[number]
    places = {book.places[name] for one in meanings for name in one.plain | one.negated if name in book.places}
    held = [place in places for place in core.tolist()]
    return float(weights[held].sum() / max(float(weights.sum()), 1e-6))
