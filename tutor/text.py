"""Words, sentences and languages of Chinese, English and mixed text. Pure functions, no state."""

from __future__ import annotations

import re
import unicodedata

from tutor.entry import Language

_CJK = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]+(?:[.+#_/-][a-z0-9]+)*[+#]*")
_SENTENCE = re.compile(r"(?<=[。！？；!?;])\s*|(?<=[.])\s+(?=[A-Z\u3400-\u9fff])|\n+")
_COMPOUND = re.compile(r"[._/-]")
_VERSION = re.compile(r"v?\d+(\.\d+)*[bk]?")
_FENCED = re.compile(r"```.*?```|\$\$.*?\$\$", re.DOTALL)

#: Function words: they carry little about what is asked.
STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "please",
        "should",
        "so",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "about",
        "explain",
        "tell",
        "describe",
        "give",
    ]
)
STOP_BIGRAMS = frozenset(
    [
        "什么",
        "怎么",
        "如何",
        "为什",
        "么要",
        "为何",
        "哪些",
        "一下",
        "介绍",
        "请问",
        "是什",
        "有什",
        "么是",
        "的是",
        "是不",
        "不是",
        "有哪",
        "怎样",
        "这个",
        "那个",
        "可以",
        "我们",
        "你们",
        "他们",
        "一个",
        "么样",
        "么会",
        "是怎",
        "会有",
        "没有",
        "就是",
        "还是",
        "以及",
        "或者",
        "时候",
        "的时",
        "请你",
        "给我",
        "讲讲",
        "说说",
        "解释",
        "么用",
        "吗啊",
        "呢吗",
        "要怎",
        "应该",
    ]
)


def language_of(text: str) -> Language:
    """ "zh" where Chinese characters are at least three tenths of characters and Latin words together, else "en"."""
    chinese = len(_CJK.findall(text))
    words = len(_WORD.findall(text))
    return "zh" if chinese and chinese >= 0.3 * (chinese + words) else "en"


def normalise(text: str) -> str:
    """NFKC, lower case, and one spelling for the dashes people type."""
    return re.sub(r"[‐-―−]", "-", unicodedata.normalize("NFKC", text)).lower()


def terms(text: str) -> list[str]:
    """Index terms in order: pairs of neighbouring Chinese characters, Latin words, and for compound
    words (`qwen2.5-7b`, `p-tuning-v2`, `bf16/fp8`) the whole and its parts."""
    return [term for term, _, _ in placed_terms(normalise(text))]


def placed_terms(text: str) -> list[tuple[str, int, int]]:
    """Index terms of a normalised text, each with where it begins and ends; parts of a compound stand where the compound does."""
    found: list[tuple[str, int, int]] = []
    previous, began = "", 0
    for match in _RUN.finditer(text):
        run, start, end = match[0], match.start(), match.end()
        if _CJK.match(run):
            found += [(run[i : i + 2], start + i, start + i + 2) for i in range(len(run) - 1)] or [(run, start, end)]
            previous = ""
            continue
        parts = [part for part in _COMPOUND.split(run) if part]
        if len(parts) > 1:
            found.append(("-".join(parts), start, end))
            # "fp-16" and "fp16", "q-lora" and "qlora" are one thing to the people who type them.
            found.append(("".join(parts), start, end))
        found += [(stem(part), start, end) for part in parts]
        if previous and _VERSION.fullmatch(run):
            # "p-tuning v2" is not "p-tuning": the version belongs to the name before it.
            found.append((f"{previous}-{run}", began, end))
        previous, began = (run, start) if not run.isdigit() else ("", 0)
    return found


def stem(word: str) -> str:
    """A Latin word without plural endings: `heads` -> `head`, `entropies` -> `entropy`."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def is_stop(term: str) -> bool:
    """Whether an index term is a function word."""
    return term in STOP_WORDS or term in STOP_BIGRAMS


def sentences(text: str) -> list[str]:
    """Sentences and lines, code and display formulas left out; Markdown marks of a line are kept."""
    return [piece.strip() for piece in _SENTENCE.split(_FENCED.sub("\n", text)) if piece.strip()]


def squeeze(text: str) -> str:
    """Letters and digits only, for comparing questions: punctuation, case and width do not count."""
    return re.sub(r"[\W_]+", "", normalise(text))


def token_estimate(text: str) -> int:
    """About how many tokens a chat model makes of a text: one a Chinese character, 1.3 a word."""
    chinese = len(_CJK.findall(text))
    return chinese + round(1.3 * len(re.findall(r"[A-Za-z0-9]+|[^\sA-Za-z0-9\u3400-\u9fff]", text)))


def blocks(text: str) -> list[str]:
    """Markdown blocks in order: paragraphs, lists, tables, and fenced code or display math kept whole."""
    found: list[list[str]] = [[]]
    fence = ""
    for line in text.splitlines():
        mark = re.match(r"^\s*(```|~~~|\$\$)", line)
        if fence:
            found[-1].append(line)
            if (mark and mark[1] == fence) or (fence == "$$" and line.rstrip().endswith("$$")):
                fence = ""
            continue
        if mark and not (mark[1] == "$$" and line.strip().count("$$") == 2):
            fence = mark[1]
        if line.strip():
            found[-1].append(line)
        elif found[-1]:
            found.append([])
    return ["\n".join(block) for block in found if block]
