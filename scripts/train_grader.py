"""Train the grader: `python scripts/train_grader.py [--only table|trees]`. Needs the extra `local`; about five minutes on two cores, seeded.

1. The claim table: vectors of hashed features, trained contrastively (InfoNCE) so that two right phrasings of a key point attract each
   other, and its wrong versions, other key points and listed misconceptions repel. Features show negations, directions and what stands
   beside what (tutor/grading/meaning.py), which a bag of words does not.
2. The weights of words, terms and runs of letters (idf), counted over all phrasings.
3. The trees from the features of a key point (tutor/grading/matching.py) to credit, on the answers of the train split; with monotone
   constraints. Then the calibration of the score and its interval, on predictions for questions that the trees had not seen.

The answers: tutor/data/grading/*.jsonl, split by question. The test split is not read here.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from tutor.entry import Entry, KeyPoint, Text
from tutor.evaluate.answers import GradedAnswer, graded_answers, note_of
from tutor.grading.forest import Forest
from tutor.grading.grade import Rubric as Kind
from tutor.grading.grader import LEAST, SHIPPED, Examined, Model, Prepared, credits_of, examine, load_reader, prepare, score_of, whole_of
from tutor.grading.matching import FEATURES
from tutor.grading.meaning import Concepts, claim_features, meaning
from tutor.grading.rubric import Rubric, rubric_of
from tutor.grading.texts import Reader, letter_runs
from tutor.grading.topics import Topics, load_topics
from tutor.grading.whole import WHOLE
from tutor.lint import read_corpus
from tutor.retrieval.glossary import read_glossary
from tutor.retrieval.learned import LearnedEmbedder, features, save
from tutor.settings import corpus_folder
from tutor.text import normalise, sentences, terms

ROWS, DIMENSIONS = 32768, 160
BATCH, TEMPERATURE, RATE, DROPPED = 96, 0.07, 5e-3, 0.2
IDF_ROWS = 1 << 18
FOLDS = 6

ENSEMBLES = 3
#: What an answer graded by our own rubric counts for the score, against 1 for one graded by an outside examiner's; only those kinds on
#: which any rubric agrees: a half answer to ours may be a whole one to another interviewer's.
OWN_WEIGHT = 0.25
AGREED = ("excellent", "everyday", "terse", "shallow", "fluent-wrong", "gaming")

Feats = list[int]
Floats64 = npt.NDArray[np.float64]


def train_table(
    entries: Sequence[Entry], concepts: Concepts, names: Sequence[tuple[str, str]], steps: int, seed: int
) -> npt.NDArray[np.float32]:
    """The claim table, (ROWS, DIMENSIONS) float32."""
    torch.manual_seed(seed)
    rng = random.Random(seed)

    def read(text: str) -> Feats:
        return features(text, ROWS, claim_features(meaning(text, concepts)))

    points = [
        (
            [([read(text) for text in (*point.text.both(), *point.right)], [read(text) for text in point.wrong]) for point in entry.rubric],
            [read(text) for misconception in entry.misconceptions for text in misconception.claim.both()],
        )
        for entry in entries
    ]
    table, weight = nn.Embedding(ROWS, DIMENSIONS, sparse=True), nn.Embedding(ROWS, 1, sparse=True)
    nn.init.normal_(table.weight, std=0.05)
    nn.init.zeros_(weight.weight)
    optimizer = torch.optim.SparseAdam([table.weight, weight.weight], lr=RATE)

    def encode(batch: list[Feats]) -> torch.Tensor:
        kept = [[row for row in found if rng.random() > DROPPED] or found for found in batch]
        rows = torch.tensor([row for found in kept for row in found])
        owner = torch.repeat_interleave(torch.arange(len(kept)), torch.tensor([len(found) for found in kept]))
        summed = torch.zeros(len(kept), DIMENSIONS).index_add(0, owner, table(rows) * weight(rows).exp())
        return nn.functional.normalize(summed, dim=1)

    start = time.perf_counter()
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - step / steps)
        anchors, others, repelled = [], [], []
        for own, misconceptions in rng.sample(points, min(BATCH, len(points))):
            for right, wrong in rng.sample(own, min(2, len(own))):
                first, second = rng.sample(right, 2)
                anchors.append(first)
                others.append(second)
                repelled += rng.sample(wrong, min(2, len(wrong)))
            if misconceptions and rng.random() < 0.5:
                repelled.append(rng.choice(misconceptions))
        for form, other in rng.sample(names, min(BATCH // 6, len(names))):
            anchors.append(read(form))
            others.append(read(other))
        similar = encode(anchors) @ torch.cat([encode(others), encode(repelled)]).T / TEMPERATURE
        target = torch.arange(len(anchors))
        loss = nn.functional.cross_entropy(similar, target) + 0.5 * nn.functional.cross_entropy(similar[:, : len(anchors)].T, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 250 == 0 or step + 1 == steps:
            print(f"table: step {step}  loss {loss.item():.3f}  {time.perf_counter() - start:.0f} s", flush=True)
    learned = (table.weight * weight.weight.exp()).detach().numpy()
    assert np.isfinite(learned).all(), "training diverged"
    return np.asarray(learned, np.float32)


def count_idf(entries: Sequence[Entry], concepts: Concepts) -> npt.NDArray[np.float16]:
    """log((texts + 1) / (texts with the name + 1)) of words, terms and runs of letters, by hash."""
    counts, total = np.zeros(IDF_ROWS), 0
    for entry in entries:
        for point in entry.rubric:
            for text in (*point.text.both(), *point.right, *point.wrong):
                said = meaning(text, concepts)
                plain = normalise(text)
                names = {
                    *said.plain,
                    *said.negated,
                    *terms(text),
                    *(f".{character}" for character in plain if "\u3400" <= character <= "\u9fff"),
                }
                hashes = {crc32(name.encode()) % IDF_ROWS for name in names} | {
                    int(each) for run in letter_runs(plain, IDF_ROWS) for each in run
                }
                counts[list(hashes)] += 1
                total += 1
    return np.asarray(np.log((total + 1) / (counts + 1)), np.float16)


def find_topics(entries: Sequence[Entry]) -> Topics:
    """What each entry is about: the mean of the vectors of its questions, its answers' sentences and its right phrasings."""
    about, vectors = LearnedEmbedder(), []
    for entry in entries:
        texts = [*entry.question.both(), *(line for text in (*entry.short.both(), *entry.answer.both()) for line in sentences(text))]
        mean = about.encode([*texts, *(text for point in entry.rubric for text in point.right)]).mean(axis=0)
        vectors.append(mean / np.linalg.norm(mean))
    return Topics([entry.id for entry in entries], np.stack(vectors))


