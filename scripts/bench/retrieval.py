"""Retrieval of curated entries on queries by hands that did not see the bank, beside baselines, by kind.

    python scripts/bench/retrieval.py [--split dev|test]

Queries: tests/data/queries/curated_*.jsonl (six an entry). The index is built from the shipped corpus with its whole bank. Baselines
over the same index: BM25 of whole entries, BM25 over question and answer without the bank, vectors alone.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.search import Weights, rank, search
from tutor.retrieval.store import Index, open_index
from tutor.settings import corpus_folder

QUERIES = Path(__file__).parents[2] / "tests" / "data" / "queries"


def without_bank(folder: Path) -> Path:
    """A copy of the corpus without query bank, other wordings and glossary."""
    shutil.copytree(corpus_folder(), folder)
    for file in folder.rglob("*.json"):
        data = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**data, "bank": {}}, ensure_ascii=False), encoding="utf-8")
    (folder / "glossary.yaml").write_text("[]", encoding="utf-8")
    return folder


def report(name: str, index: Index, queries: list[dict[str, str]], total: Callable[[str], np.ndarray]) -> None:
    """Print recall at 1 and 5, MRR at 10, and recall at 1 by kind."""
    numbers = index.numbers
    kinds: dict[str, list[float]] = defaultdict(list)
    first, five, reciprocal = [], [], []
    for query in queries:
        scores = total(query["text"])
        wanted = numbers[query["id"]]
        # Ties count as losses.
        place = int((scores >= scores[wanted]).sum())
        first.append(place == 1)
        five.append(place <= 5)
        reciprocal.append(1 / place if place <= 10 else 0.0)
        kinds[query["kind"]].append(place == 1)
    by_kind = "  ".join(f"{kind} {np.mean(values):.2f}" for kind, values in sorted(kinds.items()))
    print(f"{name:28} recall@1 {np.mean(first):.3f}  recall@5 {np.mean(five):.3f}  MRR@10 {np.mean(reciprocal):.3f}   {by_kind}")


def main() -> None:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    options = parser.parse_args()
    rows = [json.loads(line) for file in sorted(QUERIES.glob("curated_*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    queries = [row for row in rows if row["split"] == options.split]
    embedder = load_embedder("builtin")
    with tempfile.TemporaryDirectory() as temporary:
        full, bare = Path(temporary) / "full", Path(temporary) / "bare"
        ingest([corpus_folder()], full, embedder, fresh=True)
        plain = without_bank(Path(temporary) / "corpus")
        ingest([plain], bare, embedder, corpus=plain, fresh=True)
        index, poor = open_index(full), open_index(bare)
        queries = [row for row in queries if row["id"] in index.numbers]
        print(f"{len(queries)} queries ({options.split}), {len(index)} entries")
        lexical, vectors = Weights(1, 0, 0, 0), Weights(0, 0, 0, 1)
        report("BM25, no bank, no glossary", poor, queries, lambda text: rank(poor, embedder, text, weights=lexical).total)
        report("BM25 with bank and glossary", index, queries, lambda text: rank(index, embedder, text, weights=lexical).total)
        report("vectors alone", index, queries, lambda text: rank(index, embedder, text, weights=vectors).total)
        report("search", index, queries, lambda text: rank(index, embedder, text).total)
        refused = np.mean([not search(index, embedder, row["text"]).in_scope for row in queries])
        print(f"refused although in scope: {refused:.3f}")


if __name__ == "__main__":
    main()
