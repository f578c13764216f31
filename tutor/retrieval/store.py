"""The index folder: what is in it, how it is written whole, and how it is opened.

    index/manifest.json          format, embedder, counts, and name and checksums of the current generation
    index/generation-000012/     entries.jsonl, passages.jsonl, sources.json, vectors.faiss, *.npy

A build writes a new generation beside the old one and then replaces the manifest, one rename: a reader
sees the old index or the new one, whole, also after kill -9. No pickle anywhere.
"""

from __future__ import annotations

import json
import os
import shutil
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tutor.entry import Entry, View
from tutor.errors import InputError, StoreError
from tutor.retrieval.embedder import Vectors
from tutor.retrieval.glossary import Glossary
from tutor.retrieval.lexical import Forward, LexicalIndex, term_hash
from tutor.retrieval.topics import Topics
from tutor.retrieval.vectors import build_vectors, drop_vectors, open_vectors
from tutor.text import squeeze

FORMAT = 4
MANIFEST = "manifest.json"
VIEWS: tuple[View, ...] = ("question", "wording", "linked", "answer")
#: Checksums are verified at every opening up to this size; above it only sizes are, and checksums by `tutor doctor`.
VERIFY_LIMIT = 256 * 2**20
_REBUILD = "rebuild it: tutor ingest --fresh PATH..."


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A file that was read: its identity, how it is shown, its content's hash, and its entries' numbers."""

    key: str
    shown: str
    digest: str
    entries: tuple[int, ...]


@dataclass(frozen=True)
class Contents:
    """Everything a build writes. Arrays are parallel to passages; `groups` and `counterparts` (the curated entry
    that a note is linked to, -1 where it is not in this index) to entries; `shipped` is the digest of
    the shipped bank and glossary that the build used, `topics` a picture of that bank, and `about` for each entry its topic there, or -1, and `held` for each topic whether any entry may be about it."""

    entries: Sequence[Entry]
    groups: npt.NDArray[np.int32]
    counterparts: npt.NDArray[np.int32]
    passages: Sequence[str]
    passage_entry: npt.NDArray[np.int32]
    passage_view: npt.NDArray[np.uint8]
    vectors: Vectors
    forward: Forward
    sources: Sequence[SourceRecord]
    glossary: dict[str, list[str]]
    shipped: str
    topics: Topics = field(default_factory=Topics.empty)
    about: npt.NDArray[np.int32] | None = None
    held: npt.NDArray[np.bool_] | None = None


class Lines:
    """A JSON-lines file read by line number, through an array of offsets: nothing is loaded before it is asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offsets = np.load(path.with_suffix(".npy"), mmap_mode="r", allow_pickle=False)
        self._file = path.open("rb")

    @staticmethod
    def write(path: Path, values: Sequence[Any]) -> None:
        offsets = [0]
        with path.open("wb") as file:
            for value in values:
                file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
                offsets.append(file.tell())
        np.save(path.with_suffix(".npy"), np.array(offsets, np.int64), allow_pickle=False)

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> Any:
        start, end = int(self._offsets[number]), int(self._offsets[number + 1])
        # pread keeps one open file safe to share among threads.
        return json.loads(os.pread(self._file.fileno(), end - start, start)) if hasattr(os, "pread") else self._seek(start, end)

    def _seek(self, start: int, end: int) -> Any:
        with self._path.open("rb") as file:
            file.seek(start)
            return json.loads(file.read(end - start))

    def close(self) -> None:
        self._file.close()


