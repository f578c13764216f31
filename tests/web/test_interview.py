from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.web.study import right_answer
from tutor.errors import InputError
from tutor.interview.state import Line
from tutor.web import interview_html as show
from tutor.web import interview_tab as tab
from tutor.web import interviews as work
from tutor.web.current import CurrentTutor
from tutor.web.interviews import Form, Talk
from tutor.web.visitor import now

FORM = Form("general", ["peft", "inference"], 2, 2, 0, "en", "neutral")
HOSTILE = '<img src=x onerror="hack()"><script>hack()</script>'


def started(study: CurrentTutor, name: str = "", **changes: Any) -> Talk:
    return work.start(study, name, work.plan_of(replace(FORM, **changes), seed=1))


def test_the_form_makes_the_plan() -> None:
    plan = work.plan_of(replace(FORM, minutes=20, questions=99, level=3, persona="demanding", language="zh"), seed=7)
    assert (plan.level, plan.questions, plan.minutes, plan.persona, plan.language, plan.seed) == (3, 50, 20.0, "demanding", "zh", 7)
    assert set(plan.topics) == {"peft", "inference"}
    assert set(work.plan_of(replace(FORM, topics=[])).topics) > {"peft", "rag"}
    with pytest.raises(InputError, match="role"):
        work.plan_of(replace(FORM, role="astrologer"))


def test_a_job_description_makes_a_plan_that_says_why(study: CurrentTutor) -> None:
    proposal, shown, trouble, _, role, topics, level, language = tab.propose(study, "Senior engineer: LoRA, vLLM <b>and RAG</b>", "en")
    assert trouble == ""
    assert "“lora”" in shown
    assert "because of “Senior”" in shown
    assert (level["value"], language["value"]) == (3, "en")
    assert role["value"] == proposal.plan.role
    plan = work.plan_of(replace(FORM, topics=["peft", "rag"]), proposal)
    assert plan.topics["peft"] == proposal.plan.topics["peft"]
    assert set(topics["value"]) >= {"peft", "rag"}


@pytest.mark.parametrize("text", ["", "I like to cook and to garden."])
def test_a_text_that_names_nothing_is_said(study: CurrentTutor, text: str) -> None:
    assert "t-callout" in tab.propose(study, text, "en")[2]


def test_an_interview_from_start_to_report(study: CurrentTutor) -> None:
    talk = started(study)
    assert "Question 1 of 2" in show.progress_html(talk.state, 5.0, "en")
    entries = study.get().catalogue
    while not talk.state.closed:
        talk = work.answer(study, "", talk, right_answer(entries[talk.state.current.entry_id]))
    report = work.report_of(study, "", talk.id)
    shown = show.report_html(report, "en") + show.details_markdown(report, "en")
    assert f"<b>{report.score}</b>" in shown
    assert report.questions[0].question.split("?")[0] in shown.replace("&#x27;", "'")
    assert [item.id for item in work.earlier(study, "")] == [talk.id]
    assert talk.id in show.earlier_html(work.earlier(study, ""), "en")
    assert len(study.get().learner().attempts(interview_id=talk.id)) == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_quick_actions_are_understood(study: CurrentTutor, language: str) -> None:
    talk = started(study, language=language)
    for action, kind in (("hint", "hint"), ("repeat", "repeat"), ("rephrase", "rephrase"), ("dont_know", "dont_know"), ("skip", "skip")):
        talk = work.act(study, "", talk, action)
        assert [line.kind for line in talk.state.lines if line.who == "candidate"][-1] == kind
        if talk.state.closed:
            talk = started(study, language=language)
    talk = work.act(study, "", talk, "end")
    assert talk.state.closed


def test_a_reload_offers_the_unfinished_interview_and_goes_on_with_it(study: CurrentTutor) -> None:
    first, second = started(study, "Ada"), started(study, "Ada")
    assert work.unfinished(study, "Ada", first.id)[0].id == first.id
    assert work.unfinished(study, "Ada", "gone")[0].id == second.id
    assert work.unfinished(study, "Bob") is None
    updates = tab.arrive(study, first.id, "Ada", "en")
    assert "question 1 of 2" in updates[6]
    assert updates[-1] == first.id
    back = work.resume(study, "Ada", first.id)
    assert back.state == first.state
    with pytest.raises(InputError):
        work.resume(study, "Bob", first.id)


def test_two_windows_do_not_answer_twice(study: CurrentTutor) -> None:
    talk = started(study)
    work.act(study, "", talk, "skip")
    late = work.answer(study, "", talk, "an answer from the other window")
    assert late.moved
    assert "an answer from the other window" not in [line.text for line in late.state.lines]
    updates = tab.answer(study, "an answer", talk, "", "en")
    assert "another window" in updates[2 + 9]


def test_time_to_think_is_stored(study: CurrentTutor) -> None:
    talk = started(study)
    talk = replace(talk, asked_at=talk.asked_at.replace(year=talk.asked_at.year - 1))
    talk = work.act(study, "", talk, "skip")
    assert talk.state.asked[0].seconds == 1800


@pytest.mark.parametrize("kind", work.FORMATS)
def test_the_report_is_a_file(study: CurrentTutor, kind: str) -> None:
    talk = work.act(study, "", started(study), "end")
    path = work.report_file(work.report_of(study, "", talk.id), kind, now())
    assert path.suffix == f".{kind}"
    assert path.stat().st_size > 100


def test_everything_said_is_text(study: CurrentTutor) -> None:
    talk = work.answer(study, "", started(study), HOSTILE)
    shown = show.talk_html([*talk.state.lines, Line("interviewer", "probe", HOSTILE), Line("candidate", "silence", "")], "en")
    assert "<img" not in shown
    assert "<script" not in shown
    assert "(silence)" in shown
    talk = work.act(study, "", talk, "end")
    report = work.report_of(study, "", talk.id)
    page = show.report_html(report, "en") + show.details_markdown(report, "en")
    assert "<img" not in page
    assert "<script" not in page


def test_the_details_are_markdown_that_html_survives(study: CurrentTutor) -> None:
    talk = started(study)
    talk = work.answer(study, "", talk, right_answer(study.get().catalogue[talk.state.current.entry_id]) + "\n\nA second paragraph.")
    report = work.report_of(study, "", work.act(study, "", talk, "end").id)
    shown = show.details_markdown(report, "en")
    assert "&#10;&#10;A second paragraph." in shown
    assert shown.count("<details") == shown.count("</details>")


def test_trouble_leaves_the_page_as_it_is(study: CurrentTutor, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = started(study)

    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(work, "answer", fail)
    updates = tab.answer(study, "an answer", talk, "", "en")
    assert "Something went wrong" in updates[2 + 9]
    assert "secret" not in str(updates)
    assert updates[0] == {"__type__": "update"}
