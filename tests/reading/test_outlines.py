"""The outline documents: hand-written messy notes, and what must be found in them (tests/data/outlines/README.md)."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests.support import TESTS
from tutor.reading.files import File, read_bytes
from tutor.reading.sources import read_entries

OUTLINES = TESTS / "data" / "outlines"
SETS = ("dev", "exam")
FOUND = 0.98
FALSE = 0.01
#: Answers that begin, end and hold what they should; no contract, but a fall below this is a broken splitter.
WHOLE = 0.90

_LABEL = re.compile(r"(A|Ans|Answer|答案?|回答|参考答案|参考回答|解答|解析)[:：]?")
_IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")


@dataclass
class Result:
    """What came of one document."""

    name: str
    questions: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def _documents(folder: str) -> list[Path]:
    return sorted(path.with_suffix("").with_suffix("") for path in (OUTLINES / folder).glob("*.expected.jsonl"))


def _same(text: str) -> str:
    """A text as the documents are compared: without white space, invisible characters, width and markup."""
    text = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s\u200b\u200c\u200d\ufeff]+", "", re.sub(r"[*_`#>|]", "", text))


@cache
def _compare(document: Path) -> Result:
    rows = [json.loads(line) for line in Path(f"{document}.expected.jsonl").read_text(encoding="utf-8").splitlines()]
    noise = [text for row in rows for text in row.get("noise", ())]
    rows = [row for row in rows if "question" in row]
    file = File(document, document.name)
    entries = read_entries(file, read_bytes(file, 50))
    pairs = [(entry.question.zh or entry.question.en, entry.answer.zh or entry.answer.en) for entry in entries]
    result = Result(document.name, len(rows))
    open_pairs = list(pairs)
    for row in rows:
        pair = next((pair for pair in open_pairs if _same(pair[0]) == _same(row["question"])), None)
        if pair is None:
            result.missed.append(row["question"])
            continue
        open_pairs.remove(pair)
        result.faults += [f"{row['question']}: {fault}" for fault in _faults(row, _same(_IMAGE.sub("", pair[1])))]
    result.false = [question for question, _ in open_pairs]
    everything = _same("".join(f"{question}\n{answer}\n" for question, answer in pairs))
    result.faults += [f"noise: {text}" for text in noise if _same(text) in everything]
    return result


def _faults(row: dict, answer: str) -> list[str]:
    faults = []
    label = bool(_LABEL.fullmatch(row["first"]))
    first, last = "" if label else _same(row["first"]), _same(row["last"])
    if not first and answer and not label:
        faults.append("should have no answer")
    if first and first not in answer[: len(first) + 25]:
        faults.append(f"does not begin with {row['first']!r}")
    if last and last not in answer[-len(last) - 12 :]:
        faults.append(f"does not end with {row['last']!r}")
    return faults + [f"lacks {text!r}" for text in row.get("contains", ()) if _same(text) not in answer]


def _results(folder: str) -> list[Result]:
    documents = _documents(folder)
    if not documents:
        pytest.skip(f"no outline documents in {folder}/")
    return [_compare(document) for document in documents]


@pytest.mark.parametrize("document", [path for folder in SETS for path in _documents(folder)], ids=lambda path: path.name)
def test_every_document_is_read(document):
    result = _compare(document)
    assert result.questions > len(result.missed), result


@pytest.mark.parametrize("folder", SETS)
def test_questions_of_the_outlines_are_found(folder):
    results = _results(folder)
    total = sum(result.questions for result in results)
    missed = [f"{result.name}: {question}" for result in results for question in result.missed]
    assert 1 - len(missed) / total >= FOUND, f"{len(missed)} of {total} missed\n" + "\n".join(missed)


@pytest.mark.parametrize("folder", SETS)
def test_hardly_any_line_is_taken_for_a_question_that_is_none(folder):
    results = _results(folder)
    total = sum(result.questions for result in results)
    false = [f"{result.name}: {question}" for result in results for question in result.false]
    assert len(false) / total <= FALSE, f"{len(false)} false beside {total}\n" + "\n".join(false)


@pytest.mark.parametrize("folder", SETS)
def test_answers_begin_and_end_where_they_should(folder):
    results = _results(folder)
    total = sum(result.questions for result in results)
    faults = [f"{result.name}: {fault}" for result in results for fault in result.faults]
    assert 1 - len(faults) / total >= WHOLE, f"{len(faults)} faults in {total} answers\n" + "\n".join(faults)
