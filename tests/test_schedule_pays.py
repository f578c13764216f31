"""The schedule pays: the smallest run of scripts/bench/schedule.py."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parent.parent / "scripts" / "bench" / "schedule.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench_schedule", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


@pytest.mark.parametrize("recall", ["traces", "strength"])
def test_our_queue_retains_more_than_random_order(bench, recall, monkeypatch):
    monkeypatch.setattr(bench, "POLICIES", {name: bench.POLICIES[name] for name in ("ours", "random")})
    played = bench.courses(recall, 10)
    assert [sum(course.answers) for course in played["ours"]] == [sum(course.answers) for course in played["random"]]
    for day in bench.COUNTED:
        ours, random = ([course.points[day - 1] for course in played[name]] for name in ("ours", "random"))
        assert np.mean(ours) > np.mean(random)
        assert sum(a > b for a, b in zip(ours, random, strict=True)) >= 8
