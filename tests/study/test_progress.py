"""Where a learner stands, in figures worked out by hand."""

import random
from datetime import date, timedelta

import pytest

from tests.study.examples import DAY, NOW, attempt
from tutor.study.cards import moved
from tutor.study.progress import (
    UNSEEN,
    Confidence,
    Week,
    after,
    calendar,
    confidence,
    coverage,
    expected_score,
    fitting_difficulty,
    readiness,
    streak,
    topics,
    trend,
    weakest_points,
    worth,
)
from tutor.study.records import ActiveDay, Listed, Mark, Standing

CATALOGUE = {**{f"a{number}": Listed("alpha") for number in range(4)}, "b0": Listed("beta", weight=3.0), "b1": Listed("beta")}


def cards(*answers):
    made = {}
    for item in answers:
        made[item.entry_id] = moved(made.get(item.entry_id), item)
    return made.values()


def test_mastery_is_what_would_be_found_today():
    found = {
        item.topic: item
        for item in topics(cards(attempt("a0", score=80), attempt("a1", score=60), attempt("b0", score=100)), CATALOGUE, NOW)
    }
    alpha, beta = found["alpha"], found["beta"]
    assert alpha.mastery == pytest.approx((80 + 60 + 2 * UNSEEN) / 4)
    assert (alpha.entries, alpha.seen, alpha.coverage, alpha.level, alpha.recall) == (4, 2, 0.5, 70, 1)
    assert beta.mastery == pytest.approx((3 * 100 + UNSEEN) / 4)
    assert coverage(found.values()) == 0.5


def test_nothing_answered_is_all_unseen():
    assert [(item.mastery, item.seen, item.level, item.recall) for item in topics([], CATALOGUE, NOW)] == [(UNSEEN, 0, None, None)] * 2
    assert (topics([], {}, NOW), coverage([])) == ([], 0)


def test_mastery_fades_and_aided_answers_do_not_raise_it():
    alone = next(iter(cards(attempt("a0", score=100))))
    assert worth(alone, NOW) == 100
    values = [worth(alone, NOW + days * DAY) for days in (0, 10, 100, 1000)]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 70
    assert worth(next(iter(cards(attempt("a0", score=100, aided=True)))), NOW) == UNSEEN
    assert worth(None, NOW) == UNSEEN


def test_more_reviews_of_the_same_entries_cannot_hide_the_unseen_ones():
    [alpha] = [
        item
        for item in topics(cards(*(attempt("a0", days=day, score=100) for day in range(9))), CATALOGUE, NOW + 9 * DAY)
        if item.topic == "alpha"
    ]
    assert alpha.mastery <= (100 + 3 * UNSEEN) / 4


def test_readiness_is_the_sum_of_its_parts():
    progress = topics(cards(attempt("a0", score=80), attempt("b0", score=100)), CATALOGUE, NOW)
    found = readiness(progress, {"alpha": 3, "beta": 1, "gamma": 2, "none": 0})
    assert found.uncovered == ("gamma",)
    assert [part.topic for part in found.parts] == ["alpha", "beta"]
    assert sum(part.share for part in found.parts) == 1
    assert found.score == pytest.approx(0.75 * (80 + 3 * UNSEEN) / 4 + 0.25 * (300 + UNSEEN) / 4)
    assert found.score + sum(part.missing for part in found.parts) == pytest.approx(100)
    nothing = readiness(progress, {"gamma": 1})
    assert (nothing.score, nothing.parts, nothing.uncovered) == (0, (), ("gamma",))


def test_trend_by_weeks_from_monday():
    # NOW is a Wednesday.
    days = [
        ActiveDay(date(2026, 11, 15), 2, 2, 100),
        ActiveDay(date(2026, 11, 16), 1, 1, 90),
        ActiveDay(date(2026, 11, 22), 3, 1, 70),
        ActiveDay(date(2026, 11, 23), 1, 0, 0),
    ]
    assert trend(days, NOW, weeks=3) == [Week(date(2026, 11, 9), 2, 50), Week(date(2026, 11, 16), 4, 80), Week(date(2026, 11, 23), 1, None)]


def test_calendar_and_streak():
    days = calendar([ActiveDay(NOW.date() - timedelta(days=back), back, 0, 0) for back in (1, 2, 4)], NOW, 5)
    assert [answers for _, answers in days] == [4, 0, 2, 1, 0]
    assert days[-1][0] == NOW.date()
    assert streak(days) == 2
    assert streak([*days[:-1], (NOW.date(), 1)]) == 3
    assert streak([*days, (NOW.date(), 0)]) == 0
    assert streak([]) == 0


def test_weakest_points():
    marks = [
        Mark("e", "always", 4, 4, 0.0, NOW),
        Mark("e", "once", 1, 1, 0.0, NOW),
        Mark("e", "mended", 4, 2, 1.0, NOW),
        Mark("e", "never", 4, 0, 1.0, NOW),
    ]
    assert [point.point_id for point in weakest_points(marks)] == ["always", "once", "mended"]
    assert len(weakest_points(marks, limit=1)) == 1


# Ability


def standing(*answers):
    found = Standing("t")
    for item in answers:
        found = after(found, item)
    return found


def test_confidence_needs_guesses_and_has_a_direction():
    def guessed(off, times):
        return standing(*(attempt(score=50, self_score=50 + off) for _ in range(times)))

    assert confidence([guessed(30, 3), Standing("none")]) == [Confidence("t", 30, 3)]
    verdicts = [confidence([guessed(off, times)])[0].verdict for off, times in ((30, 3), (-30, 3), (5, 3), (30, 2))]
    assert verdicts == ["over", "under", "fair", ""]


def test_only_unaided_graded_answers_are_games():
    assert standing(attempt(score=None), attempt(aided=True), attempt(origin="drill")) == Standing("t")
    assert standing(attempt(score=100)).ability == 0.5


@pytest.mark.parametrize("truth", [-2.0, -1.0, 0.0, 1.0, 2.0])
def test_ability_finds_the_learners_level(truth):
    chance = random.Random(7)
    answers = []
    for _ in range(200):
        difficulty = chance.choice((1, 2, 3))
        score = 100 * (chance.random() < expected_score(truth, difficulty))
        answers.append(attempt(score=score, difficulty=difficulty))
    assert standing(*answers).ability == pytest.approx(truth, abs=0.6)


def test_the_first_answers_move_ability_most():
    steps = []
    found = Standing("t")
    for _ in range(20):
        new = after(found, attempt(score=100))
        steps.append(new.ability - found.ability)
        found = new
    assert steps == sorted(steps, reverse=True)


def test_the_next_question_fits_the_ability():
    assert [fitting_difficulty(ability) for ability in (-2, 0, 0.5, 2)] == [1, 2, 2, 3]
    assert expected_score(0, 2) == 0.5
