"""Whether queries find their entries: our search beside the baselines, by kind and language, on three indexes (collections.py)."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tutor.evaluate.baselines import LEXICAL, Encode, Scorer, baselines, left_out
from tutor.evaluate.collections import Collection, corpus_collection, notes_collection, unlinked_collection
from tutor.evaluate.metrics import MEASURES, Figures, best_documents, by_group, half_interval, mean_figures, ranking_figures
from tutor.evaluate.queries import Query, Split, in_scope
from tutor.evaluate.tables import table
from tutor.retrieval.embedder import Embedder
from tutor.retrieval.search import Weights, rank

OURS = "tutor search"
#: Parts of our search by themselves: words with bank and glossary, vectors alone.
PARTS = {"its words": Weights(1, 0, 0, 0), "its vectors": Weights(0, 0, 0, 1)}
ALL = "all"


@dataclass(frozen=True)
class Slice:
    """The queries of one kind or language (`name` "all": every query), and each system's figures on them."""

    name: str
    queries: int
    systems: dict[str, Figures]

    @property
    def under(self) -> list[str]:
        """The baselines of words that put the right entry first more often than our search does."""
        return [name for name in LEXICAL if name in self.systems and self.systems[name]["recall@1"] > self.systems[OURS]["recall@1"]]


@dataclass(frozen=True)
class Found:
    """What was found in one collection."""

    collection: str
    about: str
    entries: int
    slices: list[Slice]
    left_out: int
    """queries whose entries are not in this index"""

    def text(self) -> str:
        """Two tables: every measure of every system, then recall at 1 and at 5 by kind and language."""
        whole = self.slices[0]
        systems = list(whole.systems)
        lines = [f"{self.collection}: {self.about}; {self.entries} entries, {whole.queries} queries"]
        if self.left_out:
            lines.append(f"{self.left_out} queries are left out: their entries are not in this index")
        rows = [
            [name, *(f"{figures[measure]:.3f}" for measure in MEASURES), f"{half_interval(figures['recall@1'], whole.queries):.3f}"]
            for name, figures in whole.systems.items()
        ]
        lines += ["", table(["", *MEASURES, "+- (recall@1)"], rows), ""]
        rows = [
            [each.name, str(each.queries), *(f"{each.systems[s]['recall@1']:.2f} / {each.systems[s]['recall@5']:.2f}" for s in systems)]
            for each in self.slices
        ]
        lines.append(table(["recall@1 / recall@5", "queries", *systems], rows))
        lines += [f"! {each.name}: recall@1 under {', '.join(each.under)}" for each in self.slices if each.under]
        return "\n".join(lines)


@dataclass(frozen=True)
class RetrievalReport:
    """What was found in each collection with the queries of a split."""

    split: Split
    embedder: str
    found: list[Found]
    notes: list[str]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def text(self) -> str:
        parts = [f"Retrieval, {self.split} queries, embedder {self.embedder}", *(found.text() for found in self.found)]
        return "\n\n".join([*parts, *self.notes])


def evaluate(
    split: Split, embedder: Embedder, encode: Encode | None = None, plots: Path | None = None, yours: Collection | None = None
) -> RetrievalReport:
    """Ask every query of a split in every collection; `encode` (MiniLM) adds the baselines that need it, `yours` takes the place of the
    shipped corpus."""
    queries = in_scope(split)
    found: list[Found] = []
    notes: list[str] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for collection in (
            yours or corpus_collection(folder / "corpus", embedder),
            notes_collection(folder / "linked", embedder),
            unlinked_collection(folder / "unlinked", embedder),
        ):
            plain = baselines(collection.texts, encode)
            notes = left_out(plain)
            found.append(compare(collection, queries, {**ours(collection, embedder), **plain}))
            if collection is not yours:
                collection.index.close()
    report = RetrievalReport(split, embedder.identity, found, notes)
    if plots is not None:
        from tutor.evaluate.plots import bars

        for each in found:
            shares = {name: [s.systems[name]["recall@1"] for s in each.slices] for name in each.slices[0].systems}
            title = f"recall@1 on {each.collection} ({split})"
            bars([s.name for s in each.slices], shares, title, plots / f"retrieval-{split}-{each.collection}.png")
    return report


def ours(collection: Collection, embedder: Embedder) -> dict[str, Scorer]:
    """Our search and its parts."""
    index = collection.index
    parts: dict[str, Scorer] = {
        name: lambda text, weights=weights: rank(index, embedder, text, weights=weights).total  # type: ignore[misc]
        for name, weights in PARTS.items()
    }
    return {OURS: lambda text: rank(index, embedder, text).total, **parts}


def compare(collection: Collection, queries: Sequence[Query], systems: dict[str, Scorer]) -> Found:
    """The figures of each system on the queries whose entries are in the collection."""
    documents = collection.documents
    asked = collection.asked(queries)
    wanted = [query.entry for query in asked]
    figures = {
        name: ranking_figures(wanted, [best_documents(scorer(query.text), documents, query.entry) for query in asked])
        for name, scorer in systems.items()
    }
    groups = {
        ALL: list(range(len(asked))),
        **by_group([query.kind for query in asked]),
        **by_group([f"in {query.language}" for query in asked]),
    }
    slices = [
        Slice(name, len(places), {system: mean_figures(rows[place] for place in places) for system, rows in figures.items()})
        for name, places in groups.items()
    ]
    return Found(collection.name, collection.about, len(set(documents)), slices, len(queries) - len(asked))