def grow(
    rows: npt.NDArray[np.float32],
    target: Floats64,
    names: Mapping[str, int],
    seed: int,
    weights: Floats64 | None = None,
    leaves: int = 12,
) -> Forest:
    """Boosted trees from features to credit or score, monotone as `names` says; the mean of `ENSEMBLES` of them, which is smoother."""
    from sklearn.ensemble import HistGradientBoostingRegressor

    grown = [
        HistGradientBoostingRegressor(
            max_iter=180,
            learning_rate=0.05,
            max_leaf_nodes=leaves,
            min_samples_leaf=20,
            l2_regularization=2,
            max_features=0.5,
            monotonic_cst=list(names.values()),
            random_state=seed + number,
        ).fit(rows, target, sample_weight=weights)
        for number in range(ENSEMBLES)
    ]
    forest = _as_forest(grown)
    wanted = np.mean([trees.predict(rows[:500]) for trees in grown], axis=0)
    assert np.abs(forest.predict(rows[:500]) - wanted).max() < 1e-3 * max(1, np.abs(target).max())
    return forest


def _as_forest(grown: Sequence[Any]) -> Forest:
    nodes = [stage[0].nodes for trees in grown for stage in trees._predictors]
    size = max(len(one) for one in nodes)
    shape = (len(nodes), size)
    feature, left, right = (np.zeros(shape, np.int16) for _ in range(3))
    threshold, value = np.zeros(shape), np.zeros(shape, np.float32)
    depth = 0
    for row, one in enumerate(nodes):
        leaf = one["is_leaf"].astype(bool)
        own = np.arange(len(one))
        feature[row, : len(one)] = np.where(leaf, 0, one["feature_idx"])
        threshold[row, : len(one)] = np.where(leaf, 0, one["num_threshold"])
        left[row, : len(one)] = np.where(leaf, own, one["left"])
        right[row, : len(one)] = np.where(leaf, own, one["right"])
        value[row, : len(one)] = np.where(leaf, one["value"] / len(grown), 0)
        depth = max(depth, int(one["depth"].max()))
    baseline = float(np.mean([np.ravel(trees._baseline_prediction)[0] for trees in grown]))
    return Forest(feature, threshold, left, right, value, baseline, depth)


