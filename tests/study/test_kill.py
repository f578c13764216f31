"""kill -9 at random moments, and two programs at once: what was acknowledged is there, whole, and the sums agree with it."""

import json
import subprocess
import sys

import pytest

from tests.study.examples import NOW
from tutor.study.database import open_database
from tutor.study.learner import open_learner

ROUNDS = 100

#: One process loads the libraries and forks writers, one at a time: a hundred kills in seconds. Every writer opens the database
#: (a fresh one every tenth round, so that migrations are killed, too), goes on with an interview and reviews cards, and reports
#: what was acknowledged. After each kill the survivor looks at what is left.
NURSERY = """
import json, os, random, signal, sys, time
from pathlib import Path
import alembic.command, sqlalchemy.dialects.sqlite
from tests.study.examples import NOW, attempt, turn
from tutor.study.database import open_database
from tutor.study.learner import open_learner

folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
chance = random.Random(20261125)

def write(path, round_, pipe):
    with open_database(path) as database:
        learner = open_learner(database, now=NOW)
        open_ones = learner.interviews(finished=False)
        key = (open_ones[0] if open_ones else learner.begin_interview({}, {"next": 1}, NOW)).id
        number = learner.interview(key).state["next"]
        for step in range(10_000):
            name = f"{round_}-{step}"
            given = attempt(f"e{step % 5}", days=round_ + step / 1e4, origin="interview", points={"a": step % 2}, id=name)
            learner.add_turn(key, turn(number, answer=name), {"next": number + 1}, [given])
            os.write(pipe, f"{name} {key} {number}\\n".encode())
            number += 1
            learner.record(attempt(f"e{step % 5}", days=round_ + (step + .5) / 1e4, origin="review", score=step % 101, id=name + "r"))
            os.write(pipe, f"{name}r - 0\\n".encode())

def survived(path, acknowledged):
    with open_database(path) as database:
        assert database.check() == [], database.check()
        learner = open_learner(database, now=NOW)
        attempts = {item.id: item for item in learner.attempts()}
        turns = 0
        for listed in learner.interviews():
            interview = learner.interview(listed.id)
            turns += len(interview.turns)
            assert interview.state["next"] == len(interview.turns) + 1
            assert {item.answer for item in interview.turns} == {item.id for item in learner.attempts(interview_id=listed.id)}
        for name, key, number in acknowledged:
            assert name in attempts, name
            if key != "-":
                assert learner.interview(key).turns[int(number) - 1].answer == name
        assert sum(item.origin == "interview" for item in attempts.values()) == turns
        before = learner.cards(), learner.marks(), learner.standings()
        learner.rebuild()
        assert before == (learner.cards(), learner.marks(), learner.standings())

total = 0
for round_ in range(rounds):
    if round_ % 10 == 0:
        path, acknowledged = folder / f"{round_}.db", []
    end, pipe = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        try:
            write(path, round_, pipe)
        finally:
            os._exit(1)
    os.close(pipe)
    with os.fdopen(end) as lines:
        # Some time after so many answers, none among them: however slow the machine, the moments lie all over the work.
        new = [lines.readline().split() for _ in range(chance.randrange(7))]
        time.sleep(chance.random() * (0.008 if new else 0.1))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the writer ended by itself"
        new += [line.split() for line in lines]
    acknowledged += new
    total += len(new)
    survived(path, acknowledged)
print(json.dumps({"rounds": rounds, "acknowledged": total}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_at_a_hundred_random_moments(tmp_path, pytestconfig):
    command = [sys.executable, "-c", NURSERY, str(tmp_path), str(ROUNDS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=pytestconfig.rootpath)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["rounds"] == ROUNDS
    assert result["acknowledged"] > ROUNDS


OPENS = """
import sys
from datetime import UTC, datetime, timedelta
from tutor.study.database import open_database
from tutor.study.learner import open_learner
from tutor.study.records import Attempt

address, name, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open_database(address) as database:
    learner = open_learner(database, now=datetime(2026, 11, 25, tzinfo=UTC))
    for number in range(times):
        at = datetime.now(UTC)
        learner.record(Attempt("dpo", "alignment", at, "grade", score=20, points={"a": 0.0}, id=f"{name}{number}"))
"""


def test_several_programs_on_one_database_at_once(address):
    """They make it together, too. No answer is lost, and none is missing from the sums."""
    start = [sys.executable, "-c", OPENS, address]
    writers = [subprocess.Popen([*start, name, "40"], stderr=subprocess.PIPE, text=True) for name in ("one-", "two-", "three-")]
    for writer in writers:
        _, error = writer.communicate(timeout=60)
        assert writer.returncode == 0, error
    with open_database(address) as database:
        learner = open_learner(database, now=NOW)
        assert len(learner.attempts()) == 120
        [card], [mark] = learner.cards(), learner.marks()
        assert (card.tried, card.missed, mark.tried, mark.missed) == (120, 120, 120, 120)
        assert learner.standings()["alignment"].answers == 120
        assert database.check() == []
