"""The report's pages: everything in them, nothing that a candidate said can break them."""

from __future__ import annotations

import json
import re
from html import unescape
from io import BytesIO
from xml.etree import ElementTree

import pypdf
import pytest

from tests.interview.candidates import interview
from tests.interview.support import catalogue, fake_grader
from tutor.interview import plots
from tutor.interview.plan import plan_for
from tutor.interview.report import Report
from tutor.interview.report_pages import to_html, to_markdown
from tutor.interview.report_pdf import to_pdf
from tutor.interview.session import begin, step
from tutor.interview.state import History, Summary

HOSTILE = "# Heading\n<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) | `x` | ```\n> quote $x_1$ 🙂 𠮷 ⟨z⟩"


def _report(language: str = "zh", text: str = HOSTILE) -> Report:
    history = History(
        earlier=(Summary("2026-01-01T10:00:00+00:00", 40, {"rag": 40}), Summary("2026-01-08T10:00:00+00:00", 55, {"rag": 50}))
    )
    state, _ = begin(plan_for(language=language, questions=4, seed=1), catalogue(), history)
    while not state.closed:
        entry = catalogue()[state.current.entry_id]
        wrong = entry.misconceptions[0].claim.pick(state.plan.language)
        state, says = step(state, f"{entry.rubric[0].right[0]}。{wrong}。{text}", 65, fake_grader, catalogue())
    assert says[-1].data is not None
    return Report.from_dict(json.loads(json.dumps(says[-1].data)))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_hold_the_whole_report(language):
    report = _report(language, "")
    markdown, page = to_markdown(report), to_html(report)
    bare = unescape(re.sub(r"\\(.)", r"\1", markdown))
    for text in [
        report.summary,
        *(item.correction for item in report.corrections),
        *(item.source for item in report.corrections),
        *(item.point for item in report.gaps),
        *(item.question for item in report.next),
        *(topic.name for topic in report.topics),
    ]:
        assert " ".join(text.split()) in bare
    assert page.count("<svg") == 2
    assert "http-equiv" not in page
    assert not re.search(r"(?:src|href)=", page)


def test_nothing_a_candidate_says_opens_a_heading_or_a_tag():
    report = _report()
    page, markdown = to_html(report), to_markdown(report)
    assert "<script" not in page
    assert "<img" not in page
    assert "<script" not in markdown
    headings = [line for line in markdown.splitlines() if line.startswith("#")]
    assert not any("Heading" in line for line in headings)


def test_the_page_is_well_formed():
    page = to_html(_report())
    body = page[page.index("<body>") : page.index("</html>")]
    ElementTree.fromstring(body)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pdf_can_be_read(language):
    data = to_pdf(_report(language))
    reader = pypdf.PdfReader(BytesIO(data))
    text = "".join(page.extract_text() for page in reader.pages)
    assert len(reader.pages) >= 2
    assert ("模拟面试报告" if language == "zh" else "Mock interview report") in text
    assert "script" in text
    assert not {"\ufffd", "\u25a1", "\u25a0"} & set(text)
    fonts = {str(font["/BaseFont"]) for page in reader.pages for font in (ref.get_object() for ref in page["/Resources"]["/Font"].values())}
    assert any("STSong" in font for font in fonts)


def test_the_same_report_makes_the_same_pdf():
    report = _report()
    assert to_pdf(report) == to_pdf(report)


def test_a_long_answer_fills_pages_and_breaks_nothing():
    report = _report("zh", "低秩" * 3000 + "x" * 3000)
    assert len(pypdf.PdfReader(BytesIO(to_pdf(report))).pages) >= 3


def test_an_interview_that_was_stopped_at_once_has_a_report():
    state, _ = begin(plan_for(language="en"), catalogue())
    _, says = step(state, "stop", 1, fake_grader, catalogue())
    assert says[-1].data is not None
    report = Report.from_dict(says[-1].data)
    assert report.score is None
    assert "no question to grade" in report.summary
    assert to_markdown(report)
    assert to_html(report)
    assert to_pdf(report)


def test_the_short_form_is_what_later_reports_compare_with():
    report = interview("knows_all", "zh", "neutral").report
    short = report.short("2026-02-01")
    assert short.score == 100
    assert set(short.topics.values()) == {100}


@pytest.mark.parametrize(
    "svg",
    [
        plots.radar([("a<b>", 10), ("b", 200), ("c", -5), ("很长很长很长很长很长很长很长的主题", 50)], "t"),
        plots.radar([("a", 10)], "t"),
        plots.radar([("a", 1), ("b", 2), ("c", 3)], "t", [3, 2, 1]),
        plots.trend([], "t"),
        plots.trend([("2026-01-01", 50)], "t & u"),
        plots.trend([("2026-01-01", 50), ("2026-01-02", 70)], "t"),
        plots.bars([("a", 10), ("b", 90)], "t", [50, 60]),
    ],
    ids=["radar", "radar of one", "radar compared", "empty trend", "trend of one", "trend", "bars"],
)
def test_plots_are_well_formed_and_say_what_they_show(svg):
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root[0].tag.endswith("title")
    assert root[1].tag.endswith("desc")
    assert "nan" not in svg
