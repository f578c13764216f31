from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from tutor.answering.answer import Answer
from tutor.answering.conversation import Message
from tutor.errors import ModelError
from tutor.tutor import Tutor
from tutor.web.conversation import Talk, answer_markdown, ask, examples, history, messages, suggestions


class Scripted(Tutor):
    """A tutor whose answers are written down beforehand, and which remembers the history it was given."""

    def __init__(self, tutor: Tutor, script: Sequence[Answer | Exception]) -> None:
        super().__init__(tutor.settings, tutor.index, tutor.embedder)
        self.script = script
        self.heard: list[Message] = []

    def ask_stream(self, question: str, history: Sequence[Message] = ()) -> Iterator[Answer]:
        self.heard = list(history)
        for item in self.script:
            if isinstance(item, Exception):
                raise item
            yield item


def last(tutor: Tutor, question: str, talk: Talk = (), language: str = "en") -> Talk:
    *_, talk = ask(tutor, question, talk, language)
    return talk


def test_an_answer_is_cited_and_its_sources_open(tutor: Tutor) -> None:
    shown = last(tutor, "What does a KV cache store?")[-1].shown
    assert "(#source-1)" in shown
    assert '<details class="source"><summary><b>1</b> <span>What does a KV cache store?</span>' in shown
    assert "serving.md:3</small>" in shown
    assert "| small | 1024 |" in shown


def test_the_question_is_shown_before_its_answer(tutor: Tutor) -> None:
    first, *_ = ask(tutor, "What does a KV cache store?", (), "en")
    assert messages(first) == [{"role": "user", "content": "What does a KV cache store?"}]
    assert suggestions(first) == ()


def test_an_empty_question_changes_nothing(tutor: Tutor) -> None:
    assert list(ask(tutor, "  \n", (), "en")) == []


def test_a_follow_up_hears_the_conversation(tutor: Tutor) -> None:
    talk = last(tutor, "What does a KV cache store?")
    scripted = Scripted(tutor, [])
    list(ask(scripted, "What are its drawbacks?", talk, "en"))
    assert [message.role for message in scripted.heard] == ["user", "assistant"]
    assert scripted.heard[0].content == "What does a KV cache store?"
    assert "drawbacks of a KV cache" in last(tutor, "What are its drawbacks?", talk)[-1].shown


@pytest.mark.parametrize(("question", "words"), [("Best pizza in Rome?", "not in my material"), ("罗马哪家披萨最好吃？", "资料里没有")])
def test_out_of_scope_is_said_in_the_language_of_the_question(tutor: Tutor, question: str, words: str) -> None:
    turn = last(tutor, question)[-1]
    assert words in turn.shown
    assert "<details" not in turn.shown


def test_an_unanswered_question_is_said_to_be_one(tutor: Tutor) -> None:
    turn = last(tutor, "What is speculative decoding?")[-1]
    assert "no answer there yet" in turn.shown
    assert "serving.md" in turn.shown


def test_a_failed_model_is_mentioned(tutor: Tutor) -> None:
    answer = replace(tutor.ask("What does a KV cache store?"), notice="<b>timeout</b>")
    assert "The language model did not answer" in answer_markdown(tutor, answer)
    assert "&lt;b&gt;timeout" in answer_markdown(tutor, answer)


def test_the_model_that_wrote_an_answer_is_named(tutor: Tutor) -> None:
    answer = replace(tutor.ask("What does a KV cache store?"), engine="ollama:qwen3:4b")
    assert "Written by ollama:qwen3:4b" in answer_markdown(tutor, answer)


def test_an_answer_grows_and_offers_more_only_when_done(tutor: Tutor) -> None:
    full = replace(tutor.ask("What does a KV cache store?"), suggestions=("More?",))
    steps = list(ask(Scripted(tutor, [replace(full, answer="The keys", citations=()), full]), "What?", (), "en"))
    assert [step[-1].done for step in steps] == [False, False, False, True]
    assert [suggestions(step) for step in steps] == [(), (), (), ("More?",)]
    assert steps[1][-1].shown == "The keys"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModelError("the model is gone", remedy="start it"), "the model is gone What to do: start it."),
        (RuntimeError("secret detail"), "Something went wrong"),
    ],
)
def test_errors_become_one_line_and_leave_the_conversation_usable(
    tutor: Tutor, error: Exception, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    talk = last(Scripted(tutor, [error]), "What?")
    assert said in talk[-1].shown
    assert "secret detail" not in talk[-1].shown
    assert history(talk) == []
    assert "(#source-1)" in last(tutor, "What does a KV cache store?", talk)[-1].shown


@pytest.mark.parametrize("question", ["What is the zebra attack?", "Where do zebras hide?"])
def test_html_of_documents_is_text(tutor: Tutor, question: str) -> None:
    shown = last(tutor, question)[-1].shown
    assert "zebra" in shown.lower()
    for tag in ("<script", "<iframe", "<style", "](javascript", "```mermaid", "<img src=x onerror=window.hacked=7>"):
        assert tag not in shown
    assert shown.count("<details") == shown.count("</details>")


def test_html_of_a_visitor_is_text(tutor: Tutor) -> None:
    talk = last(tutor, "<script>alert(1)</script> What does a KV cache store?")
    assert "<script" not in messages(talk)[0]["content"]


def test_examples_come_from_the_material_in_the_language_of_the_page(tutor: Tutor) -> None:
    assert "What does a KV cache store?" in examples(tutor, "en", 9)
    assert examples(tutor, "zh", 9) == ["什么是旋转位置编码?"]
    assert "What is speculative decoding?" not in examples(tutor, "en", 9)
