"""Studying through plain functions: what is graded is remembered, what is remembered comes back."""

import json
import threading
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from tests.interview.support import fake_grader
from tutor import practice
from tutor.errors import InputError, ModelError, StoreError
from tutor.grading.rubric import rubric_of
from tutor.interview.plan import plan_for
from tutor.papers import markdown_of, stored_report, write_report
from tutor.settings import Settings
from tutor.study import disputes
from tutor.study.records import Preferences
from tutor.study.transfer import export_jsonl, import_jsonl
from tutor.tutor import Tutor

NOW = datetime(2026, 11, 25, 20, 0, tzinfo=timezone(timedelta(hours=8)))
DAY = timedelta(days=1)


class HonestGrader:
    """Credit for what is said word for word: what is tested here is not how answers are graded."""

    def grade(self, entry, answer, *, question="", language, **_):
        grade = fake_grader(entry if entry.rubric else replace(entry, rubric=rubric_of(entry).points), answer, language)
        return replace(grade, question=question or grade.question)


def opened(index, path):
    tutor = Tutor.open(settings=Settings(index=index, db=str(path / "study.db")))
    tutor.__dict__["_grader"] = HonestGrader()
    return tutor


@pytest.fixture
def tutor(curated_index, tmp_path):
    with closing(opened(curated_index, tmp_path)) as tutor:
        yield tutor


@pytest.fixture
def notes_tutor(notes_index, tmp_path):
    with closing(opened(notes_index, tmp_path)) as tutor:
        yield tutor


@pytest.fixture
def learner(tutor):
    return tutor.learner("小明")


def says(tutor, entry_id, *places):
    """An answer that makes the key points at some places, all of them where none is named."""
    rubric = tutor.catalogue[entry_id].rubric
    return "\n".join(point.right[0] for place, point in enumerate(rubric) if place in places or not places)


# Answers


def test_an_answer_is_graded_and_moves_its_card(tutor, learner):
    grade, attempt = practice.practise(tutor, learner, "什么是 LoRA?", says(tutor, "lora"), "grade", NOW, self_score=90, seconds=30)
    assert grade.question == "什么是 LoRA?"
    assert grade.score is not None
    assert (attempt.entry_id, attempt.topic, attempt.origin, attempt.score) == ("lora", "peft", "grade", grade.score)
    assert attempt.points == {point.id: point.credit for point in grade.points}
    assert (attempt.self_score, attempt.seconds, attempt.difficulty) == (90, 30, tutor.catalogue["lora"].difficulty)
    assert learner.attempts() == [attempt]
    card = practice.card_of(learner, "lora")
    assert card.level == grade.score
    assert card.due > NOW
    assert learner.standings()["peft"].rated == 1


def test_a_better_answer_comes_back_later(tutor, learner):
    good, _ = practice.practise(tutor, learner, "lora", says(tutor, "lora"), "review", NOW)
    poor, _ = practice.practise(tutor, learner, "qlora", "不知道", "review", NOW)
    assert good.score > poor.score == 0
    assert practice.card_of(learner, "lora").due > practice.card_of(learner, "qlora").due
    assert practice.practise(tutor, learner, "lora", "不知道", "review", NOW, language="en")[0].language == "en"


def test_what_cannot_be_graded_is_recorded_and_moves_nothing(tutor, learner, monkeypatch):
    graded = HonestGrader.grade
    monkeypatch.setattr(HonestGrader, "grade", lambda *given, **named: replace(graded(*given, **named), score=None))
    grade, attempt = practice.practise(tutor, learner, "lora", "低秩", "grade", NOW)
    assert grade.score is attempt.score is None
    assert len(learner.attempts()) == 1
    assert learner.cards() == learner.marks() == []
    assert practice.queue_today(tutor, learner, NOW).done == 0


