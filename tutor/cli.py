"""The command line: one short function a command; errors become one line and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from tutor.errors import InputError, TutorError
from tutor.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Interview tutor for LLM and machine-learning engineers: grounded answers with citations, in Chinese and English.\n\n"
    "Works without a language model, a network or a GPU. Settings: command line, then TUTOR_* environment, then tutor.toml; "
    "see README. Errors are one line and exit code 2 for wrong usage or input, 1 for a failed job; --debug shows the traceback.",
)
corpus_app = typer.Typer(no_args_is_help=True, help="Write and check curated entries.")
app.add_typer(corpus_app, name="corpus")
#: Typer carries a click of its own, so its usage errors are found by way of the one class it makes public.
_UsageError: Any = typer.BadParameter.__base__

IndexOption = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", help="Index folder (default: TUTOR_INDEX, or index/ of a checkout).")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout, nothing else there.")]
BatchOption = Annotated[Path | None, typer.Option("--batch", metavar="FILE", help="JSON lines in (- for stdin), JSON lines out.")]
HistoryOption = Annotated[
    Path | None, typer.Option("--history", metavar="FILE", help='Conversation so far: JSON list of {"role","content"}.')
]


@app.command("ingest")
def ingest_command(
    paths: Annotated[list[Path] | None, typer.Argument(help="Files and folders (default: the shipped corpus).")] = None,
    index: IndexOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over instead of adding to the index.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read files and folders and bring the index up to date.

    Reads text, Markdown, HTML, PDF, DOCX, JSON(L), CSV and curated entries. Unchanged files are skipped, vanished ones dropped; several runs over different paths add up.

    Example: tutor ingest notes/ interview.md page.html
    """
    from tutor.render import summary_text
    from tutor.tutor import Tutor

    summary = Tutor.ingest(paths or (), Settings.load(index=index), fresh=fresh, progress=_progress)
    _emit(summary.to_dict()) if as_json else typer.echo(summary_text(summary))


@app.command("parse")
def parse_command(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders to read.")],
    index: IndexOption = None,
) -> None:
    """Show what would be read, as JSON lines, and store nothing.

    One entry a line: source, line, section, question, answer ("" where the file gives none).
    """
    from tutor.reading.files import find_files, read_bytes
    from tutor.reading.sources import read_entries

    settings = Settings.load(index=index)
    failed = 0
    for file in find_files(paths):
        try:
            entries = read_entries(file, read_bytes(file, settings.max_file_mb))
        except InputError as error:
            failed += 1
            typer.echo(f"tutor: {error}", err=True)
            continue
        if not entries:
            typer.echo(f"tutor: {file.shown}: no questions found", err=True)
        for entry in entries:
            source = entry.sources[0]
            _emit(
                {
                    "source": source.path,
                    "line": source.line,
                    "section": entry.section,
                    "question": entry.question.zh or entry.question.en,
                    "answer": entry.answer.zh or entry.answer.en,
                }
            )
    if failed:
        raise typer.Exit(InputError.exit_code)


