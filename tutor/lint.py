"""`tutor corpus lint`: what is wrong with the curated entries, one line a finding."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from tutor.entry import WORDING_KINDS, Entry
from tutor.errors import InputError
from tutor.reading.curated import read_curated
from tutor.retrieval.embedder import HashedEmbedder
from tutor.text import normalise, squeeze

_CJK = re.compile(r"[\u4e00-\u9fff]")
_NAME = re.compile(r"\b[A-Z][A-Za-z]*[A-Z][A-Za-z0-9-]*\b")
_FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+?)\$", re.DOTALL)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
#: Two wordings this similar (cosine of their spelling) ask the same.
TOO_NEAR = 0.97
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_corpus(paths: Iterable[Path]) -> tuple[list[tuple[Path, Entry]], list[str]]:
    """Entries below `paths` (folders or files), and a finding for each file that cannot be read."""
    entries, findings = [], []
    for file in sorted(entry_files(paths)):
        try:
            text = file.read_text(encoding="utf-8")
            entries.append((file, read_curated(text, str(file), file.with_suffix(".json"))))
        except (InputError, UnicodeDecodeError) as error:
            findings.append(str(error))
    return entries, findings


def entry_files(paths: Iterable[Path]) -> Iterable[Path]:
    """The Markdown files of curated entries below `paths`. Raises InputError for a path that does not exist."""
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}: no such file or folder", remedy="check the path")
        yield from (file for file in path.rglob("*.md") if file.name != "README.md") if path.is_dir() else [path]


def lint(entries: Sequence[tuple[Path, Entry]], known: frozenset[str] | None = None) -> list[str]:
    """Findings over all entries; links are checked against `known` ids (default: these entries)."""
    findings: list[str] = []
    ids = known if known is not None else frozenset(entry.id for _, entry in entries)
    seen: dict[str, str] = {}
    for file, entry in entries:
        found = list(_lint_entry(file, entry))
        found += [f"follow-up {name!r} is not an entry" for name in entry.follow_ups if name not in ids]
        for asked in (*entry.question.both(), *(wording.text for wording in entry.wordings)):
            other = seen.setdefault(squeeze(asked), entry.id)
            if other != entry.id:
                found.append(f"asks the same as {other}: {asked}")
        findings += [f"{file}: {finding}" for finding in found]
    return findings + list(_lint_siblings(entries))


def _lint_siblings(entries: Sequence[tuple[Path, Entry]]) -> Iterable[str]:
    """Wordings that sit closer to another entry than to any other wording of their own."""
    texts = [
        (text, place) for place, (_, entry) in enumerate(entries) for text in (*entry.question.both(), *(w.text for w in entry.wordings))
    ]
    if not texts:
        return
    vectors = HashedEmbedder().encode([text for text, _ in texts])
    owners = np.array([place for _, place in texts])
    for start in range(0, len(texts), 1000):
        similar = vectors[start : start + 1000] @ vectors.T
        for row, scores in enumerate(similar):
            own = owners == owners[start + row]
            scores[own] = 0
            nearest = int(np.argmax(scores))
            if scores[nearest] >= TOO_NEAR:
                text, place = texts[start + row]
                other, owner = texts[nearest]
                yield f"{entries[place][0]}: {text!r} is nearly {other!r} of {entries[owner][1].id}"


def unlisted_terms(entries: Sequence[tuple[Path, Entry]], glossary: Mapping[str, object]) -> list[tuple[str, int]]:
    """Names in capitals that several answers use and the glossary does not list, with the number of entries; worth a look."""
    counts: Counter[str] = Counter()
    for _, entry in entries:
        counts.update(set(_NAME.findall(f"{entry.short.en} {entry.answer.en}")))
    return [(name, count) for name, count in counts.most_common() if count >= 5 and normalise(name).removesuffix("s") not in glossary]


def _lint_entry(file: Path, entry: Entry) -> Iterable[str]:
    yield from _lint_place(file, entry)
    yield from _lint_texts(entry)
    yield from _lint_wordings(entry)
    yield from _lint_rubric(entry)
    yield from _lint_links(entry)


def _lint_place(file: Path, entry: Entry) -> Iterable[str]:
    if entry.id != file.stem or not _SLUG.fullmatch(entry.id):
        yield f"id {entry.id!r} must be the file's name, in lower case with hyphens"
    if entry.topic != file.parent.name:
        yield f"topic {entry.topic!r} must be the folder's name"
    if entry.difficulty not in (1, 2, 3):
        yield "difficulty must be 1, 2 or 3"
    if entry.frequency not in ("high", "medium", "low"):
        yield "frequency must be high, medium or low"


def _lint_texts(entry: Entry) -> Iterable[str]:
    for name, text in (("question", entry.question), ("short answer", entry.short), ("full answer", entry.answer)):
        if not _CJK.search(text.zh):
            yield f"Chinese {name} has no Chinese"
        if not text.en or _CJK.search(text.en):
            yield f"English {name} is missing or holds Chinese"
    zh, en = _words(entry.answer.zh), _words(entry.answer.en)
    for language, count in (("Chinese", zh), ("English", en)):
        if not 120 <= count <= 700:
            yield f"{language} full answer has {count} words; 120 to 500 is the aim"
    if max(zh, en) > 2.2 * min(zh, en):
        yield f"answers of very different length: {zh} (zh) and {en} (en)"
    for answer in (*entry.answer.both(), *entry.short.both()):
        if answer.count("$$") % 2 or answer.replace("$$", "").replace("\\$", "").count("$") % 2:
            yield "unbalanced $ in a formula"
        if answer.count("```") % 2:
            yield "code fence is not closed"
        yield from (f"formula does not parse: {formula[:60]}" for formula in _formulas(answer) if not _balanced(formula))


def _lint_wordings(entry: Entry) -> Iterable[str]:
    others = [wording for wording in entry.wordings if wording.kind == "other"]
    if len(others) < 6:
        yield f"{len(others)} other wordings; at least 6"
    for kind, wanted in WORDING_KINDS.items():
        count = sum(wording.kind == kind for wording in entry.wordings)
        if count < wanted:
            yield f"bank has {count} {kind} wordings; at least {wanted}"
    texts = [squeeze(wording.text) for wording in entry.wordings]
    if len(set(texts)) < len(texts):
        yield f"repeated wording: {next(text for text in texts if texts.count(text) > 1)}"


def _lint_links(entry: Entry) -> Iterable[str]:
    if not 1 <= len(entry.misconceptions) <= 3:
        yield f"{len(entry.misconceptions)} misconceptions; 1 to 3"
    if len(entry.follow_ups) < 2:
        yield "at least 2 follow-ups"
    if not entry.references:
        yield "at least one primary source"
    for reference in entry.references:
        if not reference.url.startswith("https://") or not 1900 < reference.year < 2100:
            yield f"reference {reference.title!r}: https address and year wanted"


def _lint_rubric(entry: Entry) -> Iterable[str]:
    if not 3 <= len(entry.rubric) <= 6:
        yield f"{len(entry.rubric)} key points; 3 to 6"
    if sum(point.weight for point in entry.rubric) != 100:
        yield f"weights sum to {sum(point.weight for point in entry.rubric)}, not 100"
    for point in entry.rubric:
        if len(point.right) < 8 or len(point.wrong) < 4:
            yield f"key point {point.id}: {len(point.right)} right and {len(point.wrong)} wrong phrasings; 8 and 4"
        if not (point.text.zh and point.text.en and point.probe.zh and point.probe.en):
            yield f"key point {point.id}: text and probe in both languages"


def _words(text: str) -> int:
    """Length in words: a Chinese character counts for two thirds of a word."""
    return round(len(_CJK.findall(text)) / 1.5) + len(re.findall(r"[A-Za-z][A-Za-z'-]*", _CJK.sub(" ", text)))


def _formulas(text: str) -> Iterable[str]:
    return (display or inline for display, inline in _FORMULA.findall(_CODE.sub("", text)))


def _balanced(formula: str) -> bool:
    """Whether braces, \\left and \\right, \\begin and \\end pair up."""
    bare = re.sub(r"\\[{}]", "", formula)
    lefts, rights = (len(re.findall(rf"\\{side}(?![a-z])", formula)) for side in ("left", "right"))
    return bare.count("{") == bare.count("}") and lefts == rights and formula.count("\\begin") == formula.count("\\end")
