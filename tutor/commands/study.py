"""`tutor stats`, `export`, `import` and `learner`: a learner's progress and data."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutor.commands.dialogue import read_line
from tutor.commands.options import ROLES, IndexOption, JsonOption, LanguageOption, LearnerOption, day_of, emit, known_learner, now
from tutor.errors import InputError
from tutor.settings import Settings

if TYPE_CHECKING:
    from tutor.study.database import Database

learner_app = typer.Typer(no_args_is_help=True, help="Who studies here: list, delete, back up.")


def stats_command(
    role: Annotated[str | None, typer.Option("--role", metavar="ROLE", help=f"{ROLES}; remembered. Default general.")] = None,
    date: Annotated[
        str | None,
        typer.Option("--date", metavar="YYYY-MM-DD", help="Day of the interview to come, for a plan to it; remembered (none: forget)."),
    ] = None,
    language: LanguageOption = None,
    learner: LearnerOption = "me",
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show progress: mastery by topic, readiness for a role, weak points, what is due, and the plan to a date.

    Mastery is what an interviewer would find today: what your answers were worth times the probability that you still recall them. With a date, the days up to it are planned one by one.
    """
    from tutor.practice import choose, overview
    from tutor.render_study import overview_text
    from tutor.tutor import Tutor

    tutor = Tutor.open(settings=Settings.load(index=index))
    who, moment = known_learner(tutor.database, learner), now()
    forget = date is not None and date.strip().lower() == "none"
    choose(who, moment, role=role, language=language, interview=None if forget else day_of(date))
    if forget:
        who.prefer(interview=None)
    seen = overview(tutor, who, moment)
    emit(seen.to_dict()) if as_json else typer.echo(overview_text(seen))


def export_command(
    anki: Annotated[Path | None, typer.Option("--anki", metavar="FILE.apkg", help="All entries as an Anki package.")] = None,
    markdown: Annotated[
        Path | None, typer.Option("--markdown", metavar="FILE", help="Your answers to read or print (- for stdout).")
    ] = None,
    jsonl: Annotated[Path | None, typer.Option("--jsonl", metavar="FILE", help="All your data, for tutor import (- for stdout).")] = None,
    language: LanguageOption = None,
    learner: LearnerOption = "me",
    index: IndexOption = None,
) -> None:
    """Export the entries for Anki, or your own data as Markdown or JSON lines.

    Example: tutor export --anki interview.apkg --jsonl me.jsonl
    """
    from tutor.papers import markdown_of
    from tutor.practice import choose
    from tutor.study.anki import export_anki
    from tutor.study.transfer import export_jsonl
    from tutor.tutor import Tutor

    if not (anki or markdown or jsonl):
        raise InputError("nothing to export", remedy="name a file: --anki, --markdown or --jsonl")
    settings = Settings.load(index=index)
    with _database(settings) as database:
        who = known_learner(database, learner)
        chosen = choose(who, now(), language=language)
        if jsonl:
            _save(jsonl, export_jsonl(who), "all data")
        tutor = Tutor.open(settings=settings) if anki or markdown else None
        if tutor and markdown:
            _save(markdown, markdown_of(tutor, who, now(), chosen.language).splitlines(), "answers")
        if tutor and anki:
            count = export_anki(tutor.catalogue.askable, anki, now=now(), language=chosen.language)
            typer.echo(f"{count} entries: {anki}", err=True)


def import_command(
    file: Annotated[Path, typer.Argument(help="JSON lines written by tutor export --jsonl (- for stdin).")],
    learner: LearnerOption = "me",
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add exported data to a learner. What is there already stays as it is, so importing twice does no harm."""
    from tutor.study.learner import open_learner
    from tutor.study.transfer import import_jsonl

    lines, shown = _lines(file), "stdin" if str(file) == "-" else file
    with _database(Settings.load(index=index)) as database:
        done = import_jsonl(open_learner(database, learner, now=now()), lines)
    if done.skipped and not done.read:
        raise InputError(f"{shown}: line {done.skipped[0].line}: {done.skipped[0].reason}", remedy="nothing was imported")
    for skipped in done.skipped:
        typer.echo(f"tutor: {shown}: line {skipped.line} left out: {skipped.reason}", err=True)
    skipped_lines = [{"line": skipped.line, "reason": skipped.reason} for skipped in done.skipped]
    if as_json:
        return emit({"read": done.read, "new": done.new, "skipped": skipped_lines})
    typer.echo(f"{done.read} records read, {done.new} of them new, {len(skipped_lines)} lines left out")


@learner_app.command("list")
def list_command(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """List who studies here, with the number of entries met."""
    from tutor.study.learner import learners

    with _database(Settings.load(index=index)) as database:
        found = [
            {"name": learner.name, "since": learner.created.astimezone().date().isoformat(), "entries": len(learner.cards())}
            for learner in learners(database)
        ]
    if as_json:
        return emit(found)
    for item in found:
        typer.echo(f"{item['name']}  since {item['since']}, {item['entries']} entries met")
    if not found:
        typer.echo("Nobody has studied here yet.")


@learner_app.command("delete")
def delete_command(
    name: Annotated[str, typer.Argument(help="Whose data to delete.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    index: IndexOption = None,
) -> None:
    """Delete a learner and everything that is stored of them. It cannot be undone."""
    from tutor.study.learner import find_learner

    with _database(Settings.load(index=index)) as database:
        learner = find_learner(database, name)
        if not yes and not _confirmed(f"Delete {learner.name} and all their data? Type the name to confirm: ", learner.name):
            raise InputError("nothing was deleted", remedy="type the name, or use --yes")
        learner.delete()
    typer.echo(f"{learner.name} is deleted.")


@learner_app.command("backup")
def backup_command(
    file: Annotated[Path, typer.Argument(help="The copy to write.")],
    index: IndexOption = None,
) -> None:
    """Copy the whole database to a file, also while others are studying."""
    with _database(Settings.load(index=index)) as database:
        target = database.backup(file)
    typer.echo(f"{target} ({target.stat().st_size / 2**20:.1f} MB)")


def _database(settings: Settings) -> Database:
    from tutor.study.database import open_database

    return open_database(settings.db)


def _confirmed(question: str, name: str) -> bool:
    if sys.stdin.isatty():
        return (read_line(question) or "").strip() == name
    return False


def _lines(file: Path) -> Iterable[str]:
    if str(file) == "-":
        return sys.stdin
    try:
        return file.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError as error:
        raise InputError(f"{file}: no such file", remedy="check the path") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8, so no export of this program") from error
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror or error}", remedy="check the path") from error


def _save(target: Path, lines: Iterable[str], what: str) -> None:
    """Write lines to a file, whole or not at all, or to stdout."""
    if str(target) == "-":
        for line in lines:
            typer.echo(line)
        return
    beside = target.with_name(f".{target.name}.part")
    try:
        with beside.open("w", encoding="utf-8", errors="replace", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
    typer.echo(f"{what}: {target}", err=True)
