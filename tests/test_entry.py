"""The data everything speaks."""

import json

import pytest

from tests.support import NOTES
from tutor.entry import Entry, Source, Text
from tutor.reading.curated import read_curated


def test_an_entry_survives_json():
    path = NOTES / "decoding" / "speculative-decoding.md"
    entry = read_curated(path.read_text(encoding="utf-8"), "a.md", path.with_suffix(".json"))
    assert Entry.from_dict(json.loads(json.dumps(entry.to_dict()))) == entry


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (Text("中", "en"), "zh", "中"),
        (Text("中", "en"), "en", "en"),
        (Text("中"), "en", "中"),
        (Text(en="en"), "zh", "en"),
        (Text(), "zh", ""),
    ],
)
def test_pick_falls_back_to_the_other_language(text, language, expected):
    assert text.pick(language) == expected


def test_answered_and_curated_follow_from_the_texts():
    plain = Entry("a", Text("问"), Text(), (Source("a.md", 1),))
    assert not plain.answered
    assert not plain.curated
    assert not Text()
    assert Text(en="x").both() == ("x",)
