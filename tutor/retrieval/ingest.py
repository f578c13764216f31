"""Bring an index up to date with files and folders: read what changed, keep the rest, drop what vanished."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from tutor.entry import Entry
from tutor.errors import InputError
from tutor.reading.files import File, find_files, read_bytes
from tutor.reading.sources import read_entries
from tutor.retrieval.embedder import Embedder, Vectors
from tutor.retrieval.lexical import Forward
from tutor.retrieval.linking import Bank, load_bank
from tutor.retrieval.passages import passages_of
from tutor.retrieval.store import VIEWS, Contents, Index, SourceRecord, build_lock, open_index, read_manifest, write_index
from tutor.retrieval.topics import recogniser_for
from tutor.settings import corpus_folder
from tutor.text import squeeze, terms

#: Answers that share this much of their terms are the same answer.
SAME_ANSWER = 0.8

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that gave no entries, and why."""

    source: str
    reason: str


@dataclass
class Summary:
    """What an ingest did. Counts of sources are of this run, counts of entries of the whole index."""

    sources: int = 0
    read: int = 0
    unchanged: int = 0
    dropped: int = 0
    entries: int = 0
    answered: int = 0
    unanswered: int = 0
    merged: int = 0
    passages: int = 0
    skipped: list[Skipped] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class _Source:
    """A source on its way into the new index: its record and entries, and its rows in the old index if unchanged."""

    key: str
    shown: str
    digest: str
    entries: list[Entry]
    old: tuple[int, ...] | None = None


def ingest(
    paths: Sequence[Path],
    folder: Path,
    embedder: Embedder,
    *,
    fresh: bool = False,
    corpus: Path | None = None,
    max_mb: int = 50,
    lock_timeout: float = 30.0,
    engine: str = "faiss",
    progress: Progress = lambda done, total, name: None,
) -> Summary:
    """Ingest `paths` into the index `folder`. Earlier sources outside `paths` stay. Bank and glossary come from
    `corpus` (default: the shipped one), whether or not it is ingested. Vectors go into `engine` when the index is written.

    Raises InputError for a path that never existed, StoreError where the index cannot be used or written.
    """
    with build_lock(folder, lock_timeout):
        old = None if fresh or read_manifest(folder) is None else open_index(folder, embedder.identity)
        try:
            return _ingest(paths, folder, embedder, old, corpus or corpus_folder(), max_mb, engine, progress)
        finally:
            if old is not None:
                old.close()


def _ingest(
    paths: Sequence[Path], folder: Path, embedder: Embedder, old: Index | None, corpus: Path, max_mb: int, engine: str, progress: Progress
) -> Summary:
    summary = Summary()
    known = {record.key: record for record in old.sources} if old else {}
    roots = [_key(path) for path in paths]
    # A path that is gone but was read before, a file or a folder, has vanished; any other is a mistake.
    files = list(find_files(path for path in paths if path.exists() or not any(_below(key, [_key(path)]) for key in known)))
    present = {_key(file.path): file for file in files}
    summary.dropped = sum(_below(key, roots) and key not in present for key in known)
    sources = [_kept(record, old) for key, record in known.items() if old and key not in present and not _below(key, roots)]
    for done, (key, file) in enumerate(present.items()):
        progress(done, len(present), file.shown)
        source = _read(key, file, known.get(key), old, max_mb, summary)
        if source is not None:
            sources.append(source)
    progress(len(present), len(present), "")
    summary.sources = len(files)
    if not sources and not known:
        reasons = "; ".join(skipped.reason for skipped in summary.skipped[:3])
        raise InputError(
            f"no questions found in {', '.join(map(str, paths)) or 'nothing'}", remedy=reasons or "see README: what can be read"
        )
    bank = load_bank(corpus)
    if old is None or summary.read or summary.dropped or bank.digest != old.shipped:
        # Passages of linked notes come from the bank: with another bank nothing of the old index can be reused.
        contents = _contents(sources, old if old is not None and old.shipped == bank.digest else None, embedder, bank)
        write_index(folder, contents, embedder.identity, engine)
        entries, groups, passages = contents.entries, contents.groups, len(contents.passages)
    else:
        entries, groups, passages = old.raw_entries(), old.groups, len(old.passage_entry)
    standing = [entries[i] for i in np.unique(groups)]
    summary.entries = len(standing)
    summary.answered = sum(entry.answered for entry in standing)
    summary.unanswered = summary.entries - summary.answered
    summary.merged = len(entries) - len(standing)
    summary.passages = passages
    return summary


