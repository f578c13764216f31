"""Disputed grades, one JSON line a case, in `disputes.jsonl` beside the database: what the evaluation set is grown from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tutor.errors import StoreError
from tutor.settings import default_database
from tutor.study.database import Database

#: Seconds to wait for another program that writes.
PATIENCE = 5


def log_of(database: Database) -> Path:
    """Where the cases are: beside a SQLite file, else in the user's data folder."""
    file = Path(database.name if database.dialect == "sqlite" else default_database())
    return file.with_name("disputes.jsonl")


def log(database: Database, learner: str, case: Mapping[str, Any]) -> None:
    """Add a case. Raises StoreError where it cannot be written."""
    line = json.dumps({"learner": learner, **case}, ensure_ascii=False)
    with _held(log_of(database)) as file, file.open("a", encoding="utf-8", errors="replace") as cases:
        cases.write(line + "\n")


def forget(database: Database, learner: str) -> None:
    """Take a learner's cases out."""
    if not log_of(database).exists():
        return
    with _held(log_of(database)) as file:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not _is_of(line, learner)]
        beside = file.with_name(f"{file.name}.part")
        beside.write_text("".join(kept), encoding="utf-8")
        os.replace(beside, file)


@contextmanager
def _held(file: Path) -> Iterator[Path]:
    from filelock import FileLock, Timeout

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=PATIENCE):
            yield file
    except Timeout as error:
        raise StoreError(f"{file} is busy", remedy="try again") from error
    except OSError as error:
        raise StoreError(
            f"{file} cannot be written: {error.strerror or error}", remedy="check the folder, its permissions and the disk"
        ) from error


def _is_of(line: str, learner: str) -> bool:
    try:
        return bool(json.loads(line)["learner"] == learner)
    except (ValueError, TypeError, KeyError):
        return False
