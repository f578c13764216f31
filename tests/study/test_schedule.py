"""The plan to a date."""

from datetime import timedelta

import pytest

from tests.study.examples import DAY, NOW, attempt
from tutor.errors import InputError
from tutor.study.cards import moved, review
from tutor.study.records import Card, Listed
from tutor.study.schedule import plan

CATALOGUE = {f"{topic}{number}": Listed(topic, 1 + number % 3, 3 - number % 3) for topic in ("rag", "peft") for number in range(30)}


def after(days):
    return (NOW + days * DAY).date()


def held(*entry_ids, days_ago=20):
    return [moved(None, attempt(entry_id, topic=CATALOGUE[entry_id].topic, days=-days_ago, score=70)) for entry_id in entry_ids]


def test_five_days():
    days = plan([], CATALOGUE, NOW, after(5), per_day=6)
    assert [day.date for day in days] == [after(number) for number in range(5)]
    assert [day.mock for day in days] == [True, False, False, True, False]
    assert all(len(day.review) + len(day.new) <= (3 if day.mock else 6) for day in days)
    assert days[0].review == ()
    assert len(days[0].new) == 3
    assert days[-1].new == ()
    assert len(days[-1].review) == 6


def test_nothing_is_learned_twice_and_all_that_is_reviewed_was_learned():
    cards = held("rag0", "rag1", "peft5")
    known = {card.entry_id for card in cards}
    for day in plan(cards, CATALOGUE, NOW, after(21), per_day=8):
        assert not known & set(day.new)
        assert set(day.review) <= known
        assert len(set(day.review)) == len(day.review)
        known |= set(day.new)


def test_what_is_overdue_comes_first_but_leaves_room_for_new():
    cards = held(*(f"rag{number}" for number in range(20)))
    first, *_ = plan(cards, CATALOGUE, NOW, after(6), per_day=9)
    assert (len(first.review), len(first.new), first.mock) == (6, 3, False)


def test_the_role_decides_what_is_new():
    new = [entry_id for day in plan([], CATALOGUE, NOW, after(6), role={"rag": 3, "peft": 1}, per_day=8) for entry_id in day.new]
    first = new[:12]
    assert sum(entry_id.startswith("rag") for entry_id in first) == 9
    only = plan(held("peft1"), CATALOGUE, NOW, after(6), role={"rag": 1, "nothing": 5})
    assert {entry_id[:3] for day in only for entry_id in (*day.new, *day.review)} == {"rag"}


def test_what_was_asked_for_is_learned_early():
    asked = Card("peft29", "peft", due=NOW, priority=2)
    assert "peft29" in plan([asked], CATALOGUE, NOW, after(4), per_day=6)[0].new


def test_the_last_day_goes_over_what_would_cost_most():
    weak = moved(None, attempt("rag0", topic="rag", score=20))
    strong = review(moved(None, attempt("rag3", topic="rag", score=100)), 4, NOW + timedelta(days=3))
    [day] = plan([weak, strong], CATALOGUE, NOW + 3 * DAY, after(4), per_day=1)
    assert day.review == ("rag0",)


@pytest.mark.parametrize(("ahead", "length", "mocks"), [(0, 1, 0), (1, 1, 0), (2, 2, 1), (3, 3, 1), (120, 120, 40)])
def test_any_distance(ahead, length, mocks):
    days = plan(held("rag0"), CATALOGUE, NOW, after(ahead))
    assert (len(days), sum(day.mock for day in days)) == (length, mocks)


def test_a_plan_is_the_same_every_time():
    cards = held("rag0", "peft3")
    assert plan(cards, CATALOGUE, NOW, after(9)) == plan(reversed(cards), CATALOGUE, NOW, after(9))


def test_nothing_to_study():
    assert [(day.review, day.new) for day in plan([], {}, NOW, after(3))] == [((), ())] * 3


@pytest.mark.parametrize(("ahead", "words"), [(-1, "has passed"), (121, "more than 120 days")])
def test_a_date_that_cannot_be_planned_to(ahead, words):
    with pytest.raises(InputError, match=words):
        plan([], CATALOGUE, NOW, after(ahead))
