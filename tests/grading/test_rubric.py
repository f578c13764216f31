"""Key points of notes: derived from their own answers."""

import pytest

from tutor.entry import Entry, Source, Text
from tutor.grading.rubric import MOST_POINTS, derive, rubric_of


def note(answer: str) -> Entry:
    return Entry("n", Text(en="What is a stack?"), Text(en=answer), (Source("notes.md", 1),))


def test_each_claim_is_a_point_and_weights_sum_to_a_hundred():
    points = derive("A stack is last in, first out. Push and pop cost constant time. The call stack keeps return addresses of functions.")
    assert len(points) == 3
    assert sum(point.weight for point in points) == 100
    assert points[1].text.en == "Push and pop cost constant time"


def test_one_sentence_is_taken_apart_at_its_clauses():
    points = derive("A queue is first in first out, whereas a stack is last in first out, and both give constant time access to one end")
    assert len(points) >= 2


def test_long_answers_make_no_more_points_than_can_be_read():
    points = derive("\n".join(f"Fact number {n} says that topic {n} has property {n * 7}." for n in range(40)))
    assert len(points) == MOST_POINTS
    assert sum(point.weight for point in points) == 100


@pytest.mark.parametrize("answer", ["", "   ", "```python\nx = 1\n```"])
def test_no_claims_no_points(answer):
    assert rubric_of(note(answer)).points == ()


def test_code_and_questions_are_no_claims():
    points = derive("The heap property holds for every node. Why is that so? ```x = 1```\nInsertion sifts the new key up to its place.")
    assert [point.text.en for point in points] == ["The heap property holds for every node", "Insertion sifts the new key up to its place"]
