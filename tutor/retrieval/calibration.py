"""From what a search saw to the probability that its best hit answers the query."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

#: The features of a search, in the order of the coefficients.
FEATURES = ("strength", "coverage", "question", "answer", "cosine", "unknown", "concepts", "matched", "length", "margin")


@lru_cache(maxsize=1)
def coefficients() -> dict[str, float]:
    """Logistic coefficients by feature, "bias" and "threshold"; fitted by scripts/calibrate.py."""
    return dict(json.loads(files("tutor").joinpath("data/calibration.json").read_text(encoding="utf-8")))


def threshold() -> float:
    """The confidence below which a query counts as out of scope, chosen with the coefficients."""
    return coefficients()["threshold"]


def confidence(features: Mapping[str, float]) -> float:
    """Calibrated probability, 0 to 1."""
    weights = coefficients()
    logit = weights["bias"] + sum(weights[name] * features[name] for name in FEATURES)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
