"""The optional judge: a chat model's verdict on each key point, believed only where it quotes words that the answer holds.

It sees what a reader would see of an answer, without the orders to the grader. Where it quotes nothing that stands there, the
matcher's credit stays; where it fails or babbles on, the matcher's grade does.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tutor.entry import Language
from tutor.errors import ModelError
from tutor.grading.claims import Cleaned
from tutor.grading.grade import Point
from tutor.llm import ChatModel, reply
from tutor.prompts import JUDGE_ANSWER, JUDGE_SYSTEM
from tutor.settings import Settings

_CREDIT = {"full": 1.0, "half": 0.5, "none": 0.0, "wrong": 0.0}
#: A quotation shorter than this (letters) proves nothing.
SHORTEST = 4
#: The judge and the matcher differ when their credits are this far apart.
APART = 0.5
_DIFFER: dict[Language, str] = {
    "zh": "模型与规则评分在“{point}”上相差较大:{judge:.0%} 对 {matcher:.0%}。",
    "en": "The model and the matcher differ on “{point}”: {judge:.0%} against {matcher:.0%}.",
}
_UNPROVEN: dict[Language, str] = {
    "zh": "模型对 {count} 个要点的判断没有给出回答里的原话,这些要点按规则评分。",
    "en": "For {count} key points the model quoted nothing that the answer says; the matcher graded them.",
}


@dataclass(frozen=True)
class Verdict:
    """What one sample says of a key point: its credit, and the place of its quotation in the cleaned answer (None: unproven)."""

    credit: float
    wrong: bool
    start: int
    end: int


@dataclass(frozen=True)
class Judge:
    """A chat model that gives verdicts on key points."""

    model: ChatModel
    settings: Settings

    @property
    def name(self) -> str:
        return self.model.name

    def verdicts(self, question: str, cleaned: Cleaned, points: Sequence[Point], language: Language) -> tuple[list[Point], list[str]]:
        """See `judged`."""
        return judged(self.model, self.settings, question, cleaned, points, language)


def judged(
    model: ChatModel, settings: Settings, question: str, cleaned: Cleaned, points: Sequence[Point], language: Language
) -> tuple[list[Point], list[str]]:
    """The points with the judge's credit where it is proven, and notes on what it did not prove and where it differs.

    Raises ModelError where the model fails, says nothing usable, or is not done within the timeout.
    """
    listed = "\n".join(f"{number}. {point.text}" for number, point in enumerate(points, 1))
    messages = [
        ("system", JUDGE_SYSTEM.substitute(question=question, points=listed)),
        ("user", JUDGE_ANSWER.substitute(answer=cleaned.text.replace("</answer", "< /answer"))),
    ]
    samples = [_sample(model, settings, messages, cleaned, len(points)) for _ in range(max(1, settings.judge_samples))]
    found, notes, unproven = [], [], 0
    for number, point in enumerate(points, 1):
        verdicts = [sample[number] for sample in samples if number in sample]
        if not verdicts:
            unproven += 1
            found.append(point)
            continue
        credit = sum(verdict.credit for verdict in verdicts) / len(verdicts)
        best = max(verdicts, key=lambda verdict: (verdict.credit, verdict.end - verdict.start))
        quote = cleaned.text[best.start : best.end]
        if abs(credit - point.credit) >= APART:
            notes.append(_DIFFER[language].format(point=point.text[:40], judge=credit, matcher=point.credit))
        found.append(
            replace(
                point,
                credit=round(credit, 2),
                evidence=quote if credit else "",
                spans=(cleaned.span(best.start, best.end),) if credit and quote else (),
                contradicted=quote if best.wrong else point.contradicted if not credit else "",
            )
        )
    if unproven:
        notes.append(_UNPROVEN[language].format(count=unproven))
    return found, notes


def _sample(model: ChatModel, settings: Settings, messages: Sequence[tuple[str, str]], cleaned: Cleaned, count: int) -> dict[int, Verdict]:
    """The proven verdicts of one reply, by the number of the key point."""
    text, deadline = "", time.monotonic() + settings.llm_timeout
    for piece in reply(model, messages, settings):
        text += piece
        if time.monotonic() > deadline:
            raise ModelError(f"{model.name} was not done within {settings.llm_timeout:g} seconds")
    found = {}
    for item in _points_in(text, model):
        number, verdict, quote = item.get("n"), item.get("verdict"), item.get("quote")
        if not isinstance(number, int) or not 1 <= number <= count or verdict not in _CREDIT:
            continue
        place = _find(quote, cleaned.text) if isinstance(quote, str) else None
        if verdict == "none":
            found[number] = Verdict(0.0, False, 0, 0)
        elif place:
            found[number] = Verdict(_CREDIT[verdict], verdict == "wrong", *place)
    return found


def _points_in(text: str, model: ChatModel) -> list[Mapping[str, Any]]:
    """The list of verdicts in a reply, whatever stands around the JSON. Raises ModelError where there is none."""
    decoder = json.JSONDecoder()
    for start in (place for place, character in enumerate(text) if character == "{"):
        try:
            data, _ = decoder.raw_decode(text, start)
        except ValueError:
            continue
        if isinstance(data, dict) and isinstance(data.get("points"), list):
            return [item for item in data["points"] if isinstance(item, dict)]
    raise ModelError(f"{model.name} gave no verdict")


def _find(quote: str, text: str) -> tuple[int, int] | None:
    """Where a quotation stands in a text; spaces, punctuation and case may differ."""
    letters = [(character.lower()[:1], place) for place, character in enumerate(text) if character.isalnum()]
    wanted = "".join(character.lower()[:1] for character in quote if character.isalnum())
    at = "".join(character for character, _ in letters).find(wanted) if len(wanted) >= SHORTEST else -1
    return None if at < 0 else (letters[at][1], letters[at + len(wanted) - 1][1] + 1)
