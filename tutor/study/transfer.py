"""All of a learner's data as JSON lines, and back.

The first line names the format and the learner's choices; then come interviews with their turns, attempts and questions asked in chat, oldest first, one a
line: `{"type": "attempt", ...}`. Cards close the file for other programs to read; here they follow from the rest. Importing adds
what is missing and leaves alone what is there, so it may be done twice, and into a learner who has gone on studying.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from tutor.errors import InputError
from tutor.study.learner import Learner
from tutor.study.plain import from_plain, to_plain
from tutor.study.records import Asked, Attempt, Interview, Preferences

FORMAT = 1
#: Written as escapes: what no file in UTF-8 can hold, and what some readers take for the end of a line.
_UNSAFE = re.compile("[\ud800-\udfff\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line that was not understood, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: records read, those of them that were new, and the lines skipped."""

    read: int
    new: int
    skipped: tuple[Skipped, ...]


def export_jsonl(learner: Learner) -> Iterator[str]:
    """The lines of the export, without line ends."""
    chosen = learner.preferences().to_dict()
    head = {"format": FORMAT, "name": learner.name, "created": learner.created.isoformat()}
    yield _line("learner", {**head, **({"preferences": chosen} if chosen else {})})
    for kind, records in (
        ("interview", learner.full_interviews()),
        ("attempt", learner.all_attempts()),
        ("asked", learner.all_asked()),
        ("card", learner.cards()),
    ):
        for record in records:
            yield _line(kind, to_plain(record))


def import_jsonl(learner: Learner, lines: Iterable[str]) -> Imported:
    """Add an export to a learner. A bad line is skipped and named; an export of a newer program is refused (InputError)."""
    interviews: list[Interview] = []
    attempts: list[Attempt] = []
    asked: list[Asked] = []
    preferences = Preferences()
    skipped = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            kind, data = _parse(line)
            if kind == "interview":
                interviews.append(from_plain(Interview, data))
            elif kind == "attempt":
                attempts.append(_with_id(from_plain(Attempt, data)))
            elif kind == "asked":
                asked.append(from_plain(Asked, data))
            elif kind == "learner":
                preferences = _preferences(data)
        except (ValueError, RecursionError) as error:
            skipped.append(Skipped(number, " ".join(str(error).split())))
    new = learner.merge(interviews, attempts, asked)
    if preferences.to_dict() and learner.preferences() == Preferences():
        learner.prefer(**{field.name: getattr(preferences, field.name) for field in fields(preferences)})
    return Imported(len(interviews) + len(attempts) + len(asked), new, tuple(skipped))


def _line(kind: str, data: dict[str, Any]) -> str:
    line = json.dumps({"type": kind, **data}, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def _parse(line: str) -> tuple[str, dict[str, Any]]:
    data = json.loads(line.removeprefix("\ufeff"), parse_float=_finite, parse_constant=_finite)
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    kind = data.pop("type", None)
    if kind not in ("learner", "interview", "attempt", "asked", "card"):
        raise ValueError(f"unknown type {kind!r}")
    if kind == "learner" and data.get("format") != FORMAT:
        raise InputError(f"the export has format {data.get('format')!r}, this program reads {FORMAT}", remedy="update the program")
    return kind, data


def _preferences(data: dict[str, Any]) -> Preferences:
    chosen = data.get("preferences", {})
    if not isinstance(chosen, dict):
        raise ValueError("preferences are not an object")
    return Preferences.from_dict(chosen)


def _with_id(attempt: Attempt) -> Attempt:
    if not attempt.id:
        raise ValueError("no id")
    return attempt


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError(f"{literal} is no number")
    return number
