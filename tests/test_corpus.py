"""The corpus itself: every entry is well-formed, and its Python code runs."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
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


_FORMULA = re.compile(r"\$\$(.+?)\$\$|(?<![\\$])\$([^$\n]+?)\$", re.S)
_RELATION = re.compile(r"\\approx|=")
_PLAIN = re.compile(r"[\d\s.+\-*/()^]+")


def _value(side: str) -> float | None:
    """The value of a side that is plain arithmetic; None for one with letters or units in it."""
    side = re.sub(r"\\frac\{([^{}]+)\}\{([^{}]+)\}", r"((\1)/(\2))", side)
    side = side.replace(r"\times", "*").replace(r"\cdot", "*").replace(r"\div", "/").replace("\\,", "").replace("{", "(").replace("}", ")")
    side = re.sub(r"(?<=\d),(?=\d{3})", "", side.strip(" .,;。"))
    if not _PLAIN.fullmatch(side) or not re.search(r"\d", side):
        return None
    try:
        return float(eval(side.replace("^", "**"), {"__builtins__": {}}))
    except (SyntaxError, ZeroDivisionError, TypeError, OverflowError):
        return None


def _sums() -> list[tuple[str, str, list[float], float, float]]:
    """Entry, formula, what the left side may mean, the right side, and the tolerance of its last digit."""
    found = []
    for _, entry in read_corpus([corpus_folder()])[0]:
        for text in (*entry.short.both(), *entry.answer.both()):
            for display, inline in _FORMULA.findall(_CODE.sub("", text)):
                formula = display or inline
                for left, right in pairwise(_RELATION.split(formula)):
                    value, shown = _value(left), _value(right)
                    # "14 / 2 \times 10^3" is read as 14 / (2 * 10^3) at a whiteboard.
                    grouped = _value(re.sub(r"/\s*([\d.]+\s*\\times\s*10\^(?:\{\d+\}|\d))", r"/(\1)", left))
                    if value is not None and shown is not None and grouped is not None:
                        decimals = len(match[1]) if (match := re.search(r"\.(\d+)", right)) else 0
                        found.append((entry.id, formula.strip(), [value, grouped], shown, 0.51 * 10**-decimals))
    return found


def _agree(value: float, shown: float, last_digit: float) -> bool:
    """Whether `shown` is `value`, rounded, maybe in a unit (k, M, G, 亿, Ki, Mi, Gi) that stands behind the formula."""
    units = [10.0**power for power in range(-12, 13)] + [1024.0**power for power in (1, 2, 3, 4)]
    return any(abs(value / unit - shown) <= max(0.03 * abs(shown), last_digit if abs(shown) < 1000 else 0) for unit in units)


def test_worked_arithmetic_is_right() -> None:
    sums = _sums()
    assert len(sums) > 200, "the corpus is full of worked numbers; the pattern has stopped finding them"
    assert [(name, formula) for name, formula, values, shown, last in sums if not any(_agree(v, shown, last) for v in values)] == []
