"""Records and the catalogue."""

from dataclasses import replace

import pytest

from tests.study.examples import NOW, attempt, turn
from tests.study.test_anki import DPO, NOTE, UNANSWERED
from tutor.study.plain import from_plain, to_plain
from tutor.study.records import Attempt, Interview, Listed, catalogue


def test_the_catalogue_holds_what_can_be_studied_once():
    entries = [
        replace(DPO, topic="alignment", difficulty=3, frequency="high"),
        replace(NOTE, section="x" * 300),
        replace(NOTE, id="again", linked="dpo"),
        UNANSWERED,
    ]
    assert catalogue(entries) == {"dpo": Listed("alignment", 3, 3.0), "note": Listed("x" * 200, 2, 1.0)}


def test_evidence_is_graded_unaided_and_whole():
    assert attempt().evidence
    for values in ({"score": None}, {"aided": True}, {"origin": "drill"}):
        assert not attempt(**values).evidence
    assert attempt(score=0).evidence
    assert attempt(points={"a": 0.0, "b": 0.5}).missed == ("a",)


def test_records_are_plain_and_back():
    interview = Interview("i", NOW, {"a": [1]}, {}, finished=NOW, report={"x": None}, turns=(turn(1, grade={"b": 1.5}), turn(2)))
    for record in (interview, attempt(points={"a": 1.0}, flags=("f",), rating=2), turn(7)):
        assert from_plain(type(record), to_plain(record)) == record


@pytest.mark.parametrize("rating", [True, 2.0, "2", 0])
def test_a_rating_is_one_of_four_whole_numbers(rating):
    with pytest.raises(ValueError, match="rating"):
        from_plain(Attempt, {**to_plain(attempt()), "rating": rating})


def test_turns_are_numbered():
    with pytest.raises(ValueError, match="numbered"):
        Interview("i", NOW, {}, {}, turns=(turn(2),))