def single_language(entry: Entry, language: str) -> tuple[KeyPoint, ...]:
    """An entry's key points as a note of somebody's would state them: one text each, no phrasings."""
    return tuple(replace(point, text=Text(**{language: getattr(point.text, language)}), right=(), wrong=()) for point in entry.rubric)


@dataclass
class Held:
    """Answers held against the rubrics of their entries."""

    answers: Sequence[GradedAnswer]
    prepared: Sequence[Prepared]
    examined: Sequence[Examined]

    @property
    def gold(self) -> Floats64:
        return np.array([answer.score for answer in self.answers])

    def whole(self, credits: Sequence[Sequence[float]]) -> npt.NDArray[np.float32]:
        """The features of each answer as a whole."""
        return np.stack([whole_of(*each) for each in zip(self.examined, self.prepared, credits, strict=True)])


def hold(answers: Sequence[GradedAnswer], entries: dict[str, Entry], reader: Reader, topics: Topics, kind: Kind) -> Held:
    """Answers held against curated rubrics, or against key points as a note in the answer's language states them."""
    known: dict[tuple[str, str], Prepared] = {}
    prepared, examined = [], []
    for answer in answers:
        entry = entries[answer.entry] if answer.entry else note_of(answer)
        language = ("en" if answer.language == "en" else "zh") if kind == "derived" and answer.entry else ""
        if (entry.id, language) not in known:
            rubric = Rubric(single_language(entry, language), "derived") if language else rubric_of(entry)
            known[entry.id, language] = prepare(entry, rubric, reader)
        prepared.append(known[entry.id, language])
        examined.append(examine(entry, prepared[-1], answer.answer, answer.question, reader, topics))
    return Held(answers, prepared, examined)


def folds(answers: Sequence[GradedAnswer], seed: int) -> npt.NDArray[np.int64]:
    """The fold of each answer, by question."""
    questions = sorted({answer.entry or answer.question for answer in answers})
    random.Random(seed).shuffle(questions)
    return np.array([questions.index(answer.entry or answer.question) % FOLDS for answer in answers])


def fit_credit(held: Held, seed: int) -> tuple[Forest, list[list[float]]]:
    """Trees from key points to credit; and for each answer the credits by trees that had not seen its question."""
    rows = [np.stack([one.features for one in each.matched]) for each in held.examined]
    owner = np.concatenate([[number] * len(one) for number, one in enumerate(rows)])
    matrix, credit = np.concatenate(rows), np.concatenate([answer.credit for answer in held.answers])
    fold = folds(held.answers, seed)[owner]
    unseen = np.zeros(len(owner), np.float32)
    for left_out in range(FOLDS):
        unseen[fold == left_out] = grow(matrix[fold != left_out], credit[fold != left_out], FEATURES, seed).predict(
            matrix[fold == left_out]
        )
    clipped = np.where(unseen < LEAST, 0, np.clip(unseen, 0, 1))
    return grow(matrix, credit, FEATURES, seed), [clipped[owner == number].tolist() for number in range(len(rows))]


