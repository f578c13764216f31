"""`tutor tune`: which length of answer parts and which embedder find most in somebody's own documents.

Without a file of queries they are made from the documents. A question would find itself in any index, and a sentence the answer it was
copied from; so both are taken out first: the index holds answers only, each without one of its sentences, and is asked for the entry by
its question and by that sentence (the inverse cloze task of Lee et al., 2019, arXiv:1906.00300). Such queries are harder than those of
people; they compare candidates and foretell no recall.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tutor.entry import Entry
from tutor.errors import InputError
from tutor.evaluate.collections import glossary_alone
from tutor.evaluate.metrics import Figures, best_documents, mean_figures, ranking_figures
from tutor.evaluate.tables import table
from tutor.reading.files import find_files, read_bytes
from tutor.reading.sources import read_entries
from tutor.retrieval import passages
from tutor.retrieval.embedder import Embedder, HashedEmbedder, load_embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.search import rank
from tutor.retrieval.store import open_index
from tutor.settings import Settings
from tutor.text import sentences, squeeze

LENGTHS = (240, passages.PART_LENGTH, 960)
HASHED = "hashed"
#: At most so many queries, drawn by seed: enough to tell candidates apart, and a tune stays a matter of a minute or two.
MOST = 400
#: Shorter sentences say too little to be asked.
SHORTEST = 12
#: The answers of all documents together may be larger than a document may be.
LARGEST_MB = 10_000


@dataclass(frozen=True)
class Asked:
    """A query and the entry it asks for: its line where queries are made, else its id."""

    text: str
    entry: str
    kind: str


@dataclass(frozen=True)
class Trial:
    """One candidate and what it reached, all queries and by kind; `better` is how much higher its MRR@10 is than the present settings',
    with half its 99 % interval over the same queries: among several candidates one looks better by chance more often than that."""

    embedder: str
    part_length: int
    passages: int
    figures: dict[str, Figures]
    milliseconds: float
    better: tuple[float, float]

    @property
    def clearly_better(self) -> bool:
        gain, half = self.better
        return gain > half


@dataclass(frozen=True)
class TuneReport:
    """All trials, the present settings first, the best one, and how to set it."""

    queries: int
    made: bool
    trials: list[Trial]
    best: Trial
    advice: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def text(self) -> str:
        kinds = list(self.best.figures)
        header = ["embedder", "part length", "passages", *(f"{kind}: R@1 / R@5 / MRR" for kind in kinds), "MRR gain", "ms"]
        rows = [
            [
                trial.embedder,
                str(trial.part_length),
                str(trial.passages),
                *("{recall@1:.2f} / {recall@5:.2f} / {MRR@10:.3f}".format(**trial.figures[kind]) for kind in kinds),
                f"{trial.better[0]:+.3f} +- {trial.better[1]:.3f}",
                f"{trial.milliseconds:.1f}",
            ]
            for trial in self.trials
        ]
        origin = "made from the documents (what is asked for is taken out of the index first)" if self.made else "given"
        return f"{self.queries} queries, {origin}\n\n{table(header, rows)}\n\n{self.advice}"


def tune(
    paths: Sequence[Path],
    settings: Settings,
    queries: Path | None = None,
    embedders: Sequence[str] = (),
    lengths: Sequence[int] = LENGTHS,
    seed: int = 0,
) -> TuneReport:
    """Try every length with every embedder (the present one, the built-in, spelling only, and those given) on the documents at `paths`.

    Raises InputError where there is nothing to ask, ModelError where an embedder cannot be loaded.
    """
    names = list(dict.fromkeys((settings.embedder, "builtin", HASHED, *embedders)))
    candidates = [(name, length) for name in names for length in dict.fromkeys((passages.PART_LENGTH, *lengths))]
    loaded = {name: HashedEmbedder() if name == HASHED else load_embedder(name) for name in names}
    with tempfile.TemporaryDirectory() as temporary:
        entries = _entries(paths, settings.max_file_mb)
        bank: Path | None = None
        if queries is None:
            documents = [Path(temporary) / "answers.jsonl"]
            # Without questions nothing can be linked; to leave the bank out saves reading it for every candidate.
            bank = glossary_alone(Path(temporary) / "bank")
            asked = hidden_queries(entries, documents[0], random.Random(seed))
        else:
            documents, asked = list(paths), given_queries(queries, entries)
        trials: list[Trial] = []
        present: list[float] = []
        for name, length in candidates:
            folder = Path(temporary) / f"index-{len(trials)}"
            with _part_length(length):
                summary = ingest(
                    documents, folder, loaded[name], fresh=True, corpus=bank, max_mb=LARGEST_MB if bank else settings.max_file_mb
                )
            rows, milliseconds = _ask(folder, loaded[name], asked, lines=queries is None)
            reciprocal = [row["MRR@10"] for row in rows]
            present = present or reciprocal
            trials.append(Trial(name, length, summary.passages, _by_kind(asked, rows), milliseconds, _gain(reciprocal, present)))
    best = max((trial for trial in trials if trial.clearly_better), key=lambda trial: trial.better[0], default=trials[0])
    return TuneReport(len(asked), queries is None, trials, best, _advice(best, trials[0], len(asked)))


def hidden_queries(entries: Sequence[Entry], target: Path, rng: random.Random) -> list[Asked]:
    """Write the answers of entries to `target` without their questions and without one sentence each; both are the queries. A line's
    number names its entry."""
    answers: list[str] = []
    asked: list[Asked] = []
    for entry in entries:
        answer = entry.answer.zh or entry.answer.en
        if not answer:
            continue
        line = str(len(answers) + 1)
        asked.append(Asked(entry.question.zh or entry.question.en, line, "question"))
        spoken = [sentence for sentence in dict.fromkeys(sentences(answer)) if len(squeeze(sentence)) >= SHORTEST]
        if len(spoken) > 1:
            sentence = rng.choice(spoken)
            asked.append(Asked(sentence, line, "sentence"))
            answer = answer.replace(sentence, "")
        # A question there must be; this one has no word in common with any.
        answers.append(json.dumps({"question": f"qqq{line}qqq", "answer": answer}, ensure_ascii=False))
    if not asked:
        raise InputError(
            "no answered question in these documents, so there is nothing to ask", remedy="see what is read: tutor parse PATH..."
        )
    target.write_text("\n".join(answers) + "\n", encoding="utf-8")
    return sorted(rng.sample(asked, min(MOST, len(asked))), key=lambda each: (each.kind, int(each.entry)))


def given_queries(file: Path, entries: Sequence[Entry]) -> list[Asked]:
    """The queries of a JSONL file: {"query", and "entry_id" or "question" of the entry that answers it}."""
    known = {entry.id for entry in entries}
    by_question = {squeeze(text): entry.id for entry in entries for text in entry.question.both()}
    asked = []
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read: {error}", remedy="check the path") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text = row["query"]
            entry = row["entry_id"] if "entry_id" in row else by_question.get(squeeze(row["question"]), "")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{file}:{number}: not a query", remedy='one {"query": ..., "question": ...} a line') from error
        if entry not in known:
            raise InputError(f"{file}:{number}: these documents have no such entry", remedy="see what is read: tutor parse PATH...")
        asked.append(Asked(text, entry, "given"))
    if not asked:
        raise InputError(f"{file}: no queries", remedy='one {"query": ..., "question": ...} a line')
    return asked


@contextmanager
def _part_length(length: int) -> Iterator[None]:
    """Answer parts of this length, for as long as an index is built."""
    before = passages.PART_LENGTH
    passages.PART_LENGTH = length
    try:
        yield
    finally:
        passages.PART_LENGTH = before


def _entries(paths: Sequence[Path], max_mb: int) -> list[Entry]:
    """All entries of the files that can be read."""
    entries: list[Entry] = []
    for file in find_files(paths):
        try:
            entries += read_entries(file, read_bytes(file, max_mb))
        except InputError:
            # `tutor ingest` reports such files; here the others are enough.
            continue
    return entries


def _ask(folder: Path, embedder: Embedder, asked: Sequence[Asked], *, lines: bool) -> tuple[list[Figures], float]:
    """The figures of each query in an index, and the mean time of a search in milliseconds."""
    index = open_index(folder)
    entries = index.raw_entries()
    names = [str(entry.sources[0].line) if lines else entry.id for entry in entries]
    # Duplicates are shown as one: whichever is asked for, the one that stands for them is right.
    stands = {name: names[int(index.groups[number])] for number, name in enumerate(names)}
    wanted = [stands.get(query.entry, query.entry) for query in asked]
    start = time.perf_counter()
    rankings = [best_documents(rank(index, embedder, query.text).total, names, name) for query, name in zip(asked, wanted, strict=True)]
    milliseconds = (time.perf_counter() - start) * 1000 / len(asked)
    index.close()
    return ranking_figures(wanted, rankings), milliseconds


def _by_kind(asked: Sequence[Asked], rows: Sequence[Figures]) -> dict[str, Figures]:
    kinds = dict.fromkeys(query.kind for query in asked)
    return {kind: mean_figures(row for query, row in zip(asked, rows, strict=True) if query.kind == kind) for kind in kinds}


def _gain(reciprocal: Sequence[float], present: Sequence[float]) -> tuple[float, float]:
    """The mean difference of paired queries and half its 99 % interval."""
    difference = np.subtract(reciprocal, present)
    spread = difference.std(ddof=1) if len(difference) > 1 else 0.0
    return float(difference.mean()), float(2.58 * spread / np.sqrt(len(difference)))


def _advice(best: Trial, present: Trial, queries: int) -> str:
    if best is present:
        return f"Keep what you have: nothing else did better on these {queries} queries than chance explains."
    if best.embedder == HASHED:
        return (
            f"Comparing spelling alone ({HASHED}) did best: the embedder {present.embedder} does not know this subject. "
            "Try one that does: --embedder with a Hugging Face id or a folder."
        )
    steps = []
    if best.embedder != present.embedder:
        steps.append(f'TUTOR_EMBEDDER={best.embedder}, or embedder = "{best.embedder}" in tutor.toml')
    if best.part_length != present.part_length:
        steps.append(f"PART_LENGTH = {best.part_length} in tutor/retrieval/passages.py")
    return f"Best: {best.embedder}, parts of {best.part_length}. To set it: {'; '.join(steps)}; then tutor ingest --fresh PATH..."
