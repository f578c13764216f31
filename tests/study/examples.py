"""A moment, and data to store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tutor.study.learner import Learner
from tutor.study.records import Asked, Attempt, Turn

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def attempt(entry_id: str = "dpo", *, days: float = 0, **values: Any) -> Attempt:
    """An answer, so many days after NOW."""
    return Attempt(**{"topic": "alignment", "at": NOW + days * DAY, "origin": "grade", "score": 70, "entry_id": entry_id, **values})


def turn(number: int, **values: Any) -> Turn:
    return Turn(**{"number": number, "at": NOW + timedelta(minutes=number), "kind": "question", "question": "什么是 DPO?", **values})


def fill(learner: Learner) -> None:
    """Something in every table, every field used."""
    interview = learner.begin_interview({"topics": ["alignment"], "seed": 7}, {"step": 0}, NOW, key="first")
    full = attempt(
        days=0.001,
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
        disputes=("I did say β",),
        id="a1",
    )
    learner.add_turn(interview.id, turn(1, answer="偏好对", entry_id="dpo", grade={"score": 55}, seconds=61.5), {"step": 1}, [full])
    learner.add_turn(interview.id, turn(2, kind="probe", answer=None), {"step": 2})
    learner.update_interview(interview.id, {"step": 3}, finished=NOW + DAY, report={"score": 55})
    learner.begin_interview({}, {"step": 0}, NOW + DAY, key="second")
    learner.record(
        attempt("lora", days=1, topic="peft", score=20, id="a2"),
        attempt("lora", days=2, topic="peft", score=90, aided=True, origin="review", id="a3"),
        attempt("lora", days=3, topic="peft", score=None, rating=3, origin="review", id="a4"),
        attempt("lora", days=4, topic="peft", score=None, id="a5"),
        attempt("dpo", days=5, origin="drill", score=0, points={"derivation": 0.0}, id="a6"),
    )
    learner.asked(Asked("rope", "position", "RoPE 是什么", NOW + 6 * DAY), Asked("dpo", "alignment", "DPO 的损失", NOW + 6 * DAY))