def fit_score(
    rows: npt.NDArray[np.float32], gold: Floats64, fold: npt.NDArray[np.int64], weights: Floats64, seed: int
) -> tuple[Forest, Floats64]:
    """Trees from whole answers to scores; and the scores by trees that had not seen the question."""
    unseen = np.zeros(len(gold))
    for left_out in range(FOLDS):
        kept = fold != left_out
        unseen[~kept] = grow(rows[kept], gold[kept], WHOLE, seed, weights[kept], leaves=8).predict(rows[~kept])
    return grow(rows, gold, WHOLE, seed, weights, leaves=8), score_of(unseen)


def residuals(predicted: Floats64, gold: Floats64) -> dict[str, Floats64]:
    """For scores from 0 to 100 the residuals between which 80 % of answers near that score lie."""
    at = np.arange(0, 101, 10)
    bounds = []
    for score in at:
        near = np.argsort(np.abs(predicted - score), kind="stable")[: max(60, len(predicted) // 8)]
        bounds.append(np.quantile(gold[near] - predicted[near], [0.1, 0.9]))
    return {"at": at, "low": np.minimum([low for low, _ in bounds], 0), "high": np.maximum([high for _, high in bounds], 0)}


def write_trees(out: Path, entries: dict[str, Entry], reader: Reader, topics: Topics, seed: int) -> None:
    """Grow all trees and write `model.npz`."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    kinds: tuple[Kind, ...] = ("curated", "derived")
    for kind in kinds:
        own = hold(graded_answers("train"), entries, reader, topics, kind)
        credit, unseen = fit_credit(own, seed)
        arrays |= credit.arrays(f"{kind}_credit")
        rows, gold, fold = own.whole(unseen), own.gold, folds(own.answers, seed)
        weights, origin = np.ones(len(gold)), np.zeros(len(gold))
        # Outside examiners never saw our rubrics: what an interviewer gives, whatever our key points are; and a teacher by a key.
        more = hold(graded_answers("outside-train" if kind == "curated" else "other-fields-train"), entries, reader, topics, kind)
        model = Model(credit, credit, [], [], [])
        rows = np.concatenate([rows, more.whole([credits_of(each, model) for each in more.examined])])
        gold, fold = np.concatenate([gold, more.gold]), np.concatenate([fold, folds(more.answers, seed)])
        agreed = [OWN_WEIGHT * (answer.kind in AGREED) if kind == "curated" else 0.5 for answer in own.answers]
        weights, origin = np.array([*agreed, *np.ones(len(more.answers))]), np.array([*origin, *np.ones(len(more.answers))])
        # An answer without a claim scores nothing, whatever the trees would say of it.
        said = rows[:, list(WHOLE).index("clauses")] > 0
        rows, gold, fold, weights, origin = rows[said], gold[said], fold[said], weights[said], origin[said]
        score, predicted = fit_score(rows, gold, fold, weights, seed)
        arrays |= score.arrays(f"{kind}_score")
        arrays |= {f"{kind}_residual_{name}": values for name, values in residuals(predicted[weights > 0.5], gold[weights > 0.5]).items()}
        for name, of in (("own", origin == 0), ("others", origin == 1)):
            if of.any():
                print(f"{kind}, {name}: unseen questions, Pearson {np.corrcoef(predicted[of], gold[of])[0, 1]:.3f}", flush=True)
    np.savez_compressed(out / "model.npz", **arrays)


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    parser.add_argument("--only", choices=("table", "trees"))
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    glossary = read_glossary(corpus_folder() / "glossary.yaml")
    concepts = Concepts(glossary)
    entries = [entry for _, entry in read_corpus([corpus_folder()])[0]]
    options.out.mkdir(parents=True, exist_ok=True)
    # Sparse sums gain nothing from a second thread, and lose much where the machine is shared.
    torch.set_num_threads(1)
    if options.only != "trees":
        names = [(form, other) for form, others in glossary.items() for other in others]
        save(options.out / "claims", train_table(entries, concepts, names, options.steps, options.seed))
    if options.only != "table":
        np.save(options.out / "idf.npy", count_idf(entries, concepts), allow_pickle=False)
        find_topics(entries).save(options.out)
        write_trees(
            options.out,
            {entry.id: entry for entry in entries},
            load_reader(concepts, folder=options.out),
            load_topics(options.out),
            options.seed,
        )


if __name__ == "__main__":
    main()
