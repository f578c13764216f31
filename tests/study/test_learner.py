"""A learner's data, on SQLite and on PostgreSQL."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from tests.study.examples import DAY, NOW, attempt, fill, turn
from tutor.errors import InputError, StoreError
from tutor.study.learner import HORIZON, find_learner, learners, open_learner
from tutor.study.records import ActiveDay, Asked, Attempt, Preferences
from tutor.study.transfer import export_jsonl


def sums(learner):
    return learner.cards(), learner.marks(), learner.standings()


# Learners


def test_a_learner_is_made_once(database):
    me = open_learner(database, now=NOW)
    assert (me.name, me.created) == ("me", NOW)
    assert open_learner(database, now=NOW + DAY) == me
    assert open_learner(database, " 小  明 ", now=NOW).name == "小 明"
    assert [learner.name for learner in learners(database)] == ["me", "小 明"]
    assert find_learner(database, "me") == me
    with pytest.raises(InputError, match=r"no learner 'you'.*known: me"):
        find_learner(database, "you")


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "x" * 201, "\ud800", "a\u202eb"])
def test_names_that_are_none(database, name):
    with pytest.raises(InputError, match="no name"):
        open_learner(database, name, now=NOW)


def test_learners_are_apart(database):
    one, two = (open_learner(database, name, now=NOW) for name in ("one", "two"))
    fill(one)
    assert list(export_jsonl(two))[1:] == []
    assert two.activity(NOW) == []
    assert two.interviews() == []
    with pytest.raises(InputError, match="two has no interview first"):
        two.interview("first")
    with pytest.raises(InputError, match="two has no interview first"):
        two.add_turn("first", turn(3), {})
    with pytest.raises(InputError, match="two has no attempt a1"):
        two.dispute("a1", "no")
    # The same ids are no clash: two people may import the same file.
    fill(two)
    before = list(export_jsonl(one))
    assert before[1:] == list(export_jsonl(two))[1:]
    two.delete()
    assert list(export_jsonl(one)) == before


def test_delete_takes_everything_and_no_number_comes_twice(database):
    gone = open_learner(database, "gone", now=NOW)
    fill(gone)
    gone.delete()
    assert learners(database) == []
    other = open_learner(database, "gone", now=NOW)
    assert other.id != gone.id
    assert list(export_jsonl(other))[1:] == []
    with pytest.raises(StoreError, match="was deleted"):
        gone.record(attempt())
    assert other.attempts() == []


# Interviews


def test_an_interview_is_as_it_was_left(learner):
    interview = learner.begin_interview({"topics": ["rag"]}, {"asked": []}, NOW)
    assert learner.interview(interview.id) == interview
    turns = [turn(1, answer="一", grade={"score": 50, "points": []}), turn(2, kind="probe", answer="", seconds=2.5)]
    for number, item in enumerate(turns, 1):
        learner.add_turn(interview.id, item, {"asked": [number]})
    again = learner.interview(interview.id)
    assert again.turns == tuple(turns)
    assert again.state == {"asked": [2]}
    learner.update_interview(interview.id, {"paused": True})
    assert learner.interview(interview.id).state == {"paused": True}


def test_interviews_are_listed_newest_first(learner):
    first, second, third = (learner.begin_interview({}, {}, NOW + days * DAY) for days in (0, 2, 1))
    learner.update_interview(second.id, {}, finished=NOW + 3 * DAY, report={"score": 81})
    assert [item.id for item in learner.interviews()] == [second.id, third.id, first.id]
    assert [item.id for item in learner.interviews(finished=False)] == [third.id, first.id]
    assert [(item.id, item.report) for item in learner.interviews(finished=True)] == [(second.id, {"score": 81})]
    assert len(learner.interviews(limit=2)) == 2
    with pytest.raises(InputError, match="is finished"):
        learner.add_turn(second.id, turn(1), {})


def test_a_turn_is_answered_once(learner):
    """Two windows on one interview: the second to answer is told, and nothing of it stays."""
    interview = learner.begin_interview({}, {"n": 0}, NOW)
    learner.add_turn(interview.id, turn(1, answer="mine"), {"n": 1}, [attempt(id="mine")])
    with pytest.raises(StoreError, match=r"turn 1 .* answered elsewhere"):
        learner.add_turn(interview.id, turn(1, answer="other"), {"n": 2}, [attempt(id="other")])
    assert [item.answer for item in learner.interview(interview.id).turns] == ["mine"]
    assert learner.interview(interview.id).state == {"n": 1}
    assert [item.id for item in learner.attempts()] == ["mine"]


def test_a_turn_is_stored_with_its_grades_or_not_at_all(learner):
    interview = learner.begin_interview({}, {"n": 0}, NOW)
    [stored] = learner.add_turn(interview.id, turn(1), {"n": 1}, [attempt(origin="interview")])
    assert stored.interview_id == interview.id
    assert learner.attempts(interview_id=interview.id) == [stored]
    with pytest.raises(InputError, match="stored already"):
        learner.add_turn(interview.id, turn(2), {"n": 2}, [attempt("new"), stored])
    assert learner.interview(interview.id).state == {"n": 1}
    assert [card.entry_id for card in learner.cards()] == ["dpo"]


# Attempts


def test_an_attempt_comes_back_as_it_was_given(learner):
    fill(learner)
    stored = {item.id: item for item in learner.attempts()}
    assert stored["a1"] == Attempt(
        entry_id="dpo",
        topic="alignment",
        at=NOW + 0.001 * DAY,
        origin="interview",
        question="什么是 DPO?",
        answer="偏好对直接优化策略 😀\n第二行",
        score=55,
        points={"key-idea": 1.0, "derivation": 0.0, "tradeoffs": 0.25},
        misconceptions=("DPO 没有奖励",),
        flags=("short",),
        self_score=80,
        difficulty=3,
        seconds=61.5,
        interview_id="first",
        disputes=("I did say β",),
        id="a1",
    )


def test_times_keep_their_moment_whatever_the_zone(learner):
    at = datetime(2026, 11, 25, 23, 59, 59, 123456, tzinfo=timezone(timedelta(hours=8)))
    [stored] = learner.record(attempt(at=at))
    [read] = learner.attempts()
    assert read.at == stored.at == at
    assert read.at.utcoffset() == timedelta(0)
    assert learner.cards()[0].last_review == at


def test_attempts_are_chosen_newest_first(learner):
    learner.record(*(attempt(entry, days=days, topic=entry[0]) for days, entry in enumerate(["x1", "y1", "x1", "x2"])))
    assert [item.entry_id for item in learner.attempts()] == ["x2", "x1", "y1", "x1"]
    assert [item.at for item in learner.attempts(entry_id="x1")] == [NOW + 2 * DAY, NOW]
    assert len(learner.attempts(topic="x")) == 3
    assert len(learner.attempts(since=NOW + DAY)) == 3
    assert [item.entry_id for item in learner.attempts(limit=1)] == ["x2"]
    assert list(learner.all_attempts()) == learner.attempts()[::-1]


def test_text_that_a_database_cannot_hold(learner):
    learner.record(attempt(answer="a\x00b\ud83dc", question="😀", misconceptions=("x\x00y",), points={"p": 0.5}))
    [stored] = learner.attempts()
    assert (stored.answer, stored.question, stored.misconceptions) == ("a\ufffdb\ufffdc", "😀", ("x\x00y",))


def test_an_attempt_of_an_interview_that_is_not_there(learner):
    with pytest.raises(InputError, match="no interview other"):
        learner.record(attempt(interview_id="other"))
    assert learner.attempts() == []


def test_a_dispute_stays_with_the_grade(learner):
    learner.record(attempt(id="a"))
    learner.dispute("a", "I said it")
    assert learner.dispute("a", "twice").disputes == ("I said it", "twice")
    assert learner.attempts()[0].disputes == ("I said it", "twice")


@pytest.mark.parametrize(
    "values",
    [
        {"score": 101},
        {"self_score": -1},
        {"at": datetime(2026, 1, 1)},
        {"origin": "guess"},
        {"rating": 5},
        {"entry_id": "x" * 201},
        {"topic": "a\nb"},
        {"points": {"x" * 201: 1.0}},
    ],
)
def test_an_attempt_that_is_none(values):
    with pytest.raises(ValueError, match=r"between|zone|none of|no name"):
        attempt(**values)


# What follows


def test_an_answer_moves_card_marks_and_standing(learner):
    learner.record(attempt(score=90, points={"a": 1.0, "b": 0.2}, self_score=60))
    [card] = learner.cards()
    assert (card.entry_id, card.level, card.tried, card.missed) == ("dpo", 90, 1, 0)
    assert [(mark.point_id, mark.tried, mark.missed) for mark in learner.marks()] == [("a", 1, 0), ("b", 1, 1)]
    standing = learner.standings()["alignment"]
    assert standing.ability > 0
    assert (standing.answers, standing.gap, standing.rated) == (1, -30, 1)


def test_an_ungraded_answer_moves_nothing(learner):
    learner.record(attempt(score=None, points={"a": 0.0}, self_score=50))
    assert sums(learner) == ([], [], {})
    assert learner.activity(NOW) == []
    assert len(learner.attempts()) == 1


def test_a_question_in_chat_makes_a_card_once(learner):
    question = Asked("rope", "position", "RoPE?", NOW)
    learner.asked(question, question)
    learner.asked(question)
    assert learner.all_asked() == [question]
    assert [(card.entry_id, card.priority, card.new) for card in learner.cards()] == [("rope", 1, True)]


def test_all_can_be_rebuilt_from_the_events(learner):
    fill(learner)
    before = sums(learner)
    learner.rebuild()
    assert sums(learner) == before


def test_activity_counts_by_the_learners_days(learner):
    kathmandu = ZoneInfo("Asia/Kathmandu")
    midnight = datetime(2026, 11, 25, tzinfo=kathmandu)
    learner.record(
        attempt(at=midnight - timedelta(seconds=1), score=40),
        attempt(at=midnight, score=60),
        attempt(at=midnight + timedelta(hours=23), score=80),
        attempt(at=midnight, score=100, aided=True),
        attempt(at=midnight, score=None),
        attempt(at=midnight - HORIZON - DAY, score=1),
    )
    assert learner.activity(midnight + timedelta(hours=23)) == [
        ActiveDay(midnight.date() - DAY, 1, 1, 40),
        ActiveDay(midnight.date(), 3, 2, 140),
    ]


def test_a_dispute_that_holds_replaces_the_grade_and_what_follows_from_it(learner):
    learner.record(attempt(id="a", score=30, points={"key-idea": 0.0}, self_score=90, answer="偏好"), attempt("lora", topic="peft", days=1))
    others = [card for card in learner.cards() if card.entry_id == "lora"]
    better = attempt(score=80, points={"key-idea": 1.0}, flags=("short",), answer="ignored")
    kept = learner.dispute("a", "I said it", better)
    assert (kept.score, dict(kept.points), kept.flags) == (80, {"key-idea": 1.0}, ("short",))
    assert (kept.answer, kept.self_score, kept.disputes) == ("偏好", 90, ("I said it",))
    assert learner.attempt("a") == kept
    assert next(card.level for card in learner.cards() if card.entry_id == "dpo") == 80
    assert [card for card in learner.cards() if card.entry_id == "lora"] == others
    assert [(mark.credit, mark.missed) for mark in learner.marks()] == [(1.0, 0)]
    assert learner.standings()["alignment"].gap == 10


def test_choices_are_kept_one_by_one(database):
    learner = open_learner(database, now=NOW)
    assert learner.preferences() == Preferences()
    learner.prefer(goal=5, role="inference")
    assert learner.prefer(interview=date(2026, 12, 1)) == Preferences(goal=5, role="inference", interview=date(2026, 12, 1))
    assert open_learner(database, now=NOW).preferences().goal == 5
    assert open_learner(database, "other", now=NOW).preferences() == Preferences()
    for wrong in ({"goal": 0}, {"goal": True}, {"language": "fr"}, {"role": "a\nb"}):
        with pytest.raises(InputError):
            learner.prefer(**wrong)
    learner.prefer(goal=10, role="", interview=None)
    assert learner.preferences() == Preferences()


@pytest.mark.parametrize("data", [{"goal": "5"}, {"interview": 5}, {"interview": "soon"}, {"role": 1}, {"language": None}])
def test_choices_that_are_none_are_refused(data):
    with pytest.raises(ValueError, match=r"."):
        Preferences.from_dict(data)
    assert Preferences.from_dict({"goal": 5, "of a newer program": 1}) == Preferences(goal=5)
