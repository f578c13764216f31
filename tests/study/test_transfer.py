"""Out and in again: nothing lost, nothing twice, bad lines named."""

import json
import random

import pytest

from tests.study.examples import DAY, NOW, attempt, fill, turn
from tutor.errors import InputError
from tutor.study.database import open_database
from tutor.study.learner import open_learner
from tutor.study.plain import from_plain, to_plain
from tutor.study.records import Asked, Attempt
from tutor.study.transfer import FORMAT, Skipped, export_jsonl, import_jsonl


@pytest.fixture
def other(tmp_path):
    with open_database(tmp_path / "other.db") as database:
        yield open_learner(database, now=NOW)


def test_a_round_trip_is_exact(learner, other):
    fill(learner)
    lines = list(export_jsonl(learner))
    done = import_jsonl(other, lines)
    assert (done.read, done.new, done.skipped) == (10, 10, ())
    assert list(export_jsonl(other)) == lines
    assert (other.marks(), other.standings()) == (learner.marks(), learner.standings())
    assert other.activity(NOW) == learner.activity(NOW)


def test_a_line_is_a_line_in_utf_8_whatever_it_holds(learner, other):
    learner.record(attempt(answer="a\u2028b\x85c\r\nd", misconceptions=("\ud83d", "\x00"), id="odd"))
    text = "\n".join(export_jsonl(learner)).encode().decode()
    assert import_jsonl(other, text.splitlines()).skipped == ()
    assert other.attempts() == learner.attempts()


def test_importing_twice_changes_nothing(learner):
    fill(learner)
    lines = list(export_jsonl(learner))
    assert import_jsonl(learner, lines * 2).new == 0
    assert list(export_jsonl(learner)) == lines


@pytest.mark.parametrize("seed", range(5))
def test_two_machines_come_together_in_either_order(seed, tmp_path):
    chance = random.Random(seed)
    events = []
    for number in range(60):
        entry_id = f"e{chance.randrange(8)}"
        points = {"a": chance.random(), "b": chance.random()}
        origin = chance.choice(("grade", "interview", "review", "drill"))
        score = chance.choice((None, chance.randrange(101)))
        events.append(
            attempt(
                entry_id,
                days=chance.random() * 90,
                topic=entry_id,
                score=score,
                points=points,
                origin=origin,
                aided=chance.random() < 0.2,
                id=f"{number}",
            )
        )
    events.sort(key=lambda event: event.at)
    with open_database(tmp_path / "t.db") as database:
        one, two, live, ab, ba = (open_learner(database, name, now=NOW) for name in ("one", "two", "live", "ab", "ba"))
        for event in events:
            chance.choice((one, two)).record(event)
            live.record(event)
        for target, sources in ((ab, (one, two)), (ba, (two, one))):
            for source in sources:
                import_jsonl(target, export_jsonl(source))
        assert list(export_jsonl(ab))[1:] == list(export_jsonl(ba))[1:] == list(export_jsonl(live))[1:]


BAD = {
    "no JSON": ("{half", "Expecting"),
    "no object": ("[1]", "not a JSON object"),
    "an unknown type": ('{"type": "secret"}', "unknown type 'secret'"),
    "a field too many": (lambda data: {**data, "evil": 1}, "evil"),
    "a field too few": (lambda data: {name: data[name] for name in data if name != "at"}, "no at"),
    "no time zone": (lambda data: {**data, "at": "2026-11-25T12:00:00"}, "time zone"),
    "no time": (lambda data: {**data, "at": "yesterday"}, "yesterday"),
    "a time of another kind": (lambda data: {**data, "at": 5}, ""),
    "a score out of range": (lambda data: {**data, "score": 1000}, "1000"),
    "a score of another kind": (lambda data: {**data, "score": "high"}, ""),
    "a question of another kind": (lambda data: {**data, "question": ["x"]}, "question"),
    "flags of another kind": (lambda data: {**data, "flags": [1]}, "flags"),
    "points of another kind": (lambda data: {**data, "points": {"a": "much"}}, ""),
    "points in a list": (lambda data: {**data, "points": ["a"]}, "points"),
    "a number that is none": (lambda data: {**data, "seconds": float("nan")}, "NaN"),
    "an id of another kind": (lambda data: {**data, "id": 7}, "id"),
    "a missing id": (lambda data: {**data, "id": ""}, "no id"),
    "a huge number": (lambda data: {**data, "difficulty": 10**30}, "difficulty"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_named_and_the_rest_goes_on(name, learner):
    bad, words = BAD[name]
    good = to_plain(attempt(id="good"))
    line = bad if isinstance(bad, str) else json.dumps({"type": "attempt", **bad(good)})
    done = import_jsonl(learner, ["", line, json.dumps({"type": "attempt", **good}), "  "])
    assert (done.read, done.new) == (1, 1)
    [skipped] = done.skipped
    assert skipped.line == 2
    assert words in skipped.reason
    assert "\n" not in skipped.reason
    assert [item.id for item in learner.attempts()] == ["good"]


def test_bad_turns_and_questions_are_named_too(learner):
    fill(learner)
    lines = [json.loads(line) for line in export_jsonl(learner)]
    interview = next(line for line in lines if line["type"] == "interview")
    asked = next(line for line in lines if line["type"] == "asked")
    bad = [
        {**interview, "id": "x", "turns": [{"number": "one"}]},
        {**interview, "id": "x", "turns": 5},
        {**interview, "id": "x", "plan": "all"},
        {**interview, "id": "x", "turns": [interview["turns"][0]] * 2},
        {**asked, "question": None},
        {**asked, "at": None},
    ]
    done = import_jsonl(learner, map(json.dumps, bad))
    assert [skipped.line for skipped in done.skipped] == [1, 2, 3, 4, 5, 6]
    assert done.new == 0


def test_an_export_of_a_newer_program_is_refused(learner):
    with pytest.raises(InputError, match="update the program"):
        import_jsonl(learner, [json.dumps({"type": "learner", "format": FORMAT + 1, "name": "me"}), json.dumps({"type": "attempt"})])


def test_a_field_that_is_not_there_has_its_default():
    """Exports of older programs lack what came later."""
    bare = {name: to_plain(attempt())[name] for name in ("entry_id", "topic", "at", "origin")}
    assert from_plain(Attempt, bare) == attempt(score=None)


def test_lines_of_another_writer(learner):
    """A byte order mark, Windows line ends."""
    line = json.dumps({"type": "attempt", **to_plain(attempt(id="a"))})
    assert import_jsonl(learner, [f"\ufeff{line}\r\n"]).new == 1
    assert import_jsonl(learner, ["{}"]).skipped == (Skipped(1, "unknown type None"),)


def test_an_import_joins_what_went_on_meanwhile(learner, other):
    fill(learner)
    other.record(attempt("lora", days=9, topic="peft", id="b1"))
    other.asked(Asked("rope", "position", "again", NOW + 9 * DAY))
    interview = other.begin_interview({}, {}, NOW)
    other.add_turn(interview.id, turn(1), {})
    done = import_jsonl(other, export_jsonl(learner))
    assert done.new == 10
    assert len(other.attempts()) == 7
    assert next(card for card in other.cards() if card.entry_id == "rope").priority == 2
    assert len(other.interviews()) == 3
