"""100,000 turns and attempts: what a page needs is read within 100 ms of processor time."""

import time
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.study.examples import NOW, attempt, turn
from tutor.study import progress
from tutor.study.cards import queue
from tutor.study.database import open_database
from tutor.study.learner import open_learner
from tutor.study.records import Interview, Listed
from tutor.study.schedule import plan

ENTRIES, COPIES, LIMIT = 350, 99, 0.1
CATALOGUE = {f"e{number}": Listed(f"t{number % 19}", 1 + number % 3) for number in range(ENTRIES)}


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A thousand attempts and turns, and 99 copies of each, spread over 395 days."""
    with open_database(tmp_path_factory.mktemp("crowded") / "t.db") as database:
        learner = open_learner(database, now=NOW)
        attempts = []
        for number in range(1000):
            entry_id = f"e{number % ENTRIES}"
            points = {point: number * 7 % 10 / 10 for point in "abcd"}
            values = {"topic": CATALOGUE[entry_id].topic, "answer": "一个长长的答案。" * 50, "score": number * 13 % 101, "points": points}
            attempts.append(attempt(entry_id, days=-395 * number / 1000, id=f"a{number}", **values))
        interviews = [
            Interview(f"i{number}", NOW, {}, {}, turns=tuple(turn(n, answer="好" * 200) for n in range(1, 11))) for number in range(100)
        ]
        learner.merge(interviews, attempts, [])
        with database.writing() as connection:
            _copy(connection, "attempts", {"id": "NULL", "key": "key || '-' || n", "slot": "slot - n"}, COPIES)
            _copy(connection, "turns", {"number": "number + 10 * n"}, COPIES)
            counts = [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() for table in ("attempts", "turns")]
        assert counts == [100_000, 100_000]
        yield learner


def _copy(connection, table, changed, times):
    columns = [row[1] for row in connection.execute(text(f"PRAGMA table_info({table})"))]
    values = ", ".join(changed.get(column, column) for column in columns)
    numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {times})"
    connection.execute(text(f"INSERT INTO {table} {numbers} SELECT {values} FROM {table} CROSS JOIN numbers"))


def review_queue(learner):
    today = learner.attempts(since=NOW - timedelta(days=1), limit=50)
    return queue(learner.cards(), CATALOGUE, NOW, recent=today, marks=learner.marks())


def statistics(learner):
    topics = progress.topics(learner.cards(), CATALOGUE, NOW)
    days = learner.activity(NOW)
    assert sum(day.answers for day in days) > 99_000
    shown = progress.trend(days, NOW), progress.calendar(days, NOW), progress.weakest_points(learner.marks())
    return topics, shown, progress.readiness(topics, {"t1": 1, "t2": 2}), progress.confidence(learner.standings().values())


def next_question(learner):
    return (
        learner.interview("i7"),
        learner.cards(),
        learner.standings(),
        learner.attempts(limit=50),
        learner.attempts(entry_id="e3", limit=5),
    )


def add_turn(learner):
    number = len(learner.interview("i8").turns) + 1
    learner.add_turn("i8", turn(number), {}, [attempt("e3", topic="t3", points={"a": 0.0})])


def days_to_the_interview(learner):
    return plan(learner.cards(), CATALOGUE, NOW, (NOW + timedelta(days=14)).date())


@pytest.mark.parametrize("page", [review_queue, statistics, next_question, add_turn, days_to_the_interview])
def test_within_a_tenth_of_a_second(page, crowded):
    times = []
    for _ in range(5):
        start = time.process_time()
        page(crowded)
        times.append(time.process_time() - start)
    # Processor time, the best of five: the machine is shared.
    assert min(times) < LIMIT
    print(page.__name__, f"{min(times) * 1000:.1f} ms")
