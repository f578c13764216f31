"""The real page in a real browser: what a visitor sees, and what must never happen to one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright import sync_api as playwright

from tests.support import OFFLINE
from tests.web.conftest import build
from tutor.settings import Settings

CHROMIUM = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None)
PATIENCE = 20_000

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None and not os.environ.get("CI"), reason="no chromium here: apt-get install chromium"),
    pytest.mark.filterwarnings("ignore"),
]


@contextmanager
def serving(settings: Settings, folder: Path) -> Iterator[tuple[str, Path]]:
    """`tutor serve` as a process of its own that cannot reach the network: its address and the log of refused attempts."""
    log = folder / "network.log"
    environment = {**os.environ, "PYTHONPATH": str(OFFLINE), "TUTOR_TEST_NETWORK_LOG": str(log), "GRADIO_TEMP_DIR": str(folder / "tmp")}
    environment["TUTOR_DB"] = settings.db
    command = [sys.executable, "-m", "tutor", "serve", "--index", str(settings.index), "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            assert process.stdout is not None
            address = next(word for word in process.stdout.readline().split() if word.startswith("http://"))
            _wait_until_it_answers(address)
            yield address, log
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("browser")
    with serving(build(folder), folder) as served:
        yield served


def _wait_until_it_answers(address: str) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            urlopen(address, timeout=5).close()
            return
        except (URLError, OSError):
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.1)


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    assert CHROMIUM is not None, "CI needs chromium: apt-get install chromium"
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def visit(server: tuple[str, Path], browser: playwright.Browser) -> Iterator[Callable[..., playwright.Page]]:
    """Opens the page as a new visitor. At the end no request may have left this machine and no script may have failed."""
    address, log = server
    contexts, asked, failed = [], [], []

    def visit(language: str = "en-US", **options: object) -> playwright.Page:
        context = browser.new_context(locale=language, **options)
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(address)
        page.wait_for_selector("html.ready")
        return page

    yield visit
    for context in contexts:
        context.close()
    assert asked
    assert [url for url in asked if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != "127.0.0.1"] == []
    assert failed == []
    assert not log.exists() or log.read_text(encoding="utf-8") == ""


def ask(page: playwright.Page, question: str) -> playwright.Locator:
    """Type a question, press Enter, and wait for the finished answer."""
    before = page.locator("#chat .bot-row").count()
    page.locator("#box textarea").fill(question)
    page.keyboard.press("Enter")
    row = page.locator("#chat .bot-row").nth(before)
    row.locator(".note, .callout").first.wait_for()
    return row


def hacked(page: playwright.Page) -> object:
    return page.evaluate("window.hacked ?? null")


def test_a_cited_answer_opens_its_source(visit: Callable[..., playwright.Page]) -> None:
    page = visit()
    row = ask(page, "What does a KV cache store?")
    playwright.expect(row).to_contain_text("keys and values of all earlier tokens")
    playwright.expect(row.locator(".katex").first).to_be_visible()
    playwright.expect(row.locator("table").first).to_be_visible()
    playwright.expect(row.locator("pre code").first).to_contain_text('cache = {"k": [], "v": []}  # costs $0')
    source = row.locator("details").first
    playwright.expect(source.locator("table")).to_be_hidden()
    row.locator("a[href='#source-1']").first.click()
    playwright.expect(source.locator("table")).to_be_visible()
    playwright.expect(source.locator("summary")).to_contain_text("What does a KV cache store?")
    playwright.expect(source).to_contain_text("serving.md:3")


def test_the_keyboard_is_enough(visit: Callable[..., playwright.Page]) -> None:
    page = visit()
    box = page.locator("#box textarea")
    playwright.expect(box).to_be_focused()
    page.keyboard.type("What does")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("a KV cache store?")
    playwright.expect(box).to_have_value("What does\na KV cache store?")
    page.keyboard.press("Enter")
    page.locator("#chat .note").wait_for()
    playwright.expect(box).to_have_value("")
    playwright.expect(box).to_be_focused()
    follow_up = ask(page, "What are its drawbacks?")
    playwright.expect(follow_up).to_contain_text("grows with the length of the text")


def test_two_visitors_share_nothing(visit: Callable[..., playwright.Page]) -> None:
    first, second = visit(), visit()
    ask(first, "What does a KV cache store?")
    playwright.expect(second.locator("#chat")).to_have_count(0)
    # A follow-up of the second visitor must not hear what the first one asked.
    row = ask(second, "What are its drawbacks?")
    assert first.locator("#chat .user-row").count() == 1
    assert second.locator("#chat .user-row").count() == 1
    first.locator("#new").click()
    playwright.expect(first.locator("#chat")).to_have_count(0)
    playwright.expect(row).to_be_visible()


@pytest.mark.parametrize("question", ["What is the zebra attack?", "Where do zebras hide?", "<img src=x onerror=window.hacked=9> zebras?"])
def test_scripts_of_documents_and_visitors_do_not_run(visit: Callable[..., playwright.Page], question: str) -> None:
    page = visit()
    row = ask(page, question)
    for summary in row.locator("summary").all():
        summary.click()
    for link in row.locator("a:not([href^='http'])").all():
        link.click()
    page.wait_for_timeout(300)
    assert hacked(page) is None
    playwright.expect(page.locator("#chat .md").locator("img, iframe, script, style, form, .mermaid")).to_have_count(0)
    playwright.expect(page.locator("#box")).to_be_visible()


def test_a_document_is_added_and_answers(visit: Callable[..., playwright.Page], tmp_path: Path) -> None:
    document = tmp_path / "my notes 笔记.md"
    document.write_text("# Mine\n\n## What is a quokka index?\n\nA tree of quokkas.\n", encoding="utf-8")
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(b"\x00\x01" * 99)
    other, page = visit(), visit()
    with page.expect_file_chooser() as chooser:
        page.locator("#upload").click()
    chooser.value.set_files([document, damaged])
    card = page.locator("#documents")
    playwright.expect(card).to_contain_text("1 question · 1 answered")
    playwright.expect(card).to_contain_text("damaged.pdf")
    card.locator(".close").click()
    playwright.expect(card.locator(".card")).to_have_count(0)
    playwright.expect(ask(page, "What is a quokka index?")).to_contain_text("A tree of quokkas.")
    playwright.expect(ask(other, "What is a quokka index?").locator("summary")).to_contain_text("my notes 笔记.md:3")


def test_the_language_is_the_browsers_until_it_is_chosen(visit: Callable[..., playwright.Page]) -> None:
    page = visit("zh-CN")
    playwright.expect(page.locator("#box textarea")).to_have_attribute("placeholder", "输入你的问题")
    ask(page, "什么是旋转位置编码？")
    page.locator("#language").click()
    playwright.expect(page.locator("#box textarea")).to_have_attribute("placeholder", "Ask a question")
    playwright.expect(page.locator("#chat .user-row")).to_have_count(1)
    page.reload()
    page.wait_for_selector("html.ready")
    playwright.expect(page.locator("#box textarea")).to_have_attribute("placeholder", "Ask a question")
    assert page.locator("html").get_attribute("lang") == "en"


def test_the_shade_follows_the_system_until_it_is_chosen(visit: Callable[..., playwright.Page]) -> None:
    page = visit(color_scheme="dark")
    body = page.locator("body")
    playwright.expect(body).to_have_class("dark")
    page.emulate_media(color_scheme="light")
    playwright.expect(body).not_to_have_class("dark")
    page.locator("#shade").click()
    playwright.expect(body).to_have_class("dark")
    page.reload()
    page.wait_for_selector("html.ready")
    playwright.expect(body).to_have_class("dark")


@pytest.mark.parametrize("question", ["What does a KV cache store?", "Best pizza in Rome?"])
def test_a_phone_needs_no_sideways_scrolling(visit: Callable[..., playwright.Page], question: str) -> None:
    page = visit("zh-CN", viewport={"width": 390, "height": 800})
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= 390
    row = ask(page, question)
    for summary in row.locator("summary").all():
        summary.click()
    assert page.evaluate(wide) <= 390


def test_an_unfinished_chinese_word_is_not_sent(visit: Callable[..., playwright.Page]) -> None:
    page = visit("zh-CN")
    page.locator("#box textarea").fill("xuanzhuan")
    event = "new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true})"
    page.evaluate(f"document.querySelector('#box textarea').dispatchEvent({event})")
    page.wait_for_timeout(300)
    playwright.expect(page.locator("#box textarea")).to_have_value("xuanzhuan")
    playwright.expect(page.locator("#chat")).to_have_count(0)
