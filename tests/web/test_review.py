from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.web.study import half_answer, right_answer
from tutor.errors import InputError, StoreError
from tutor.practice import overview, practise
from tutor.web import ask_tab, own_data, progress_html, progress_tab, review_tab
from tutor.web import reviews as work
from tutor.web.conversation import ask
from tutor.web.current import CurrentTutor
from tutor.web.reviews import Desk
from tutor.web.visitor import learner_of, now

HOSTILE = '<img src=x onerror="hack()"><script>hack()</script>'


def first(study: CurrentTutor, name: str = "") -> Desk:
    return work.look(study, name, Desk(), "en")


def test_a_new_learner_gets_new_questions_up_to_the_goal(study: CurrentTutor) -> None:
    desk = first(study)
    assert desk.item is not None
    assert (desk.item.kind, desk.done, desk.goal, desk.left) == ("new", 0, 10, 10)
    assert "0 of 10 answered today" in work.today_html(desk, "en")
    assert desk.item.question in work.item_html(study, desk, "en").replace("&#x27;", "'")


def test_an_answer_is_graded_rescheduled_and_the_next_comes(study: CurrentTutor) -> None:
    desk = first(study)
    assert desk.item is not None
    answer = right_answer(study.get().catalogue[desk.item.entry_id])
    graded = work.grade(study, "", desk, answer, "en")
    assert graded.phase == "graded"
    assert graded.grade is not None
    assert "It comes back on" in work.result_html(graded, "en")
    assert work.look(study, "", graded, "en") is graded
    following = work.following(study, "", graded, "en")
    assert following.item is not None
    assert following.item.entry_id != desk.item.entry_id
    assert following.done == 1
    [attempt] = study.get().learner().attempts()
    assert (attempt.origin, attempt.aided) == ("review", False)


def test_a_flip_shows_the_reference_and_when_each_rating_brings_it_back(study: CurrentTutor) -> None:
    desk = first(study)
    flipped = work.flip(study, "", desk)
    assert "Reference answer" in work.back_markdown(study, flipped, "en")
    assert work.back_markdown(study, desk, "en") == ""
    assert list(flipped.soon) == [1, 2, 3, 4]
    assert flipped.soon[1] == "10 min"
    after = work.rated(study, "", flipped, 3, "en")
    assert after.item != desk.item
    [attempt] = study.get().learner().attempts()
    assert (attempt.rating, attempt.score) == (3, None)
    assert work.rated(study, "", desk, 3, "en") is desk  # what was not flipped cannot be rated


def test_an_answer_after_the_flip_is_aided(study: CurrentTutor) -> None:
    flipped = work.flip(study, "", first(study))
    work.grade(study, "", flipped, "what I read", "en")
    assert study.get().learner().attempts()[0].aided


def test_skipped_items_come_back_when_the_queue_is_shown_again(study: CurrentTutor) -> None:
    desk = first(study)
    skipped = work.skip(study, "", desk, "en")
    assert skipped.item != desk.item
    assert skipped.left == desk.left - 1
    assert first(study).item == desk.item


def test_a_point_missed_again_and_again_becomes_a_drill(study: CurrentTutor) -> None:
    tutor, learner = study.get(), study.get().learner()
    entry = tutor.catalogue.askable[0]
    for back in (3, 2, 1):
        practise(tutor, learner, entry.id, half_answer(entry), "grade", now() - timedelta(days=back))
    work.set_goal(study, "", 1)
    queued = Desk()
    kinds = []
    for _ in range(8):
        queued = work.skip(study, "", queued, "en")
        if queued.item is None:
            break
        kinds.append((queued.item.kind, queued.item.point_id))
        if queued.item.kind == "drill":
            shown = work.item_html(study, queued, "en")
            assert "Answer just this" in shown
            flipped = work.flip(study, "", queued)
            assert not flipped.rateable
            assert flipped.soon == {}
            drilled = work.grade(study, "", queued, "still nothing", "en")
            assert drilled.grade is not None
            assert len(drilled.grade.points) == 1
            assert work.following(study, "", drilled, "en").item != queued.item
            return
    pytest.fail(f"no drill in {kinds}")


def test_the_goal_is_kept_for_the_learner(study: CurrentTutor) -> None:
    assert work.set_goal(study, "Ada", 3.0) == 3
    assert first(study, "Ada").goal == 3
    assert first(study, "Bob").goal == 10
    assert "t-callout" in review_tab.set_goal(study, 9999, first(study), "", "en")[4]


def test_an_empty_answer_is_said(study: CurrentTutor) -> None:
    updates = review_tab.grade(study, " ", first(study), "", "en")
    assert "no answer yet" in updates[4]


