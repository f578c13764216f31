"""The evaluation queries: what people ask for curated entries, written by hands that did not see the query bank, and what the material
cannot answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from tutor.settings import PACKAGE

Split = Literal["dev", "test"]

FOLDER = PACKAGE / "data" / "evaluation" / "queries"
OUT_OF_SCOPE = PACKAGE / "data" / "out_of_scope.json"


@dataclass(frozen=True, slots=True)
class Query:
    """A query and the curated entry that it asks for; "" where none answers it. `kind` is the way of asking, or for a query out of
    scope how far out it is: "far" (cooking) or "near" (LoRa radio)."""

    text: str
    kind: str
    language: str
    entry: str = ""


def in_scope(split: Split | None = None) -> list[Query]:
    """The queries that a curated entry answers, of one split or of both."""
    rows = [json.loads(line) for file in sorted(FOLDER.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    return [_query(row, row["id"]) for row in rows if split in (None, row["split"])]


def out_of_scope(split: Split) -> list[Query]:
    """The queries that no entry answers."""
    return [_query(row) for row in json.loads(OUT_OF_SCOPE.read_text(encoding="utf-8"))[split]]


def _query(row: dict[str, Any], entry: str = "") -> Query:
    return Query(row["text"], row["kind"], row["language"], entry)
