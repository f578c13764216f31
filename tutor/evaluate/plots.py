"""Figures as PNG files. matplotlib is imported here only, and draws without a screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tutor.evaluate.metrics import Floats, auroc, by_group, roc

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Edges of the bands that scores of 0 to 100 are compared by.
BANDS = np.linspace(0, 100, 6)


@contextmanager
def _axes(path: Path, title: str, *, columns: int = 1, width: float = 6.4) -> Iterator[list[Axes]]:
    """Axes side by side to draw on; the file is written when all is drawn."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Without pyplot: it would pick a window system and keep every figure.
    figure = Figure(figsize=(width, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, columns, squeeze=False)[0]
    yield list(axes)
    figure.suptitle(title)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def bars(slices: Sequence[str], systems: Mapping[str, Sequence[float]], title: str, path: Path) -> None:
    """A group of bars for each slice, one for each system, 0 to 1."""
    places, width = np.arange(len(slices)), 0.8 / len(systems)
    with _axes(path, title, width=3 + 0.16 * len(slices) * len(systems)) as [axes]:
        for number, (name, shares) in enumerate(systems.items()):
            axes.bar(places + (number - (len(systems) - 1) / 2) * width, shares, width, label=name)
        axes.set_xticks(places, slices, rotation=30, ha="right")
        axes.set_ylim(0, 1)
        axes.grid(axis="y", alpha=0.3)
        axes.figure.legend(loc="outside right center")


def receiver_operating(curves: Mapping[str, tuple[Floats, Floats]], title: str, path: Path) -> None:
    """For each pair of confidences (in scope, out of scope) what is refused of the one against the other."""
    with _axes(path, title) as [axes]:
        for name, (inside, outside) in curves.items():
            axes.plot(*roc(inside, outside), label=f"{name}: AUROC {auroc(inside, outside):.3f}")
        axes.plot([0, 1], [0, 1], color="grey", linestyle=":")
        axes.set(xlabel="refused of the queries in scope", ylabel="refused of the others", xlim=(0, 1), ylim=(0, 1.01))
        axes.legend(loc="lower right")


def histogram(groups: Mapping[str, Floats], threshold: float, title: str, path: Path) -> None:
    """How confidences of each group are spread, as shares, with the threshold."""
    edges = np.linspace(0, 1, 21).tolist()
    with _axes(path, title) as [axes]:
        for name, values in groups.items():
            axes.hist(values, edges, weights=np.full(len(values), 1 / len(values)), alpha=0.5, label=f"{name} ({len(values)})")
        axes.axvline(threshold, color="black", linestyle="--", label=f"threshold {threshold:.2f}")
        axes.set(xlabel="confidence", ylabel="share of the group")
        axes.legend()


def calibration(predicted: Floats, gold: Floats, path: Path) -> None:
    """Predicted scores against gold ones, 0 to 100: each answer, and the mean gold score of each tenth of the answers."""
    order = np.argsort(predicted, kind="stable")
    tenths = [places for places in np.array_split(order, 10) if len(places)]
    with _axes(path, f"Predicted and gold scores of {len(gold)} answers") as [axes]:
        axes.scatter(predicted, gold, s=10, alpha=0.3, label="answers")
        means = [(float(predicted[places].mean()), float(gold[places].mean())) for places in tenths]
        axes.plot(*zip(*means, strict=True), marker="o", color="black", label="means of tenths")
        axes.plot([0, 100], [0, 100], color="grey", linestyle=":")
        axes.set(xlabel="predicted", ylabel="gold", xlim=(-2, 102), ylim=(-2, 102))
        axes.legend(loc="upper left")


def confusion(predicted: Floats, gold: Floats, kinds: Sequence[str], path: Path) -> None:
    """Left: how often scores of each gold band were given each predicted band. Right: mean scores by kind of answer."""
    bands = [f"{low:.0f}-{high:.0f}" for low, high in pairwise(BANDS)]
    counts = np.histogram2d(gold, predicted, bins=[BANDS, BANDS])[0].astype(int)
    groups = by_group(kinds)
    with _axes(path, f"Predicted and gold scores of {len(gold)} answers", columns=2, width=12) as [matrix, means]:
        matrix.imshow(counts / np.maximum(counts.sum(1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
        matrix.set_xticks(range(len(bands)), bands)
        matrix.set_yticks(range(len(bands)), bands)
        matrix.set(xlabel="predicted", ylabel="gold")
        for row, column in np.ndindex(counts.shape):
            matrix.text(column, row, str(counts[row, column]), ha="center", va="center")
        for name, scores, marker in (("gold", gold, "o"), ("predicted", predicted, "x")):
            means.plot([scores[places].mean() for places in groups.values()], range(len(groups)), marker, label=name)
        means.set_yticks(range(len(groups)), [f"{kind} ({len(places)})" for kind, places in groups.items()])
        means.set(xlabel="mean score", xlim=(-2, 102))
        means.grid(axis="x", alpha=0.3)
        means.legend()
