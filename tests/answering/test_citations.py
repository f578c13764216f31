"""Marks that hold are kept, all others go."""

import pytest

from tutor.answering.citations import check

PASSAGES = {
    1: "缓存每一层的键和值,解码时不必重算历史 token。The cache stores keys and values.",
    2: "投机解码由小模型起草,大模型一次前向验证。A draft model proposes tokens.",
    3: "温度在 softmax 之前除 logits。",
}

CASES = {
    "a mark that holds": ("缓存保存历史 token 的键和值 [1]。", "缓存保存历史 token 的键和值 [1]。", (1,), 0),
    "without a space": ("缓存保存键和值[1]。", "缓存保存键和值[1]。", (1,), 0),
    "Chinese brackets": ("缓存保存键和值【1】。", "缓存保存键和值 [1]。", (1,), 0),
    "two in one mark": ("小模型起草,缓存保存键和值 [1, 2]。", "小模型起草,缓存保存键和值 [1] [2]。", (1, 2), 0),
    "a number that does not exist": ("缓存保存键和值 [9]。", "缓存保存键和值。", (), 1),
    "zero": ("缓存保存键和值 [0]。", "缓存保存键和值。", (), 1),
    "a claim that its passage does not make": ("光合作用发生在叶绿体里 [1]。", "光合作用发生在叶绿体里。", (), 1),
    "the wrong passage": ("小模型起草,大模型一次前向验证 [3]。", "小模型起草,大模型一次前向验证。", (), 1),
    "one of two holds": ("小模型起草,大模型一次前向验证 [3][2]。", "小模型起草,大模型一次前向验证[2]。", (2,), 1),
    "only its own sentence counts": ("缓存保存键和值。光合作用发生在叶绿体 [1]。", "缓存保存键和值。光合作用发生在叶绿体。", (), 1),
    "after the full stop": ("缓存保存键和值。[1]", "缓存保存键和值。[1]", (1,), 0),
    "English": ("The cache stores keys and values [1]. A draft model proposes tokens [2].", "The cache stores keys and values [1]. A draft model proposes tokens [2].", (1, 2), 0),
    "in another order": ("小模型起草,大模型验证 [2]。缓存保存键和值 [1]。", "小模型起草,大模型验证 [2]。缓存保存键和值 [1]。", (1, 2), 0),
    "inside a code block": ("```python\nx = cache[1]\n```\n缓存保存键和值 [1]。", "```python\nx = cache[1]\n```\n缓存保存键和值 [1]。", (1,), 0),
    "only inside code": ("`cache[1]`", "`cache[1]`", (), 0),
    "inside a formula": ("$$\nx[1]\n$$", "$$\nx[1]\n$$", (), 0),
    "a link is no mark": ("[1](https://example.com) 缓存", "[1](https://example.com) 缓存", (), 0),
    "no mark at all": ("缓存保存键和值。", "缓存保存键和值。", (), 0),
    "nothing": ("", "", (), 0),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "numbers", "dropped"), CASES.values(), ids=CASES.keys())
def test_check(text, expected, numbers, dropped):
    checked = check(text, PASSAGES)
    assert (checked.text, checked.numbers, checked.dropped) == (expected, numbers, dropped)
