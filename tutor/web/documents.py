"""One's own documents: kept beside the index, read into it, and summed up."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING

from tutor.errors import TutorError
from tutor.tutor import UPLOADS, Tutor
from tutor.web.current import CurrentTutor
from tutor.web.words import Words, words

if TYPE_CHECKING:
    from tutor.retrieval.ingest import Summary

SUFFIXES = (".txt", ".md", ".markdown", ".html", ".htm", ".pdf", ".docx", ".json", ".jsonl", ".csv", ".tsv")
_LONGEST_NAME = 120
_naming = Lock()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading is: `done` of `total` files, `name` the one at hand ("" while the index is built)."""

    done: int
    total: int
    name: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of some documents: (name, questions, answered) of each file read, and the run's summary."""

    read: tuple[tuple[str, int, int], ...]
    skipped: tuple[tuple[str, str], ...]
    summary: Summary


def documents_folder(index: Path) -> Path:
    """Where uploaded documents are kept."""
    return index / UPLOADS


def safe_name(name: str) -> str:
    """A file name without folders, control characters or leading dots, of a bearable length."""
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*\u202a-\u202e\u2066-\u2069]', "", name).strip().lstrip(".").strip()
    stem, dot, suffix = name.rpartition(".")
    stem, suffix = (stem, dot + suffix) if dot else (name, "")
    return (stem.strip()[:_LONGEST_NAME] or "document") + suffix.lower()[:12]


def keep(file: Path, folder: Path, name: str = "") -> Path:
    """Copy an uploaded file into `folder` under its own name, or with a number where another file has that name."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = Path(safe_name(name or file.name))
    with _naming:
        target, number = folder / wanted, 1
        while target.exists() and not cmp(file, target, shallow=False):
            number += 1
            target = folder / f"{wanted.stem} ({number}){wanted.suffix}"
        if not target.exists():
            # A hidden name until it is whole: a reader that comes by takes only complete files.
            part = folder / f".{target.name}.part"
            shutil.copyfile(file, part)
            part.replace(target)
    return target


def add_documents(current: CurrentTutor, files: Sequence[Path]) -> Iterator[Progress | Outcome]:
    """Keep the files, read them into the index, and say how far it is; the outcome comes last.

    Raises TutorError where nothing could be read or the index cannot be written.
    """
    yield Progress(0, len(files), "")
    folder = documents_folder(current.settings.index)
    kept = list(dict.fromkeys(keep(file, folder) for file in files))
    news: SimpleQueue[Progress | Summary | Exception] = SimpleQueue()

    def work() -> None:
        try:
            news.put(
                Tutor.ingest(kept, current.settings, progress=lambda done, total, name: news.put(Progress(done, total, Path(name).name)))
            )
        except Exception as error:  # handed to the caller's thread, which raises it
            news.put(error)

    Thread(target=work, name="ingest", daemon=True).start()
    while isinstance(item := news.get(), Progress):
        yield item
    if isinstance(item, Exception):
        raise item
    yield _outcome(current.get(), kept, item)


def _outcome(tutor: Tutor, kept: Sequence[Path], summary: Summary) -> Outcome:
    records = {record.key: record.entries for record in tutor.index.sources}
    read = []
    for path in kept:
        entries = records.get(str(path.resolve()))
        if entries is None:
            # Nothing in the index rests on it: what could not be read is not kept either.
            path.unlink(missing_ok=True)
        else:
            read.append((path.name, len(entries), sum(tutor.index.entry(number).answered for number in entries)))
    skipped = tuple((Path(item.source).name, item.reason) for item in summary.skipped)
    return Outcome(tuple(read), skipped, summary)


def progress_html(progress: Progress, language: str) -> str:
    """A bar that fills with the files, and what is being read."""
    say = words(language)
    share = 100 * progress.done // progress.total if progress.total else 100
    text = say.reading.format(name=progress.name) if progress.name else (say.indexing if progress.done else say.uploading)
    return f'<div class="card" role="status"><p>{html.escape(text)}</p><div class="bar"><i style="width:{max(share, 4)}%"></i></div></div>'


def outcome_html(outcome: Outcome, language: str) -> str:
    """What was read, file by file, what was not and why, and what the index holds now."""
    say = words(language)
    summary = outcome.summary
    rows = [f"<li><b>{html.escape(name)}</b><span>{_counts(count, answered, say)}</span></li>" for name, count, answered in outcome.read]
    rows += [
        f'<li class="skipped"><b>{html.escape(name)}</b><span>{html.escape(say.skipped.format(reason=reason))}</span></li>'
        for name, reason in outcome.skipped
    ]
    total = say.total.format(entries=summary.entries, answered=summary.answered, unanswered=summary.unanswered, merged=summary.merged)
    return _card(say.read_title if outcome.read else say.read_nothing, f"<ul>{''.join(rows)}</ul><p>{total}</p>", language)


def _counts(count: int, answered: int, say: Words) -> str:
    parts = [(say.question_read if count == 1 else say.questions_read).format(count=count), say.answered.format(count=answered)]
    if count > answered:
        parts.append(say.without.format(count=count - answered))
    return " · ".join(parts)


def failure_html(error: TutorError, language: str) -> str:
    """An upload that came to nothing, and what to do about it."""
    say = words(language)
    more = f" {say.retry.format(remedy=html.escape(error.remedy))}" if error.remedy else ""
    return _card(say.read_nothing, f"<p>{html.escape(error.message)}{more}</p>", language)


def _card(title: str, body: str, language: str) -> str:
    close = html.escape(words(language).close)
    return (
        f'<div class="card" role="status"><button type="button" class="close" aria-label="{close}" title="{close}">×</button>'
        f"<h2>{html.escape(title)}</h2>{body}</div>"
    )