class Index:
    """An opened index; read only."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self.manifest = manifest
        self.generation = folder / manifest["generation"]
        self.embedder: str = manifest["embedder"]
        self.shipped: str = manifest["shipped"]
        self._entries = Lines(self.generation / "entries.jsonl")
        self._passages = Lines(self.generation / "passages.jsonl")
        self.groups = self._array("groups")
        self.counterparts = self._array("counterparts")
        self._asked = self._array("asked")
        self._asked_by = self._array("asked_by")
        self.passage_entry = self._array("passage_entry")
        self.passage_view = self._array("passage_view")
        self.by_passage = LexicalIndex.load(self.generation, "passage", len(self._passages))
        self.by_entry = LexicalIndex.load(self.generation, "entry", len(self._entries))
        self.topics = Topics.load(self.generation)
        self.about = self._array("about")
        self.held = self._array("held")
        # Everything a search reads is opened here: two builds later the files may be gone.
        self.vectors = open_vectors(self.generation)
        self.glossary = Glossary(json.loads((self.generation / "glossary.json").read_text(encoding="utf-8")))

    def _array(self, name: str) -> npt.NDArray[Any]:
        return np.asarray(np.load(self.generation / f"{name}.npy", mmap_mode="r", allow_pickle=False))

    def __len__(self) -> int:
        return len(self._entries)

    @cached_property
    def passage_group(self) -> npt.NDArray[np.int32]:
        """For each passage the entry that stands for its group of duplicates."""
        return np.asarray(self.groups[self.passage_entry], dtype=np.int32)

    def asked_by(self, query: str) -> npt.NDArray[np.int64]:
        """The passages that ask exactly this, up to punctuation, case and width."""
        text = squeeze(query)
        if not text:
            return np.zeros(0, np.int64)
        code = np.uint64(term_hash(text))
        start, end = self._asked.searchsorted(code), self._asked.searchsorted(code, side="right")
        return np.asarray(self._asked_by[start:end], dtype=np.int64)

    @cached_property
    def _passage_starts(self) -> npt.NDArray[np.int64]:
        return np.searchsorted(self.passage_entry, np.arange(len(self) + 1))

    def passage_ranges(self, number: int) -> list[tuple[int, int]]:
        """The passages `[start, end)` of an entry and of its duplicates."""
        starts = self._passage_starts
        return [(int(starts[member]), int(starts[member + 1])) for member in self.members.get(number, [number])]

    @cached_property
    def sources(self) -> list[SourceRecord]:
        data = json.loads((self.generation / "sources.json").read_text(encoding="utf-8"))
        return [SourceRecord(item["key"], item["shown"], item["digest"], tuple(item["entries"])) for item in data]

    @cached_property
    def members(self) -> dict[int, list[int]]:
        """For each entry that stands for duplicates, all members of its group."""
        order = np.argsort(self.groups, kind="stable")
        starts = np.flatnonzero(np.diff(self.groups[order], prepend=-1))
        sizes = np.diff(starts, append=len(order))
        return {
            int(self.groups[order[start]]): order[start : start + size].tolist()
            for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True)
        }

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Entry number by entry id."""
        return {self._entries[number]["id"]: number for number in range(len(self))}

    def entry(self, number: int) -> Entry:
        """Entry `number` with the sources of its duplicates."""
        entry = self._raw(number)
        members = self.members.get(number)
        if not members:
            return entry
        sources = tuple(source for member in members for source in (entry if member == number else self._raw(member)).sources)
        return replace(entry, sources=sources)

    def _raw(self, number: int) -> Entry:
        return Entry.from_dict(self._entries[number])

    def raw_entries(self) -> list[Entry]:
        return [self._raw(number) for number in range(len(self))]

    def passage(self, number: int) -> str:
        return str(self._passages[number])

    def forward(self) -> Forward:
        return Forward(self._array("forward_starts"), self._array("forward_terms"), self._array("forward_counts"))

    def close(self) -> None:
        self.vectors.close()
        self._entries.close()
        self._passages.close()


def open_index(folder: Path, embedder: str | None = None) -> Index:
    """The current index in `folder`. Raises StoreError where there is none, where it is of another format or
    embedder, or where a file does not match its checksum."""
    for _ in range(5):
        manifest = read_manifest(folder)
        if manifest is None:
            raise StoreError(f"{folder}: no index here yet", remedy="make one: tutor ingest PATH...")
        if embedder is not None and manifest["embedder"] != embedder:
            raise StoreError(f"{folder}: made with embedder {manifest['embedder']!r}, but {embedder!r} is set", remedy=_REBUILD)
        try:
            _verify(folder, manifest)
            return Index(folder, manifest)
        except FileNotFoundError as error:
            # A build may have swapped the generation between reading the manifest and opening its files.
            if (read_manifest(folder) or {}).get("generation") == manifest["generation"]:
                raise StoreError(f"{folder}: {Path(str(error.filename)).name} is missing", remedy=_REBUILD) from error
        except (ValueError, OSError, KeyError) as error:
            raise StoreError(f"{folder}: damaged index: {error}", remedy=_REBUILD) from error
    raise StoreError(f"{folder}: the index changes too fast to be opened", remedy="try again")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest, or None where there is no index. Raises StoreError for a damaged or foreign one."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise InputError(f"{folder}: not a folder", remedy="give --index a folder") from error
    except (ValueError, OSError, RecursionError) as error:
        raise StoreError(f"{folder / MANIFEST}: cannot be read: {error}", remedy=_REBUILD) from error
    found = manifest.get("format", "unknown") if isinstance(manifest, dict) else "unknown"
    if found != FORMAT:
        raise StoreError(f"{folder}: index format {found}, this version reads format {FORMAT}", remedy=_REBUILD)
    if not _well_formed(manifest):
        raise StoreError(f"{folder / MANIFEST}: damaged", remedy=_REBUILD)
    return dict(manifest)


def _well_formed(manifest: dict[str, Any]) -> bool:
    texts = all(isinstance(manifest.get(name), str) for name in ("generation", "embedder", "shipped"))
    files = manifest.get("files")
    return texts and isinstance(files, dict) and all(isinstance(value, list) and len(value) == 2 for value in files.values())


