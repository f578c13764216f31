"""Interviews that are kept: stored at once, resumed after a kill, never asked twice; cards move."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from tests.interview.candidates import CANDIDATES, situation
from tests.interview.support import catalogue, fake_grader
from tests.support import REPOSITORY
from tutor.errors import InputError, StoreError
from tutor.interview.interviewer import Interviewer, unfinished
from tutor.interview.plan import plan_for
from tutor.study.database import open_database


class Clock:
    """A clock that goes on by ten seconds whenever it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=10)
        return self.now


@pytest.fixture
def database(tmp_path):
    return open_database(tmp_path / "study.db")


@pytest.fixture
def make(database):
    clock = Clock()
    return lambda grader=fake_grader: Interviewer(database, "me", grader, catalogue(), clock=clock)


PLAN = plan_for(questions=4, seed=2)


def _play(interviewer: Interviewer, name: str, turns: int | None = None) -> None:
    count = 0
    while not interviewer.state.closed and count != turns:
        interviewer.answer(CANDIDATES[name](situation(interviewer.state)), 20)
        count += 1


def test_every_line_is_stored_as_a_turn_and_every_question_as_an_attempt(make):
    interviewer = make()
    interviewer.start(PLAN)
    _play(interviewer, "knows_half")
    stored = interviewer.learner.interview(interviewer.id)
    assert [turn.answer for turn in stored.turns] == [line.text for line in interviewer.state.lines if line.who == "candidate"]
    attempts = interviewer.learner.attempts(interview_id=interviewer.id)
    assert {attempt.entry_id for attempt in attempts} == {asked.entry_id for asked in interviewer.state.asked}
    assert {attempt.score for attempt in attempts} == {asked.score for asked in interviewer.state.asked}
    assert all(attempt.points for attempt in attempts)
    assert {card.entry_id for card in interviewer.learner.cards()} == {asked.entry_id for asked in interviewer.state.asked}
    assert stored.finished is not None
    assert stored.report is not None
    assert stored.report["score"] == interviewer.report().score


def test_hints_make_attempts_aided_and_skips_are_not_attempts(make):
    interviewer = make()
    interviewer.start(PLAN)
    interviewer.answer("提示", 5)
    interviewer.answer("不知道", 5)
    interviewer.answer("跳过", 5)
    attempts = interviewer.learner.attempts()
    assert [attempt.aided for attempt in attempts] == [True]


def test_resuming_after_each_line_equals_an_uninterrupted_interview(database, make):
    whole = make()
    whole.start(PLAN)
    _play(whole, "knows_half")
    pieces = make()
    pieces.start(PLAN, interview_id="pieces")
    # The first interview left its marks on the learner; compare the two from the same start.
    turns = 0
    while True:
        again = make()
        says = again.resume("pieces")
        if again.state.closed:
            assert says[-1].type == "report"
            break
        assert says[-1].number == len(again.state.asked)
        _play(again, "knows_half", 1)
        turns += 1
    stored = again.learner.interview("pieces")
    assert len(stored.turns) == turns
    asked = [turn.entry_id for turn in stored.turns]
    assert len(set(asked)) == 4
    assert len(again.learner.attempts(interview_id="pieces")) == 4


def test_a_line_that_was_stored_but_not_graded_is_taken_up_on_resume(make):
    class PowerCutError(BaseException):
        pass

    def cut(entry, answer, language):
        raise PowerCutError

    interviewer = make(cut)
    interviewer.start(PLAN)
    entry = catalogue()[interviewer.state.current.entry_id]
    with pytest.raises(PowerCutError):
        interviewer.answer(entry.rubric[0].right[0], 20)
    again = make()
    says = again.resume()
    assert again.state.turns == 1
    assert again.state.asked[0].answers == (entry.rubric[0].right[0],)
    assert says
    assert [turn.answer for turn in again.learner.interview(again.id).turns] == [entry.rubric[0].right[0]]


def test_two_windows_cannot_answer_the_same_question(make):
    first = make()
    first.start(PLAN)
    second = make()
    second.resume(first.id)
    first.answer("不知道", 5)
    with pytest.raises(StoreError, match="resume"):
        second.answer("不知道", 5)
    second.resume(first.id)
    second.answer("不知道", 5)
    assert second.state.turns == 2


def test_a_finished_interview_says_its_report_and_takes_no_answer(make):
    interviewer = make()
    interviewer.start(PLAN)
    report = interviewer.finish()
    assert report.score is None
    assert interviewer.resume(interviewer.id)[-1].type == "report"
    with pytest.raises(InputError, match="finished"):
        interviewer.answer("hello")


def test_the_next_interview_knows_the_last_one(make):
    first = make()
    first.start(PLAN)
    _play(first, "knows_all")
    second = make()
    second.start(PLAN)
    _play(second, "silent")
    report = second.report()
    assert [item.score for item in report.earlier] == [100]
    assert report.change == -100
    assert not {asked.entry_id for asked in first.state.asked} & {asked.entry_id for asked in second.state.asked}


def test_unfinished_interviews_are_listed_and_the_newest_is_resumed(make):
    first, second = make(), make()
    first.start(PLAN)
    second.start(plan_for(questions=2, language="en"))
    assert [item[0] for item in unfinished(first.learner)] == [second.id, first.id]
    third = make()
    third.resume()
    assert third.id == second.id


def test_nothing_to_resume_is_said(make):
    with pytest.raises(InputError, match="start a new one"):
        make().resume()


def test_thinking_time_is_measured_and_absence_is_not_thinking(make):
    interviewer = make()
    interviewer.start(PLAN)
    interviewer.answer("不知道")
    assert interviewer.state.asked[0].seconds == 10
    interviewer.clock.now += timedelta(hours=9)
    interviewer.answer("不知道")
    assert interviewer.state.asked[1].seconds == 1800


KILLED = """
import os, sys
from pathlib import Path
from tests.interview.candidates import CANDIDATES, situation
from tests.interview.support import catalogue, fake_grader
from tutor.interview.interviewer import Interviewer
from tutor.interview.plan import plan_for
from tutor.study.database import open_database

interviewer = Interviewer(open_database(Path(sys.argv[1])), "me", fake_grader, catalogue())
interviewer.resume() if sys.argv[2] == "resume" else interviewer.start(plan_for(questions=12, seed=2))
while not interviewer.state.closed:
    interviewer.answer(CANDIDATES["knows_half"](situation(interviewer.state)), 20)
    print(interviewer.state.turns, flush=True)
"""


def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path):
    path = tmp_path / "killed.db"
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    acknowledged = 0
    for mode in ("start", "resume", "resume"):
        with subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path), mode], stdout=subprocess.PIPE, text=True, env=environment
        ) as process:
            assert process.stdout is not None
            for _ in range(4):
                acknowledged = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
    interviewer = Interviewer(open_database(path), "me", fake_grader, catalogue())
    interviewer.resume()
    assert interviewer.state.turns >= acknowledged >= 12
    _play(interviewer, "knows_half")
    asked = [question.entry_id for question in interviewer.state.asked]
    assert len(asked) == len(set(asked)) == 12
    assert len(interviewer.learner.attempts()) == 12
