"""A file to its entries: the reader for each suffix, ids, languages, lines, and hostile Markdown."""

from pathlib import Path

import pytest

from tests.support import NOTES
from tutor.errors import InputError
from tutor.reading.files import File
from tutor.reading.sources import read_entries


def _read(name: str, text: str | bytes):
    return read_entries(File(Path(name), f"notes/{name}"), text.encode() if isinstance(text, str) else text)


QUESTIONS = {
    "a.md": "## 1. What is a token?\n\nA piece of text.\n\n## 2. What is a vocabulary?\n\nAll tokens.\n",
    "a.txt": "1. What is a token?\nA piece of text.\n2. What is a vocabulary?\nAll tokens.\n",
    "a.html": "<h2>What is a token?</h2><p>A piece of text.</p><h2>What is a vocabulary?</h2><p>All tokens.</p>",
    "a.json": '[{"question": "What is a token?", "answer": "A piece of text."}, {"question": "What is a vocabulary?", "answer": "All tokens."}]',
    "a.jsonl": '{"q": "What is a token?", "a": "A piece of text."}\n{"q": "What is a vocabulary?", "a": "All tokens."}\n',
    "a.ndjson": '{"q": "What is a token?", "a": "A piece of text."}\n{"q": "What is a vocabulary?", "a": "All tokens."}\n',
    "a.csv": "question,answer\nWhat is a token?,A piece of text.\nWhat is a vocabulary?,All tokens.\n",
    "a.tsv": "question\tanswer\nWhat is a token?\tA piece of text.\nWhat is a vocabulary?\tAll tokens.\n",
    "A.TXT": "1. What is a token?\nA piece of text.\n2. What is a vocabulary?\nAll tokens.\n",
    "no-suffix": "1. What is a token?\nA piece of text.\n2. What is a vocabulary?\nAll tokens.\n",
}


@pytest.mark.parametrize(("name", "text"), QUESTIONS.items(), ids=QUESTIONS.keys())
def test_every_format_gives_the_same_entries(name, text):
    entries = _read(name, text)
    assert [(entry.question.en, entry.answer.en) for entry in entries] == [
        ("What is a token?", "A piece of text."),
        ("What is a vocabulary?", "All tokens."),
    ]
    assert {entry.sources[0].path for entry in entries} == {f"notes/{name}"}
    assert all(entry.sources[0].line >= 1 for entry in entries)


def test_lines_point_at_the_question():
    lines = (NOTES / "serving.txt").read_text(encoding="utf-8").splitlines()
    for entry in _read("serving.txt", "\n".join(lines)):
        assert entry.question.en in lines[entry.sources[0].line - 1]


def test_ids_stay_when_answers_change_and_differ_within_a_file():
    before = _read("a.md", "## 1. What is X?\n\nOld.\n\n## 2. What is Y?\n\nY.\n")
    after = _read("a.md", "intro\n\n## 1. What is X?\n\nNew.\n\n## 2. What is Y?\n\nY.\n")
    assert [entry.id for entry in before] == [entry.id for entry in after]
    twice = _read("a.jsonl", '{"q": "Same?", "a": "1"}\n{"q": "Same?", "a": "2"}\n')
    assert len({entry.id for entry in twice}) == 2


def test_an_entry_lies_in_the_language_it_is_written_in():
    chinese, english = _read("a.jsonl", '{"q": "什么是 LoRA?", "a": "低秩适配"}\n{"q": "What is LoRA?", "a": "Low-rank adaptation"}\n')
    assert (chinese.question.zh, chinese.question.en) == ("什么是 LoRA?", "")
    assert (english.question.zh, english.question.en) == ("", "What is LoRA?")


def test_numbered_lists_inside_an_answer_are_no_questions():
    entries = _read(
        "a.md",
        "## 1. How is BPE trained?\n\n1. Count the pairs.\n2. Merge the most frequent.\n3. Repeat.\n\n## 2. What is it for?\n\nTokens.\n",
    )
    assert [entry.question.en for entry in entries] == ["How is BPE trained?", "What is it for?"]
    assert "3. Repeat." in entries[0].answer.en


def test_code_in_an_answer_is_kept_as_it_is():
    code = "```python\n# 1. What is this?\nx = {'a': 1}\n\n\ndef f():\n    return x\n```"
    entries = _read("a.md", f"## 1. How is it written?\n\n{code}\n\n## 2. Why?\n\nBecause.\n")
    assert [entry.question.en for entry in entries] == ["How is it written?", "Why?"]
    assert entries[0].answer.en.replace("\n\n\n", "\n\n") == code.replace("\n\n\n", "\n\n")


def test_script_in_markdown_is_text_like_any_other():
    """Nothing is executed here and nothing is hidden: what shows the answer must make it harmless."""
    entry = _read("a.md", "## 1. What is XSS?\n\n<script>alert(1)</script> in a page.\n\n## 2. What is CSRF?\n\nForged requests.\n")[0]
    assert entry.question.en == "What is XSS?"
    assert "in a page." in entry.answer.en


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff", "\n" * 1000], ids=["nothing", "blanks", "BOM only", "line breaks"])
def test_a_file_without_text_is_refused_by_name(text):
    with pytest.raises(InputError, match=r"^notes/a\.md: the file is empty"):
        _read("a.md", text)


@pytest.mark.parametrize("text", ["Just one line of prose.", "a\nb\nc\n", "---\n", "```\nnever closed", "$$\nx"], ids=lambda text: text[:8])
def test_a_text_without_questions_has_no_entries(text):
    assert _read("a.txt", text) == []


def test_a_line_of_a_megabyte_does_not_stall():
    entries = _read("a.txt", "1. What is long?\n" + "词 " * 500_000 + "\n2. What is short?\nThis.\n")
    assert [entry.question.en or entry.question.zh for entry in entries] == ["What is long?", "What is short?"]


def test_three_thousand_questions_are_read():
    text = "\n".join(f"{n}. What is topic number {n}?\nIt is topic {n}, told in one sentence.\n" for n in range(1, 3001))
    assert len(_read("a.txt", text)) >= 2990
