"""What an answer is held against: the curated rubric of an entry, or key points derived from a note's own answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor.entry import Entry, KeyPoint, Text
from tutor.grading.claims import clean, sentences_of
from tutor.grading.grade import Rubric as Kind
from tutor.text import STOP_WORDS, is_stop, language_of, terms

#: A derived rubric has at most this many key points.
MOST_POINTS = 8
#: A sentence of a note with fewer content terms states nothing.
CONTENT = 3
_CODE = re.compile(r"```.*?```|\$\$.*?\$\$", re.DOTALL)
_NOT_A_CLAIM = re.compile(r"[?？]\s*$|^(?:例如|比如|参考|链接|图|e\.g\.|see|note)\b", re.IGNORECASE)
_PARTS = re.compile(
    r"[;；]|[,，](?=\s*(?:and|but|while|whereas|which|so|because|而|但|因此|所以|从而|并且))|\b(?:and then|whereas|because)\b"
)


@dataclass(frozen=True, slots=True)
class Rubric:
    """Key points, and where they come from."""

    points: tuple[KeyPoint, ...]
    kind: Kind


def rubric_of(entry: Entry) -> Rubric:
    """The rubric of an entry: its own, or one derived from its answer. It has no points where there is no answer either."""
    if entry.rubric:
        return Rubric(entry.rubric, "curated")
    return Rubric(derive(entry.answer.zh or entry.answer.en), "derived")


def derive(answer: str) -> tuple[KeyPoint, ...]:
    """The claims of an answer as key points, weighted by how much they say; a one-sentence answer is taken apart at its clauses."""
    text = clean(_CODE.sub("\n", answer)).text
    claims = [text[start:end].strip() for start, end in sentences_of(text)]
    claims = [claim for claim in claims if _content(claim) >= CONTENT and not _NOT_A_CLAIM.search(claim)]
    if len(claims) < 3:
        parts = [part.strip(" ,，;；") for claim in claims for part in _PARTS.split(claim)]
        claims = [part for part in parts if _content(part) >= CONTENT] or claims
    if not claims:
        claims = [" ".join(text.split())] if text.strip() else []
    while len(claims) > MOST_POINTS:
        # The two shortest neighbours become one.
        place = min(range(len(claims) - 1), key=lambda at: len(claims[at]) + len(claims[at + 1]))
        claims[place : place + 2] = [f"{claims[place]} {claims[place + 1]}"]
    sizes = [max(_content(claim), 1) ** 0.5 for claim in claims]
    weights = _hundred(sizes)
    language = language_of(answer)
    return tuple(
        KeyPoint(f"claim-{number}", Text(**{language: claim}), weight, Text())
        for number, (claim, weight) in enumerate(zip(claims, weights, strict=True), 1)
    )


def _content(text: str) -> int:
    return len({term for term in terms(text) if not is_stop(term) and term not in STOP_WORDS})


def _hundred(sizes: list[float]) -> list[int]:
    """Whole weights in proportion to `sizes` that sum to 100."""
    total = sum(sizes)
    weights = [int(100 * size / total) for size in sizes]
    for place in sorted(range(len(sizes)), key=lambda at: weights[at] - 100 * sizes[at] / total)[: 100 - sum(weights)]:
        weights[place] += 1
    return weights
