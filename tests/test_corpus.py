"""The shipped corpus: every entry can be read, and is found by its own question."""

import pytest

from tutor.lint import read_corpus
from tutor.retrieval.glossary import read_glossary
from tutor.settings import Settings, corpus_folder
from tutor.tutor import Tutor


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    settings = Settings(index=tmp_path_factory.mktemp("shipped"))
    summary = Tutor.ingest((), settings)
    return Tutor.open(settings=settings), summary


def test_every_entry_can_be_read():
    entries, findings = read_corpus([corpus_folder()])
    assert findings == []
    assert entries
    assert len({entry.id for _, entry in entries}) == len(entries)


def test_the_glossary_can_be_read():
    assert len(read_glossary(corpus_folder() / "glossary.yaml")) > 100


def test_the_corpus_is_ingested_whole(shipped):
    _, summary = shipped
    assert (summary.skipped, summary.unanswered, summary.merged) == ([], 0, 0)
    assert summary.entries == len(read_corpus([corpus_folder()])[0])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_entry_is_found_by_its_own_question(shipped, language):
    tutor, _ = shipped
    entries = tutor.index.raw_entries()
    lost = [entry.id for entry in entries if entry.id not in {hit.entry.id for hit in tutor.search(entry.question.pick(language), 3).hits}]
    assert len(lost) <= 0.01 * len(entries), lost


def test_follow_ups_lead_to_entries(shipped):
    tutor, _ = shipped
    broken = {(entry.id, name) for entry in tutor.index.raw_entries() for name in entry.follow_ups if name not in tutor.index.numbers}
    assert broken == set()
