"""Index terms, sentences and languages of Chinese, English and mixed text."""

import random

import pytest

from tutor.text import blocks, is_stop, language_of, normalise, sentences, squeeze, stem, terms, token_estimate

TERMS = {
    "Chinese is pairs of neighbours": ("显存碎片", ["显存", "存碎", "碎片"]),
    "a single character stays": ("答", ["答"]),
    "Latin interrupts Chinese": ("用LoRA微调", ["用", "lora", "微调"]),
    "plural endings go": ("attention heads", ["attention", "head"]),
    "full width is half width": ("ＬｏＲＡ", ["lora"]),
    "nothing": ("……!?", []),
    "number formats": ("FP8", ["fp8"]),
    "C++ keeps its signs": ("C++", ["c++"]),
}


@pytest.mark.parametrize(("text", "expected"), TERMS.values(), ids=TERMS.keys())
def test_terms(text, expected):
    assert terms(text) == expected


HELD = {
    "compound, whole and parts": ("Qwen2.5-7B", {"qwen2-5-7b", "qwen2", "7b"}),
    "joined spelling of a compound": ("fp-16 与 fp16", {"fp16"}),
    "slash": ("BF16/FP8", {"bf16", "fp8"}),
    "version belongs to the name": ("P-tuning v2", {"p-tuning", "p-tuning-v2"}),
    "size belongs to the name": ("Llama 70B", {"llama", "70b", "llama-70b"}),
    "any dash": ("KV–cache", {"kv-cache", "kvcache", "kv", "cache"}),
}


@pytest.mark.parametrize(("text", "expected"), HELD.values(), ids=HELD.keys())
def test_terms_hold(text, expected):
    assert expected <= set(terms(text))


def test_p_tuning_and_its_second_version_share_a_name_but_not_the_version():
    first, second = set(terms("P-tuning")), set(terms("P-tuning v2"))
    assert first < second
    assert "p-tuning-v2" in second - first


@pytest.mark.parametrize("pair", [("Q-LoRA", "qlora"), ("KV Cache", "kv cache"), ("Ｆｐ８", "FP8")])
def test_two_spellings_meet(pair):
    assert set(terms(pair[0])) & set(terms(pair[1]))


def test_terms_of_any_text_are_lower_case_and_the_same_every_time():
    source = random.Random(7)
    alphabet = "aZ0九注意力 .-_/+#vV2B\n\u3000,。()٣é🙂"
    for _ in range(300):
        text = "".join(source.choices(alphabet, k=source.randrange(60)))
        found = terms(text)
        assert found == terms(text)
        assert all(term and term == normalise(term) and not term.isspace() for term in found), (text, found)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("heads", "head"),
        ("entropies", "entropy"),
        ("loss", "loss"),
        ("bias", "bia"),
        ("basis", "basis"),
        ("corpus", "corpus"),
        ("gas", "gas"),
    ],
)
def test_stem(word, expected):
    assert stem(word) == expected


@pytest.mark.parametrize(("term", "stop"), [("the", True), ("什么", True), ("attention", False), ("显存", False)])
def test_function_words(term, stop):
    assert is_stop(term) is stop


LANGUAGES = {
    "Chinese": ("什么是注意力?", "zh"),
    "English": ("What is attention?", "en"),
    "Chinese with English names": ("LoRA 和 QLoRA 的区别", "zh"),
    "English with one Chinese word": (
        "What does the Chinese word 词 stand for in a long English question about the transformer architecture?",
        "en",
    ),
    "formula": ("$x^2$", "en"),
    "empty": ("", "en"),
}


@pytest.mark.parametrize(("text", "language"), LANGUAGES.values(), ids=LANGUAGES.keys())
def test_language(text, language):
    assert language_of(text) == language


def test_sentences_leave_code_and_formulas_out():
    text = "先看结论。再看代码:\n```python\nx = 1。\n```\n$$\na. B\n$$\nThen it ends. Version 2.5 stays whole."
    assert sentences(text) == ["先看结论。", "再看代码:", "Then it ends.", "Version 2.5 stays whole."]


def test_squeeze_compares_questions_without_punctuation_case_and_width():
    assert squeeze("什么是 LoRA?") == squeeze("什么是ＬＯＲＡ？") == "什么是lora"


def test_blocks_keep_fences_tables_and_formulas_whole():
    fence = "```python\na = 1\n\nb = 2\n```"
    formula = "$$\na\n\nb\n$$"
    table = "| a | b |\n| - | - |\n| 1 | 2 |"
    assert blocks(f"first\nstill first\n\n{fence}\n\n{formula}\n\n{table}\n\n\nlast") == [
        "first\nstill first",
        fence,
        formula,
        table,
        "last",
    ]


@pytest.mark.parametrize("text", ["```\nnever closed\n\nmore", "", "\n\n", "$$ x $$\n\nnext"])
def test_blocks_lose_nothing(text):
    assert "".join("".join(blocks(text)).split()) == "".join(text.split())


def test_token_estimate_grows_with_the_text():
    assert token_estimate("") == 0
    assert token_estimate("注意力机制") == 5
    assert token_estimate("attention is cheap") == 4
