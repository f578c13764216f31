"""The command line: one short function a command; errors become one line and an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.commands.corpus import corpus_app
from tutor.commands.interview import interview_command
from tutor.commands.options import IndexOption, JsonOption
from tutor.commands.options import emit as _emit
from tutor.commands.review import review_command
from tutor.commands.study import export_command, import_command, learner_app, stats_command
from tutor.errors import InputError, TutorError
from tutor.settings import Settings

if TYPE_CHECKING:
    from tutor.grading.grade import Grade

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Interview tutor for LLM and machine-learning engineers: grounded answers with citations, in Chinese and English.\n\n"
    "Works without a language model, a network or a GPU. Settings: command line, then TUTOR_* environment, then tutor.toml; "
    "see README. Errors are one line and exit code 2 for wrong usage or input, 1 for a failed job; --debug shows the traceback.",
)
app.add_typer(corpus_app, name="corpus")
app.add_typer(learner_app, name="learner")
#: Typer carries a click of its own, so its usage errors are found by way of the one class it makes public.
_UsageError: Any = typer.BadParameter.__base__

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


@app.command("grade")
def grade_command(
    question: Annotated[str | None, typer.Argument(help="The question that was answered.")] = None,
    answer: Annotated[str | None, typer.Option("--answer", metavar="TEXT", help="The answer.")] = None,
    answer_file: Annotated[
        Path | None, typer.Option("--answer-file", metavar="FILE", help="The answer, in a text file (- for stdin).")
    ] = None,
    learner: Annotated[
        str | None, typer.Option("--learner", metavar="NAME", help="Record the answer for this learner; otherwise nothing is kept.")
    ] = None,
    self_score: Annotated[
        int | None,
        typer.Option("--self-score", metavar="N", help="Your own guess of the score, 0-100; kept with --learner.", min=0, max=100),
    ] = None,
    index: IndexOption = None,
    batch: BatchOption = None,
    as_json: JsonOption = False,
) -> None:
    """Grade an answer point by point, with the words that earned each point.

    Prints the score (0 to 100) with its interval, the credit of each key point with its evidence, asserted misconceptions with their corrections, and what to study next. Same answer, same grade; no language model is needed. With --batch each line is {"id", "question", "answer"}. With --learner the answer counts: it moves what comes up in tutor review.

    Example: tutor grade "什么是 LoRA?" --answer "冻结原权重,只训练两个低秩矩阵"
    """
    from tutor.practice import practise
    from tutor.render import grade_text
    from tutor.tutor import Tutor

    if self_score is not None and (learner is None or batch is not None):
        raise InputError("--self-score is kept with one answer of a learner", remedy="add --learner NAME")
    tutor = Tutor.open(settings=Settings.load(index=index))
    who = tutor.learner(learner) if learner is not None else None

    def graded(asked: str, said: str) -> Grade:
        if who is None:
            return tutor.grade(asked, said)
        return practise(tutor, who, asked, said, "grade", datetime.now().astimezone(), self_score)[0]

    if batch is not None:
        return _batch(batch, lambda r: graded(_text(r, "question"), _string(r, "answer")).to_dict())
    grade = graded(_given(question, "a question"), _answer(answer, answer_file))
    _emit(grade.to_dict()) if as_json else typer.echo(grade_text(grade))


app.command("interview")(interview_command)
app.command("review")(review_command)
app.command("stats")(stats_command)
app.command("export")(export_command)
app.command("import")(import_command)


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


@app.command("eval")
def eval_command(
    what: Annotated[str, typer.Argument(metavar="[retrieval|refusal|grading|all]", help="What to evaluate.")] = "all",
    split: Annotated[str, typer.Option(help="dev (settings were chosen on it) or test.")] = "test",
    plots: Annotated[Path | None, typer.Option(metavar="DIR", help="Also save plots there, as PNG.")] = None,
    minilm: Annotated[Path | None, typer.Option(metavar="DIR", help="all-MiniLM-L6-v2 for the baselines, where it is no package.")] = None,
    index: Annotated[
        Path | None, typer.Option("--index", metavar="DIR", help="Evaluate this index, not a fresh one of the corpus.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure quality on the project's own queries and graded answers, beside baselines.

    retrieval: recall, MRR and nDCG by kind and language. refusal: what is refused of questions out of scope, and of ours. grading: agreement with human grades. Nothing is downloaded; it takes a minute or two, and many more where MiniLM is there for the baselines.

    Example: tutor eval retrieval --split dev --plots plots/
    """
    from tutor.evaluate.run import evaluate

    reports = evaluate(what, split, Settings.load(index=index), plots=plots, model=minilm, index=index)
    if as_json:
        _emit({name: report.to_dict() for name, report in reports})
        return
    for _, report in reports:
        typer.echo(report.text() + "\n")


@app.command("tune")
def tune_command(
    paths: Annotated[list[Path], typer.Argument(help="Your files and folders.")],
    queries: Annotated[
        Path | None, typer.Option(metavar="FILE", help='JSON lines {"query", "question"}: what is asked, and whose question answers it.')
    ] = None,
    embedder: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Another embedder to try: Hugging Face id or folder.")] = None,
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try lengths of answer parts and embedders on your own documents, and say which served best.

    Without queries they are made from the documents. Nothing is stored or set.

    Example: tutor tune notes/ --embedder BAAI/bge-small-zh-v1.5
    """
    from tutor.evaluate.tune import tune

    report = tune(paths, Settings.load(index=index), queries, embedder or ())
    _emit(report.to_dict()) if as_json else typer.echo(report.text())


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


def _given(text: str | None, what: str) -> str:
    if text is None or not text.strip():
        raise InputError(f"{what} is missing", remedy="give it in quotes, or use --batch FILE")
    return text


def _text(request: Mapping[str, Any], name: str) -> str:
    value = request[name]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{name} must be a text that is not empty")
    return value


def _string(request: Mapping[str, Any], name: str) -> str:
    if not isinstance(value := request[name], str):
        raise InputError(f"{name} must be a text")
    return value


def _answer(text: str | None, path: Path | None) -> str:
    if (text is None) == (path is None):
        raise InputError("give the answer once", remedy="--answer TEXT or --answer-file FILE")
    if text is not None or path is None:
        return text or ""
    if str(path) == "-":
        return sys.stdin.read()
    from tutor.reading.files import decode

    try:
        return decode(path.read_bytes(), str(path))
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file", remedy="check the path") from error


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
