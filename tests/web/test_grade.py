from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.web.study import half_answer, right_answer
from tutor.errors import InputError
from tutor.grading.grade import Asserted, Grade, Point, Span
from tutor.web import exercise as work
from tutor.web import grade_tab
from tutor.web.current import CurrentTutor
from tutor.web.exercise import Exercise
from tutor.web.grade_html import grade_html, link, marked_answer


def made(points: tuple[Point, ...] = (), wrong: tuple[Asserted, ...] = (), score: int | None = 40) -> Grade:
    return Grade("Q?", "e", score, 30, 55, points, wrong, (), "", "fake", "curated", "en")


def begun(study: CurrentTutor, number: int = 0) -> Exercise:
    return work.begin(study, study.get().catalogue.askable[number].id)


def test_typing_suggests_questions_of_the_material_in_the_page_s_language(study: CurrentTutor) -> None:
    found = work.suggest(study, "AdaLoRA", "", "en")
    assert found[0].id == "adalora"
    shown = work.suggestions_html(found, "AdaLoRA", "en")
    assert 'data-pick="adalora"' in shown
    assert "AdaLoRA" in work.suggestions_html(found, "AdaLoRA", "zh")
    assert {entry.topic for entry in work.suggest(study, "LoRA", "peft", "en")} == {"peft"}


@pytest.mark.parametrize("query", ["", "   "])
def test_nothing_typed_suggests_nothing(study: CurrentTutor, query: str) -> None:
    assert work.suggest(study, query, "", "en") == []
    assert grade_tab.suggest(study, query, "", "en") == ""


def test_a_random_question_is_of_the_topic_and_another_one(study: CurrentTutor) -> None:
    ids = {entry.id: entry.topic for entry in study.get().catalogue.askable}
    drawn = {work.anything(study, "peft", "adalora", random.Random(seed)) for seed in range(30)}
    assert {ids[name] for name in drawn} == {"peft"}
    assert "adalora" not in drawn
    with pytest.raises(InputError, match="no question"):
        work.anything(study, "astrology")


def test_an_answer_is_graded_recorded_and_shown_with_its_words(study: CurrentTutor) -> None:
    entry = study.get().catalogue.askable[0]
    answer = half_answer(entry)
    exercise = work.grade(study, "Ada", begun(study), answer, 90, "en")
    shown = work.result_html(exercise, "en")
    assert f'<mark class="c0">{answer}<sup>1</sup></mark>' in shown
    assert "too high" in shown
    assert entry.rubric[1].probe.pick(exercise.tried[0].grade.language) in re.sub("&#x27;", "'", shown)
    assert "Kept for Ada" in shown
    [attempt] = study.get().learner("Ada").attempts()
    assert (attempt.origin, attempt.self_score, attempt.aided, attempt.answer) == ("grade", 90, False, answer)
    assert study.get().learner("me").attempts() == []


def test_after_the_reveal_answers_are_aided_and_compared_with_the_first(study: CurrentTutor) -> None:
    entry = study.get().catalogue.askable[0]
    exercise = work.grade(study, "", begun(study), half_answer(entry), None, "en")
    exercise = work.grade(study, "", exercise, right_answer(entry), None, "en")
    shown = work.result_html(exercise, "en")
    assert "t-versus" in shown
    assert f"+{exercise.tried[1].grade.score - exercise.tried[0].grade.score}" in shown
    assert [attempt.aided for attempt in study.get().learner().attempts()] == [True, False]


def test_the_reference_comes_on_request_only_and_makes_later_answers_aided(study: CurrentTutor) -> None:
    exercise = begun(study)
    opened = grade_tab.pick(study, exercise.entry_id, "en")
    assert opened[-1] == ""
    after, text, notice = grade_tab.reveal(study, exercise, "en")
    assert "Reference answer" in text
    assert "aided" in notice
    assert work.grade(study, "", after, "something", None, "en").tried[0].aided


@pytest.mark.parametrize(("answer", "said"), [("", "no answer yet"), ("  \n ", "no answer yet")])
def test_an_empty_answer_is_said_and_not_recorded(study: CurrentTutor, answer: str, said: str) -> None:
    updates = grade_tab.grade(study, begun(study), answer, False, 50, "", "en")
    assert said in updates[4]
    assert study.get().learner().attempts() == []


