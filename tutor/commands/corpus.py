"""`tutor corpus`: write and check curated entries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

corpus_app = typer.Typer(no_args_is_help=True, help="Write and check curated entries.")


@corpus_app.command("new")
def new_command(
    topic: Annotated[str, typer.Argument(help="Topic folder, for example inference.")],
    name: Annotated[str, typer.Argument(help="The entry's id: the concept, lower case with hyphens.")],
) -> None:
    """Write an empty entry and its data file, with every field to fill."""
    from tutor.template import write_template

    for path in write_template(topic, name):
        typer.echo(path)


@corpus_app.command("lint")
def lint_command(
    paths: Annotated[list[Path] | None, typer.Argument(help="Entries or folders (default: the shipped corpus).")] = None,
    terms: Annotated[bool, typer.Option("--terms", help="Also list names that several answers use and the glossary lacks.")] = False,
) -> None:
    """Check curated entries: schema, weights, both languages, formulas, wordings, links, sources."""
    from tutor.lint import lint, read_corpus, unlisted_terms
    from tutor.retrieval.glossary import read_glossary
    from tutor.settings import corpus_folder

    known = frozenset(entry.id for _, entry in read_corpus([corpus_folder()])[0])
    entries, findings = read_corpus(paths or [corpus_folder()])
    findings += lint(entries, known | {entry.id for _, entry in entries})
    for finding in findings:
        typer.echo(finding)
    if terms:
        for name, count in unlisted_terms(entries, read_glossary(corpus_folder() / "glossary.yaml")):
            typer.echo(f"not in the glossary: {name} ({count} entries)")
    typer.echo(f"{len(entries)} entries, {len(findings)} findings", err=True)
    if findings:
        raise typer.Exit(1)