def _verify(folder: Path, manifest: dict[str, Any], *, everything: bool = False) -> None:
    generation = folder / manifest["generation"]
    total = sum(size for size, _ in manifest["files"].values())
    for name, (size, checksum) in manifest["files"].items():
        path = generation / name
        if path.stat().st_size != size:
            raise StoreError(f"{path}: {path.stat().st_size} bytes instead of {size}", remedy=_REBUILD)
        if (everything or total <= VERIFY_LIMIT) and zlib.crc32(path.read_bytes()) != checksum:
            raise StoreError(f"{path}: damaged (checksum does not match)", remedy=_REBUILD)


def verify(folder: Path) -> None:
    """Check every file against its checksum. Raises StoreError for the first that differs."""
    if manifest := read_manifest(folder):
        try:
            _verify(folder, manifest, everything=True)
        except FileNotFoundError as error:
            raise StoreError(f"{folder}: {Path(str(error.filename)).name} is missing", remedy=_REBUILD) from error


@contextmanager
def build_lock(folder: Path, timeout: float) -> Iterator[None]:
    """One build at a time. Raises StoreError when another one holds the folder longer than `timeout` seconds,
    or where the folder cannot be written."""
    from filelock import FileLock, Timeout

    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: not a folder", remedy="give --index a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        lock.acquire(timeout=timeout)
    except Timeout as error:
        raise StoreError(f"{folder}: another ingest is at work here", remedy="wait for it and try again") from error
    except OSError as error:
        raise StoreError(f"{folder}: cannot be written: {error.strerror or error}", remedy="choose a folder with --index") from error
    try:
        yield
    finally:
        lock.release()


def write_index(folder: Path, contents: Contents, embedder: str, engine: str = "faiss") -> None:
    """Write a new generation, its vectors into `engine`, and make it current; the caller holds the build lock."""
    try:
        _write(folder, contents, embedder, engine)
    except OSError as error:
        raise StoreError(
            f"{folder}: the index could not be written: {error.strerror or error}; the old one stays",
            remedy="free space or choose another folder with --index",
        ) from error


def _write(folder: Path, contents: Contents, embedder: str, engine: str) -> None:
    old = read_manifest_leniently(folder)
    number = max((int(path.name[11:]) for path in folder.glob("generation-[0-9]*") if path.name[11:].isdigit()), default=0) + 1
    generation = folder / f"generation-{number:06}"
    generation.mkdir()
    Lines.write(generation / "entries.jsonl", [entry.to_dict() for entry in contents.entries])
    Lines.write(generation / "passages.jsonl", contents.passages)
    records = [{"key": r.key, "shown": r.shown, "digest": r.digest, "entries": r.entries} for r in contents.sources]
    (generation / "sources.json").write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    (generation / "glossary.json").write_text(json.dumps(contents.glossary, ensure_ascii=False), encoding="utf-8")
    forward = contents.forward
    asking = np.flatnonzero(contents.passage_view < VIEWS.index("answer"))
    asked = np.array([term_hash(squeeze(contents.passages[int(place)])) for place in asking], dtype=np.uint64)
    order = np.argsort(asked, kind="stable")
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "asked": asked[order],
        "asked_by": asking[order],
        "groups": contents.groups,
        "counterparts": contents.counterparts,
        "about": np.full(len(contents.entries), -1, np.int32) if contents.about is None else contents.about,
        "held": np.zeros(len(contents.topics), np.bool_) if contents.held is None else contents.held,
        "passage_entry": contents.passage_entry,
        "passage_view": contents.passage_view,
        "forward_starts": forward.starts,
        "forward_terms": forward.terms,
        "forward_counts": forward.counts,
    }
    for name, array in arrays.items():
        np.save(generation / f"{name}.npy", array, allow_pickle=False)
    rows = forward.rows()
    LexicalIndex.build(rows, forward.terms, forward.counts, len(forward)).save(generation, "passage")
    entry_rows = contents.groups[contents.passage_entry][rows].astype(np.int64)
    LexicalIndex.build(entry_rows, forward.terms, forward.counts, len(contents.entries)).save(generation, "entry")
    contents.topics.save(generation)
    build_vectors(engine, generation, contents.vectors)
    files = {path.name: (path.stat().st_size, zlib.crc32(path.read_bytes())) for path in sorted(generation.iterdir())}
    manifest = {
        "format": FORMAT,
        "embedder": embedder,
        "shipped": contents.shipped,
        "generation": generation.name,
        "entries": len(contents.entries),
        "passages": len(contents.passages),
        "files": files,
    }
    _sync(generation)
    temporary = folder / f"{MANIFEST}.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / MANIFEST)
    keep = {generation.name, (old or {}).get("generation")}
    for path in folder.glob("generation-[0-9]*"):
        if path.name not in keep and path.name[11:].isdigit():
            drop_vectors(path)
            shutil.rmtree(path, ignore_errors=True)


def read_manifest_leniently(folder: Path) -> dict[str, Any] | None:
    """The manifest, or None where it is missing, damaged or foreign."""
    try:
        return read_manifest(folder)
    except StoreError:
        return None


def _sync(generation: Path) -> None:
    """Force the files to the disk before the manifest names them."""
    for path in generation.iterdir():
        with path.open("r+b") as file:
            os.fsync(file.fileno())
