"""JSON, JSON lines and CSV/TSV of questions and answers.

Field names are matched by meaning: question/prompt/instruction/问题/front and answer/response/output/答案/back;
chat records (`messages` or `conversations`) give their first user and assistant turns.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tutor.errors import InputError
from tutor.reading.splitter import Item

_QUESTION = ("question", "q", "问题", "题目", "question_zh", "prompt", "instruction", "query", "title", "front", "面试题")
_ANSWER = ("answer", "a", "答案", "回答", "answers", "response", "output", "completion", "content", "back", "解答", "参考答案")
_SECTION = ("section", "topic", "category", "tag", "tags", "分类", "章节", "类别")


def read_json(text: str, shown: str) -> list[Item]:
    """Entries of a JSON document: a list of records, or an object that holds one, or question -> answer."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise InputError(f"{shown}: not valid JSON: {error}") from error
    except RecursionError as error:
        raise InputError(f"{shown}: nested too deeply") from error
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        if lists:
            data = max(lists, key=len)
        elif data and all(isinstance(value, str) for value in data.values()) and not _field(data, _QUESTION):
            data = [{"question": key, "answer": value} for key, value in data.items()]
        else:
            data = [data]
    records = [(1, record) for record in data] if isinstance(data, list) else []
    return _locate(list(_items(records)), text)


def read_json_lines(text: str, shown: str) -> list[Item]:
    """Entries of JSON lines; a broken line is passed over. Raises InputError if no line is an object."""
    records: list[tuple[int, Any]] = []
    broken = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            records.append((number, json.loads(line)))
        except (ValueError, RecursionError):
            broken += 1
    if broken and not records:
        raise InputError(f"{shown}:1: no line is a JSON object", remedy='one {"question": ..., "answer": ...} a line')
    return list(_items(records))


def read_csv(text: str, shown: str) -> list[Item]:
    """Entries of CSV, TSV or semicolon-separated rows, with or without a header row."""
    sample = text[:8192]
    try:
        dialect: type[csv.Dialect] | csv.Dialect = csv.Sniffer().sniff(sample, delimiters=",\t;|")
    except csv.Error:
        dialect = csv.excel_tab if "\t" in sample.split("\n")[0] else csv.excel
    try:
        rows = _rows(text, dialect)
    except csv.Error as error:
        if "limit" in str(error):
            longest = max(enumerate(text.split("\n"), 1), key=lambda line: len(line[1]))[0]
            raise InputError(f"{shown}:{longest}: not valid CSV: {error}") from error
        # A quote that is never closed must not swallow the rest of the file: each line is then a row.
        rows = [(number, line.split(getattr(dialect, "delimiter", ","))) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        rows = [(number, [cell.strip().strip('"') for cell in cells]) for number, cells in rows]
    if not rows:
        return []
    header = [cell.lower() for cell in rows[0][1]]
    if any(name in header for name in _QUESTION):
        return list(_items((line, dict(zip(header, row, strict=False))) for line, row in rows[1:]))
    return list(_items((line, {"question": row[0], "answer": row[1] if len(row) > 1 else ""}) for line, row in rows))


def _rows(text: str, dialect: type[csv.Dialect] | csv.Dialect) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, with the line each begins on. Raises csv.Error for broken quoting."""
    rows = []
    reader = csv.reader(io.StringIO(text), dialect, strict=True)
    start = 1
    for row in reader:
        if any(cell.strip() for cell in row):
            rows.append((start, [cell.strip() for cell in row]))
        start = reader.line_num + 1
    return rows


def _items(records: Iterable[tuple[int, Any]]) -> Iterator[Item]:
    for line, record in records:
        if not isinstance(record, Mapping):
            continue
        question, answer = _field(record, _QUESTION), _field(record, _ANSWER)
        turns = record.get("messages") or record.get("conversations")
        if isinstance(turns, list) and not question:
            question, answer = _turn(turns, ("user", "human")), _turn(turns, ("assistant", "gpt"))
        extra = record.get("input")
        if question and isinstance(extra, str) and extra.strip() and "instruction" in record:
            question = f"{question}\n{extra.strip()}"
        if question:
            yield Item(question, answer, line, _field(record, _SECTION))


def _field(record: Mapping[str, Any], names: Iterable[str]) -> str:
    lowered = {str(key).strip().lower(): value for key, value in record.items()}
    for name in names:
        value = lowered.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            return "\n".join(value).strip()
    return ""


def _turn(turns: list[Any], roles: tuple[str, ...]) -> str:
    for turn in turns:
        if isinstance(turn, Mapping) and str(turn.get("role") or turn.get("from")) in roles:
            return str(turn.get("content") or turn.get("value") or "").strip()
    return ""


def _locate(items: list[Item], text: str) -> list[Item]:
    """The items with the lines their questions stand on in the file."""
    located, position = [], 0
    for item in items:
        for form in (json.dumps(item.question, ensure_ascii=False)[1:-1], json.dumps(item.question)[1:-1]):
            if (found := text.find(form, position)) >= 0:
                position = found
                break
        located.append(Item(item.question, item.answer, text.count("\n", 0, position) + 1, item.section))
    return located
