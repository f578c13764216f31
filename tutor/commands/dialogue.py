"""What a person or a program says to a command: free text in a terminal, JSON lines from a program."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from tutor.commands.options import emit


def say_error(text: str) -> None:
    """Tell a program that its line was not understood; what was asked still stands."""
    emit({"type": "error", "text": text})


def read_request(understood: Callable[[Mapping[str, Any]], str]) -> Mapping[str, Any] | None:
    """The next JSON object from standard input, None at its end. A line that is none, or of which `understood` says what is wrong
    ("" for nothing), is answered with an error."""
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            say_error('not a JSON object; expected {"answer": "..."}')
            continue
        wrong = understood(request) if isinstance(request, dict) else 'not a JSON object; expected {"answer": "..."}'
        if not wrong:
            return dict(request)
        say_error(wrong)
    return None


def read_text(at_once: Callable[[str], bool] = lambda line: False) -> str | None:
    """What a person types, up to an empty line; one line where `at_once` says so. None at the end of input."""
    lines: list[str] = []
    while (line := read_line("> " if not lines else "  ")) is not None:
        if not lines and at_once(line):
            return line
        if not line.strip():
            break
        lines.append(line)
    return None if line is None and not lines else "\n".join(lines)


def read_line(prompt: str) -> str | None:
    """One line; None at the end of input. The prompt is for people only."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.rstrip("\r\n") if line else None
    with suppress(ImportError):
        import readline  # noqa: F401 (gives `input` line editing)
    try:
        return input(prompt)
    except EOFError:
        print(file=sys.stderr)  # noqa: T201 (ends the line of the prompt)
        return None
