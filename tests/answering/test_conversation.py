"""What a follow-up refers to."""

import pytest

from tutor.answering.conversation import Message, context_of, is_follow_up, parse_history
from tutor.errors import InputError

FOLLOW_UPS = ["它有什么缺点?", "那怎么做?", "为什么?", "还有呢?", "其中第二步为什么要归一化?", "这种方法的缺点是什么?", "继续", "举个例子",
              "What are its drawbacks?", "Why is that?", "And for inference?", "What about the memory it needs?", "How does this differ?", "more", "go on"]  # fmt: skip
ALONE = ["什么是旋转位置编码?", "LoRA 和 QLoRA 有什么区别?", "如何估算 KV cache 的显存占用?", "What is a KV cache?", "Explain speculative decoding",
         "How does paged attention reduce memory fragmentation in a serving engine?", "P-tuning v2 的原理"]  # fmt: skip


@pytest.mark.parametrize("question", FOLLOW_UPS)
def test_follow_ups(question):
    assert is_follow_up(question)


@pytest.mark.parametrize("question", ALONE)
def test_questions_that_stand_alone(question):
    assert not is_follow_up(question)


def _history(*texts):
    return [Message("user" if place % 2 == 0 else "assistant", text) for place, text in enumerate(texts)]


CONTEXTS = {
    "the question before": ("它有什么缺点?", ("什么是 LoRA 微调?", "低秩适配。"), "什么是 LoRA 微调?"),
    "over another follow-up": ("还有呢?", ("什么是 LoRA 微调?", "低秩。", "它有什么缺点?", "慢。"), "什么是 LoRA 微调?"),
    "the latest of several": ("Why is that?", ("What is a KV cache?", "x", "What is paged attention fragmentation?", "y"), "What is paged attention fragmentation?"),
    "a question that stands alone has none": ("什么是旋转位置编码?", ("什么是 LoRA 微调?", "低秩。"), ""),
    "no history": ("它有什么缺点?", (), ""),
    "not itself": ("它有什么缺点?", ("它有什么缺点?",), ""),
    "only follow-ups before": ("还有呢?", ("继续",), "继续"),
}  # fmt: skip


@pytest.mark.parametrize(("question", "history", "expected"), CONTEXTS.values(), ids=CONTEXTS.keys())
def test_context(question, history, expected):
    assert context_of(question, _history(*history)) == expected


def test_the_assistants_words_are_no_context():
    assert context_of("它呢?", [Message("assistant", "什么是梯度裁剪的阈值?")]) == ""


def test_parse_history():
    assert parse_history([{"role": "user", "content": "a", "extra": 1}]) == [Message("user", "a")]


@pytest.mark.parametrize(
    "item", [5, "x", {}, {"role": "user"}, {"role": "tool", "content": "x"}, {"role": "user", "content": None}], ids=str
)
def test_a_malformed_message_is_named_by_its_place(item):
    with pytest.raises(InputError, match="message 2 is malformed"):
        parse_history([{"role": "user", "content": "x"}, item])
