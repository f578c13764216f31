"""Guards against gaming: what in an answer is not an answer, and what to call it.

A guard takes away what earns nothing (an order to the grader, the question said again, a bare list of terms) before anything is
matched, and names it in a flag. What is left is worth what it is worth: nobody is punished for a flag.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.grading.claims import Cleaned, sentences_of
from tutor.grading.meaning import Concepts, Token, tokens
from tutor.text import STOP_WORDS, normalise, squeeze

#: Flags, with what each means.
FLAGS = {
    "blank": "nothing to grade",
    "instructions": "orders to the grader, ignored",
    "hidden-text": "text that a reader would not see, ignored",
    "echo": "the question said again, which earns nothing",
    "keywords": "a list of terms without statements",
    "copied-reference": "word for word from the reference answer",
    "other-question": "answers another question",
    "nothing-specific": "general remarks without a claim about the question",
    "too-long": "longer than is read; the beginning was graded",
    "no-rubric": "there is no reference answer, so there is no score",
}

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.。\n]{0,60}\b(?:rubric|instruction|instructions|prompt|criteria|rules?|above|previous|grading|marking|system)\b"
    r"|\b(?:give|award|assign|grant|return|output|set|mark|grade|score|rate)\b[^.。\n]{0,50}\b(?:full (?:marks?|credit|score|points)|100|maximum|max(?:imal)? (?:score|points)|perfect score|top (?:marks?|score)|10\s*/\s*10|a\+|as (?:correct|complete|perfect|excellent))"
    r"|\b(?:you are|act as|as) (?:now )?(?:the |a |an )?(?:grader|grading|examiner|marker|evaluator|scoring|lenient)\b"
    r"|\b(?:dear|note to(?: the)?|attention|hey|hello|hi)\b,? (?:grader|grading|examiner|evaluator|ai|model|judge|system)\b"
    r"|\b(?:the )?(?:teacher|professor|reviewer|examiner|interviewer|human (?:rater|grader)) (?:has |have )?(?:already )?(?:confirmed|approved|verified|graded|marked|checked|said)\b"
    r"|[\"'“]?(?:final_?)?(?:score|credit|verdict|grade|total)[\"'”]?\s*[:=：]\s*[\"'“]?(?:100|1\.0|1\b|full|pass|perfect|correct|a\+|满分|通过)"
    r"|(?:忽略|无视|不要(?:管|看|理会|参考|按)|忘(?:记|掉)|跳过|绕过)[^。,,\n]{0,14}(?:评分|标准|指令|规则|要点|提示|以上|上面|之前|前面)"
    r"|(?:请|直接|务必|必须|应该?|应当|可以|麻烦|就|一律|全部)?(?:给|打|判|评|算|记|输出|返回)[^。\n]{0,12}(?:满分|一百分|100\s*分?|最高分|高分|全分|全对|10\s*/\s*10)"
    r"|(?:评分|阅卷|打分|判卷|批改)(?:员|者|人|系统|老师|助手|机器人|官|AI)[^。,,\n]{0,8}(?:请|注意|你好|您好|必须|务必)"
    r"|(?:你|您)(?:现在)?(?:是|作为)[^。\n]{0,10}(?:评分|阅卷|打分|考官)"
    r"|(?:系统(?:消息|提示|指令|通知)|管理员(?:指令|通知)|开发者模式)\s*[:：]"
    r"|(?:老师|专家|教授|人工|考官|面试官|组长)(?:已经?|都)?(?:确认|审核|复核|批准|判定|认定|验证)[^。\n]{0,14}(?:满分|正确|通过|无误|全对|完整)"
    r"|(?:本|该|此|这个?)(?:回答|答案)[^。\n]{0,16}(?:满分|得\s*100|覆盖(?:了)?(?:所有|全部)|完全正确|全部正确|应得|已通过)"
    r"|\b(?:this|the|my) (?:answer|response) (?:is|covers|contains|meets|satisfies|deserves|should (?:get|receive|be))[^.\n]{0,40}\b(?:perfect|complete|full|all|every|correct|100)\b"
    r"|(?:给予|应得|判为|判定为|记为?|赋)\s*(?:满分|\d{2,3}\s*分)"
    r"|(?:考生|阅卷|评分(?:员|系统|程序|模块|说明|规则|服务)|本作答|本题答案|得分点|本(?:题|卷|场)[^。\n]{0,8}(?:满分|打分|评分))[^。\n]{0,60}(?:请|必须|务必|须|应|直接|无需|不必|不要|已(?:经|由|通过)|审核|复核|返回)"
    r"|\b(?:graders?|evaluators?|examiners?|markers?|candidate|submission|(?:every|all|each)(?: of the)? (?:rubric |key |marking )?(?:points?|items?|criteria))\b[^.\n]{0,80}\b(?:must|please|approved|awarded|full credit|full marks|maximum|covered|satisfied|verified|credit 1|as met)\b"
    r"|\b(?:must|please|output|return|assign|treat|mark)\b[^.\n]{0,60}\b(?:full credit|full marks|maximum marks|credit 1|(?:every|all) (?:rubric |key |marking )?(?:points?|items?|criteria))\b"
    r"|<\s*/?\s*(?:system|instruction|grader|admin)\s*>|\[system\]|\bBEGIN (?:SYSTEM|ADMIN)|###\s*(?:system|instruction)",
    re.IGNORECASE,
)
#: What people speak of to a grader: beside an order it is part of the order.
_GRADER_SPEAK = re.compile(
    r"\b(?:rubric|key points?|full (?:marks?|credit|score)|graders?|grading|evaluators?|evaluation override|verdict|candidate|scores?|submissions?|credits?|marks)\b"
    r"|评分|阅卷|满分|要点|考生|判分|得分|给分|扣分|参考答案|标准答案|打分|校准|输出以下|复制上面",
    re.IGNORECASE,
)
#: Talk about answering instead of an answer.
_META = re.compile(
    r"首先|其次|再次|最后|此外|另外|综上|总之|方面|问题|回答|解答|介绍|说明|讨论|阐述|分析|来看|来说|角度|定义|部分|内容|接下来|下面|明确|要说清|先看|谈谈|有哪些|什么|怎么|如何|为什么"
    r"|\b(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth(?:ly)?|finally|next|then|lastly|conclusion|overall|address(?:ed|es)?|describe[ds]?|description|discuss(?:ed|es)?|explain(?:ed|s)?"
    r"|introduce[ds]?|introduction|cover(?:ed|s)?|questions?|answer(?:s|ed|ing)?|asking|asked|aspects?|parts?|section|involves?|background|overview|summary|look at|talk about|what|how|why|which|words)\b",
    re.IGNORECASE,
)
#: Words that make a statement of terms: copulas, auxiliaries, and the small words between subject and predicate.
_PREDICATE = re.compile(
    r"[是把将用让使会能可要需由被给在从到比为有做得着了就都只再不没对按靠跟和与当每越才也还更先后]|\b(?:is|are|was|be|has|have|had|does|do|can|could|will|would|should|must|may|might|not|no|so|to|by|of|the|a|an|it|its|they|them|you|we|with|from|for|than|that|which|when|while|if|because|only|into|as|on|in|at|per|each|\w+(?:es|ed|ing))\b",
    re.IGNORECASE,
)
_LIST_WANTED = re.compile(r"哪些|那些|哪几|有哪|列举|\b(?:which|list|name|what are)\b")
_BETWEEN = re.compile(r"[^,，、;；。.!！?？\n|]+")
_RELATES = re.compile(r"[:：→⇒=≈<>≤≥×*+~()（）]|->")
#: A clause of at most so many terms, with no predicate, is an item of a list; so many of them together make a list of terms.
ITEM, LIST = 4, 4
LONGEST_ITEM = 40
#: A claim has at least so many words.
WORDS = 2
#: Where the question asks for names, so many are needed to make a list for its own sake; and an answer with this share of lists has
#: nothing else worth reading.
LONG_LIST, ALL = 10, 0.7
#: A sentence of terms may hold so many words, as a share, that only look like predicates ("paged").
BARE = 0.12
_UNIT = re.compile(r"[\u3400-\u9fff]|[a-z][a-z0-9]*|\d+")
_FUNCTION = frozenset("的是了一种个关于就所谓即为被加上其和与也都在有这那我您你他们请来把将会要能可以到说话样么呢吗啊吧嘛")
#: A claim of which this share repeats the question, and that adds this little (characters or words), is the question; talk about
#: answering excuses a little more.
ECHO, ADDED, MOST_META = 0.6, 2, 4
#: A run of characters this long that stands in the reference, too, was copied; this share of an answer makes it a copy.
RUN, COPIED = 14, 0.6
#: An answer shorter than this (letters) cannot be called empty talk, nor one that another flag explains.
TALK = 60
EMPTY = frozenset({"blank", "echo", "keywords", "instructions"})


def orders(cleaned: Cleaned) -> list[tuple[int, int]]:
    """The sentences of an answer that give orders to whoever grades it, and those beside them that speak of grading."""
    sentences = [(start, end, normalise(cleaned.text[start:end])) for start, end in sentences_of(cleaned.text)]
    if not any(_ORDERS.search(text) for _, _, text in sentences) and not hidden_orders(cleaned):
        return []
    return [(start, end) for start, end, text in sentences if _ORDERS.search(text) or _GRADER_SPEAK.search(text)]


def hidden_orders(cleaned: Cleaned) -> bool:
    """Whether what was hidden in an answer gives orders."""
    return any(_ORDERS.search(normalise(text)) for text in cleaned.hidden)


def lists_of_terms(text: str, concepts: Concepts, least: int = LIST) -> list[tuple[int, int]]:
    """Where a text only names terms: runs of `least` or more short items that say nothing of each other. Colons, arrows, equations and
    brackets do."""
    items = [(match.start(), match.end()) for match in _BETWEEN.finditer(text) if match[0].strip()]
    found: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    for start, end in [*items, (len(text), len(text))]:
        if start < end and _is_item(text[start:end], concepts):
            run.append((start, end))
            continue
        if len(run) >= least:
            found.append((run[0][0], run[-1][1]))
        run = []
    # Terms with nothing but spaces between them.
    for start, end in sentences_of(text):
        words = text[start:end].split()
        if (
            len(words) >= 2 * LIST
            and not _RELATES.search(text[start:end])
            and len(_PREDICATE.findall(text[start:end])) <= BARE * len(words)
        ):
            found.append((start, end))
    return sorted(set(found))


def asks_for_a_list(question: str) -> bool:
    """Whether names alone answer a question."""
    return bool(_LIST_WANTED.search(normalise(question)))


def states(text: str) -> bool:
    """Whether a piece of text has what makes a statement of terms."""
    return bool(_PREDICATE.search(text))


def _is_item(text: str, concepts: Concepts) -> bool:
    if len(text) > LONGEST_ITEM or _RELATES.search(text) or _PREDICATE.search(text):
        return False
    said = [token for token in tokens(normalise(text), concepts) if token.kind != "break"]
    return bool(said) and _terms(said) <= ITEM and not any(token.kind == "negation" for token in said)


def _terms(said: Sequence[Token]) -> float:
    """About how many words: a Chinese word of four characters makes three pairs."""
    return sum(1.0 if token.name.isascii() else 0.5 for token in said)


def echoes(texts: Sequence[str], asked: Sequence[str]) -> list[bool]:
    """Which texts only say again what was asked, or talk about answering it."""
    known = {unit for text in asked for unit in _units(text)}
    found = []
    for text in texts:
        # What is said about answering is not said about the question.
        meta = min(len(_META.findall(normalise(text))), MOST_META)
        units = _units(_META.sub(" ", normalise(text)))
        added = len(units - known)
        found.append(added <= ADDED + meta / 2 and len(units) - added >= ECHO * len(units))
    return found


def talks(text: str) -> bool:
    """Whether a sentence only speaks of answering ("good question", "好的,我来回答一下")."""
    return len(_units(_META.sub(" ", normalise(text)))) <= ADDED


def _units(text: str) -> set[str]:
    """Chinese characters and Latin words that carry meaning."""
    return {unit for unit in _UNIT.findall(normalise(text)) if unit not in _FUNCTION and unit not in STOP_WORDS}


def runs_of(references: Sequence[str]) -> frozenset[str]:
    """The runs of `RUN` letters of reference answers."""
    return frozenset(text[place : place + RUN] for text in map(squeeze, references) for place in range(len(text) - RUN + 1))


def copied_share(answer: str, runs: frozenset[str]) -> float:
    """The share of an answer's letters that stand in such runs."""
    text = squeeze(answer)
    if len(text) < 2 * RUN:
        return 0.0
    covered = [False] * len(text)
    for place in range(len(text) - RUN + 1):
        if text[place : place + RUN] in runs:
            covered[place : place + RUN] = [True] * RUN
    return sum(covered) / len(text)
