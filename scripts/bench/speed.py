"""Speed of the command line, always beside a baseline measured in the same run.

    python scripts/bench/speed.py NOTES...

Prints medians and ratios: a cold `tutor search` process against `python -c "import numpy, faiss"`; warm
question to hits; 1,000 queries in one `--batch`; ingesting the notes in a cold process on one core.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tutor.tutor import Tutor

BASELINE = [sys.executable, "-c", "import numpy, faiss"]
TUTOR = [sys.executable, "-m", "tutor"]


def seconds(command: list[str], stdin: str = "", environment: dict[str, str] | None = None) -> float:
    """Wall time of a process that must succeed."""
    start = time.perf_counter()
    subprocess.run(command, input=stdin, text=True, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notes", nargs="+", type=Path)
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        index = Path(temporary) / "index"
        one_core = {**os.environ, "OMP_NUM_THREADS": "1"}
        ingest = [*TUTOR, "ingest", *map(str, options.notes), "--index", str(index), "--fresh"]
        if hasattr(os, "sched_setaffinity"):
            ingest = ["taskset", "-c", "0", *ingest]
        print(f"ingest, cold process, one core: {statistics.median(seconds(ingest, environment=one_core) for _ in range(3)):.2f} s")

        tutor = Tutor.open(index)
        questions = [tutor.index.entry(n).question.pick("zh") for n in range(len(tutor.index))]
        cold, base = [], []
        for turn in range(options.runs):
            base.append(seconds(BASELINE))
            cold.append(seconds([*TUTOR, "search", questions[turn], "--json", "--index", str(index)]))
        ratio = statistics.median(cold) / statistics.median(base)
        print(f"cold search {statistics.median(cold):.3f} s, import numpy+faiss {statistics.median(base):.3f} s, ratio {ratio:.2f}")

        times = []
        for question in questions * 3:
            start = time.perf_counter()
            tutor.search(question)
            times.append((time.perf_counter() - start) * 1000)
        times.sort()
        print(
            f"warm search: median {statistics.median(times):.2f} ms, p95 {times[int(len(times) * 0.95)]:.2f} ms, {len(tutor.index)} entries"
        )

        lines = "".join(json.dumps({"id": n, "query": questions[n % len(questions)]}) + "\n" for n in range(1000))
        print(f"1,000 queries in one --batch: {seconds([*TUTOR, 'search', '--batch', '-', '--index', str(index)], lines):.2f} s")


if __name__ == "__main__":
    main()
