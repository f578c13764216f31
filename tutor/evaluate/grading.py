"""How well grades agree with the hands: `tutor eval grading`, beside what simple graders reach on the same answers."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tutor.entry import Entry
from tutor.evaluate.answers import GradedAnswer, graded_answers, note_of
from tutor.grading.grader import Grader, load_grader
from tutor.grading.meaning import Concepts
from tutor.grading.rubric import rubric_of
from tutor.lint import read_corpus
from tutor.retrieval.embedder import HashedEmbedder
from tutor.retrieval.glossary import read_glossary
from tutor.settings import corpus_folder
from tutor.text import is_stop, terms

Scores = npt.NDArray[np.float64]
Set = Literal["dev", "test", "outside-dev", "outside-test", "other-fields-test"]

#: Scores are put into so many bins for weighted kappa.
BINS = 10
#: A gaming answer may get so much more than the hands gave.
LENIENT = 10
#: Gold differences from here on make a pair whose order counts.
APART = 15


@dataclass(frozen=True)
class Figures:
    """Agreement of scores with gold, both 0..100. Shares are 0..1, NaN where no answer is of the kind."""

    answers: int
    pearson: float
    qwk: float
    mae: float
    gaming_kept: float
    wrong_under_30: float
    excellent_over_80: float
    pairs_in_order: float
    middle_to_ends: float


@dataclass(frozen=True)
class Evaluation:
    """The figures of our grader, of each baseline and of one hand against the other; the mean error by kind and language; the share of
    gold scores inside the interval; and the median time of a grade in milliseconds."""

    split: str
    ours: Figures
    baselines: Mapping[str, Figures]
    hands: Figures | None
    by_group: Mapping[str, tuple[int, float, float, float]]
    inside_interval: float
    milliseconds: float

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def text(self) -> str:
        """Tables for a terminal."""
        head = f"{'':28}{'Pearson':>9}{'QWK':>7}{'MAE':>7}{'gaming':>8}{'wrong':>7}{'excel.':>8}{'pairs':>7}{'mid/end':>9}"
        rows = [("ours", self.ours), *self.baselines.items()] + ([("second hand against first", self.hands)] if self.hands else [])
        lines = [f"grading, {self.split}: {self.ours.answers} answers", head, *(f"{name:28}{_row(figures)}" for name, figures in rows), ""]
        lines.append(f"{'kind or language':28}{'answers':>9}{'gold':>7}{'ours':>7}{'MAE':>7}")
        lines += [f"{name:28}{n:>9}{gold:>7.1f}{ours:>7.1f}{error:>7.1f}" for name, (n, gold, ours, error) in self.by_group.items()]
        lines += ["", f"gold inside the interval: {self.inside_interval:.2f}; a grade takes {self.milliseconds:.1f} ms (median)"]
        lines.append("gaming: kept at or under gold + 10; wrong: fluent but wrong, under 30; excel.: gold 90 and more, over 80")
        return "\n".join(lines)


def _row(figures: Figures) -> str:
    return (
        f"{figures.pearson:>9.3f}{figures.qwk:>7.3f}{figures.mae:>7.1f}{figures.gaming_kept:>8.2f}{figures.wrong_under_30:>7.2f}"
        f"{figures.excellent_over_80:>8.2f}{figures.pairs_in_order:>7.2f}{figures.middle_to_ends:>9.2f}"
    )


def kappa(first: Scores, second: Scores, bins: int = BINS) -> float:
    """Quadratically weighted kappa of two lists of scores 0..100 in equal bins (Cohen 1968)."""
    one, two = (np.minimum((scores * bins / 100).astype(int), bins - 1) for scores in (first, second))
    seen = np.zeros((bins, bins))
    np.add.at(seen, (one, two), 1)
    weights = np.subtract.outer(np.arange(bins), np.arange(bins)) ** 2
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
    return float(1 - (weights * seen).sum() / (weights * expected).sum())


def figures_of(answers: Sequence[GradedAnswer], scores: Scores, gold: Scores) -> Figures:
    """All figures of one grader."""
    kinds = np.array([answer.kind for answer in answers])
    middle = (gold >= 40) & (gold <= 70)
    error = np.abs(scores - gold)
    questions: dict[str, list[int]] = {}
    for place, answer in enumerate(answers):
        questions.setdefault(answer.entry or answer.question, []).append(place)
    order = [
        scores[better] > scores[worse]
        for places in questions.values()
        for better in places
        for worse in places
        if gold[better] - gold[worse] >= APART
    ]
    return Figures(
        answers=len(answers),
        pearson=float(np.corrcoef(scores, gold)[0, 1]),
        qwk=kappa(scores, gold),
        mae=float(error.mean()),
        gaming_kept=_share((scores <= gold + LENIENT)[kinds == "gaming"]),
        wrong_under_30=_share((scores < 30)[kinds == "fluent-wrong"]),
        excellent_over_80=_share((scores > 80)[gold >= 90]),
        pairs_in_order=_share(np.array(order)),
        middle_to_ends=float(error[middle].mean() / max(float(error[~middle].mean()), 1e-6)),
    )


def _share(holds: npt.NDArray[np.bool_]) -> float:
    return float(holds.mean()) if len(holds) else float("nan")


@dataclass(frozen=True)
class Evaluations:
    """All sets of a split: answers graded by our own rubrics, by outside examiners', and short answers of other fields."""

    sets: Sequence[Evaluation]

    def to_dict(self) -> dict[str, Any]:
        return {each.split: each.to_dict() for each in self.sets}

    def text(self) -> str:
        return "\n\n".join(each.text() for each in self.sets)


