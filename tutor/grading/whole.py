"""An answer as a whole: what it says that the checked answer bears out, whatever the key points are, and what it says wrongly.

Most features count the strongest clauses, so that an empty sentence more changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tutor.grading.compare import Book, Compared
from tutor.grading.matching import FEATURES, Matched
from tutor.grading.texts import Floats, Texts
from tutor.grading.topics import Standing

#: The features of a whole answer, with the way each may move the score. `weighted` and what follows up to `least` are of the credits.
WHOLE: dict[str, int] = {
    "weighted": 1,
    "greatest": 1,
    "least": 1,
    "lead": 1,
    "contra": -1,
    "contras": -1,
    "sided_claimed": -1,
    "sided_terms": -1,
    "sided_letters": -1,
    "true_lead": 1,
    "likeness": 1,
    "facets": 1,
    "best_lead": 1,
    "support_1": 1,
    "support_3": 1,
    "support_6": 1,
    "supported_4": 1,
    "supported_5": 1,
    "supported_6": 1,
    "terms_3": 1,
    "terms_6": 1,
    "letters_3": 1,
    "claimed_3": 1,
    "claimed_6": 1,
    "about_3": 1,
    "vocabulary": 1,
    "vocabulary_share": 1,
    "covered": 1,
    "answers_question": -1,
    "wrong_3": -1,
    "wrongs": -1,
    "opposed": -1,
    "asserted": -1,
    "statement": 1,
    "clauses": 1,
    "topic": 1,
    "topic_lead": 1,
    "topic_behind": -1,
}
#: Features of the key points that are averaged, weighted as the points are.
_AVERAGED = ("lead", "contra", "contras", "sided_claimed", "sided_terms", "sided_letters", "true_lead", "likeness", "facets", "best_lead")


@dataclass(frozen=True)
class Truth:
    """Which texts of a book are so, which are not, which of these are misconceptions; the names that the question says, and those that the
    key points say beyond it."""

    true: Sequence[int]
    false: Sequence[int]
    misconceptions: Sequence[int]
    asked: frozenset[str]
    wanted: frozenset[str]


def whole(
    said: Texts,
    clauses: Sequence[Sequence[int]],
    compared: Compared,
    book: Book,
    matched: Sequence[Matched],
    credits: Sequence[float],
    weights: Sequence[float],
    texts: Truth,
    topic: Standing,
) -> Floats:
    """The features of an answer as a whole. `clauses` are the claims that each of its clauses is part of: a clause counts with the
    strongest of what it says."""
    found = dict.fromkeys(WHOLE, 0.0)
    share = np.asarray(weights, np.float32) / max(float(np.sum(weights)), 1e-6)
    if len(credits):
        found |= {"weighted": float(share @ np.asarray(credits)), "greatest": float(max(credits)), "least": float(min(credits))}
        rows = np.stack([one.features for one in matched])
        names = list(FEATURES)
        found |= {name: float(share @ rows[:, names.index(name)]) for name in _AVERAGED}
    if not len(clauses):
        return np.array([found[name] for name in WHOLE], np.float32)
    likeness = compared.likeness
    support, against = _most(likeness, texts.true), _most(likeness, texts.false)

    def strongest(of_claims: Floats) -> Floats:
        return np.sort(np.array([of_claims[list(parts)].max() for parts in clauses], np.float32))[::-1]

    for count in (1, 3, 6):
        found[f"support_{count}"] = float(strongest(support)[:count].sum() / count)
    clear = strongest(support - np.maximum(against - support, 0))
    for tenth in (4, 5, 6):
        found[f"supported_{tenth}"] = float(min((clear > tenth / 10).sum(), 8))
    for name, counts in (("terms", (3, 6)), ("letters", (3,)), ("claimed", (3, 6)), ("about", (3,))):
        view = strongest(_most(getattr(compared, name), texts.true))
        for count in counts:
            found[f"{name}_{count}"] = float(view[:count].sum() / count)
    counted = [said.meanings[parts[0]] for parts in clauses]
    spoken = {name for one in counted for name in one.plain | one.negated} - texts.asked
    known = [book.places[name] for name in spoken if name in book.places]
    found["vocabulary"] = math.log1p(float(book.idf[known].sum())) if known else 0.0
    found["vocabulary_share"] = len(known) / (len(spoken) + 5)
    new = np.array([book.places[name] for name in texts.wanted], np.int64)
    found["covered"] = float(book.idf[np.intersect1d(new, known)].sum() / max(float(book.idf[new].sum()), 1e-6)) if known else 0.0
    repeated = {name for one in counted for name in one.plain | one.negated} & texts.asked
    found["answers_question"] = len(repeated) / (len(repeated) + len(spoken) + 1)
    opposed = np.sort(np.where(against > 0.4, against - support, -0.3))[::-1]
    found["wrong_3"] = float(opposed[:3].mean())
    found["wrongs"] = float(min((opposed > 0).sum(), 6))
    found["opposed"] = float(opposed[0])
    found["asserted"] = float((_most(likeness, texts.misconceptions) - support).max())
    found["statement"] = sum(one.stops for one in counted) / max(sum(one.words + one.stops for one in counted), 1)
    found["clauses"] = float(min(len(clauses), 12))
    found |= {"topic": topic.alike, "topic_lead": topic.lead, "topic_behind": topic.behind}
    return np.array([found[name] for name in WHOLE], np.float32)


def _most(view: Floats, places: Sequence[int]) -> Floats:
    """The greatest of some texts for each claim; -1 where there are none."""
    return np.asarray(view[:, list(places)].max(axis=1) if len(places) else np.full(len(view), -1.0), np.float32)