@app.command("search")
def search_command(
    query: Annotated[str | None, typer.Argument(help="What to look for.")] = None,
    k: Annotated[int, typer.Option("-k", help="How many hits.")] = 5,
    index: IndexOption = None,
    history: HistoryOption = None,
    batch: BatchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the entries that answer a query.

    Prints the confidence that the best hit answers it, and for each hit its question, place and best passage. With --batch each line is {"id", "query", "history"}.

    Example: tutor search "KV cache 显存" -k 3 --json
    """
    from tutor.answering.conversation import parse_history
    from tutor.render import hits_json, hits_text
    from tutor.tutor import Tutor

    settings = Settings.load(index=index)
    if batch is not None:
        tutor = Tutor.open(settings=settings)
        _batch(batch, lambda r: hits_json(tutor.search(_text(r, "query"), k, parse_history(r.get("history") or ()))))
        return
    hits = Tutor.open(settings=settings).search(_given(query, "a query"), k, _history(history))
    _emit(hits_json(hits)) if as_json else typer.echo(hits_text(hits))


@app.command("ask")
def ask_command(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    index: IndexOption = None,
    history: HistoryOption = None,
    batch: BatchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the material, with citations; or say that it is not in there.

    The answer is Markdown with \\[1] marks, its sources with file and line below. With --batch each line is {"id", "question", "history"}; a line that fails gives {"id", "error"} and the rest goes on.

    Example: tutor ask "Why is decoding memory-bound?"
    """
    from tutor.answering.conversation import parse_history
    from tutor.render import answer_text
    from tutor.tutor import Tutor

    settings = Settings.load(index=index)
    if batch is not None:
        tutor = Tutor.open(settings=settings)
        _batch(batch, lambda r: tutor.ask(_text(r, "question"), parse_history(r.get("history") or ())).to_dict())
        return
    answer = Tutor.open(settings=settings).ask(_given(question, "a question"), _history(history))
    _emit(answer.to_dict()) if as_json else typer.echo(answer_text(answer))


@app.command("serve")
def serve_command(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 7860,
    index: IndexOption = None,
) -> None:
    """Start the web app. Without an index the shipped corpus is ingested first."""
    from tutor.retrieval.store import read_manifest
    from tutor.tutor import Tutor

    settings = Settings.load(index=index)
    if read_manifest(settings.index) is None:
        typer.echo("No index yet: reading the corpus ...", err=True)
        Tutor.ingest((), settings, progress=_progress)
    from tutor.web.app import serve

    serve(settings, host, port)


@app.command("doctor")
def doctor_command(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Say what is set up, what is missing, and the command that mends it."""
    from tutor.doctor import examine

    findings = examine(Settings.load(index=index))
    if as_json:
        _emit([finding.to_dict() for finding in findings])
    for finding in () if as_json else findings:
        typer.echo(f"{'ok  ' if finding.ok else 'FIX '} {finding.what}" + (f"  ->  {finding.remedy}" if finding.remedy else ""))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


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


def main() -> None:
    """Run the command line; a TutorError becomes one line on stderr and its exit code."""
    debug = "--debug" in sys.argv
    arguments = [argument for argument in sys.argv[1:] if argument != "--debug"]
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    try:
        code = app(args=arguments or ["--help"], prog_name="tutor", standalone_mode=False)
    except TutorError as error:
        if debug:
            raise
        typer.echo(f"tutor: {error}", err=True)
        raise SystemExit(error.exit_code) from None
    except _UsageError as error:
        typer.echo(f"tutor: {' '.join(error.format_message().split())} (see: tutor --help)", err=True)
        raise SystemExit(InputError.exit_code) from None
    except BrokenPipeError:
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except OSError as error:
        if debug:
            raise
        typer.echo(f"tutor: {error.filename or 'output'}: {error.strerror or error}", err=True)
        raise SystemExit(TutorError.exit_code) from None
    except Exception as error:
        # A bug of ours must not meet a candidate as a wall of text; --debug shows all of it.
        if debug:
            raise
        typer.echo(f"tutor: internal error: {type(error).__name__}: {error} (run it again with --debug for details)", err=True)
        raise SystemExit(TutorError.exit_code) from None
    raise SystemExit(code or (0 if arguments else InputError.exit_code))


def _emit(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False))


def _given(text: str | None, what: str) -> str:
    if text is None or not text.strip():
        raise InputError(f"{what} is missing", remedy="give it in quotes, or use --batch FILE")
    return text


def _text(request: Mapping[str, Any], name: str) -> str:
    value = request[name]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{name} must be a text that is not empty")
    return value


def _history(path: Path | None) -> list[Any]:
    from tutor.answering.conversation import parse_history

    if path is None:
        return []
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file", remedy="check the path") from error
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: not a JSON list of messages: {error}") from error
    if not isinstance(data, list):
        raise InputError(f"{path}: not a JSON list of messages")
    return parse_history(data)


def _batch(path: Path, handle: Any) -> None:
    from tutor.batch import run_batch

    try:
        lines: Iterable[str] = sys.stdin if str(path) == "-" else path.open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}", remedy="check the path") from error
    for result in run_batch(lines, handle):
        _emit(result)


def _progress(done: int, total: int, name: str) -> None:
    if sys.stderr.isatty():
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r\x1b[K{done}/{total} {name[-60:]}{end}")
        sys.stderr.flush()
