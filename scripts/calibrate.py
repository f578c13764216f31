"""Fit the confidence of a search: how sure it is that an index answers a query.

    python scripts/calibrate.py              fit, print figures, write tutor/data/calibration.json
    python scripts/calibrate.py --dry-run    print figures only
    python scripts/calibrate.py --work DIR   keep the held-out corpus and embedder there, and take them from there

Queries are wordings of the corpus' query bank that are held out (a fifth of each entry's, by seed) of the indexes and of a table of
the built-in embedder trained for this purpose, and those that other hands wrote (tutor/data/evaluation/queries). They are asked of

- the corpus, whole and half: questions about the other half are missing answers;
- notes made of half the entries, as asked by the curated question;
- odd notes made of three quarters of the entries, as asked by a held-out wording, with a bank that lacks a quarter of the topics: notes
  about those are strangers;
- notes of other fields (scripts/other_fields.jsonl), alone and among the notes.

tutor/data/out_of_scope.json is asked of all. Coefficients and bars come from the dev halves; figures are printed for dev and for the
untouched test halves. Each bar refuses a small share (`BARS`) of the dev queries by other hands: a false refusal is worse than an answer too
many. Needs torch (extra `local`), some minutes.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from train_embedder import train

from tutor.entry import Entry
from tutor.evaluate.metrics import auroc
from tutor.evaluate.queries import Split, in_scope, out_of_scope
from tutor.lint import read_corpus
from tutor.retrieval.calibration import JUDGEMENTS
from tutor.retrieval.ingest import ingest
from tutor.retrieval.learned import LearnedEmbedder, save
from tutor.retrieval.search import rank
from tutor.retrieval.store import Index, open_index
from tutor.settings import PACKAGE, corpus_folder

#: The share of dev queries by other hands that each judgement may refuse.
BARS = {"scope": 0.008, "here": 0.008, "stranger": 0.03}
#: What a wording of the bank counts against a query by other hands: bank wordings are odder than what people type.
BANK_WEIGHT = 0.3
TARGET = PACKAGE / "data" / "calibration.json"
HALVES: tuple[Split, Split] = ("dev", "test")

#: A held-out wording and the id of the entry that it asks for.
Asked = tuple[str, str]


@dataclass
class Cases:
    """Queries that were asked of collections: where, what they are ("inside", "stranger", "missing", "outside"), and what search saw."""

    half: list[str] = field(default_factory=list)
    collection: list[str] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    typed: list[bool] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    features: list[dict[str, float]] = field(default_factory=list)

    def ask(
        self, index: Index, embedder: LearnedEmbedder, half: str, collection: str, label: str, query: str, wanted: str | None, typed: bool
    ) -> None:
        ranking = rank(index, embedder, query)
        best = index.entry(int(ranking.total.argmax()))
        self.half.append(half)
        self.collection.append(collection)
        self.label.append(label)
        self.typed.append(typed)
        self.right.append(wanted in (best.id, Path(best.sources[0].path).stem))
        self.features.append({**ranking.features, "says": float(ranking.says_something)})

    def where(self, name: str, *values: str) -> np.ndarray:
        return np.isin(np.array(getattr(self, name)), values)

    def matrix(self, names: Iterable[str]) -> np.ndarray:
        return np.array([[row[name] for name in names] for row in self.features])


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


def recall(index: Index, embedder: LearnedEmbedder, asked: list[Asked]) -> tuple[float, float]:
    """Recall at 1 and at 5 of held-out wordings."""
    best = [np.argsort(-rank(index, embedder, text).total)[:5] for text, _ in asked]
    wanted = [index.numbers[entry] for _, entry in asked]
    first = sum(found[0] == entry for found, entry in zip(best, wanted, strict=True))
    five = sum(entry in found for found, entry in zip(best, wanted, strict=True))
    return first / len(asked), five / len(asked)


def group(salt: str, name: str, count: int) -> int:
    """One of `count` groups, the same everywhere."""
    return zlib.crc32(f"{salt}{name}".encode()) % count


def gather(corpus: Path, embedder: LearnedEmbedder, held: dict[Split, list[Asked]], folder: Path) -> Cases:
    """Ask everything of all collections."""
    cases = Cases()
    entries = {entry.id: entry for _, entry in read_corpus([corpus])[0]}
    everything = lambda name: True  # noqa: E731

    def ask(
        collection: str,
        paths: list[Path],
        stays: Callable[[str], bool],
        bank: Path = corpus,
        knows: Callable[[str], bool] = everything,
        skip: set[str] | None = None,
    ) -> None:
        ingest(paths, folder / f"{collection} index", embedder, corpus=bank, fresh=True)
        index = open_index(folder / f"{collection} index")
        for half in HALVES:
            queries = [(query.text, query.entry, True) for query in in_scope(half)]
            queries += [(text, entry, False) for text, entry in held[half] if text not in (skip or ())]
            for text, entry, typed in queries:
                if stays(entry) or knows(entry):
                    label = "missing" if not stays(entry) else "inside" if knows(entry) else "stranger"
                    cases.ask(index, embedder, half, collection, label, text, entry, typed)
            for query in out_of_scope(half):
                cases.ask(index, embedder, half, collection, "outside", query.text, None, True)
        index.close()

    ask("corpus", [corpus], everything)
    ask("half corpus", [file for file in corpus.glob("*/*.md") if group("half", file.stem, 2)], lambda name: group("half", name, 2) > 0)
    notes = {name: entry.question.pick("zh") for name, entry in entries.items() if group("notes", name, 2)}
    ask("notes", [write(folder / "notes", entries, notes)], notes.__contains__)
    first = {entry: text for half in HALVES for text, entry in reversed(held[half])}
    odd = {name: first[name] for name in entries if group("odd", name, 4)}
    shutil.copytree(corpus, folder / "bank")
    for file in (folder / "bank").glob("*/*.md"):
        if not group("bank", file.stem, 4):
            file.unlink()
    ask(
        "odd notes",
        [write(folder / "odd", entries, odd)],
        odd.__contains__,
        folder / "bank",
        lambda name: group("bank", name, 4) > 0,
        set(odd.values()),
    )
    ask_strangers(cases, embedder, corpus, folder)
    return cases


def ask_strangers(cases: Cases, embedder: LearnedEmbedder, corpus: Path, folder: Path) -> None:
    """Ask notes of other fields, alone and among the notes, and of those alone also what is out of scope or missing."""
    lines = (Path(__file__).parent / "other_fields.jsonl").read_text(encoding="utf-8").splitlines()
    for half in HALVES:
        (own := folder / f"other {half}").mkdir()
        rows = {f"other-{place}": json.loads(line) for place, line in enumerate(lines) if (place % 3 > 0) == (half == "dev")}
        for name, row in rows.items():
            (own / f"{name}.md").write_text(f"# {row['question']}\n\n{row['answer']}\n", encoding="utf-8")
        for collection, paths in {"other": [own], "other among notes": [own, folder / "notes"]}.items():
            ingest(paths, folder / f"{collection} {half} index", embedder, corpus=corpus, fresh=True)
            index = open_index(folder / f"{collection} {half} index")
            for name, row in rows.items():
                for query in row["asked"]:
                    cases.ask(index, embedder, half, collection, "stranger", query, name, True)
            if collection == "other":
                for query in out_of_scope(half):
                    cases.ask(index, embedder, half, collection, "outside", query.text, None, True)
                for query in in_scope(half)[::4]:
                    cases.ask(index, embedder, half, collection, "missing", query.text, None, True)
            index.close()


def write(folder: Path, entries: dict[str, Entry], questions: dict[str, str]) -> Path:
    """Notes with these questions and the entries' answers, one file each."""
    folder.mkdir()
    for name, question in questions.items():
        (folder / f"{name}.md").write_text(f"# {question}\n\n{entries[name].answer.pick('zh')}\n", encoding="utf-8")
    return folder