def _key(path: Path) -> str:
    """A source's identity; files of the shipped corpus keep theirs wherever the project lies."""
    resolved, corpus = path.resolve(), corpus_folder().resolve()
    return f"corpus/{resolved.relative_to(corpus).as_posix()}" if resolved == corpus or corpus in resolved.parents else str(resolved)


def _shown(key: str, file: File) -> str:
    return key if key.startswith("corpus/") else file.shown


def _below(key: str, roots: Iterable[str]) -> bool:
    return any(key == root or key.startswith(root.rstrip("/\\.") + "/") or key.startswith(root + "\\") for root in roots)


def _kept(record: SourceRecord, old: Index) -> _Source:
    return _Source(record.key, record.shown, record.digest, [old._raw(n) for n in record.entries], record.entries)


def _read(key: str, file: File, record: SourceRecord | None, old: Index | None, max_mb: int, summary: Summary) -> _Source | None:
    """The source as it is now; the old version where the file has become unreadable."""
    shown = File(file.path, _shown(key, file))
    try:
        data = read_bytes(shown, max_mb)
        digest = _digest(data, file.path)
        if record is not None and old is not None and record.digest == digest:
            summary.unchanged += 1
            return _kept(record, old)
        entries = read_entries(shown, data)
        if not entries:
            raise InputError(f"{shown.shown}: no questions found")
        summary.read += 1
        return _Source(key, shown.shown, digest, entries)
    except InputError as error:
        summary.skipped.append(Skipped(shown.shown, str(error).removeprefix(f"{shown.shown}: ")))
        return _kept(record, old) if record is not None and old is not None else None


def _digest(data: bytes, path: Path) -> str:
    beside = path.with_suffix(".json")
    extra = beside.read_bytes() if path.suffix.lower() == ".md" and beside.is_file() else b""
    return hashlib.blake2b(data + extra, digest_size=16).hexdigest()


def _contents(sources: Sequence[_Source], old: Index | None, embedder: Embedder, bank: Bank) -> Contents:
    entries: list[Entry] = []
    records: list[SourceRecord] = []
    kept_from: list[int] = []
    for source in sorted(sources, key=lambda source: (not source.key.startswith("corpus/"), source.key)):
        numbers = tuple(range(len(entries), len(entries) + len(source.entries)))
        records.append(SourceRecord(source.key, source.shown, source.digest, numbers))
        entries += source.entries
        kept_from += source.old if source.old is not None else [-1] * len(source.entries)
    entries = _unique_ids(entries)
    picture = old.topics if old is not None and old.topics.model == recogniser_for(embedder).identity else bank.picture(embedder)
    links = bank.link(entries, picture, embedder)
    topics = links.topics
    entries = [replace(entry, linked=topic.id if topic else "") for entry, topic in zip(entries, topics, strict=True)]
    passages = [
        passage
        for number, (entry, topic) in enumerate(zip(entries, topics, strict=True))
        for passage in passages_of(entry, number, topic.wordings if topic else ())
    ]
    passage_entry = np.array([passage.entry for passage in passages], dtype=np.int32)
    vectors, forward = _indexed(passages_text := [p.text for p in passages], passage_entry, kept_from, old, embedder)
    return Contents(
        entries=entries,
        groups=_groups(entries),
        counterparts=_counterparts(entries),
        passages=passages_text,
        passage_entry=passage_entry,
        passage_view=np.array([VIEWS.index(passage.view) for passage in passages], dtype=np.uint8),
        vectors=vectors,
        forward=forward,
        sources=records,
        glossary=dict(bank.glossary),
        shipped=bank.digest,
        topics=picture,
        about=links.about,
        held=links.held,
    )


