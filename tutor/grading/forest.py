"""Boosted regression trees as plain arrays: scikit-learn grows them (scripts/train_grader.py), numpy reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Forest:
    """Trees of one ensemble, each array (trees, nodes): the feature a node splits on, its threshold, its children, and the value of
    a leaf; a leaf is its own child."""

    feature: npt.NDArray[np.int16]
    threshold: npt.NDArray[np.float64]
    left: npt.NDArray[np.int16]
    right: npt.NDArray[np.int16]
    value: npt.NDArray[np.float32]
    baseline: float
    depth: int

    def predict(self, rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The sum of the leaves that each row, (n, features), falls into: (n,)."""
        trees = np.arange(self.feature.shape[0])[None, :]
        node = np.zeros((len(rows), self.feature.shape[0]), np.int64)
        places = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[places, self.feature[trees, node]] <= self.threshold[trees, node]
            node = np.where(goes_left, self.left[trees, node], self.right[trees, node])
        return np.asarray(self.baseline + self.value[trees, node].sum(axis=1), np.float32)

    def arrays(self, prefix: str) -> dict[str, Any]:
        """The arrays by name, to be saved."""
        names = ("feature", "threshold", "left", "right", "value")
        return {f"{prefix}_{name}": getattr(self, name) for name in names} | {f"{prefix}_rest": np.array([self.baseline, self.depth])}

    @classmethod
    def from_arrays(cls, data: Mapping[str, Any], prefix: str) -> Forest:
        rest = data[f"{prefix}_rest"]
        arrays = {name: data[f"{prefix}_{name}"] for name in ("feature", "threshold", "left", "right", "value")}
        return cls(**arrays, baseline=float(rest[0]), depth=int(rest[1]))
