"""`tutor corpus new`: an empty curated entry with every field to fill."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Template

from tutor.entry import WORDING_KINDS
from tutor.errors import InputError
from tutor.settings import corpus_folder

_KEY_POINTS = ("first-point", "second-point", "third-point")
_POINT = Template("""  - id: $id
    weight: $weight
    text: {zh: "", en: ""}
    probe: {zh: "", en: ""}
""")
_ENTRY = Template("""---
id: $name
topic: $topic
difficulty: 2
frequency: medium
question:
  zh: ""
  en: ""
wordings: ["", "", "", "", "", ""]
rubric:
$rubric
misconceptions:
  - claim: {zh: "", en: ""}
    correction: {zh: "", en: ""}
follow_ups: []
references:
  - {title: "", url: "https://arxiv.org/abs/", year: 2025}
---

## 简答

## 详解

## Short answer

## Full answer
""")


def write_template(topic: str, name: str, corpus: Path | None = None) -> tuple[Path, Path]:
    """Write the Markdown and the JSON file of a new entry and return their paths. Raises InputError for a name that is
    no id or is taken."""
    corpus = corpus or corpus_folder()
    if not all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", word) for word in (topic, name)):
        raise InputError(
            f"{topic}/{name}: lower case letters, digits and hyphens only", remedy="for example: tutor corpus new inference kv-cache"
        )
    if taken := next(corpus.rglob(f"{name}.md"), None):
        raise InputError(f"{name}: there is an entry of this id already: {taken}")
    weights = (34, 33, 33)
    rubric = "".join(_POINT.substitute(id=point, weight=weight) for point, weight in zip(_KEY_POINTS, weights, strict=True)).rstrip()
    data = {
        "phrasings": {point: {"right": [""] * 8, "wrong": [""] * 4} for point in _KEY_POINTS},
        "bank": {kind: [""] * count for kind, count in WORDING_KINDS.items()},
    }
    page = corpus / topic / f"{name}.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(_ENTRY.substitute(name=name, topic=topic, rubric=rubric), encoding="utf-8")
    beside = page.with_suffix(".json")
    beside.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return page, beside