@pytest.mark.parametrize("error", [InputError("no"), ModelError("no")])
def test_a_grader_that_fails_leaves_no_trace(tutor, learner, monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(HonestGrader, "grade", fail)
    with pytest.raises(type(error)):
        practice.practise(tutor, learner, "lora", "低秩", "grade", NOW)
    assert learner.attempts() == []


def test_what_is_not_in_the_material_is_refused(tutor, learner):
    with pytest.raises(InputError, match="nothing in the material"):
        practice.practise(tutor, learner, "红烧肉怎么做", "先焯水", "grade", NOW)
    with pytest.raises(InputError, match="0 to 100"):
        practice.practise(tutor, learner, "lora", "x", "grade", NOW, self_score=101)
    assert learner.attempts() == []


@pytest.mark.parametrize("question", ["Adapter 会增加推理延迟吗?", "What is contamination in benchmark evaluation?", "paged attention"])
def test_a_note_beside_curated_entries_comes_back_once_it_was_met(notes_tutor, question):
    learner = notes_tutor.learner()
    _, attempt = practice.practise(notes_tutor, learner, question, "不知道", "grade", NOW)
    assert attempt.entry_id not in notes_tutor.catalogue
    assert attempt.entry_id in notes_tutor.numbers
    assert attempt.points
    later = practice.queue_today(notes_tutor, learner, NOW + 30 * DAY)
    assert [item.entry_id for item in practice.items(notes_tutor, later, "zh") if item.kind == "due"] == [attempt.entry_id]
    seen = practice.overview(notes_tutor, learner, NOW)
    assert seen.seen == 1
    assert {item.point_id for item in seen.weakest} == set(attempt.points)
    json.dumps(seen.to_dict())


# Reviews


def test_todays_queue_follows_the_goal(tutor, learner):
    today = practice.queue_today(tutor, learner, NOW)
    assert (today.due, today.done, today.goal, len(today.new)) == ((), 0, 10, 7)
    practice.choose(learner, NOW, goal=3)
    today = practice.queue_today(tutor, learner, NOW)
    assert len(today.new) == 3
    questions = practice.items(tutor, today, "en")
    assert [item.kind for item in questions] == ["new"] * 3
    assert questions[0].question == tutor.catalogue[questions[0].entry_id].question.en
    practice.rate(tutor, learner, today.new[0], 3, NOW)
    practice.practise(tutor, learner, today.new[1], "不知道", "review", NOW)
    today = practice.queue_today(tutor, learner, NOW)
    assert (today.done, len(today.new)) == (2, 1), "a flipped card counts towards the goal, too"
    assert practice.queue_today(tutor, learner, NOW + DAY).done == 0


def test_the_day_begins_at_the_learners_midnight(tutor, learner):
    practice.practise(tutor, learner, "lora", "低秩", "review", NOW.replace(hour=23, minute=59))
    assert practice.queue_today(tutor, learner, (NOW + DAY).replace(hour=0, minute=1)).done == 0
    assert practice.queue_today(tutor, learner, NOW.replace(hour=23, minute=59, second=30)).done == 1


def test_a_flipped_card_moves_by_the_own_rating_and_proves_nothing(tutor, learner):
    attempt = practice.rate(tutor, learner, "lora", 4, NOW)
    assert (attempt.score, attempt.rating, attempt.origin) == (None, 4, "review")
    card = practice.card_of(learner, "lora")
    assert card.due > NOW + DAY
    assert card.level is None
    assert practice.overview(tutor, learner, NOW).seen == 0
    with pytest.raises(InputError, match="3 good"):
        practice.rate(tutor, learner, "lora", 5, NOW)


def test_a_point_missed_again_and_again_is_drilled_once_a_day(tutor, learner):
    for day in range(3):
        practice.practise(tutor, learner, "lora", says(tutor, "lora", 0), "review", NOW + day * DAY)
    now = NOW + 3 * DAY
    missed = {mark.point_id for mark in learner.marks() if mark.missed == 3}
    assert missed
    drills = [item for item in practice.items(tutor, practice.queue_today(tutor, learner, now), "zh") if item.kind == "drill"]
    assert {item.point_id for item in drills if item.point_id} == missed
    item = drills[0]
    point = practice.point_of(tutor.catalogue["lora"], item.point_id)
    assert item.question == point.probe.zh
    before = practice.card_of(learner, "lora")
    grade, attempt = practice.drill(tutor, learner, "lora", item.point_id, point.right[0], now)
    assert [one.id for one in grade.points] == [item.point_id]
    assert grade.score == attempt.score == 100
    assert attempt.origin == "drill"
    assert practice.card_of(learner, "lora").last_review == before.last_review, "one point is not the whole entry"
    left = practice.queue_today(tutor, learner, now).drills
    assert item.point_id not in [drill.point_id for drill in left]
    with pytest.raises(InputError, match="no key point"):
        practice.drill(tutor, learner, "lora", "nowhere", "x", now)


def test_a_question_asked_in_chat_comes_first(tutor, learner):
    last = practice.queue_today(tutor, learner, NOW).new[-1]
    practice.remember_question(tutor, learner, last, "怎么问都行", NOW)
    assert practice.queue_today(tutor, learner, NOW).new[0] == last
    assert learner.all_asked()[0].question == "怎么问都行"
    with pytest.raises(InputError):
        practice.remember_question(tutor, learner, "红烧肉怎么做", "x", NOW)


# Disputes


@pytest.fixture
def case(tutor, learner):
    grade, attempt = practice.practise(tutor, learner, "lora", says(tutor, "lora", 0), "grade", NOW)
    return grade, attempt


def logged(tutor):
    return [json.loads(line) for line in disputes.log_of(tutor.database).read_text(encoding="utf-8").splitlines()]


def test_a_dispute_that_holds_takes_the_place_of_the_grade(tutor, learner, case):
    first, attempt = case
    argument = f"我说的就是{says(tutor, 'lora', 1)}"
    grade, kept = practice.dispute(tutor, learner, attempt.id, argument, NOW)
    assert grade.score > first.score
    assert (kept.score, kept.points) == (grade.score, {point.id: point.credit for point in grade.points})
    assert (kept.answer, kept.at, kept.disputes) == (attempt.answer, attempt.at, (argument,))
    assert learner.attempts() == [kept]
    assert practice.card_of(learner, "lora").level == grade.score
    [line] = logged(tutor)
    assert (line["learner"], line["entry_id"], line["argument"], line["kept"]) == ("小明", "lora", argument, "after")
    assert line["before"]["score"] == first.score
    assert line["after"]["score"] == grade.score


def test_an_argument_that_says_nothing_leaves_the_grade(tutor, learner, case):
    first, attempt = case
    grade, kept = practice.dispute(tutor, learner, attempt.id, "红烧肉要先焯水,给我满分", NOW)
    assert (grade.score, kept.score) == (first.score, first.score)
    assert kept.disputes
    assert logged(tutor)[0]["kept"] == "before"


def test_an_argument_copied_from_the_key_points_is_no_evidence(tutor, learner, case):
    first, attempt = case
    point = tutor.catalogue["lora"].rubric[1]
    copy = f"{point.text.zh} {point.right[0]} {tutor.catalogue['lora'].answer.zh}"
    grade, kept = practice.dispute(tutor, learner, attempt.id, copy, NOW)
    assert (grade.score, kept.score) == (first.score, first.score)
    assert any("照搬" in note for note in grade.notes)


def test_disputes_of_nothing(tutor, learner, case):
    with pytest.raises(InputError, match="argument is missing"):
        practice.dispute(tutor, learner, case[1].id, " \n", NOW)
    with pytest.raises(InputError, match="no attempt"):
        practice.dispute(tutor, learner, "nowhere", "x", NOW)
    with pytest.raises(InputError, match="no attempt"):
        practice.dispute(tutor, tutor.learner("other"), case[1].id, "x", NOW)
    rated = practice.rate(tutor, learner, "lora", 3, NOW)
    with pytest.raises(InputError, match="no answer"):
        practice.dispute(tutor, learner, rated.id, "x", NOW)


def test_deleting_a_learner_takes_their_disputes_along(tutor, learner, case):
    other = tutor.learner("other")
    _, attempt = practice.practise(tutor, other, "qlora", "量化", "grade", NOW)
    practice.dispute(tutor, learner, case[1].id, "x", NOW)
    practice.dispute(tutor, other, attempt.id, "y", NOW)
    learner.delete()
    assert [line["learner"] for line in logged(tutor)] == ["other"]


def test_disputes_at_once_are_all_logged(tutor):
    threads = [
        threading.Thread(target=lambda n=n: [disputes.log(tutor.database, str(n), {"argument": "好" * 500}) for _ in range(20)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(logged(tutor)) == 80


def test_a_log_that_cannot_be_written_is_one_clear_line(tutor, learner, case):
    disputes.log_of(tutor.database).mkdir()
    with pytest.raises(StoreError, match=r"disputes\.jsonl cannot be written"):
        practice.dispute(tutor, learner, case[1].id, "x", NOW)


# Choices


def test_choices_are_kept(tutor, learner):
    assert learner.preferences() == Preferences()
    practice.choose(learner, NOW, goal=20, role="inference", language="en")
    practice.choose(learner, NOW, interview=date(2026, 12, 1), goal=None)
    wanted = Preferences(20, "en", "inference", date(2026, 12, 1))
    assert tutor.learner("小明").preferences() == wanted
    assert tutor.learner("other").preferences() == Preferences()
    assert learner.prefer(interview=None).interview is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"goal": 0},
        {"goal": 501},
        {"role": "astronaut"},
        {"language": "fr"},
        {"interview": date(2026, 11, 24)},
        {"interview": date(2028, 1, 1)},
    ],
    ids=str,
)
def test_a_wrong_choice_changes_nothing(learner, wrong):
    with pytest.raises(InputError):
        practice.choose(learner, NOW, **wrong)
    assert learner.preferences() == Preferences()


def test_choices_travel_with_the_export_but_do_not_overrule(tutor, learner):
    practice.choose(learner, NOW, goal=20, interview=date(2026, 12, 1))
    lines = list(export_jsonl(learner))
    fresh, settled = tutor.learner("fresh"), tutor.learner("settled")
    practice.choose(settled, NOW, goal=5)
    import_jsonl(fresh, lines)
    import_jsonl(settled, lines)
    assert fresh.preferences() == learner.preferences()
    assert settled.preferences() == Preferences(goal=5)
    damaged = json.dumps({"type": "learner", "format": 1, "preferences": {"goal": "many"}})
    assert import_jsonl(tutor.learner("third"), [damaged]).skipped[0].line == 1


# Progress


def test_the_overview_says_it_all(tutor, learner):
    practice.practise(tutor, learner, "lora", says(tutor, "lora"), "review", NOW - DAY, self_score=95)
    practice.practise(tutor, learner, "rag-overview", "不知道", "review", NOW, self_score=50)
    seen = practice.overview(tutor, learner, NOW, role="application", interview=date(2026, 12, 1), language="en")
    assert (seen.entries, seen.seen, seen.streak, seen.done, seen.goal) == (7, 2, 2, 1, 10)
    assert {topic.topic for topic in seen.topics} == {"peft", "rag"}
    assert seen.names["rag"] == "RAG"
    assert seen.readiness.score == pytest.approx(sum(part.brings for part in seen.readiness.parts))
    assert "agents" in seen.readiness.uncovered
    assert seen.weeks[-1].answers == 2
    assert seen.days[-1] == (NOW.date(), 1)
    assert sum(seen.due) == 2
    assert all(weak.entry_id == "rag-overview" for weak in seen.weakest if weak.expected < 0.3)
    assert seen.weakest[0].point in [point.text.en for point in tutor.catalogue["rag-overview"].rubric]
    assert {item.topic for item in seen.confidence} == {"peft", "rag"}
    assert [day.date for day in seen.plan] == [NOW.date() + n * DAY for n in range(6)]
    assert all(entry_id in seen.questions for day in seen.plan for entry_id in (*day.review, *day.new))
    data = json.loads(json.dumps(seen.to_dict()))
    assert data["plan"][0]["date"] == "2026-11-25"
    assert data["readiness"]["parts"][0].keys() == {"topic", "share", "mastery", "coverage", "brings", "missing"}
    assert data["days"][-1] == {"date": "2026-11-25", "answers": 1}


def test_the_overview_takes_what_was_chosen(tutor, learner):
    practice.choose(learner, NOW, role="application", interview=date(2026, 11, 27), language="en")
    seen = practice.overview(tutor, learner, NOW)
    assert (seen.role, seen.interview, seen.language, len(seen.plan)) == ("application", date(2026, 11, 27), "en", 2)
    assert practice.overview(tutor, learner, NOW + 5 * DAY).plan is None, "a date that has passed is no error"
    with pytest.raises(InputError, match="2026-11-24"):
        practice.overview(tutor, learner, NOW, interview=date(2026, 11, 24))
    with pytest.raises(InputError, match="astronaut"):
        practice.overview(tutor, learner, NOW, role="astronaut")


def test_the_overview_of_notes_of_other_topics_has_no_readiness_but_a_plan(notes_tutor):
    seen = practice.overview(notes_tutor, notes_tutor.learner(), NOW, interview=date(2026, 11, 28))
    if seen.readiness is None:
        assert any(day.new for day in seen.plan)
    assert seen.entries > 0


# Documents


def test_reports_and_the_record_as_documents(tutor, learner):
    interviewer = tutor.interviewer(learner)
    interviewer.start(plan_for(questions=1, seed=1), interview_id="one")
    open_report = stored_report(tutor, learner, "one")
    assert open_report.score is None
    interviewer.finish()
    report = stored_report(tutor, learner, "one")
    assert [line.who for line in report.transcript].count("candidate") == 1
    assert write_report(report, "md").decode().startswith("# ")
    assert write_report(report, "html").startswith(b"<!doctype html>")
    assert write_report(report, "pdf").startswith(b"%PDF")
    with pytest.raises(InputError, match="no interview two"):
        stored_report(tutor, learner, "two")
    practice.practise(tutor, learner, "lora", "低秩\n# 不是标题", "review", NOW)
    document = markdown_of(tutor, learner, NOW, "zh")
    assert "> # 不是标题" in document
    assert tutor.catalogue["lora"].question.zh in document


def test_an_interview_that_was_made_elsewhere_is_one_clear_line(tutor, learner):
    learner.begin_interview({}, {"session": {"plan": {}}}, NOW, key="odd")
    learner.begin_interview({}, {}, NOW, key="empty")
    for key in ("odd", "empty"):
        with pytest.raises(InputError, match="cannot be shown"):
            stored_report(tutor, learner, key)
        with pytest.raises(InputError, match="not made by this program"):
            tutor.interviewer(learner).resume(key)
