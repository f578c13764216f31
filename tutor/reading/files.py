"""From paths to texts: which files to read, what is refused, and how bytes become characters."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.errors import InputError

TEXT_SUFFIXES = frozenset({".txt", ".text", ".md", ".markdown", ".mdx", ".rst"})
SUFFIXES = TEXT_SUFFIXES | {".html", ".htm", ".xhtml", ".pdf", ".docx", ".json", ".jsonl", ".ndjson", ".csv", ".tsv"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL = re.compile("[\t\n\r -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”‘’…—·]")


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: where it is, and how the user would name it."""

    path: Path
    shown: str


def find_files(paths: Iterable[Path]) -> Iterator[File]:
    """The readable files below `paths`, sorted; a file named outright is taken whatever its suffix.

    Hidden files, links that leave the folder, and the corpus' own README and data files are left out.
    Raises InputError for a path that does not exist.
    """
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder", remedy="check the path")
        found = [path] if not path.is_dir() else sorted(_walk(path))
        for file in found:
            resolved = file.resolve()
            if resolved not in seen:
                seen.add(resolved)
                yield File(resolved, str(file))


def _walk(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    corpus = (folder / "glossary.yaml").is_file()
    for file in folder.rglob("*"):
        if any(part.startswith(".") for part in file.relative_to(folder).parts):
            continue
        if file.suffix.lower() not in SUFFIXES or not file.is_file():
            continue
        if file.is_symlink() and root not in file.resolve().parents:
            continue
        if corpus and file.parent == folder:
            continue
        if file.suffix.lower() == ".json" and file.with_suffix(".md").is_file():
            continue
        yield file


def read_bytes(file: File, max_mb: int) -> bytes:
    """The content. Raises InputError where it is too large, empty or cannot be read."""
    try:
        size = file.path.stat().st_size
        if size > max_mb * 2**20:
            raise InputError(
                f"{file.shown}: {size / 2**20:.0f} MB is over the limit of {max_mb} MB",
                remedy="split it, or raise TUTOR_MAX_FILE_MB",
            )
        if size == 0:
            raise InputError(f"{file.shown}: the file is empty")
        return file.path.read_bytes()
    except OSError as error:
        raise InputError(f"{file.shown}: cannot be read: {error.strerror or error}") from error


def decode(data: bytes, shown: str) -> str:
    """Text of UTF-8, UTF-16/32 or GB18030 bytes; damaged bytes are left out. Raises InputError for binary data."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _clean(data.decode(encoding, errors="ignore"))
    if encoding := _utf16_without_bom(data):
        return _clean(data.decode(encoding, errors="ignore"))
    if looks_binary(data):
        if text := _utf16_chinese(data):
            return _clean(text)
        raise InputError(f"{shown}: binary data, not text", remedy="export it as text, Markdown, PDF or DOCX")
    try:
        return _clean(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    candidates = [data.decode(encoding, errors="replace") for encoding in ("utf-8", "gb18030")]
    best = min(candidates, key=lambda text: text.count("\ufffd"))
    if best.count("\ufffd") > 0.1 * len(best):
        raise InputError(f"{shown}: unknown text encoding", remedy="save it as UTF-8")
    return _clean(best.replace("\ufffd", ""))


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace("\u2028", "\n").replace("\x0c", "\n")


def _utf16_without_bom(data: bytes) -> str:
    """UTF-16 text that is half ASCII betrays itself by zero bytes in every second place."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(head) < 4 or max(even, odd) < 0.08 * len(head):
        return ""
    if odd > 8 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 8 * odd else ""


def _utf16_chinese(data: bytes) -> str:
    """UTF-16 text without a byte order mark that is nearly all Chinese holds few zero bytes, but reads as Chinese."""
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data[: len(data) // 2 * 2].decode(encoding)
        except UnicodeDecodeError:
            continue
        usual = len(_USUAL.findall(text))
        if usual >= 0.95 * len(text):
            return text
    return ""


def looks_binary(data: bytes) -> bool:
    """Whether the beginning holds control characters, or the mark of a known binary format."""
    head = data[:8192]
    control = sum(byte < 9 or (13 < byte < 32 and byte != 27) for byte in head)
    return control > 0.01 * len(head) or data.startswith((b"\x7fELF", b"PK\x03\x04", b"\x89PNG", b"%PDF", b"\xff\xd8\xff"))