def test_a_dispute_grades_again_and_keeps_the_case(study: CurrentTutor) -> None:
    entry = study.get().catalogue.askable[0]
    exercise = work.grade(study, "", begun(study), half_answer(entry), None, "en")
    before = exercise.tried[0].grade.score
    same = work.disagree(study, "", exercise, "I am simply right about it.", "en")
    assert same.tried[-1].grade.score == before
    assert "stands" in same.said
    assert len(same.tried) == 1
    log = next(Path(study.settings.db).parent.glob("*disputes*.jsonl"))
    assert json.loads(log.read_text(encoding="utf-8").splitlines()[0])["kept"] == "before"
    with pytest.raises(InputError, match="disagree"):
        work.disagree(study, "", exercise, "  ", "en")


def test_not_graded_is_not_zero() -> None:
    shown = grade_html(made(score=None), "answer", "en")
    assert "Not graded" in shown
    assert "t-number" not in shown


def test_overlapping_words_are_marked_once_and_wrong_ones_red() -> None:
    answer = "one two three four"
    points = (
        Point("a", "A", 50, 1.0, "one two", spans=(Span(0, 7),)),
        Point("b", "B", 50, 0.5, "two three", spans=(Span(4, 13),)),
    )
    wrong = (Asserted("c", "four", "not four", span=Span(14, 18)),)
    shown = marked_answer(answer, made(points, wrong))
    assert re.sub(r"<sup>\d</sup>|<[^>]+>", "", shown) == answer
    assert shown == (
        '<mark class="c0">one </mark><mark class="c0">two<sup>1</sup></mark><mark class="c1"> three<sup>2</sup></mark> '
        '<mark class="wrong">four</mark>'
    )


def test_spans_that_do_not_fit_the_answer_are_looked_up_or_left_out() -> None:
    points = (Point("a", "A", 50, 1.0, "words", spans=(Span(90, 95),)), Point("b", "B", 50, 1.0, "elsewhere", spans=(Span(3, 999),)))
    assert marked_answer("my words", made(points)) == 'my <mark class="c0">words<sup>1</sup></mark>'


HOSTILE = '<script>hack()</script><img src=x onerror="hack()"> ${hack()} {{hack}}'


def test_everything_typed_is_text(study: CurrentTutor) -> None:
    exercise = work.grade(study, "<b>Ada</b>", begun(study), HOSTILE, None, "en")
    grade = replace(
        exercise.tried[0].grade,
        points=(Point("a", HOSTILE, 100, 0.5, HOSTILE, HOSTILE, HOSTILE),),
        misconceptions=(Asserted(HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
        notes=(HOSTILE,),
        feedback=HOSTILE,
    )
    exercise = replace(exercise, tried=(replace(exercise.tried[0], grade=grade),))
    shown = work.result_html(exercise, "en") + work.suggestions_html([], HOSTILE, "en") + work.feedback_markdown(exercise, "en")
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<b>Ada" not in shown


@pytest.mark.parametrize(
    ("source", "linked"),
    [
        ("Paper, 2021. https://arxiv.org/abs/1", True),
        ("Paper. javascript:hack()", False),
        ('https://a.example/" onclick="x', False),
        ("https://a.example/<b>", False),
    ],
)
def test_only_plain_web_addresses_are_links(source: str, linked: bool) -> None:
    assert ("<a " in link(source)) == linked
    assert "<b>" not in link(source)


def test_a_question_that_is_gone_is_said(study: CurrentTutor) -> None:
    assert "no longer" in str(grade_tab.pick(study, "no-such-entry", "en"))


def test_feedback_leaves_out_what_the_key_points_show(study: CurrentTutor) -> None:
    exercise = work.grade(study, "", begun(study), "nothing", None, "en")
    point = exercise.tried[0].grade.points[0]
    grade = replace(exercise.tried[0].grade, feedback=f"**Missing**\n- {point.text}\n\n**You could open with**\n- Begin here.")
    shown = work.feedback_markdown(replace(exercise, tried=(replace(exercise.tried[0], grade=grade),)), "en")
    assert "Begin here." in shown
    assert "Missing" not in shown
