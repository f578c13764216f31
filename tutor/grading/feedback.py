"""What a candidate reads after a grade: what was right, what is missing, what is wrong and why, how to begin, what to study next.

In the language of the answer, with its own words quoted. No praise that the grade does not bear out.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.entry import Entry, Language
from tutor.grading.grade import Asserted, Point
from tutor.text import sentences

#: A key point with this much credit was said; with this much or less it is missing.
SAID, MISSING = 0.7, 0.4
#: Quotations and opening sentences are cut to about this many characters.
QUOTE = 120
OPENING = 220

_WORDS: dict[str, dict[Language, str]] = {
    "right": {"zh": "**说到了**", "en": "**What you said that counts**"},
    "partly": {"zh": "**说了一半**", "en": "**Only half said**"},
    "missing": {"zh": "**没说到**", "en": "**What is missing**"},
    "wrong": {"zh": "**说错了**", "en": "**What is wrong**"},
    "ask": {"zh": "面试官会追问:{probe}", "en": "An interviewer would ask: {probe}"},
    "instead": {"zh": "你说“{quote}”。{correction}", "en": "You said “{quote}”. {correction}"},
    "really": {"zh": "其实是:{text}", "en": "In fact: {text}"},
    "opening": {"zh": "**可以这样开头**", "en": "**You could open with**"},
    "next": {"zh": "**接着看**", "en": "**Study next**"},
    "nothing": {"zh": "这段话里没有能得分的说法。", "en": "Nothing in this earns a point."},
    "ungraded": {"zh": "这道题没有参考答案,没法评分。", "en": "There is no reference answer to this question, so it cannot be graded."},
    "judge-failed": {
        "zh": "模型没能给出评分({reason}),以下是规则评分。",
        "en": "The model gave no grade ({reason}); this is the matcher's.",
    },
    "derived": {"zh": "按你材料里的答案逐句评分。", "en": "Graded sentence by sentence against the answer in your material."},
}
#: What each flag of the guards means to a candidate (guards.FLAGS).
_FLAGS: dict[str, str] = {
    "blank": "没有内容。",
    "instructions": "回答里有写给评分者的指令,没有理会。",
    "hidden-text": "回答里有读者看不见的文字,没有计入。",
    "echo": "重复题目不得分。",
    "keywords": "只列名词不算陈述:把它们之间的关系说出来。",
    "copied-reference": "与参考答案逐字相同:试着用自己的话说。",
    "other-question": "说的内容不错,但答的是另一个问题。",
    "nothing-specific": "都是泛泛之谈,没有针对这道题的说法。",
    "too-long": "太长了,只评了前面的部分。",
    "no-rubric": "",
}
_FLAGS_EN: dict[str, str] = {
    "blank": "There is nothing to grade.",
    "instructions": "The answer gives orders to the grader; they were ignored.",
    "hidden-text": "The answer holds text that a reader would not see; it was left out.",
    "echo": "Saying the question again earns nothing.",
    "keywords": "A list of terms states nothing: say how they relate.",
    "copied-reference": "This is the reference answer word for word: try your own words.",
    "other-question": "What it says may be true, but it answers another question.",
    "nothing-specific": "These are general remarks, without a claim about the question.",
    "too-long": "Longer than is read: the beginning was graded.",
    "no-rubric": "",
}


def note(name: str, language: Language) -> str:
    """A sentence about how a grade came about."""
    return _WORDS[name][language]


def feedback(
    entry: Entry,
    points: Sequence[Point],
    asserted: Sequence[Asserted],
    flags: Sequence[str],
    score: int | None,
    language: Language,
    study: Sequence[str],
) -> str:
    """Markdown, a short section for each thing there is to say."""
    if score is None:
        return _WORDS["ungraded"][language]
    said = [point for point in points if point.credit >= SAID]
    partly = [point for point in points if MISSING < point.credit < SAID]
    missing = sorted((point for point in points if point.credit <= MISSING), key=lambda point: -point.weight)
    table = _FLAGS if language == "zh" else _FLAGS_EN
    blocks = [" ".join(text for flag in dict.fromkeys(flags) if (text := table.get(flag, "")))]
    if not any(point.credit for point in points) and "blank" not in flags:
        blocks.append(_WORDS["nothing"][language])
    blocks += _section("right", [f"{_quoted(point.evidence)} → {point.text}" for point in said], language)
    blocks += _section("partly", [f"{_quoted(point.evidence)} → {point.text}" for point in partly], language)
    wrong = [_WORDS["instead"][language].format(quote=_cut(one.evidence, QUOTE), correction=_with_source(one)) for one in asserted]
    known = {one.evidence for one in asserted}
    wrong += [
        _WORDS["instead"][language].format(
            quote=_cut(point.contradicted, QUOTE), correction=_WORDS["really"][language].format(text=point.text)
        )
        for point in points
        if point.contradicted and point.credit < SAID and point.contradicted not in known
    ]
    blocks += _section("wrong", wrong, language)
    blocks += _section(
        "missing",
        [point.text + (f"  \n  {_WORDS['ask'][language].format(probe=point.probe)}" if point.probe else "") for point in missing],
        language,
    )
    if missing or partly or wrong:
        blocks += _section("opening", [_opening(entry, language)], language)
        blocks += _section("next", list(study), language)
    return "\n\n".join(block for block in blocks if block)


def _section(title: str, lines: Sequence[str], language: Language) -> list[str]:
    lines = [line for line in lines if line.strip()]
    return [_WORDS[title][language] + "\n" + "\n".join(f"- {line}" for line in lines)] if lines else []


def _quoted(text: str) -> str:
    return f"“{_cut(text, QUOTE)}”"


def _cut(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def _with_source(one: Asserted) -> str:
    return one.correction + (f" ({one.source})" if one.source else "")


def _opening(entry: Entry, language: Language) -> str:
    """The first sentence of the short answer: what a candidate could have said first."""
    text = entry.short.pick(language) or entry.answer.pick(language)
    first = next(iter(sentences(text)), "")
    return _cut(first, OPENING)
