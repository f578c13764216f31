"""JSON lines in, JSON lines out; a bad line fails alone."""

import pytest

from tutor.batch import run_batch
from tutor.errors import InputError


def _handle(request):
    match request["query"]:
        case "boom":
            raise ZeroDivisionError("by nothing")
        case "wrong":
            raise InputError("wrong input", remedy="mend it")
        case query:
            return {"echo": query}


CASES = {
    "good": ('{"id": 1, "query": "a"}', {"id": 1, "echo": "a"}),
    "without an id": ('{"query": "a"}', {"id": None, "echo": "a"}),
    "not JSON": ("{", {"id": None, "error": "line 1: not valid JSON: "}),
    "not an object": ("[1]", {"id": None, "error": "line 1: not a JSON object"}),
    "field missing": ('{"id": 2}', {"id": 2, "error": "line 1: field 'query' is missing"}),
    "wrong input": ('{"id": 3, "query": "wrong"}', {"id": 3, "error": "wrong input (mend it)"}),
    "an unforeseen error": ('{"id": 4, "query": "boom"}', {"id": 4, "error": "line 1: ZeroDivisionError: by nothing"}),
}


@pytest.mark.parametrize(("line", "expected"), CASES.values(), ids=CASES.keys())
def test_a_line(line, expected):
    (result,) = run_batch([line], _handle)
    assert result.keys() == expected.keys()
    assert all(str(result[name]).startswith(str(value)) for name, value in expected.items())


def test_order_is_kept_and_empty_lines_are_no_requests():
    lines = ['{"id": 1, "query": "a"}', "", "bad", " \n", '{"id": 2, "query": "b"}']
    assert [result["id"] for result in run_batch(lines, _handle)] == [1, None, 2]


def test_answers_come_one_by_one():
    """A long batch is answered as it is read, not at its end."""
    asked = []

    def lines():
        for number in range(3):
            asked.append(number)
            yield f'{{"id": {number}, "query": "a"}}'

    results = run_batch(lines(), _handle)
    assert next(results)["id"] == 0
    assert asked == [0]
