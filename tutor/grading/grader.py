"""An answer to its grade: clean, cut into claims, drop what earns nothing, match, give credit, take off for misconceptions.

The same answer gets the same grade: nothing here is random, and nothing depends on what else is in the index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from tutor.entry import Entry, KeyPoint, Language
from tutor.errors import ModelError
from tutor.grading import guards
from tutor.grading.claims import Claim, Cleaned, claims, clean, sentences_of
from tutor.grading.compare import Book, Compared, compare
from tutor.grading.compare import Point as Places
from tutor.grading.feedback import feedback, note
from tutor.grading.forest import Forest
from tutor.grading.grade import Asserted, Beyond, Grade, Point, Span
from tutor.grading.grade import Rubric as Kind
from tutor.grading.judge import Judge
from tutor.grading.matching import Matched, match
from tutor.grading.meaning import Concepts
from tutor.grading.rubric import Rubric, rubric_of
from tutor.grading.texts import Floats, Reader, Texts
from tutor.grading.topics import Standing, Topics, load_topics
from tutor.grading.whole import Truth, whole
from tutor.retrieval.learned import LearnedEmbedder
from tutor.settings import PACKAGE
from tutor.text import language_of

SHIPPED = PACKAGE / "data" / "grader"
#: Credit under this is none: what the model cannot tell from nothing is not evidence.
LEAST = 0.15
#: What an asserted misconception costs, in points of 100, and all of them together at most.
COST, MOST_COST = 8, 30
#: A claim asserts a misconception when it is this like it, and by so much more than like anything that is right.
ASSERTS, CLEARLY = 0.62, 0.08
#: A claim states a key point wrongly when it is this like a wrong version, and so much more than like any right one.
CONTRADICTS, NEARER = 0.5, 0.06
#: Above this the scores of the trees are stretched, so much; chosen on the dev split.
STRETCHED, STRETCH = 55, 1.3
#: Credits are raised to this power at most, to come up to the score; and what is earned beyond them is shown by so many claims, each
#: this like something in the checked answer.
RAISED = 0.4
MOST_BEYOND, BORNE_OUT = 4, 0.3
#: Claims of the reference answer are compared if they are this long (characters), and so many.
SENTENCE, LONGEST_SENTENCE, MOST_SENTENCES = 10, 140, 240
#: A sentence pertains to the question when its best claim is this like something in the book; less will do where it names a concept.
PERTINENT, NAMED_PERTINENT = 0.33, 0.2
#: A score under this makes the guards ask what else the answer is.
POOR = 25


@dataclass(frozen=True)
class Model:
    """What training learned for one kind of rubric: trees from a key point's features to credit, trees from the features of the whole
    answer to the score, and by score the residuals that hold 80 % of answers."""

    credit: Forest
    score: Forest
    residual_at: Sequence[float]
    residual_low: Sequence[float]
    residual_high: Sequence[float]


def load_models(folder: Path = SHIPPED) -> Mapping[Kind, Model]:
    """The shipped models. Raises ModelError where they cannot be read."""
    kinds: tuple[Kind, ...] = ("curated", "derived")
    try:
        with np.load(folder / "model.npz", allow_pickle=False) as data:
            return {
                kind: Model(
                    Forest.from_arrays(data, f"{kind}_credit"),
                    Forest.from_arrays(data, f"{kind}_score"),
                    *(data[f"{kind}_residual_{part}"].tolist() for part in ("at", "low", "high")),
                )
                for kind in kinds
            }
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"grader: {folder} cannot be read: {error}", remedy="reinstall the package") from error


def load_reader(concepts: Concepts, about: LearnedEmbedder | None = None, folder: Path = SHIPPED) -> Reader:
    """The reader with the shipped tables. Raises ModelError where they cannot be read."""
    try:
        idf = np.load(folder / "idf.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ModelError(f"grader: {folder} cannot be read: {error}", remedy="reinstall the package") from error
    return Reader(LearnedEmbedder(folder / "claims"), about or LearnedEmbedder(), concepts, np.asarray(idf))


def load_grader(concepts: Concepts, folder: Path = SHIPPED) -> Grader:
    """The shipped grader. Raises ModelError where a part of it cannot be read."""
    return Grader(load_reader(concepts, folder=folder), load_topics(folder), load_models(folder))


@dataclass(frozen=True)
class Prepared:
    """An entry's rubric with the book of its texts: where the phrasings of each key point stand, the question, and for each
    misconception its claims; `right` is everything true in the book."""

    rubric: Rubric
    book: Book
    points: Sequence[Places]
    question: Sequence[int]
    misconceptions: Sequence[Sequence[int]]
    right: Sequence[int]
    truth: Truth
    runs: frozenset[str]


def prepare(entry: Entry, rubric: Rubric, reader: Reader) -> Prepared:
    """The book of an entry."""
    texts: list[str] = []

    def add(more: Sequence[str]) -> range:
        texts.extend(more)
        return range(len(texts) - len(more), len(texts))

    points = [Places(add([*point.text.both(), *point.right]), add(point.wrong)) for point in rubric.points]
    question = add(entry.question.both())
    misconceptions = [add(misconception.claim.both()) for misconception in entry.misconceptions]
    corrections = [place for misconception in entry.misconceptions for place in add(misconception.correction.both())]
    right = [place for point in points for place in point.right] + corrections
    reference = add(_reference(entry)) if rubric.kind == "curated" else range(0)
    book = Book(texts, reader)
    book.pair(points, reader)
    claimed = [place for places in misconceptions for place in places]
    false = [place for point in points for place in point.wrong] + claimed
    stated = [book.read.meanings[place] for point in points for place in list(point.right)[:2]]
    asked = frozenset(name for place in question for name in book.read.meanings[place].plain | book.read.meanings[place].negated)
    wanted = frozenset(name for one in stated for name in one.plain | one.negated) - asked
    return Prepared(
        rubric,
        book,
        points,
        question,
        misconceptions,
        right,
        Truth([*right, *reference], false, claimed, asked, wanted),
        guards.runs_of([*entry.short.both(), *entry.answer.both()]),
    )


def _reference(entry: Entry) -> list[str]:
    """The claims of the checked answer: what else is right about the question."""
    found = [claim for text in (*entry.short.both(), *entry.answer.both()) for claim in claims(clean(text).text) if claim.size < 3]
    return [text for text in dict.fromkeys(claim.text for claim in found) if SENTENCE <= len(text) <= LONGEST_SENTENCE][:MOST_SENTENCES]


@dataclass(frozen=True)
class Examined:
    """An answer held against a rubric, before credit: what a reader sees of it, and without its orders to the grader; the claims that
    count, how they compare, what they are about, what they match; and the flags."""

    original: str
    cleaned: Cleaned
    readable: Cleaned
    claims: Sequence[Claim]
    said: Texts
    compared: Compared
    topic: Standing
    matched: Sequence[Matched]
    flags: Sequence[str]

    @property
    def clauses(self) -> list[list[int]]:
        """For each clause the claims that it is part of, itself first."""
        return [
            [
                place,
                *(
                    other
                    for other, wider in enumerate(self.claims)
                    if wider.size == 2 and wider.start <= claim.start and claim.end <= wider.end
                ),
            ]
            for place, claim in enumerate(self.claims)
            if claim.size == 1
        ]


def examine(entry: Entry, prepared: Prepared, answer: str, question: str, reader: Reader, topics: Topics) -> Examined:
    """Clean an answer, cut it into claims, drop those that are no answer, and match the rest."""
    cleaned = clean(answer)
    ordered = guards.orders(cleaned)
    least = guards.LONG_LIST if guards.asks_for_a_list(question or entry.question.zh) else guards.LIST
    listed = guards.lists_of_terms(cleaned.text, reader.concepts, least)
    share = sum(end - start for start, end in listed) / max(len(cleaned.text), 1)
    keywords = share > 0.5
    # A list inside an answer is an example; an answer that is a list is none.
    dropped = [*ordered, *(listed if keywords else [])]
    found = [
        claim
        for claim in claims(cleaned.text)
        if share < guards.ALL
        and not any(claim.start < end and start < claim.end for start, end in dropped)
        and not (keywords and (claim.size > 1 or not guards.states(claim.text)))
    ]
    said = reader.read_spans(cleaned.lowered, [(claim.start, claim.end) for claim in found])
    echoed = guards.echoes([claim.text for claim in found], [*entry.question.both(), question])
    # One word states nothing; in what is left of a list of terms it takes more.
    least = guards.ITEM if keywords else guards.WORDS
    kept = [place for place, echo in enumerate(echoed) if not echo and said.meanings[place].words >= least]
    flags = {
        "blank": not cleaned.text.strip(),
        "instructions": bool(ordered) or guards.hidden_orders(cleaned),
        "hidden-text": bool(cleaned.hidden),
        "keywords": keywords,
        "echo": bool(found) and sum(echoed) > len(found) / 2,
        "copied-reference": guards.copied_share(cleaned.text, prepared.runs) >= guards.COPIED,
        "too-long": cleaned.cut,
    }
    said = said.only(kept)
    compared = compare(said, prepared.book, reader, neutral=prepared.rubric.kind == "derived")
    # A sentence about nothing that is known of the question is none: an answer is worth the same without it.
    # Of another field nothing is known that could tell.
    curated = prepared.rubric.kind == "curated"
    pertinent = _pertinent([found[place] for place in kept], said, compared, cleaned.text, reader.concepts) if curated else range(len(kept))
    kept, said, compared = [kept[place] for place in pertinent], said.only(pertinent), compared.only(pertinent)
    clauses = [number for number, place in enumerate(kept) if found[place].size == 1]
    topic = topics.standing(said.about[clauses], entry.id) if curated else Standing()
    return Examined(
        answer,
        cleaned,
        cleaned.without(ordered),
        [found[place] for place in kept],
        said,
        compared,
        topic,
        match(said, compared, prepared.book, prepared.points),
        [name for name, holds in flags.items() if holds],
    )


def _pertinent(found: Sequence[Claim], said: Texts, compared: Compared, text: str, concepts: Concepts) -> list[int]:
    """The claims of those sentences that are like anything the book holds, or a little like it and name a concept or a number."""
    alike = compared.likeness.max(axis=1) if found else np.zeros(0, np.float32)
    kept: list[int] = []
    for start, end in sentences_of(text):
        own = [place for place, claim in enumerate(found) if start <= claim.start and claim.end <= end]
        if not own:
            continue
        names = said.meanings[own[0]].plain.union(*(said.meanings[place].plain for place in own))
        telling = bool(names & concepts.names) or any(said.meanings[place].numbers for place in own)
        if alike[own].max() >= (NAMED_PERTINENT if telling else PERTINENT) and (telling or not guards.talks(text[start:end])):
            kept += own
    return sorted(kept)


class Grader:
    """Grades answers to entries. Safe to share among threads; the books of the entries graded last are kept."""

    def __init__(self, reader: Reader, topics: Topics, models: Mapping[Kind, Model]) -> None:
        self.reader = reader
        self.topics = topics
        self.models = models
        self._prepared = lru_cache(maxsize=256)(lambda entry: prepare(entry, rubric_of(entry), reader))

    def grade(
        self,
        entry: Entry,
        answer: str,
        *,
        question: str = "",
        language: Language | None = None,
        study: Sequence[str] = (),
        judge: Judge | None = None,
    ) -> Grade:
        """The grade of an answer to `entry`, asked as `question`, in `language` (default: that of the answer); `study` are
        questions to go on with. An entry without an answer or rubric gives a grade without a score. A `judge` that fails leaves
        the matcher's grade, with a note."""
        prepared = self._prepared(entry)
        language = language or language_of(answer if answer.strip() else question or entry.question.zh or entry.question.en)
        examined = examine(entry, prepared, answer, question, self.reader, self.topics)
        kind = prepared.rubric.kind
        model = self.models[kind]
        credits = credits_of(examined, model)
        points = [
            _point(point, credit, one, examined, language)
            for point, credit, one in zip(prepared.rubric.points, credits, examined.matched, strict=True)
        ]
        asserted = _asserted(entry, prepared, examined, language) if examined.claims else ()
        cost = float(min(COST * len(asserted), MOST_COST))
        wanted = float(score_of(model.score.predict(whole_of(examined, prepared, credits)[None]))[0]) if examined.claims else 0.0
        points, beyond = _balanced(points, wanted + cost, examined, prepared)
        engine, notes = "matcher", [note("derived", language)] if kind == "derived" and points else []
        if judge and points and examined.claims:
            try:
                points, more = judge.verdicts(question or entry.question.pick(language), examined.readable, points, language)
                engine, notes, beyond = judge.name, [*notes, *more], Beyond()
            except ModelError as error:
                notes.append(note("judge-failed", language).format(reason=error.message))
        total = sum(point.weight * point.credit for point in points) + beyond.points - cost
        score = max(0, min(100, round(total))) if points else None
        flags = [*examined.flags, *(["no-rubric"] if score is None else [])]
        if score is not None and score < POOR and _says_nothing(answer, points, flags):
            flags.append("nothing-specific")
        low, high = (round(float(np.interp(score or 0, model.residual_at, bound))) for bound in (model.residual_low, model.residual_high))
        return Grade(
            question=question or entry.question.pick(language),
            entry_id=entry.id,
            score=score,
            low=max(0, (score or 0) + low),
            high=min(100, (score or 0) + high),
            points=tuple(points),
            misconceptions=tuple(asserted),
            flags=tuple(flags),
            feedback=feedback(entry, points, asserted, flags, score, language, study),
            engine=engine,
            rubric=kind,
            language=language,
            notes=tuple(notes),
            beyond=beyond,
            cost=cost,
        )

    def asserted(self, entry: Entry, text: str, language: Language) -> tuple[Asserted, ...]:
        """The entry's listed misconceptions that any text asserts."""
        prepared = self._prepared(entry)
        examined = examine(entry, prepared, text, "", self.reader, self.topics)
        return _asserted(entry, prepared, examined, language) if examined.claims else ()