def evaluate(split: Literal["dev", "test"] = "test", plots: Path | None = None) -> Evaluations:
    """Grade every answer of a split and compare. Training saw other questions only, and no answer of another field."""
    sets: list[Set] = ["dev", "outside-dev"] if split == "dev" else ["test", "outside-test", "other-fields-test"]
    return Evaluations([evaluate_set(name, plots) for name in sets])


def evaluate_set(split: Set, plots: Path | None = None) -> Evaluation:
    """The figures of one set."""
    entries = {entry.id: entry for _, entry in read_corpus([corpus_folder()])[0]}
    grader = shipped_grader()
    answers = graded_answers(split)
    asked = [entries[answer.entry] if answer.entry else note_of(answer) for answer in answers]
    for entry in dict.fromkeys(asked):
        grader.grade(entry, "warm")
    gold = np.array([answer.score for answer in answers])
    scores, inside, times = np.zeros(len(answers)), np.zeros(len(answers), bool), []
    for place, (entry, answer) in enumerate(zip(asked, answers, strict=True)):
        start = time.perf_counter()
        grade = grader.grade(entry, answer.answer, question=answer.question)
        times.append(1000 * (time.perf_counter() - start))
        scores[place], inside[place] = grade.score or 0, grade.low <= gold[place] <= grade.high
    two = [len(answer.hands) > 1 for answer in answers]
    hands = None
    if all(two):
        first, second = (np.array([answer.hands[hand].score for answer in answers]) for hand in range(2))
        hands = figures_of(answers, second, first)
    if plots is not None:
        from tutor.evaluate.plots import calibration, confusion

        plots.mkdir(parents=True, exist_ok=True)
        calibration(scores, gold, plots / f"grading-{split}-calibration.png")
        confusion(scores, gold, [answer.kind for answer in answers], plots / f"grading-{split}-kinds.png")
    return Evaluation(
        split=split,
        ours=figures_of(answers, scores, gold),
        baselines={name: figures_of(answers, fitted, gold) for name, fitted in _baselines(answers, asked).items()},
        hands=hands,
        by_group=_groups(answers, scores, gold),
        inside_interval=float(inside.mean()),
        milliseconds=statistics.median(times),
    )


def shipped_grader() -> Grader:
    """The grader with the shipped glossary."""
    return load_grader(Concepts(read_glossary(corpus_folder() / "glossary.yaml")))


def _groups(answers: Sequence[GradedAnswer], scores: Scores, gold: Scores) -> dict[str, tuple[int, float, float, float]]:
    names = [*dict.fromkeys(answer.kind for answer in answers), *dict.fromkeys(answer.language for answer in answers)]
    found = {}
    for name in names:
        own = np.array([name in (answer.kind, answer.language) for answer in answers])
        found[str(name)] = (int(own.sum()), float(gold[own].mean()), float(scores[own].mean()), float(np.abs(scores - gold)[own].mean()))
    return found


def _baselines(answers: Sequence[GradedAnswer], asked: Sequence[Entry]) -> dict[str, Scores]:
    """What simple graders give, put on the scale of gold by a line fitted on these very answers, which flatters them."""
    simple: dict[str, Callable[[GradedAnswer, Entry], float]] = {
        "answer length": lambda answer, entry: float(np.log1p(len(answer.answer))),
        "word overlap with rubric": _overlap,
        "cosine of spelling": _cosine(HashedEmbedder().encode),
    }
    if (minilm := _minilm()) is not None:
        simple["cosine of MiniLM"] = _cosine(minilm)
    gold = [answer.score for answer in answers]
    found = {}
    for name, grade in simple.items():
        raw = np.array([grade(answer, entry) for answer, entry in zip(answers, asked, strict=True)])
        slope, start = np.polyfit(raw, gold, 1)
        found[name] = np.clip(slope * raw + start, 0, 100)
    return found


def _overlap(answer: GradedAnswer, entry: Entry) -> float:
    """The share of the rubric's content words that the answer says, in the language that fits better."""
    said = set(terms(answer.answer))
    shares = []
    for language in ("zh", "en"):
        wanted = {term for point in rubric_of(entry).points for term in terms(getattr(point.text, language)) if not is_stop(term)}
        shares.append(len(wanted & said) / max(len(wanted), 1))
    return max(shares)


def _cosine(encode: Callable[[Sequence[str]], Any]) -> Callable[[GradedAnswer, Entry], float]:
    def likeness(answer: GradedAnswer, entry: Entry) -> float:
        texts = [
            answer.answer,
            *(" ".join(getattr(point.text, language) for point in rubric_of(entry).points) for language in ("zh", "en")),
        ]
        vectors = np.asarray(encode(texts))
        return float((vectors[1:] @ vectors[0]).max())

    return likeness


def _minilm() -> Callable[[Sequence[str]], Any] | None:
    """The English MiniLM of the development package, where it is installed."""
    try:
        from tutor.evaluate.baselines import minilm
    except ImportError:
        return None
    return minilm()
