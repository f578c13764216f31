"""Questions by hands that did not see the query bank find their curated entries (dev half; scripts/bench/retrieval.py has the figures)."""

import json

import pytest

from tests.support import TESTS
from tutor.settings import Settings
from tutor.tutor import Tutor

ROWS = [
    json.loads(line)
    for file in sorted((TESTS / "data" / "queries").glob("curated_*.jsonl"))
    for line in file.read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    settings = Settings(index=tmp_path_factory.mktemp("queries"))
    Tutor.ingest((), settings)
    return Tutor.open(settings=settings)


def test_queries_are_well_formed():
    assert len(ROWS) >= 480
    assert len({row["text"] for row in ROWS}) == len(ROWS)
    assert {row["split"] for row in ROWS} == {"dev", "test"}


def test_they_are_found_and_not_refused(shipped):
    found = refused = 0
    rows = [row for row in ROWS if row["split"] == "dev"]
    for row in rows:
        hits = shipped.search(row["text"], 5)
        found += row["id"] in {hit.entry.id for hit in hits.hits}
        refused += not hits.in_scope
    assert found >= 0.95 * len(rows)
    assert refused <= 0.03 * len(rows)
