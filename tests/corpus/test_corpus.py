"""The corpus itself: every entry is well-formed, and its Python code runs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tutor.lint import entry_files, lint, read_corpus
from tutor.retrieval.glossary import read_glossary
from tutor.settings import corpus_folder

_CODE = re.compile(r"^```python\n(.*?)^```", re.M | re.S)
#: Code that shows a library which is not installed for the tests is compiled only.
_IMPORTS = re.compile(r"^\s*(?:from|import)\s+(\w+)", re.M)
_HERE = frozenset(sys.stdlib_module_names) | {"numpy"}


def _blocks() -> list[object]:
    found = []
    for file in sorted(entry_files([corpus_folder()])):
        blocks = dict.fromkeys(_CODE.findall(file.read_text(encoding="utf-8")))
        found += [pytest.param(file, code, id=f"{file.stem}-{number}") for number, code in enumerate(blocks, 1)]
    return found


def test_lint_finds_nothing() -> None:
    entries, findings = read_corpus([corpus_folder()])
    assert findings + lint(entries) == []


def test_glossary_is_read() -> None:
    table = read_glossary(corpus_folder() / "glossary.yaml")
    assert "kv cache" in table["键值缓存"]
    assert "键值缓存" in table["kv cache"]


@pytest.mark.parametrize(("file", "code"), _blocks())
def test_code_compiles_and_runs(file: Path, code: str) -> None:
    compile(code, str(file), "exec")
    if set(_IMPORTS.findall(code)) <= _HERE and _IMPORTS.search(code):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
