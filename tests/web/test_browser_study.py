"""Grade, Interview and Review in a real browser: the ways people go, by mouse, by keyboard, on a phone, and after a reload."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright import sync_api as playwright

from tests.web.study import ingest
from tests.web.test_browser import browser, hacked, pytestmark, serving, visit

__all__ = ["browser", "pytestmark", "visit"]

HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script> ${window.hacked=3} {{value}}'
Visit = Callable[..., playwright.Page]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("study")
    with serving(ingest(folder), folder) as served:
        yield served


#: Milliseconds until the page has caught up with a fast typist.
SETTLED = 1500


def open_tab(page: playwright.Page, name: str) -> None:
    page.get_by_role("tab", name=name, exact=True).click()


def study_as(page: playwright.Page, name: str) -> None:
    """Take a name, so that no test meets what another one left."""
    page.locator("#who").click()
    page.locator("#data-name :is(input, textarea)").fill(name)
    page.locator("#data-use").click()
    playwright.expect(page.locator("#data-who")).to_contain_text(f"studying as {name}")
    playwright.expect(page.locator("#who")).to_contain_text(name)


def choose(page: playwright.Page, query: str, entry_id: str) -> None:
    """A question found by typing, taken from the list by keyboard."""
    open_tab(page, "Grade")
    page.locator("#grade-search :is(input, textarea)").click()
    page.keyboard.type(query)
    page.locator(f"#grade-found li:first-child [data-pick={entry_id}]").wait_for()
    # The list is made anew for every letter; nobody chooses while it still changes.
    page.wait_for_timeout(SETTLED)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#grade-question h2").wait_for()


def said(page: playwright.Page, where: str) -> str:
    """The marked answer without the numbers of the points it earned."""
    page.locator(where).wait_for()
    script = "(where) => { const all = document.querySelector(where).cloneNode(true); all.querySelectorAll('sup').forEach((one) => one.remove()); return all.textContent }"
    return str(page.evaluate(script, where))


def test_an_answer_is_graded_by_keyboard_and_stays_text(visit: Visit) -> None:
    page = visit()
    choose(page, "AdaLoRA", "adalora")
    playwright.expect(page.locator("#grade-question")).to_contain_text("AdaLoRA")
    page.locator("#grade-answer textarea").fill(f"It gives important matrices a higher rank. {HOSTILE}")
    page.locator("#grade-answer textarea").press("Control+Enter")
    assert said(page, "#grade-result .t-answer").endswith(HOSTILE)
    playwright.expect(page.locator("#grade-result .t-points li")).not_to_have_count(0)
    playwright.expect(page.locator("#grade-model")).not_to_contain_text("Reference answer")
    page.locator("#grade-reference").click()
    playwright.expect(page.locator("#grade-model")).to_contain_text("Reference answer")
    page.locator("#grade-send").click()
    playwright.expect(page.locator("#grade-result .t-versus")).to_be_visible()
    assert hacked(page) is None


def test_an_interview_survives_a_reload_and_ends_with_a_report(visit: Visit) -> None:
    page = visit()
    study_as(page, "Reloader")
    open_tab(page, "Interview")
    page.locator("#interview-start").click()
    question = page.locator("#interview-talk .question")
    playwright.expect(question).to_have_count(1)
    asked = question.inner_text()
    page.locator("#interview-line textarea").fill(HOSTILE)
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#interview-talk .t-you")).to_contain_text(HOSTILE)
    page.reload()
    page.wait_for_selector("html.ready")
    open_tab(page, "Interview")
    playwright.expect(page.locator("#interview-waiting")).to_contain_text("question 1 of 8")
    page.locator("#interview-resume").click()
    playwright.expect(page.locator("#interview-talk .question").first).to_have_text(asked)
    page.locator("#interview-skip").click()
    playwright.expect(page.locator("#interview-progress")).to_contain_text("Question 2 of 8")
    page.locator("#interview-end").click()
    page.locator("#interview-stop").click()
    playwright.expect(page.locator("#interview-report h2")).to_have_text("Report")
    with page.expect_download() as download:
        page.locator("#report-pdf").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    page.locator("#interview-new").click()
    playwright.expect(page.locator("#interview-earlier [data-pick]")).to_have_count(1)
    playwright.expect(page.locator("#interview-resume")).to_have_count(0)
    assert hacked(page) is None


def test_the_review_needs_no_mouse(visit: Visit) -> None:
    page = visit()
    study_as(page, "Keyboarder")
    page.get_by_role("tab", name="Today", exact=True).click()
    item = page.locator("#review-item h2")
    item.wait_for()
    before = item.inner_text()
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#review-back")).to_contain_text("Reference answer")
    page.keyboard.press("3")
    playwright.expect(item).not_to_have_text(before)
    page.keyboard.press("a")
    page.keyboard.type("an answer of mine, 1 2 3")
    page.keyboard.press("Control+Enter")
    assert said(page, "#review-result .t-answer") == "an answer of mine, 1 2 3"
    page.keyboard.press("Enter")
    playwright.expect(page.locator("#review-head")).to_contain_text("1 of 10 answered today")
    playwright.expect(page.locator("#review-answer textarea")).to_have_value("")


def test_two_people_at_one_browser_are_kept_apart(visit: Visit) -> None:
    page = visit()
    study_as(page, "Ada")
    open_tab(page, "Interview")
    page.locator("#interview-start").click()
    page.locator("#interview-talk .question").wait_for()
    study_as(page, "Bob")
    open_tab(page, "Interview")
    page.locator("#interview-start").wait_for()
    playwright.expect(page.locator("#interview-resume")).to_have_count(0)
    page.reload()
    page.wait_for_selector("html.ready")
    playwright.expect(page.locator("#who")).to_contain_text("Bob")


@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_phone_needs_no_sideways_scrolling(visit: Visit, language: str) -> None:
    page = visit(language, viewport={"width": 390, "height": 800})
    wide = "document.documentElement.scrollWidth"
    for number, there in enumerate(("#grade-search", "#interview-start", "#review-item h2"), 1):
        page.locator("#tabs > .tab-wrapper [role=tab]").nth(number).click()
        page.locator(there).wait_for()
        assert page.evaluate(wide) <= 390, there
    for number, there in enumerate((".t-calendar", "#data-name"), 1):
        page.locator("#review-tabs > .tab-wrapper [role=tab]").nth(number).click()
        page.locator(there).wait_for()
        assert page.evaluate(wide) <= 390, there


def test_progress_answers_to_role_and_date(visit: Visit) -> None:
    page = visit()
    study_as(page, "Planner")
    page.get_by_role("tab", name="Progress", exact=True).click()
    playwright.expect(page.locator("#progress-tiles .t-tiles")).to_be_visible()
    # What stood there belongs to who was here before; the new learner's date is on its way.
    page.wait_for_timeout(SETTLED)
    page.locator("#progress-date :is(input, textarea)").fill("4")
    page.locator("#progress-plan").click()
    playwright.expect(page.locator(".t-days > li")).to_have_count(4)
    page.locator("#language").click()
    playwright.expect(page.locator("#progress-planned")).to_contain_text("每天做什么")
