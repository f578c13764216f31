"""`tutor corpus lint`, and the shipped corpus itself."""

import shutil

import pytest

from tests.support import NOTES
from tutor.lint import lint, read_corpus

TEXT = (NOTES / "decoding" / "sampling-temperature.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "decoding").mkdir()
    return tmp_path / "decoding"


def _findings(folder, text, name="sampling-temperature.md"):
    (folder / name).write_text(text, encoding="utf-8")
    entries, findings = read_corpus([folder])
    return findings + lint(entries)


FAULTS = {
    "weights": ("weight: 60", "weight: 50", "weights sum to 90"),
    "difficulty": ("difficulty: 1", "difficulty: 4", "difficulty must be"),
    "frequency": ("frequency: high", "frequency: often", "frequency must be"),
    "topic": ("topic: decoding", "topic: other", "folder's name"),
    "id": ("id: sampling-temperature", "id: sampling", "file's name"),
    "link": ("follow_ups: [speculative-decoding]", "follow_ups: [nowhere]", "'nowhere' is not an entry"),
    "formula": ("$\\exp(z_i/T)$", "$\\exp(z_i/T)", "unbalanced $"),
    "address": ("https://arxiv.org", "http://arxiv.org", "https address"),
    "language": ('en: "What does the sampling temperature do?"', 'en: "什么是温度?"', "English question"),
    "missing field": ("follow_ups: [speculative-decoding]\n", "", "field 'follow_ups' is missing"),
}


@pytest.mark.parametrize(("old", "new", "wanted"), FAULTS.values(), ids=FAULTS.keys())
def test_faults_are_named_with_their_file(folder, old, new, wanted):
    assert old in TEXT
    found = [finding for finding in _findings(folder, TEXT.replace(old, new)) if wanted in finding]
    assert found
    assert "sampling-temperature.md" in found[0]


def test_two_entries_with_one_question(folder):
    (folder / "other.md").write_text(TEXT.replace("id: sampling-temperature", "id: other"), encoding="utf-8")
    assert any("asks the same as" in finding for finding in _findings(folder, TEXT))


def test_findings_are_lines_and_exit_code_1(cli, folder):
    shutil.copy(NOTES / "decoding" / "sampling-temperature.md", folder)
    run = cli("corpus", "lint", folder, code=1)
    assert "at least 6" in run.out
    assert "1 entries" in run.err
