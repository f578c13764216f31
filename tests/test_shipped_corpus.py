"""The shipped corpus end to end: ingested whole, and every entry is found by its own question."""

import pytest

from tutor.lint import entry_files
from tutor.settings import Settings, corpus_folder
from tutor.tutor import Tutor


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    settings = Settings(index=tmp_path_factory.mktemp("shipped"))
    summary = Tutor.ingest((), settings)
    return Tutor.open(settings=settings), summary


def test_it_is_ingested_whole(shipped):
    _, summary = shipped
    assert (summary.skipped, summary.unanswered, summary.merged) == ([], 0, 0)
    assert summary.entries == len(list(entry_files([corpus_folder()])))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_entry_is_found_by_its_own_question(shipped, language):
    tutor, _ = shipped
    entries = tutor.index.raw_entries()
    lost = [entry.id for entry in entries if entry.id not in {hit.entry.id for hit in tutor.search(entry.question.pick(language), 3).hits}]
    assert len(lost) <= 0.01 * len(entries), lost
