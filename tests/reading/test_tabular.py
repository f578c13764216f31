"""JSON, JSON lines, CSV and TSV of questions and answers."""

import json

import pytest

from tutor.errors import InputError
from tutor.reading.splitter import Item
from tutor.reading.tabular import read_csv, read_json, read_json_lines


def _pairs(items: list[Item]) -> list[tuple[str, str]]:
    return [(item.question, item.answer) for item in items]


JSON = {
    "list of records": ([{"question": "什么是蒸馏?", "answer": "小模型学大模型。"}], [("什么是蒸馏?", "小模型学大模型。")]),
    "one record": ({"question": "What is BPE?", "answer": "Merges."}, [("What is BPE?", "Merges.")]),
    "object that holds the list": ({"version": 1, "data": [{"q": "Q1?", "a": "A1"}, {"q": "Q2?", "a": "A2"}]}, [("Q1?", "A1"), ("Q2?", "A2")]),
    "question to answer": ({"What is a token?": "A piece of text.", "什么是词表?": "token 的集合"}, [("What is a token?", "A piece of text."), ("什么是词表?", "token 的集合")]),
    "Chinese field names": ([{"问题": "什么是预热?", "答案": "学习率先升后降。", "分类": "训练"}], [("什么是预热?", "学习率先升后降。")]),
    "Alpaca with input": ([{"instruction": "Explain the term", "input": "gradient clipping", "output": "Bounds the norm."}], [("Explain the term\ngradient clipping", "Bounds the norm.")]),
    "chat messages": (
        [{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "Why warm up?"}, {"role": "assistant", "content": "Stability."}]}],
        [("Why warm up?", "Stability.")],
    ),
    "ShareGPT": ([{"conversations": [{"from": "human", "value": "什么是 ZeRO?"}, {"from": "gpt", "value": "切分优化器状态。"}]}], [("什么是 ZeRO?", "切分优化器状态。")]),
    "several answers": ([{"question": "Two ways?", "answers": ["first", "second"]}], [("Two ways?", "first\nsecond")]),
    "no answer": ([{"question": "Open?", "answer": None}, {"question": "Open too?"}], [("Open?", ""), ("Open too?", "")]),
    "no questions": ([{"a": 1}, 5, None, "text", {"question": 7}, {"question": "  "}], []),
    "a number": (5, []),
    "empty list": ([], []),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), JSON.values(), ids=JSON.keys())
@pytest.mark.parametrize("escaped", [False, True], ids=["plain", "escaped"])
def test_json(data, expected, escaped):
    assert _pairs(read_json(json.dumps(data, ensure_ascii=escaped, indent=1), "a.json")) == expected


def test_json_knows_line_and_section():
    text = '[\n {"question": "什么是剪枝?",\n  "answer": "去掉权重。", "tag": "压缩"},\n {"question": "\\u4ec0\\u4e48\\u662f\\u91cf\\u5316?", "answer": "x"}\n]'
    assert [(item.line, item.section) for item in read_json(text, "a.json")] == [(2, "压缩"), (4, "")]


@pytest.mark.parametrize(
    "text", ['{"question": "half', "[1, 2", "not json", '[{"question": "a",}]', "[" * 100_000], ids=lambda text: text[:12]
)
def test_broken_json_names_the_file(text):
    with pytest.raises(InputError, match=r"^a\.json: (not valid JSON|nested too deeply)"):
        read_json(text, "a.json")


def test_broken_lines_of_json_lines_are_passed_over():
    lines = [
        '{"question": "A?", "answer": "1"}',
        "broken",
        "",
        "[1]",
        "[" * 100_000,
        '{"question": "B?"',
        '{"question": "C?", "answer": "3"}',
    ]
    items = read_json_lines("\n".join(lines), "a.jsonl")
    assert [(item.question, item.answer, item.line) for item in items] == [("A?", "1", 1), ("C?", "3", 7)]


def test_json_lines_without_any_json_name_the_file_and_the_form():
    with pytest.raises(InputError, match=r"a\.jsonl:1: no line is a JSON object.*question"):
        read_json_lines("just\ntext\n", "a.jsonl")


CSV = {
    "header": ("question,answer\nWhat is BPE?,Merges\n", [("What is BPE?", "Merges", 2)]),
    "other order and case": ("id,Answer,Question\n1,Merges,What is BPE?\n", [("What is BPE?", "Merges", 2)]),
    "Chinese header": ("面试题,参考答案\n什么是词表?,token 的集合\n", [("什么是词表?", "token 的集合", 2)]),
    "without header": ("什么是 BPE?,合并最高频的相邻对\n什么是词表?,token 的集合\n", [("什么是 BPE?", "合并最高频的相邻对", 1), ("什么是词表?", "token 的集合", 2)]),
    "quotes, commas and line breaks": (
        'question,answer\n"What is ""BPE"", briefly?","Merges, again\nand again"\nNext?,yes\n',
        [('What is "BPE", briefly?', "Merges, again\nand again", 2), ("Next?", "yes", 4)],
    ),
    "semicolons": ("question;answer\nWhat is BPE?;Merges, pairs\n", [("What is BPE?", "Merges, pairs", 2)]),
    "tabs": ("问题\t答案\n什么是 BPE?\t合并,再合并\n", [("什么是 BPE?", "合并,再合并", 2)]),
    "rows too short and too long": ("question,answer\nWhat is a?\nWhat is b?,yes,extra\n", [("What is a?", "", 2), ("What is b?", "yes", 3)]),
    "empty rows": ("question,answer\n\n,\nWhat is a?,b\n", [("What is a?", "b", 4)]),
    "only a header": ("question,answer\n", []),
    "Anki export": ("front\tback\nWhat is MoE?\tExperts and a router\n", [("What is MoE?", "Experts and a router", 2)]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CSV.values(), ids=CSV.keys())
def test_csv(text, expected):
    assert [(item.question, item.answer, item.line) for item in read_csv(text, "a.csv")] == expected


def test_a_cell_beyond_the_limit_names_file_and_line():
    with pytest.raises(InputError, match=r"a\.csv:2: not valid CSV"):
        read_csv('question,answer\nWhat?,"' + "x" * 200_000 + '"\n', "a.csv")


def test_a_quote_that_is_never_closed_does_not_lose_the_rows_before_it():
    assert _pairs(read_csv('question,answer\nA?,1\nB?,"never closed\nC?,3\n', "a.csv"))[0] == ("A?", "1")
