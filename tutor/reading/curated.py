"""Curated entries: one Markdown file each, with a JSON file of the same name beside it.

    ---
    id: kv-cache                     # the file's name
    topic: inference                 # the folder's name
    difficulty: 2                    # 1 basic, 2 usual, 3 hard
    frequency: high                  # how often it is asked: high, medium, low
    question: {zh: "...", en: "..."}
    wordings: ["...", ...]           # 6 or more other ways of asking
    rubric:                          # 3 to 6 key points, weights sum to 100
      - id: what-is-cached
        weight: 30
        text: {zh: "...", en: "..."}
        probe: {zh: "...", en: "..."}
    misconceptions:                  # 1 to 3
      - claim: {zh: "...", en: "..."}
        correction: {zh: "...", en: "..."}
    follow_ups: [gqa, paged-attention]
    references:
      - {title: "...", url: "https://arxiv.org/abs/...", year: 2023}
    ---
    ## 简答         two or three sentences
    ## 详解         the full answer
    ## Short answer
    ## Full answer

The JSON file holds what would make the page unpleasant to read: for each key point the phrasings
that earn it and the wrong versions that do not, and the query bank by kind (`WORDING_KINDS`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

from tutor.entry import (
    WORDING_KINDS,
    Entry,
    KeyPoint,
    Misconception,
    Reference,
    Source,
    Text,
    Wording,
)
from tutor.errors import InputError

HEADINGS = ("简答", "详解", "Short answer", "Full answer")
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_FIELDS = re.compile(r"^(id|difficulty|frequency|wordings|rubric|misconceptions|follow_ups):", re.M)
_FENCE = re.compile(r"^\s*(```|~~~)")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def is_curated(text: str) -> bool:
    """Whether a Markdown text is a curated entry: front matter with three of the fields that only they have.

    Not all of them: an entry that lacks one must be named as faulty, not read as a page of notes.
    """
    match = _FRONT_MATTER.match(text)
    return match is not None and len(set(_FIELDS.findall(match[1]))) >= 3


def read_curated(text: str, path: str, data_file: Path | None = None) -> Entry:
    """The entry in `text`. Raises InputError naming the field that is missing or malformed."""
    match = _FRONT_MATTER.match(text)
    if not match:
        raise InputError(f"{path}: no front matter", remedy="start the file with --- and the fields")
    try:
        meta = yaml.load(match[1], Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "not valid YAML"
        raise InputError(f"{path}:{line}: {problem}", remedy="quote texts that hold : # [ or {") from error
    sections = _sections(match[2])
    data = _read_data(data_file)
    phrasings = data.get("phrasings", {})
    try:
        missing = [heading for heading in HEADINGS if not sections.get(heading)]
        if missing:
            raise InputError(f"{path}: section missing or empty: {', '.join(missing)}")
        return Entry(
            id=_string(meta["id"]),
            question=_text(meta["question"]),
            short=Text(sections["简答"], sections["Short answer"]),
            answer=Text(sections["详解"], sections["Full answer"]),
            sources=(Source(path, 1),),
            topic=_string(meta["topic"]),
            difficulty=int(meta["difficulty"]),
            frequency=_string(meta["frequency"]),
            wordings=tuple(Wording(_string(text)) for text in meta["wordings"])
            + tuple(Wording(_string(text), kind) for kind in WORDING_KINDS for text in data.get("bank", {}).get(kind, ())),
            rubric=tuple(
                KeyPoint(
                    id=_string(point["id"]),
                    text=_text(point["text"]),
                    weight=int(point["weight"]),
                    probe=_text(point["probe"]),
                    right=tuple(phrasings.get(point["id"], {}).get("right", ())),
                    wrong=tuple(phrasings.get(point["id"], {}).get("wrong", ())),
                )
                for point in meta["rubric"]
            ),
            misconceptions=tuple(Misconception(_text(item["claim"]), _text(item["correction"])) for item in meta["misconceptions"]),
            follow_ups=tuple(_string(item) for item in meta["follow_ups"]),
            references=tuple(Reference(_string(item["title"]), _string(item["url"]), int(item["year"])) for item in meta["references"]),
        )
    except KeyError as error:
        raise InputError(f"{path}: field {error} is missing") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path}: malformed front matter: {error}") from error


def _text(value: dict[str, Any]) -> Text:
    return Text(zh=_string(value["zh"]).strip(), en=_string(value["en"]).strip())


def _string(value: Any) -> str:
    """A text, or a number as text. Anything else is refused: written out, nested YAML aliases may fill the memory."""
    if not isinstance(value, str | int | float):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return str(value)


def _read_data(data_file: Path | None) -> dict[str, Any]:
    if data_file is None or not data_file.is_file():
        return {}
    try:
        return dict(json.loads(data_file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise InputError(f"{data_file}: not valid JSON: {error}") from error


def _sections(body: str) -> dict[str, str]:
    """Text under each `## heading`, fenced code left alone."""
    sections: dict[str, list[str]] = {}
    current: list[str] | None = None
    fenced = False
    for line in body.splitlines():
        fenced ^= bool(_FENCE.match(line))
        if not fenced and line.startswith("## "):
            current = sections.setdefault(line[3:].strip(), [])
        elif current is not None:
            current.append(line)
    return {heading: "\n".join(lines).strip() for heading, lines in sections.items()}