def _indexed(
    texts: Sequence[str], passage_entry: Any, kept_from: Sequence[int], old: Index | None, embedder: Embedder
) -> tuple[Vectors, Forward]:
    """Vectors and term lists of all passages; those of unchanged entries are taken from the old index."""
    origin = np.full(len(texts), -1, dtype=np.int64)
    if old is not None:
        starts = np.searchsorted(old.passage_entry, np.arange(len(old) + 1))
        at = 0
        for number, count in enumerate(np.bincount(passage_entry, minlength=len(kept_from))):
            if (before := kept_from[number]) >= 0 and starts[before + 1] - starts[before] == count:
                origin[at : at + count] = np.arange(starts[before], starts[before + 1])
            at += int(count)
    new = np.flatnonzero(origin < 0)
    fresh_texts = [texts[int(i)] for i in new]
    fresh_vectors = embedder.encode(fresh_texts) if fresh_texts else np.zeros((0, embedder.dimensions), np.float32)
    fresh_forward = Forward.of(terms(text) for text in fresh_texts)
    if old is None:
        return fresh_vectors, fresh_forward
    reused = np.flatnonzero(origin >= 0)
    vectors = np.zeros((len(texts), embedder.dimensions), dtype=np.float32)
    vectors[new] = fresh_vectors
    vectors[reused] = old.vectors.vectors()[origin[reused]]
    order = np.empty(len(texts), dtype=np.int64)
    order[reused] = np.arange(len(reused))
    order[new] = len(reused) + np.arange(len(new))
    return vectors, old.forward().take(origin[reused]).join(fresh_forward).take(order)


def _unique_ids(entries: Sequence[Entry]) -> list[Entry]:
    """Entries whose ids are unique: of equal ones (the same file under two names) the later get a suffix."""
    seen: dict[str, int] = {}
    unique = []
    for entry in entries:
        base = entry.id.partition("~")[0]
        seen[base] = seen.get(base, 0) + 1
        name = base if seen[base] == 1 else f"{base}~{seen[base]}"
        unique.append(entry if name == entry.id else replace(entry, id=name))
    return unique


def _groups(entries: Sequence[Entry]) -> Any:
    """For each entry the number of the one that stands for it: the same question with (nearly) the same answer,
    or without one. The longest answer stands for the group."""
    by_question: dict[str, list[int]] = {}
    for number, entry in enumerate(entries):
        by_question.setdefault(squeeze(entry.question.zh or entry.question.en), []).append(number)
    groups = np.arange(len(entries), dtype=np.int32)
    for numbers in by_question.values():
        if len(numbers) == 1:
            continue
        numbers = sorted(numbers, key=lambda n: (not entries[n].curated, -len(entries[n].answer.zh + entries[n].answer.en), n))
        leaders: list[tuple[int, frozenset[str]]] = []
        for number in numbers:
            words = frozenset(terms(entries[number].answer.zh + entries[number].answer.en))
            leader = next((lead for lead, other in leaders if not words or _overlap(words, other) >= SAME_ANSWER), None)
            if leader is None:
                leaders.append((number, words))
            else:
                groups[number] = leader
    return groups


def _counterparts(entries: Sequence[Entry]) -> Any:
    """For each note the number of the curated entry it is linked to, -1 where that is not among the entries."""
    curated = {entry.id: number for number, entry in enumerate(entries) if entry.curated}
    return np.array([curated.get(entry.linked, -1) for entry in entries], dtype=np.int32)


def _overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / max(len(a | b), 1)
