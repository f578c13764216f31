"""Answers without a language model: from the material, in the language of the question, or an honest refusal."""

import re

import pytest

from tutor.answering.conversation import Message
from tutor.settings import Settings
from tutor.tutor import Tutor


def _assert_marks_match(answer):
    """Every mark has a citation, every citation a mark."""
    prose = re.sub(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$", "", answer.answer, flags=re.DOTALL)
    assert {int(number) for number in re.findall(r"\[(\d+)\](?!\()", prose)} == {citation.n for citation in answer.citations}


ANSWERED = {
    "Chinese notes": ("什么是旋转位置编码 RoPE?", "只与相对距离有关", "attention.md"),
    "English notes": ("How does paged attention reduce fragmentation?", "blocks of fixed size", "serving.txt"),
    "curated in Chinese": ("投机解码为什么不改变输出分布?", "恰好是大模型自己的分布", "speculative-decoding.md"),
    "curated in English": ("Is speculative decoding lossless?", "follow exactly the large model's distribution", "speculative-decoding.md"),
    "JSON lines": ("When is pass@k the right metric?", "unbiased estimator", "evaluation.jsonl"),
}


@pytest.mark.parametrize(("question", "part", "source"), ANSWERED.values(), ids=ANSWERED.keys())
def test_answers(tutor, question, part, source):
    answer = tutor.ask(question)
    assert answer.in_scope
    assert answer.engine == "extractive"
    assert part in answer.answer
    assert answer.citations[0].source.endswith(source)
    _assert_marks_match(answer)


def test_code_and_formulas_come_through_whole(tutor):
    answer = tutor.ask("什么是旋转位置编码 RoPE?").answer
    assert "```python\ndef rotate(x, cos, sin):\n    left, right = x.chunk(2, dim=-1)\n" in answer
    assert "\\mathrm{softmax}" in tutor.ask("缩放点积注意力为什么要除以根号 d?").answer


OUT = ["红烧肉怎么做?", "How do I cook pasta?", "明天股票会涨吗", "Who won the world cup?"]


@pytest.mark.parametrize("question", OUT)
def test_what_is_not_in_the_material_is_refused_without_citations(tutor, question):
    answer = tutor.ask(question)
    assert not answer.in_scope
    assert answer.citations == ()
    assert answer.answer.startswith("**我的资料里没有" if question[-1] != "?" or "怎" in question else "**This is not in my material")
    assert "[1]" not in answer.answer


UNANSWERED = {
    "Chinese": ("稀疏注意力与线性注意力有什么区别?", "还没有答案"),
    "English": ("How would you size a cluster for ten thousand users?", "no answer there yet"),
}


@pytest.mark.parametrize(("question", "part"), UNANSWERED.values(), ids=UNANSWERED.keys())
def test_a_question_without_an_answer_is_named_as_such(tutor, question, part):
    answer = tutor.ask(question)
    assert answer.in_scope
    assert part in answer.answer
    assert [citation.question for citation in answer.citations] == [question]
    _assert_marks_match(answer)


def test_a_follow_up_uses_the_history(tutor):
    history = [Message("user", "Adapter 会增加推理延迟吗?"), Message("assistant", "会。")]
    assert tutor.ask("它为什么不能合并?", history).citations[0].question == "Adapter 会增加推理延迟吗?"


@pytest.mark.parametrize(
    ("question", "language"), [("采样温度 temperature 起什么作用?", "zh"), ("What does the sampling temperature do?", "en")]
)
def test_an_answer_speaks_the_language_of_its_question(tutor, question, language):
    answer = tutor.ask(question)
    chinese = len(re.findall(r"[\u4e00-\u9fff]", answer.answer.split("**")[0]))
    assert chinese > 20 if language == "zh" else chinese == 0
    assert answer.citations[0].question == question


def test_suggestions_lead_on_and_not_back(tutor):
    answer = tutor.ask("What does the sampling temperature do?")
    assert answer.suggestions[0] == "Why does speculative decoding leave the output distribution unchanged?", (
        "the entry's own follow-up comes first"
    )
    assert "What does the sampling temperature do?" not in answer.suggestions
    assert 1 <= len(answer.suggestions) <= 4


def test_the_json_of_an_answer_holds_a_notice_only_where_there_is_one(tutor):
    assert "notice" not in tutor.ask("什么是旋转位置编码 RoPE?").to_dict()


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Entries whose answers are awkward to put a mark on."""
    folder = tmp_path_factory.mktemp("odd")
    blocks = {
        "table": "| 方法 | 显存 |\n| --- | --- |\n| 全量 | 高 |",
        "code": "```python\nx = y[1]\n```",
        "formula": "$$\na = b\n$$",
        "list": "- 第一点\n- 第二点",
        "heading": "### 小节\n\n正文在此。",
        "very long": "\n\n".join(f"第 {n} 段讲述对象{n}的来历和用途,写得很详细。" * 6 for n in range(60)),
    }
    text = "".join(f"## 关于{name}形式的条目{number}该怎么回答?\n\n{body}\n\n" for number, (name, body) in enumerate(blocks.items()))
    (folder / "odd.md").write_text(text, encoding="utf-8")
    settings = Settings(index=folder / "index", threshold=1e-6)
    Tutor.ingest([folder / "odd.md"], settings)
    return Tutor.open(settings=settings), blocks


@pytest.mark.parametrize("name", ["table", "code", "formula", "list", "heading", "very long"])
def test_a_mark_never_breaks_a_block(odd, name):
    tutor, blocks = odd
    answer = tutor.ask(f"关于{name}形式的条目该怎么回答?")
    assert answer.citations[0].question.startswith(f"关于{name}形式")
    assert "[1]" in answer.answer
    if name == "very long":
        assert len(answer.answer) < 5000
        assert "完整内容见出处" in answer.answer
    else:
        assert blocks[name] in answer.answer or name == "heading"
    for number in range(1, 9):
        assert f"```[{number}]" not in answer.answer.replace(" ", "")


def test_marks_that_a_note_brings_along_are_no_citations(tmp_path):
    (tmp_path / "a.md").write_text(
        "## 什么是梯度噪声尺度?\n\n它估计合适的批大小,推导见文献 [2] 与 [17]。\n\n## 什么是批大小?\n\n一步的样本数。\n", encoding="utf-8"
    )
    settings = Settings(index=tmp_path / "index", threshold=1e-6)
    Tutor.ingest([tmp_path / "a.md"], settings)
    _assert_marks_match(Tutor.open(settings=settings).ask("什么是梯度噪声尺度?"))
