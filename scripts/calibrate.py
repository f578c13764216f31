"""Fit the confidence of a search: how probable it is that an index answers a query.

    python scripts/calibrate.py            fit, print figures, write tutor/data/calibration.json
    python scripts/calibrate.py --dry-run  print figures only

In-scope queries are wordings of the corpus' query bank that are held out (a fifth of each entry's, by seed) of the index and
of a table of the built-in embedder trained for this purpose; out-of-scope queries are tutor/data/out_of_scope.json.
The coefficients come from the dev halves of both. The threshold refuses three in a thousand of the dev queries that other hands wrote
(tests/data/queries), which are nearer to what people type than the bank's hard cases. Figures are printed for dev and for the
untouched test halves. Needs torch (extra `local`), some minutes.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import tempfile
from pathlib import Path

import numpy as np
from train_embedder import train

from tutor.retrieval.calibration import FEATURES
from tutor.retrieval.embedder import Embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.learned import LearnedEmbedder, save
from tutor.retrieval.search import rank, search
from tutor.retrieval.store import Index, open_index
from tutor.settings import PACKAGE, corpus_folder

FALSE_REFUSALS = 0.003
QUERIES = Path(__file__).parents[1] / "tests" / "data" / "queries"
TARGET = PACKAGE / "data" / "calibration.json"


#: A held-out wording and the id of the entry that it asks for.
Asked = tuple[str, str]


def hold_out(folder: Path, seed: int) -> tuple[list[Asked], list[Asked]]:
    """Copy the corpus to `folder` without a fifth of its bank; the held-out wordings, dev and test."""
    rng = random.Random(seed)
    dev: list[Asked] = []
    test: list[Asked] = []
    shutil.copytree(corpus_folder(), folder, dirs_exist_ok=True)
    for file in sorted(folder.rglob("*.json")):
        data = json.loads(file.read_text(encoding="utf-8"))
        held = dev if rng.random() < 0.5 else test
        for kind, wordings in data["bank"].items():
            rng.shuffle(wordings)
            count = max(1, len(wordings) // 5)
            held += [(wording, file.stem) for wording in wordings[:count]]
            data["bank"][kind] = wordings[count:]
        file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return dev, test


def recall(index: Index, embedder: Embedder, asked: list[Asked]) -> tuple[float, float]:
    """Recall at 1 and at 5 of held-out wordings."""
    found = [[hit.entry.id for hit in search(index, embedder, text, 5).hits] for text, _ in asked]
    first = sum(ids[:1] == [entry] for ids, (_, entry) in zip(found, asked, strict=True))
    five = sum(entry in ids for ids, (_, entry) in zip(found, asked, strict=True))
    return first / len(asked), five / len(asked)


def features(index: Index, embedder: Embedder, queries: list[str]) -> np.ndarray:
    """Feature rows of queries, (n, len(FEATURES))."""
    rows = [rank(index, embedder, query).features for query in queries]
    return np.array([[row[name] for name in FEATURES] for row in rows])


def fit(inside: np.ndarray, outside: np.ndarray) -> tuple[np.ndarray, float]:
    """Logistic regression, both classes of equal weight, a little L2: coefficients and bias."""
    rows = np.vstack([inside, outside])
    target = np.r_[np.ones(len(inside)), np.zeros(len(outside))]
    weight = np.r_[np.full(len(inside), 0.5 / len(inside)), np.full(len(outside), 0.5 / len(outside))]
    mean, deviation = rows.mean(0), rows.std(0) + 1e-9
    scaled = np.c_[(rows - mean) / deviation, np.ones(len(rows))]
    beta = np.zeros(scaled.shape[1])
    for _ in range(20000):
        predicted = 1 / (1 + np.exp(-scaled @ beta))
        beta -= 2.0 * (scaled.T @ (weight * (predicted - target)) + 1e-4 * np.r_[beta[:-1], 0])
    return beta[:-1] / deviation, float(beta[-1] - (beta[:-1] * mean / deviation).sum())


def auroc(inside: np.ndarray, outside: np.ndarray) -> float:
    """Probability that a random in-scope query scores above a random one out of scope; ties count half."""
    above = (inside[:, None] > outside[None, :]).mean()
    return float(above + 0.5 * (inside[:, None] == outside[None, :]).mean())


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=2000, help="training steps of the held-out embedder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        corpus, folder = Path(temporary) / "corpus", Path(temporary) / "index"
        dev, test = hold_out(corpus, options.seed)
        save(Path(temporary) / "embedder", train(corpus, options.steps, options.seed))
        embedder = LearnedEmbedder(Path(temporary) / "embedder")
        ingest([corpus], folder, embedder, corpus=corpus, fresh=True)
        index = open_index(folder)
        refuse = json.loads((PACKAGE / "data" / "out_of_scope.json").read_text(encoding="utf-8"))
        asked = {"dev": dev, "test": test}
        rows = [json.loads(line) for file in sorted(QUERIES.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
        typed = {half: features(index, embedder, [row["text"] for row in rows if row["split"] == half]) for half in asked}
        inside = {half: features(index, embedder, [text for text, _ in asked[half]]) for half in asked}
        outside = {half: features(index, embedder, [item["text"] for item in refuse[half]]) for half in asked}
        for half in asked:
            first, five = recall(index, embedder, asked[half])
            print(f"{half}: recall@1 {first:.3f}  recall@5 {five:.3f}  of {len(asked[half])} held-out wordings")
        kinds = {half: np.array([item["kind"] for item in refuse[half]]) for half in ("dev", "test")}
    coefficients, bias = fit(inside["dev"], outside["dev"])

    def probability(rows: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-(rows @ coefficients + bias)))

    threshold = float(np.quantile(probability(typed["dev"]), FALSE_REFUSALS))
    for half in ("dev", "test"):
        good, bad = probability(inside[half]), probability(outside[half])
        refused = bad < threshold
        print(
            f"{half}: n={len(good)}+{len(bad)}  AUROC {auroc(good, bad):.3f} (by other hands {auroc(probability(typed[half]), bad):.3f})  "
            f"false refusals {(good < threshold).mean():.3f} (by other hands {(probability(typed[half]) < threshold).mean():.3f})  "
            f"refused {refused.mean():.3f} (far {refused[kinds[half] == 'far'].mean():.3f}, near {refused[kinds[half] == 'near'].mean():.3f})"
        )
    values = {name: round(float(value), 4) for name, value in zip(FEATURES, coefficients, strict=True)}
    values |= {"bias": round(bias, 4), "threshold": math.floor(threshold * 1000) / 1000}
    print(json.dumps(values))
    if not options.dry_run:
        TARGET.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
