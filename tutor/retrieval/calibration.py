"""From what a search saw to how sure it is that its best hit answers the query.

Where the best hit is about a topic that the bank knows, two things are judged apart, since they fail for different reasons: whether
the query is in scope at all, and whether it is this index that answers it rather than a topic that is missing here. The weaker of
the two is the confidence. What the bank does not know is judged by its own words alone ("stranger").
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

_MATCH = ("strength", "coverage", "question", "answer", "cosine", "unknown", "concepts", "matched", "length", "margin")
#: The features of each judgement, in the order of the coefficients.
JUDGEMENTS: Mapping[str, tuple[str, ...]] = {
    "scope": (*_MATCH, "asked"),
    "here": ("held", "missing", "lead", "elsewhere", "cosine", "strength", "question"),
    "stranger": (*_MATCH, "lead", "asked"),
}


@lru_cache(maxsize=1)
def coefficients() -> dict[str, dict[str, float]]:
    """For each judgement logistic coefficients by feature and "bias"; fitted by scripts/calibrate.py."""
    return dict(json.loads(files("tutor").joinpath("data/calibration.json").read_text(encoding="utf-8")))


def threshold() -> float:
    """The confidence below which a query counts as out of scope: every judgement was shifted so that this is its bar."""
    return 0.5


def confidence(features: Mapping[str, float]) -> float:
    """0 to 1, higher where it is surer that the best hit answers the query."""
    return min(_judge(name, features) for name in (("scope", "here") if features["known"] else ("stranger",)))


def _judge(name: str, features: Mapping[str, float]) -> float:
    weights = coefficients()[name]
    logit = weights["bias"] + sum(weights[feature] * features[feature] for feature in JUDGEMENTS[name])
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
