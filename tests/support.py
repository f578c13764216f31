"""What several test modules need: the notes, and the command line as real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
REPOSITORY = TESTS.parent
NOTES = TESTS / "data" / "notes"
OFFLINE = TESTS / "offline"


@dataclass(frozen=True)
class Run:
    """A finished process."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout; anything else there is a failure."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        return json.loads(lines[0])

    @property
    def json_lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    def assert_failed(self, code: int, *wanted: str) -> None:
        """The contract of a failure: its exit code, one clear line on stderr that holds `wanted`, no traceback."""
        assert self.code == code, self
        assert "Traceback" not in self.err, self.err
        assert len(self.err.strip().splitlines()) == 1, self.err
        for text in wanted:
            assert text in self.err, self.err


class Cli:
    """Runs `python -m tutor` and other Python processes with the test's environment."""

    def __init__(self, network_log: Path) -> None:
        self._network_log = network_log

    def __call__(self, *arguments: object, stdin: str | bytes = b"", code: int | None = None) -> Run:
        return self._run([sys.executable, "-m", "tutor", *map(str, arguments)], stdin, code)

    def python(self, script: str, *arguments: object, stdin: str | bytes = b"", code: int | None = 0) -> Run:
        return self._run([sys.executable, "-c", script, *map(str, arguments)], stdin, code)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """The command line in the background."""
        command = [sys.executable, "-m", "tutor", *map(str, arguments)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")

    @property
    def refused(self) -> list[str]:
        """Attempts to reach the network, of all processes of this test."""
        return self._network_log.read_text(encoding="utf-8").splitlines() if self._network_log.exists() else []

    def _run(self, command: list[str], stdin: str | bytes, code: int | None) -> Run:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(command, input=data, capture_output=True, timeout=120, check=False)
        run = Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
        if code is not None:
            assert run.code == code, run
        return run
