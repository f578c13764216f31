"""Whether the tutor knows when it does not know: confidence in scope against out of scope, and against questions of our field whose
answers were taken out of the notes. Baselines have the score of their best hit for a confidence."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tutor.evaluate.baselines import Encode, Scorer, baselines, left_out
from tutor.evaluate.collections import Collection, corpus_collection, notes_collection
from tutor.evaluate.metrics import Floats, Refusals, refusals, threshold_at
from tutor.evaluate.queries import Query, Split, in_scope, out_of_scope
from tutor.evaluate.retrieval import OURS
from tutor.evaluate.tables import table
from tutor.retrieval.calibration import threshold as shipped_threshold
from tutor.retrieval.embedder import Embedder
from tutor.retrieval.search import search

#: The share of queries in scope that may be refused.
FALSE_REFUSALS = 0.02
#: One entry in so many is taken out of the notes.
TAKEN_OUT = 4
#: Our figures at the threshold that is shipped rather than at one chosen on these very queries.
SHIPPED = f"{OURS}, shipped threshold"
#: Slices: every query out of scope, and those whose entries were taken out.
ALL, MISSING = "all", "missing"


@dataclass(frozen=True)
class Asked:
    """Queries, and how confident a system is of each."""

    queries: list[Query]
    confidence: Floats

    @classmethod
    def by(cls, system: Callable[[str], float], queries: list[Query]) -> Asked:
        return cls(queries, np.array([system(query.text) for query in queries]))

    def kind(self, kind: str) -> Floats:
        return self.confidence[[query.kind == kind for query in self.queries]]

    def language(self, language: str) -> Floats:
        return self.confidence[[query.language == language for query in self.queries]]


@dataclass(frozen=True)
class Row:
    """The refusals of one system in one collection on one slice of the queries out of scope."""

    collection: str
    slice: str
    system: str
    threshold: float
    refusals: Refusals


@dataclass(frozen=True)
class RefusalReport:
    """All rows of a split."""

    split: Split
    embedder: str
    rows: list[Row]
    notes: list[str]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def text(self) -> str:
        header = ["", "out of scope", "system", "queries", "AUROC", "refused", "falsely refused"]
        cells = [
            [row.collection, row.slice, row.system, f"{r.inside}+{r.outside}", f"{r.auroc:.3f}", f"{r.refused:.3f}", f"{r.falsely:.3f}"]
            for row in self.rows
            for r in [row.refusals]
        ]
        title = (
            f"Refusal, {self.split} queries, embedder {self.embedder}\n\nRefused at the threshold that refuses {FALSE_REFUSALS:.0%} of all "
            "queries in scope, and by us also at the shipped one.\nLanguages: queries in and out of scope of that language. missing: "
            "questions whose entries were taken out of the notes, against those whose entries stayed."
        )
        return "\n\n".join([title, table(header, cells), *self.notes])


def evaluate(
    split: Split, embedder: Embedder, encode: Encode | None = None, plots: Path | None = None, yours: Collection | None = None
) -> RefusalReport:
    """Confidence of every query of a split in the corpus (or `yours`), in the notes, and in the notes with some taken out."""
    rows: list[Row] = []
    notes: list[str] = []
    drawn: dict[str, dict[str, Floats]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for whole, collection, strangers in _trials(Path(folder), split, embedder, yours):
            plain = baselines(collection.texts, encode)
            notes = left_out(plain)
            for name, system in {OURS: _ours(collection, embedder), **{name: _best(scorer) for name, scorer in plain.items()}}.items():
                inside, outside = Asked.by(system, collection.asked(in_scope(split))), Asked.by(system, strangers)
                rows += _rows(collection.name, name, whole, inside, outside)
                if name == OURS:
                    groups = {kind: outside.kind(kind) for kind in ("near", "far")} if whole == ALL else {MISSING: outside.confidence}
                    drawn[collection.name if whole == ALL else "missing answers"] = {"in scope": inside.confidence, **groups}
            if collection is not yours:
                collection.index.close()
    if plots is not None:
        _draw(drawn, split, plots)
    return RefusalReport(split, embedder.identity, rows, notes)


def stays(name: str) -> bool:
    """Whether an entry stays when some are taken out: by its name, so that it is the same everywhere."""
    return zlib.crc32(name.encode()) % TAKEN_OUT != 0


def _trials(folder: Path, split: Split, embedder: Embedder, yours: Collection | None) -> Iterator[tuple[str, Collection, list[Query]]]:
    """What is out of scope, in which collection, and the queries for it."""
    yield ALL, yours or corpus_collection(folder / "corpus", embedder), out_of_scope(split)
    yield ALL, notes_collection(folder / "notes", embedder), out_of_scope(split)
    gone = [query for query in in_scope(split) if not stays(query.entry)]
    yield MISSING, notes_collection(folder / "notes", embedder, keep=stays), gone


def _ours(collection: Collection, embedder: Embedder) -> Callable[[str], float]:
    return lambda text: search(collection.index, embedder, text, 1).confidence


def _best(scorer: Scorer) -> Callable[[str], float]:
    return lambda text: float(scorer(text).max())


def _rows(collection: str, system: str, whole: str, inside: Asked, outside: Asked) -> list[Row]:
    """The rows of a system: of everything, of near and far, and for us also by language and at the shipped threshold."""
    slices = {whole: (inside.confidence, outside.confidence)}
    thresholds = {system: threshold_at(inside.confidence, FALSE_REFUSALS)}
    if whole == ALL:
        slices |= {kind: (inside.confidence, outside.kind(kind)) for kind in ("near", "far")}
    if system == OURS:
        slices |= {f"{whole} in {each}": (inside.language(each), outside.language(each)) for each in ("zh", "en", "mixed")}
        thresholds[SHIPPED] = shipped_threshold()
    return [
        Row(collection, name, shown, threshold, refusals(good, bad, threshold))
        for name, (good, bad) in slices.items()
        if len(good) and len(bad)
        for shown, threshold in thresholds.items()
    ]


def _draw(drawn: dict[str, dict[str, Floats]], split: Split, plots: Path) -> None:
    from tutor.evaluate.plots import histogram, receiver_operating

    curves = {}
    for name, groups in drawn.items():
        inside, *others = groups.values()
        curves[name] = inside, np.concatenate(others)
        file = plots / f"refusal-{split}-{name.replace(' ', '-')}.png"
        histogram(groups, shipped_threshold(), f"Confidence: {name} ({split})", file)
    receiver_operating(curves, f"Refusal ({split})", plots / f"refusal-{split}-roc.png")
