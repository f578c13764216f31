"""Acceptance on the client's sample files, where a checkout has them beside it."""

import pytest

from tests.support import REPOSITORY
from tutor.reading.files import File, read_bytes
from tutor.reading.sources import read_entries

SAMPLES = REPOSITORY.parent / "shared" / "samples"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files are not part of the repository")


def _entries(name):
    file = File(SAMPLES / name, name)
    return read_entries(file, read_bytes(file, 50))


@pytest.mark.parametrize(
    ("name", "entries", "unanswered"), [("numbered.txt", 115, 0), ("webpage.txt", 15, 0), ("notes.md", 69, 3)], ids=str
)
def test_counts(name, entries, unanswered):
    found = _entries(name)
    assert len(found) == entries
    assert sum(not entry.answered for entry in found) == unanswered
