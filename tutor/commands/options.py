"""Options that several commands share, and how they print."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.errors import InputError

if TYPE_CHECKING:
    from tutor.study.database import Database
    from tutor.study.learner import Learner

IndexOption = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", help="Index folder (default: TUTOR_INDEX, or index/ of a checkout).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout, nothing else there.")]
LearnerOption = Annotated[str, typer.Option("--learner", metavar="NAME", help="Who studies; each has data of their own.")]
LanguageOption = Annotated[str | None, typer.Option("--language", metavar="zh|en", help="Language of questions; remembered.")]
#: Written out: the roles themselves are imported where they are used.
ROLES = "general, application, alignment, training, inference or algorithm"


def emit(value: Any) -> None:
    """Print one line of JSON, at once."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def now() -> datetime:
    """This moment in the learner's time zone: their days begin at their midnight."""
    return datetime.now().astimezone()


def known_learner(database: Database, name: str) -> Learner:
    """A learner to show or export: a name never heard of is a slip of the finger, but for the default one."""
    from tutor.study.learner import DEFAULT, find_learner, open_learner

    return open_learner(database, name, now=now()) if name == DEFAULT else find_learner(database, name)


def day_of(text: str | None) -> date | None:
    """The day that an option names. Raises InputError where it is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"{text!r} is no date", remedy="YYYY-MM-DD") from error
