"""Moves of the state machine that the simulated candidates do not make."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.interview.support import catalogue, fake_grader
from tutor.entry import Entry, Source, Text
from tutor.grading.grade import Grade, Point
from tutor.interview.catalogue import Catalogue
from tutor.interview.choice import Ability
from tutor.interview.plan import plan_for
from tutor.interview.session import begin, step
from tutor.interview.state import History, Say, standing
from tutor.interview.wording import acceptable


def _start(**given):
    return begin(plan_for(**{"questions": 2, **given}), catalogue())


def test_a_failed_grading_is_said_and_does_not_count():
    state, _ = _start()
    entry = catalogue()[state.current.entry_id]

    def failing(entry, answer, language):
        return replace(fake_grader(entry, answer, language), score=None)

    state, says = step(state, entry.rubric[0].right[0], 5, failing, catalogue())
    assert state.asked[0].outcome == "ungraded"
    assert not state.asked[0].counts
    assert says[0].type == "remark"
    state, says = step(state, "stop", 1, failing, catalogue())
    assert says[-1].data is not None
    assert says[-1].data["score"] is None


def test_a_point_stated_wrongly_is_challenged_and_corrected_with_the_point():
    state, _ = _start()
    entry = catalogue()[state.current.entry_id]
    wrong = entry.rubric[0].wrong[0]

    def grader(entry, answer, language):
        grade = fake_grader(entry, answer, language)
        points = tuple(
            replace(point, contradicted=wrong) if point.id == entry.rubric[0].id and wrong in answer else point for point in grade.points
        )
        return replace(grade, points=points)

    state, says = step(state, wrong, 5, grader, catalogue())
    assert says[-1].type == "probe"
    assert wrong[:20] in says[-1].text
    state, says = step(state, "结束", 5, grader, catalogue())
    assert says[-1].data is not None
    assert [item["correction"] for item in says[-1].data["corrections"]] == [entry.rubric[0].text.zh]


def test_notes_without_a_rubric_are_probed_without_naming_anything():
    note = Entry("n", Text(zh="什么是注意力机制?"), Text(zh="查询和键做点积,再对值加权求和。"), (Source("a.md", 1),), section="笔记")
    notes = Catalogue([note])

    def derived(entry, answer, language):
        points = (
            Point("p1", "查询和键做点积", 50, float("点积" in answer), "点积" if "点积" in answer else ""),
            Point("p2", "对值加权求和", 50, 0.0),
        )
        score = round(sum(point.weight * point.credit for point in points))
        return Grade("", entry.id, score, 0, 100, points, (), (), "", "fake", "derived", language)

    # The role's topics are not those of the notes: all of them are asked.
    state, says = begin(plan_for(questions=1), notes)
    assert "各个主题" in says[0].text
    assert "什么是注意力机制?" in says[-1].text
    state, says = step(state, "查询和键先做点积得到分数", 5, derived, notes)
    assert says[-1].type == "probe"
    assert "加权" not in says[-1].text
    state, says = step(state, "不会", 5, derived, notes)
    assert says[-1].type == "report"
    assert says[-1].data is not None
    assert says[-1].data["score"] == 50


def test_an_empty_catalogue_ends_at_once_with_a_report():
    state, says = begin(plan_for(), Catalogue([]))
    assert state.closed
    assert says[-1].type == "report"


def test_what_stands_can_be_asked_again_by_who_comes_back():
    state, says = _start()
    again = standing(state)
    assert again is not None
    assert (again.type, again.entry_id, again.number, again.again) == ("question", says[-1].entry_id, 1, True)
    assert again.text in says[-1].text


def test_history_moves_the_start():
    weak = History({"rag": Ability(-2.0, 12)})
    strong = History({"rag": Ability(3.0, 12)})
    levels = [begin(plan_for(topics={"rag": 1}), catalogue(), history)[0].current.difficulty for history in (weak, History(), strong)]
    assert levels == [1, 2, 3]


def test_lines_of_the_dialogue_hold_what_is_there():
    assert Say("remark", "hello").to_dict() == {"type": "remark", "text": "hello"}
    assert Say("question", "what?", "lora", 2).to_dict() == {"type": "question", "text": "what?", "entry_id": "lora", "number": 2}
    assert Say("report", "done", data={"score": 3}).to_dict() == {"type": "report", "text": "done", "score": 3}


def test_more_than_two_questions_are_never_in_one_reply_when_reworded():
    state, says = begin(plan_for(questions=2, language="en"), catalogue(), rephrase=lambda text, language: f"So, {text}")
    assert says[-1].text.startswith("So, ")
    assert state.lines[-1].text == says[-1].text


@pytest.mark.parametrize(
    "new",
    [
        "",
        "Great! First question: What is LoRA? What is the idea, and what are its strengths?",
        "First question: what is it?",
        "第一题:什么是 LoRA?",
        "What is LoRA? What is the idea, and what are its strengths? Think of freezing W0 beside a low-rank branch, without gradients or optimizer states.",
        "What is LoRA? " * 40,
    ],
    ids=["empty", "praise", "question lost", "other language", "answer given", "too long"],
)
def test_a_new_wording_that_changes_the_matter_is_not_taken(new):
    entry = catalogue()["lora"]
    asked = entry.question.en
    say = Say("question", f"First question: {asked}", "lora", 1)
    points = [point.id for point in entry.rubric]
    assert acceptable(say, f"Let's begin with this: {asked}", asked, catalogue(), points, "en")
    assert not acceptable(say, new, asked, catalogue(), points, "en")


def test_quoted_words_stay_in_a_new_wording():
    say = Say("remark", '"it is frozen" holds.', "lora", 1)
    assert acceptable(say, 'Yes, "it is frozen" holds up.', "", catalogue(), (), "en")
    assert not acceptable(say, "Yes, that holds up.", "", catalogue(), (), "en")