def fit(rows: np.ndarray, target: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
    """Logistic regression by Newton's method with a little L2: coefficients and bias."""
    mean, deviation = rows.mean(0), rows.std(0) + 1e-9
    scaled = np.c_[(rows - mean) / deviation, np.ones(len(rows))]
    beta = np.zeros(scaled.shape[1])
    for _ in range(50):
        predicted = 1 / (1 + np.exp(-scaled @ beta))
        slope = scaled.T @ (weight * (predicted - target)) + 1e-4 * np.r_[beta[:-1], 0]
        beta -= np.linalg.solve((scaled * (weight * predicted * (1 - predicted))[:, None]).T @ scaled + 1e-4 * np.eye(len(beta)), slope)
    return beta[:-1] / deviation, float(beta[-1] - (beta[:-1] * mean / deviation).sum())


def judge(cases: Cases) -> tuple[dict[str, dict[str, float]], np.ndarray]:
    """Coefficients of each judgement, and the logit of the confidence of every case."""
    dev, typed, known = cases.where("half", "dev"), np.array(cases.typed), cases.matrix(["known"])[:, 0] > 0
    good = cases.where("label", "inside", "stranger")
    # A query whose best hit is another note teaches nothing about notes of other fields.
    fair = np.array(cases.right) | ~cases.where("collection", "other", "other among notes") | ~good
    plain = ~cases.where("collection", "odd notes")
    part = {
        "scope": (known & (good | cases.where("label", "outside")), known & plain),
        "here": (known & (good | cases.where("label", "missing")) & ~cases.where("collection", "corpus"), known & plain),
        "stranger": (~known & fair, ~known & fair),
    }
    found, logits = {}, {}
    for name, names in JUDGEMENTS.items():
        rows, (taught, barred) = cases.matrix(names), part[name]
        weight = np.zeros(len(rows))
        for answered in (True, False):
            for collection in sorted(set(cases.collection)):
                where = dev & taught & (good == answered) & cases.where("collection", collection)
                sizes = where * np.where(typed, 1, BANK_WEIGHT)
                weight += sizes / max(sizes.sum(), 1) if where.sum() >= 10 else 0
            weight[good == answered] /= max(weight[good == answered].sum(), 1e-9)
        coefficients, bias = fit(rows[weight > 0], good[weight > 0].astype(float), weight[weight > 0] / 2)
        reference = dev & typed & good & barred
        if name == "here":
            reference &= ~cases.where("collection", "corpus")
        bias -= float(np.quantile(rows[reference] @ coefficients + bias, BARS[name]))
        found[name] = {feature: round(float(value), 4) for feature, value in zip(names, coefficients, strict=True)} | {
            "bias": round(bias, 4)
        }
        logits[name] = rows @ coefficients + bias
    says = cases.matrix(["says"])[:, 0] > 0
    return found, np.where(says, np.where(known, np.minimum(logits["scope"], logits["here"]), logits["stranger"]), -30)


def report(cases: Cases, logit: np.ndarray) -> None:
    """Print what is refused at the bar, and AUROCs, by collection; queries by other hands only."""
    for half in HALVES:
        for collection in dict.fromkeys(cases.collection):
            here = cases.where("half", half) & cases.where("collection", collection) & np.array(cases.typed)
            parts = {label: logit[here & cases.where("label", label)] for label in ("inside", "stranger", "outside", "missing")}
            inside = parts["inside"] if len(parts["inside"]) else parts["stranger"]
            line = "  ".join(f"{label} {len(values)}: refused {(values < 0).mean():.3f}" for label, values in parts.items() if len(values))
            areas = "  ".join(f"AUROC {label} {auroc(inside, parts[label]):.3f}" for label in ("outside", "missing") if len(parts[label]))
            print(f"{half}  {collection}: {line}  {areas}")


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=2000, help="training steps of the held-out embedder")
    parser.add_argument("--work", type=Path, help="folder that keeps the held-out corpus and embedder for another run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary) / "work"
        shutil.rmtree(work / "corpus", ignore_errors=True)
        dev, test = hold_out(work / "corpus", options.seed)
        if not (work / "embedder").is_dir():
            save(work / "embedder", train(work / "corpus", options.steps, options.seed))
        embedder = LearnedEmbedder(work / "embedder")
        cases = gather(work / "corpus", embedder, {"dev": dev, "test": test}, Path(temporary))
        index = open_index(Path(temporary) / "corpus index")
        for half, asked in (("dev", dev), ("test", test)):
            first, five = recall(index, embedder, asked)
            print(f"{half}: recall@1 {first:.3f}  recall@5 {five:.3f}  of {len(asked)} held-out wordings")
        index.close()
    coefficients, logit = judge(cases)
    report(cases, logit)
    if not options.dry_run:
        TARGET.write_text(json.dumps(coefficients, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
