"""What `tutor eval` runs: the parts asked for, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from tutor.errors import InputError
from tutor.evaluate import refusal, retrieval
from tutor.evaluate.baselines import minilm
from tutor.evaluate.collections import Collection
from tutor.evaluate.queries import Split
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.store import open_index
from tutor.settings import Settings

PARTS = ("retrieval", "refusal", "grading")


class Report(Protocol):
    """The figures of one part."""

    def to_dict(self) -> dict[str, Any]: ...

    def text(self) -> str: ...


def evaluate(
    what: str, split: str, settings: Settings, *, plots: Path | None = None, model: Path | None = None, index: Path | None = None
) -> Iterator[tuple[str, Report]]:
    """The reports of one part or of "all". `model` is a folder of MiniLM for the baselines, `index` an index to evaluate in place of a
    fresh one of the shipped corpus.

    Raises InputError for a part or split that does not exist.
    """
    if what not in (*PARTS, "all"):
        raise InputError(f"{what!r} cannot be evaluated", remedy=f"one of {', '.join(PARTS)}, all")
    if split not in ("dev", "test"):
        raise InputError(f"no split {split!r}", remedy="dev or test")
    part_of: Split = "dev" if split == "dev" else "test"
    if what != "grading":
        embedder, encode = load_embedder(settings.embedder), minilm(model)
        yours = Collection("yours", str(index), open_index(index, embedder.identity)) if index is not None else None
        if what in ("retrieval", "all"):
            yield "retrieval", retrieval.evaluate(part_of, embedder, encode, plots, yours)
        if what in ("refusal", "all"):
            yield "refusal", refusal.evaluate(part_of, embedder, encode, plots, yours)
    if what in ("grading", "all"):
        from tutor.evaluate import grading

        yield "grading", grading.evaluate(part_of, plots)
