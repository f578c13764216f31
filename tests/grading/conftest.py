"""The shipped grader and a few entries of the corpus, read once."""

from __future__ import annotations

import pytest

from tests.support import REPOSITORY
from tutor.entry import Entry
from tutor.grading.grader import Grader, load_grader
from tutor.grading.meaning import Concepts
from tutor.reading.curated import read_curated
from tutor.retrieval.glossary import read_glossary


@pytest.fixture(scope="session")
def concepts() -> Concepts:
    return Concepts(read_glossary(REPOSITORY / "corpus" / "glossary.yaml"))


@pytest.fixture(scope="session")
def grader(concepts) -> Grader:
    return load_grader(concepts)


def entry(name: str) -> Entry:
    """A corpus entry by id."""
    file = next((REPOSITORY / "corpus").glob(f"*/{name}.md"))
    return read_curated(file.read_text(encoding="utf-8"), file.name, file.with_suffix(".json"))
