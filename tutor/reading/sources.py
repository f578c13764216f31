"""A file to its entries: the reader for each kind of file, and the ids of what was read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable

from tutor.entry import Entry, Source, Text
from tutor.errors import InputError
from tutor.reading.curated import is_curated, read_curated
from tutor.reading.files import File, decode
from tutor.reading.pages import docx_to_text, html_to_text, pdf_to_text
from tutor.reading.splitter import Item, split
from tutor.reading.tabular import read_csv, read_json, read_json_lines
from tutor.text import language_of, squeeze

_CONVERTERS: dict[str, Callable[[bytes, str], str]] = {
    ".html": lambda data, shown: html_to_text(data, shown),
    ".htm": lambda data, shown: html_to_text(data, shown),
    ".xhtml": lambda data, shown: html_to_text(data, shown),
    ".pdf": pdf_to_text,
    ".docx": docx_to_text,
}
_TABLES: dict[str, Callable[[str, str], list[Item]]] = {
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_csv,
    ".tsv": read_csv,
}


def read_entries(file: File, data: bytes) -> list[Entry]:
    """The entries of a file. Raises InputError naming the file where it cannot be read at all.

    `line` is that of the question in the file; for HTML, PDF and DOCX that of its converted text.
    """
    suffix = file.path.suffix.lower()
    if suffix in _TABLES:
        return _entries(_TABLES[suffix](decode(data, file.shown), file.shown), file)
    text = read_text(file, data)
    if suffix in _CONVERTERS:
        return _entries(split(text), file)
    if is_curated(text):
        return [read_curated(text, file.shown, file.path.with_suffix(".json"))]
    if not text.strip():
        raise InputError(f"{file.shown}: the file is empty")
    return _entries(split(text), file)


def read_text(file: File, data: bytes) -> str:
    """A file as plain text. Raises InputError naming the file where it cannot be read."""
    convert = _CONVERTERS.get(file.path.suffix.lower(), decode)
    try:
        return convert(data, file.shown)
    except RecursionError as error:
        raise InputError(f"{file.shown}: nested too deeply") from error


def _entries(items: list[Item], file: File) -> list[Entry]:
    asked: Counter[str] = Counter()
    entries = []
    for item in items:
        key = squeeze(item.question)
        asked[key] += 1
        digest = hashlib.blake2b(f"{file.path.name}\n{key}\n{asked[key]}".encode(), digest_size=6).hexdigest()
        chinese = language_of(item.question + item.answer[:400]) == "zh"
        entries.append(
            Entry(
                id=f"note-{digest}",
                question=Text(zh=item.question) if chinese else Text(en=item.question),
                answer=Text(zh=item.answer) if chinese else Text(en=item.answer),
                sources=(Source(file.shown, item.line),),
                section=item.section,
            )
        )
    return entries