def test_progress_shows_every_topic_and_escapes(study: CurrentTutor) -> None:
    tutor, learner = study.get(), study.get().learner()
    desk = first(study)
    work.grade(study, "", desk, HOSTILE, "en")
    work.rated(study, "", work.flip(study, "", work.skip(study, "", desk, "en")), 3, "en")
    progress_tab.prepare(study, "inference", "3", "", "en")
    view = overview(tutor, learner, now(), language="en")
    shown = "".join(show(view, "en") for show in (progress_html.tiles_html, progress_html.overview_html, progress_html.plan_html))
    shown += progress_html.weakest_html(view, "en")
    assert "<img" not in shown
    assert "Day by day until" in shown
    assert "mock interview" in shown or "new" in shown
    for name in view.names.values():
        assert name in shown
    assert shown.count('class="s') > 150


def test_nothing_yet_is_said(study: CurrentTutor) -> None:
    assert "Nothing answered yet" in progress_html.tiles_html(overview(study.get(), study.get().learner(), now(), language="en"), "en")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("", None), ("5", date(2026, 5, 6)), ("2026-05-09", date(2026, 5, 9)), ("2026/05/09", date(2026, 5, 9))],
)
def test_read_date(text: str, wanted: date | None) -> None:
    assert progress_html.read_date(text, date(2026, 5, 1), "en") == wanted


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "-3"])
def test_a_date_that_is_none_is_said(study: CurrentTutor, text: str) -> None:
    assert "is no date" in progress_tab.prepare(study, "general", text, "", "en")[2]


def test_role_and_date_are_kept_and_can_be_taken_back(study: CurrentTutor) -> None:
    progress_tab.prepare(study, "inference", "5", "", "en")
    kept = learner_of(study, "").preferences()
    assert (kept.role, kept.interview) == ("inference", now().date() + timedelta(days=5))
    progress_tab.prepare(study, "inference", "", "", "en")
    assert learner_of(study, "").preferences().interview is None


def test_data_goes_out_and_comes_in_again(study: CurrentTutor, tmp_path: Path) -> None:
    work.grade(study, "Ada", first(study, "Ada"), "an answer", "en")
    paths = {kind: own_data.export_file(study, "Ada", kind, "en") for kind in own_data.KINDS}
    assert "an answer" in paths["md"].read_text(encoding="utf-8")
    assert paths["apkg"].read_bytes()[:2] == b"PK"
    lines = [json.loads(line) for line in paths["jsonl"].read_text(encoding="utf-8").splitlines()]
    assert {"learner", "attempt"} <= {line["type"] for line in lines}
    done = own_data.import_file(study, "Bob", paths["jsonl"])
    assert (done.new, done.skipped) == (1, ())
    assert not paths["jsonl"].exists()
    assert "1 of 1 records were new" in own_data.imported_html(done, "en")
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"<script>\n\xff\xfe\n")
    shown = progress_tab.take_in(study, str(bad), "Bob", "en")[0]
    assert "nothing to import" in shown
    assert "<script" not in shown


def test_deleting_takes_the_name_to_be_typed(study: CurrentTutor) -> None:
    work.grade(study, "Ada", first(study, "Ada"), "an answer", "en")
    work.grade(study, "Bob", first(study, "Bob"), "an answer", "en")
    with pytest.raises(InputError, match="Nothing was deleted"):
        own_data.delete(study, "Ada", "Bob", "en")
    assert "deleted" in own_data.delete(study, "Ada", " Ada ", "en")
    assert learner_of(study, "Ada").attempts() == []
    assert len(learner_of(study, "Bob").attempts()) == 1


@pytest.mark.parametrize(("name", "used"), [("  Ada   L ", "Ada L"), ("", "me"), ("小明", "小明")])
def test_names_are_used_as_they_are_stored(study: CurrentTutor, name: str, used: str) -> None:
    assert progress_tab.rename(study, name, "", "en")[0] == used


def test_a_name_that_is_none_is_said(study: CurrentTutor) -> None:
    learner, _, said = progress_tab.rename(study, "a\u0000b", "Ada", "en")
    assert learner == "Ada"
    assert "is no name" in said


def test_a_question_asked_in_chat_comes_up_for_review(study: CurrentTutor) -> None:
    question = study.get().catalogue.askable[0].question.en
    *_, talk = ask(study.get(), question, (), "en")
    ask_tab.remember(study, "Ada", talk)
    [asked] = learner_of(study, "Ada").all_asked()
    assert asked.question == question
    *_, talk = ask(study.get(), "Best pizza in Rome?", (), "en")
    ask_tab.remember(study, "Ada", talk)
    assert len(learner_of(study, "Ada").all_asked()) == 1


def test_a_dead_database_is_one_line_and_answers_go_on(study: CurrentTutor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("the disk is full", remedy="free some space")

    monkeypatch.setattr("tutor.tutor.Tutor.learner", fail)
    for updates in (review_tab.arrive(study, Desk(), "", "en"), progress_tab.arrive(study, "", "en")):
        assert "the disk is full What to do: free some space." in str(updates)
    question = study.get().catalogue.askable[0].question.en
    *_, last = ask_tab.answer(study, question, (), "en")
    assert last