def credits_of(examined: Examined, model: Model) -> list[float]:
    """What each key point earned, 0..1, before the answer as a whole is looked at."""
    if not examined.matched or not examined.claims:
        return [0.0 for _ in examined.matched]
    credits = np.clip(model.credit.predict(np.stack([one.features for one in examined.matched])), 0, 1)
    return [0.0 if credit < LEAST else float(credit) for credit in credits]


def score_of(predicted: Floats) -> Floats:
    """Scores from what the trees say. Trees shrink towards the mean: a full answer is one of their 85s, so the upper part is stretched."""
    return np.asarray(
        np.clip(np.where(predicted > STRETCHED, STRETCHED + STRETCH * (predicted - STRETCHED), predicted), 0, 100), np.float32
    )


def whole_of(examined: Examined, prepared: Prepared, credits: Sequence[float]) -> Floats:
    """The features of an answer as a whole."""
    weights = [point.weight for point in prepared.rubric.points]
    return whole(
        examined.said,
        examined.clauses,
        examined.compared,
        prepared.book,
        examined.matched,
        credits,
        weights,
        prepared.truth,
        examined.topic,
    )


def _balanced(points: Sequence[Point], wanted: float, examined: Examined, prepared: Prepared) -> tuple[list[Point], Beyond]:
    """Points whose weighted credits come to `wanted`: every credit raised to one power, at most to `RAISED`; what is then still
    missing was earned beyond the key points, by the claims that the checked answer bears out."""
    power = max(_power(points, wanted), RAISED)
    points = [replace(point, credit=round(point.credit**power, 2) if point.credit else 0.0) for point in points]
    missing = wanted - sum(point.weight * point.credit for point in points)
    if missing < 1 or not examined.claims:
        return points, Beyond()
    support = examined.compared.likeness[:, list(prepared.truth.true)].max(axis=1)
    known = {span for point in points for span in point.spans}
    spans: list[Span] = []
    for place in np.argsort(-support, kind="stable"):
        claim = examined.claims[place]
        span = examined.cleaned.span(claim.start, claim.end)
        if support[place] < BORNE_OUT or len(spans) == MOST_BEYOND:
            break
        if claim.size == 1 and not any(span.start < other.end and other.start < span.end for other in (*known, *spans)):
            spans.append(span)
    if not spans:
        return points, Beyond()
    evidence = " … ".join(examined.original[span.start : span.end] for span in sorted(spans, key=lambda span: span.start))
    return points, Beyond(round(missing, 1), evidence, tuple(spans))


