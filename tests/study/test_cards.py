"""The schedule, against FSRS itself, and what every event does to it."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import fsrs
import pytest

from tests.study.examples import DAY, NOW, attempt
from tutor.study.cards import SCHEDULER, SOON, Drill, due_counts, leeches, marked, moved, queue, rating_of, retrievability, review
from tutor.study.records import Asked, Card, Listed, Mark


def card(entry_id="dpo", **values):
    return Card(**{"entry_id": entry_id, "topic": "alignment", "due": NOW, **values})


def reviewed(entry_id, *, days_ago, rating=3):
    return review(card(entry_id), rating, NOW - days_ago * DAY)


def fsrs_fields(item):
    return int(item.state), item.step, item.stability, item.difficulty, item.due, item.last_review


@pytest.mark.parametrize("seed", range(50))
def test_reviews_are_those_of_fsrs(seed):
    chance = random.Random(seed)
    ours, theirs, now = card(), fsrs.Card(card_id=1, due=NOW), NOW
    for _ in range(30):
        rating = chance.choice((1, 2, 3, 4))
        ours = review(ours, rating, now)
        theirs, _ = SCHEDULER.review_card(theirs, fsrs.Rating(rating), now)
        assert fsrs_fields(ours) == fsrs_fields(theirs)
        now += chance.choice((timedelta(minutes=5), DAY, chance.random() * 40 * DAY))
        assert retrievability(ours, now) == SCHEDULER.get_card_retrievability(theirs, now)
        assert 0 <= retrievability(ours, now) <= 1


@pytest.mark.parametrize("seed", range(20))
def test_a_better_answer_never_comes_back_sooner(seed):
    chance = random.Random(seed)
    start, now = card(), NOW
    for _ in range(chance.randrange(8)):
        start = review(start, chance.choice((1, 2, 3, 4)), now)
        now += chance.random() * 20 * DAY
    dues = [moved(start, attempt(at=now, score=score)).due for score in range(101)]
    assert dues == sorted(dues)


def test_the_schedule_has_no_chance_in_it_and_takes_any_zone():
    beijing = NOW.astimezone(timezone(timedelta(hours=8)))
    long_ago = reviewed("dpo", days_ago=30, rating=4)
    assert review(long_ago, 3, NOW) == review(long_ago, 3, beijing)
    assert {review(long_ago, 3, NOW).due for _ in range(20)} == {review(long_ago, 3, NOW).due}


@pytest.mark.parametrize(
    ("score", "alone", "aided"),
    [(0, 1, 1), (39, 1, 1), (40, 2, 2), (59, 2, 2), (60, 3, 2), (84, 3, 2), (85, 4, 2), (100, 4, 2)],
)
def test_the_score_decides_the_rating(score, alone, aided):
    assert (rating_of(score), rating_of(score, aided=True)) == (alone, aided)


# Events


def test_an_ungraded_answer_moves_nothing():
    assert moved(None, attempt(score=None)) is None
    assert moved(card(), attempt(score=None, points={"a": 0.0}, origin="interview")) == card()


def test_a_flipped_card_moves_by_the_learners_own_rating_and_proves_nothing():
    after = moved(card(), attempt(score=None, rating=4, origin="review"))
    assert after == review(card(), 4, NOW)
    assert (after.level, after.tried) == (None, 0)


def test_the_level_follows_the_newest_unaided_answers():
    first = moved(None, attempt(score=50))
    assert first.level == 50
    aided = moved(first, attempt(days=1, score=100, aided=True))
    assert aided.level == 50
    assert moved(aided, attempt(days=2, score=100)).level == 80


def test_a_point_missed_in_an_interview_brings_the_card_back_soon():
    strong = review(reviewed("dpo", days_ago=30, rating=4), 4, NOW - DAY)
    missed = attempt(score=90, points={"a": 1.0, "b": 0.2})
    assert moved(strong, missed).due > NOW + 7 * DAY
    assert moved(strong, replace(missed, origin="interview")).due == NOW + SOON
    assert moved(strong, replace(missed, origin="interview", points={"a": 0.5})).due > NOW + 7 * DAY


def test_a_drill_asks_one_point_and_reviews_nothing_else():
    strong = review(reviewed("dpo", days_ago=30, rating=4), 4, NOW - DAY)
    assert moved(strong, attempt(origin="drill", score=100, points={"a": 1.0})) == strong
    assert moved(strong, attempt(origin="drill", score=0, points={"a": 0.0})) == replace(strong, due=NOW + SOON)


def test_a_question_in_chat_makes_or_brings_forward_a_card():
    asked = Asked("dpo", "alignment", "DPO?", NOW)
    fresh = moved(None, asked)
    assert (fresh.new, fresh.priority) == (True, 1)
    assert moved(fresh, asked).priority == 2
    strong = reviewed("dpo", days_ago=0, rating=4)
    assert moved(strong, asked) == replace(strong, priority=1, due=NOW + SOON)
    overdue = reviewed("dpo", days_ago=90)
    assert moved(overdue, asked).due == overdue.due
    assert moved(moved(overdue, asked), attempt()).priority == 0


def test_marks_count_tries_and_misses():
    marks = {}
    for credit, aided in ((0.0, False), (0.49, True), (1.0, True), (0.5, False)):
        marks.update((mark.point_id, mark) for mark in marked(marks, attempt(points={"a": credit}, aided=aided)))
    assert marks == {"a": Mark("dpo", "a", tried=3, missed=2, credit=0.5, at=NOW)}
    assert marked(marks, attempt(score=None, points={"a": 0.0})) == []


# The queue


CATALOGUE = {f"e{number}": Listed("t", 1 + number % 3, 1 + number % 2) for number in range(12)}


def test_what_is_nearest_to_being_forgotten_comes_first():
    cards = [reviewed("e1", days_ago=10), reviewed("e2", days_ago=40), reviewed("e3", days_ago=20), reviewed("e4", days_ago=0)]
    known = {name: CATALOGUE[name] for name in ("e1", "e2", "e3", "e4")}
    found = queue(cards, known, NOW, goal=2)
    assert [item.entry_id for item in found.due] == ["e2", "e3"]
    assert (found.new, found.waiting) == ((), 1)


def test_a_share_of_the_day_is_kept_for_new_entries():
    cards = [reviewed(f"e{number}", days_ago=30) for number in range(6)]
    found = queue(cards, CATALOGUE, NOW, goal=4)
    assert (len(found.due), len(found.new), found.waiting) == (2, 2, 4)
    # Two were met today: the rest of the day is for what is due.
    recent = [attempt(name, days=-0.01) for name in ("e6", "e7")]
    met = [moved(None, item) for item in recent]
    assert len(queue([*cards, *met], CATALOGUE, NOW, goal=4, recent=recent).due) == 2
    # Two old cards were reviewed today: the rest is for new ones.
    recent = [attempt(name, days=-0.01) for name in ("e0", "e1")]
    again = [replace(moved(card, item), tried=5) for card, item in zip(cards, recent, strict=False)]
    found = queue([*again, *cards[2:]], CATALOGUE, NOW, goal=4, recent=recent)
    assert (len(found.due), len(found.new)) == (0, 2)


def test_new_entries_fill_the_goal_asked_ones_first():
    cards = [reviewed("e1", days_ago=30), moved(None, Asked("e2", "t", "?", NOW)), reviewed("gone", days_ago=50)]
    found = queue(cards, CATALOGUE, NOW, goal=5)
    assert [item.entry_id for item in found.due] == ["e1"]
    # e2 was asked for; then weight 2 before 1, and easy before hard.
    assert found.new == ("e2", "e3", "e9", "e7")


def test_the_goal_counts_what_was_done_on_this_day_of_this_zone():
    now = datetime(2026, 11, 25, 1, 0, tzinfo=timezone(timedelta(hours=8)))
    recent = [attempt(at=now - timedelta(minutes=30)), attempt(at=now - timedelta(hours=2)), attempt(at=now, score=None)]
    found = queue([], CATALOGUE, now, goal=3, recent=recent)
    assert (found.done, found.goal, len(found.new)) == (1, 3, 2)
    assert queue([], CATALOGUE, now, goal=1, recent=recent).new == ()


def test_due_counts_of_the_next_days():
    cards = [reviewed("e1", days_ago=90), card("e2", due=NOW + DAY, last_review=NOW), card("e3", due=NOW + 6.4 * DAY, last_review=NOW)]
    assert due_counts([*cards, card("new")], NOW, 7) == [1, 1, 0, 0, 0, 0, 1]
    assert due_counts(cards, NOW, 2) == [1, 1]


def test_leeches_become_drills():
    marks = [
        Mark("e1", "often", tried=5, missed=4, credit=0.0, at=NOW),
        Mark("e1", "mended", tried=5, missed=4, credit=1.0, at=NOW),
        Mark("e1", "twice", tried=2, missed=2, credit=0.0, at=NOW),
    ]
    cards = [card("e1", missed=3, failed=True), card("e2", missed=3, failed=True), card("e3", missed=9, failed=False)]
    assert leeches(cards, marks) == [Drill("e1", "often", 4), Drill("e2", "", 3)]
    assert queue(cards, {"e2": Listed("t")}, NOW, marks=marks).drills == (Drill("e2", "", 3),)


def test_nothing_sleeps_or_asks_the_clock(monkeypatch):
    import time

    monkeypatch.setattr(time, "sleep", pytest.fail)
    old = datetime(1999, 1, 1, tzinfo=UTC)
    assert moved(None, attempt(at=old)).due.year == 1999