def _says_nothing(answer: str, points: Sequence[Point], flags: Sequence[str]) -> bool:
    """Whether a poor answer is long talk that no other flag explains, and that states nothing wrongly either."""
    return len(answer) >= guards.TALK and not set(flags) & guards.EMPTY and not any(point.contradicted for point in points)


def _power(points: Sequence[Point], wanted: float) -> float:
    """The power of the credits whose weighted sum is `wanted`, as near as 0.1 to 10 allow."""
    low, high = -1.0, 1.0
    for _ in range(24):
        middle = (low + high) / 2
        if sum(point.weight * point.credit ** (10**middle) for point in points if point.credit) > wanted:
            low = middle
        else:
            high = middle
    return float(10**high)


def _point(point: KeyPoint, credit: float, one: Matched, examined: Examined, language: Language) -> Point:
    spans: tuple[Span, ...] = ()
    evidence = contradicted = ""
    if credit:
        claim = examined.claims[one.best]
        spans, evidence = (examined.cleaned.span(claim.start, claim.end),), claim.text
    if one.nearer_wrong >= NEARER and one.wrong_likeness >= CONTRADICTS:
        contradicted = examined.claims[one.worst].text
    return Point(point.id, point.text.pick(language), point.weight, credit, evidence, contradicted, point.probe.pick(language), spans)


def _asserted(entry: Entry, prepared: Prepared, examined: Examined, language: Language) -> tuple[Asserted, ...]:
    """The listed misconceptions that the answer asserts."""
    likeness = examined.compared.likeness
    true = likeness[:, list(prepared.right)].max(axis=1)
    found = []
    for misconception, places in zip(entry.misconceptions, prepared.misconceptions, strict=True):
        alike = likeness[:, list(places)].max(axis=1)
        sure = np.where(alike - true >= CLEARLY, alike, 0)
        best = int(np.argmax(sure))
        if sure[best] >= ASSERTS:
            claim, source = examined.claims[best], entry.references[0] if entry.references else None
            found.append(
                Asserted(
                    misconception.claim.pick(language),
                    claim.text,
                    misconception.correction.pick(language),
                    f"{source.title} ({source.year}) {source.url}" if source else "",
                    examined.cleaned.span(claim.start, claim.end),
                )
            )
    return tuple(found)
