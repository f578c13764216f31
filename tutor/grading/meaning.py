"""What a short text claims, as far as words show it: its concepts, its directions, what is negated, and its numbers.

    tokens("decode 阶段不是 compute-bound")  ->  decode, 阶段, ¬compute-bound

Bags of words cannot tell a claim from its negation or two roles swapped, so features tell what stands under a negation and what
stands beside what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.text import STOP_BIGRAMS, STOP_WORDS, normalise, stem

Kind = Literal["concept", "direction", "negation", "number", "word", "stop", "break"]

#: Ways of saying that something goes one way, and the other way.
_DIRECTIONS: Mapping[str, tuple[str, str]] = {
    "amount": (
        "增加 增大 增长 提高 提升 上升 变大 变多 升高 更多 更大 更高 变高 放大 加大 翻倍 越大 越多 越高 大得多 多得多 变长 更长 膨胀"
        " increase increases increased increasing raise raises raised grow grows growing more larger bigger higher greater longer rises rise",
        "减少 减小 降低 下降 变小 变少 更少 更小 更低 缩小 压低 节省 减半 越小 越少 越低 省下 省 少得多 小得多 变短 更短 压缩 缩短"
        " decrease decreases decreased decreasing reduce reduces reduced reducing shrink shrinks less fewer smaller lower saves save saving cut cuts"
        " drops drop shorter falls fall",
    ),
    "speed": ("更快 变快 加速 加快 快 fast faster quick quicker speed speeds speedup", "更慢 变慢 减速 拖慢 慢 slow slower slows"),
    "order": ("之前 先 以前 before first prior beforehand", "之后 以后 后再 最后 after afterwards then last finally"),
    "frozen": ("冻结 固定 冻住 不动 frozen freeze freezes fixed froze", "更新 可训练 重新训练 update updates updated trainable unfrozen"),
    "parallel": (
        "并行 同时 一次性 parallel simultaneously concurrently once",
        "串行 逐个 依次 一个一个 逐步 挨个 sequential sequentially serial serially",
    ),
    "same": (
        "相同 一样 共享 同一 共用 一致 same shared share shares identical",
        "不同 各自 独立 单独 分别 different separate own independent distinct",
    ),
    "whole": (
        "全部 所有 整个 全量 完整 all every entire whole full complete",
        "部分 少数 一部分 少量 一小部分 some part few subset partial",
    ),
    "ease": ("容易 简单 方便 轻松 easy easier simple simpler", "困难 复杂 难 麻烦 hard harder complex difficult"),
    "good": (
        "更好 变好 改善 优于 好 better improve improves improved outperforms best",
        "更差 变差 恶化 劣于 差 worse degrade degrades hurts hurt worst",
    ),
    "stable": ("稳定 平稳 stable stabilize stabilizes", "不稳定 发散 爆炸 崩溃 震荡 unstable diverge diverges explode explodes collapse"),
    "sign": ("正 正数 正样本 positive", "负 负数 负样本 negative"),
    "extreme": ("最大 最大化 最多 maximum max maximize maximizes most", "最小 最小化 最少 minimum min minimize minimizes least"),
    "scope": ("全局 global", "局部 local"),
    "motion": ("动态 dynamic dynamically", "静态 static"),
    "frame": ("相对 relative", "绝对 absolute"),
    "growth": ("平方 二次 quadratic quadratically squared", "线性 linear linearly"),
    "width": ("升维 变宽 宽 wide wider", "降维 变窄 窄 narrow narrower"),
    "density": ("稠密 dense", "稀疏 sparse"),
    "policy": ("在线 online on-policy", "离线 offline off-policy"),
    "bound": ("访存 带宽 memory-bound bandwidth-bound bandwidth", "算力 计算瓶颈 compute-bound"),
    "side": ("输入 input inputs", "输出 output outputs"),
    "line": ("按行 行 row rows", "按列 列 column columns"),
    "stage": ("训练 training train trained", "推理 inference decoding serving"),
    "cause": (
        "引入 带来 导致 造成 cause causes introduce introduces",
        "避免 防止 消除 缓解 解决 avoid avoids prevent prevents eliminate mitigate",
    ),
    "sure": ("必须 一定 总是 永远 必然 must always", "可选 可能 不一定 有时 optional may sometimes"),
    "near": ("靠近 接近 相似 拉近 close closer near similar", "远离 推开 推远 远 far apart dissimilar"),
    "variety": ("多样 多种 各种 丰富 diverse various varied", "单一 单调 单个 single uniform"),
    "tie": ("依赖 耦合 相关 depend depends dependent coupled correlated", "解耦 无关 互不相干 independent decoupled uncorrelated"),
    "keep": (
        "保留 留下 保存 keep keeps kept retain retains preserve",
        "丢弃 丢掉 删除 剪掉 去掉 drop drops dropped discard discards remove removes removed",
    ),
    "switch": ("开启 打开 启用 enable enabled on", "关闭 关掉 停用 disable disabled off"),
    "chance": ("随机 采样 random randomly stochastic sample samples", "确定 贪心 deterministic greedy"),
    "way": ("单向 因果 unidirectional causal", "双向 bidirectional"),
    "grain": ("细粒度 细 fine fine-grained", "粗粒度 粗 coarse coarse-grained"),
    "depth": ("深层 深 deep deeper", "浅层 浅 shallow"),
    "price": ("便宜 省 cheap cheaper inexpensive", "昂贵 贵 expensive costly costs"),
    "early": ("早期 提前 early earlier", "后期 晚 推迟 late later"),
    "begin": ("开头 开始 首 start beginning initial", "结尾 末尾 结束 end ending final"),
    "arithmetic": ("相加 加上 add adds added sum plus", "相减 减去 subtract subtracts minus"),
    "factor": ("乘以 乘 multiply multiplied times", "除以 除 divide divided divides"),
    "expose": ("显式 explicit explicitly", "隐式 implicit implicitly"),
    "fit": ("过拟合 overfit overfits overfitting", "欠拟合 underfit underfits underfitting"),
    "flow": ("前向 forward", "反向 反传 backward backpropagation"),
    "teach": ("教师 老师 teacher", "学生 student"),
    "need": ("需要 要求 依靠 needs need require requires required", "不需 免去 unnecessary"),
    "allow": ("允许 支持 可以 allow allows support supports", "禁止 不支持 forbid forbids prevents"),
    "place": ("左边 上面 左 left above", "右边 下面 右 right below"),
    "strong": ("强 更强 强大 strong stronger", "弱 更弱 weak weaker"),
}
_NEGATIONS = [
    "并不是",
    "并不",
    "并没有",
    "并非",
    "不会",
    "不能",
    "不需要",
    "不用",
    "不必",
    "无需",
    "没有",
    "不是",
    "没法",
    "无法",
    "不再",
    "毫无",
    "从不",
    "不",
    "没",
    "无",
    "非",
    "未",
    "别",
    "而非",
    "而不是",
    "not",
    "no",
    "never",
    "without",
    "none",
    "neither",
    "nor",
    "cannot",
    "can't",
    "don't",
    "doesn't",
    "didn't",
    "isn't",
    "aren't",
    "wasn't",
    "won't",
    "wouldn't",
    "needn't",
    "nothing",
    "isnt",
    "dont",
    "doesnt",
]
#: A negation reaches over this many words that follow it.
REACH = 4
#: Concepts and directions so near each other make a pair.
NEIGHBOURS = 3

_FORMS: dict[str, tuple[Kind, str]] = {
    **{
        form: ("direction", f"{name}{sign}")
        for name, sides in _DIRECTIONS.items()
        for sign, side in zip("+-", sides, strict=True)
        for form in side.split()
    },
    **{form: ("negation", "not") for form in _NEGATIONS},
}
_CHINESE_FORMS = sorted((form for form in _FORMS if not form.isascii()), key=len, reverse=True)
_BY_FIRST: dict[str, list[str]] = {}
for _form in _CHINESE_FORMS:
    _BY_FIRST.setdefault(_form[0], []).append(_form)
#: Words in which a negation's character negates nothing.
_HARMLESS = ("不同", "不仅", "不但", "不光", "不只", "不过", "不管", "不论", "无论", "非常", "未来", "别的", "分别", "区别", "特别", "没错", "差不多", "非线性", "无监督", "级别", "类别", "识别", "不一定", "不稳定")  # fmt: skip
_HARMLESS_BY_FIRST: dict[str, list[str]] = {}
for _form in _HARMLESS:
    _HARMLESS_BY_FIRST.setdefault(_form[0], []).append(_form)
_LATIN = re.compile(r"[a-z]+(?:'[a-z]+)?(?:[-_/+.]?[a-z0-9]+)*\+*|[a-z]")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)\s*(%|[kmbt](?![a-z])|gb|mb|kb|bit|倍|万|亿|x(?![a-z]))?")
_SEAM = re.compile(r"(?<=[\u3400-\u9fff]) (?=[a-z0-9])|(?<=[a-z0-9]) (?=[\u3400-\u9fff])")
_TOUCH = re.compile(r"(?<=[\u3400-\u9fff])(?=[a-z0-9])|(?<=[a-z0-9])(?=[\u3400-\u9fff])")
_BREAK = re.compile(r"[,，。.;；:：!?！？()（）\n]")


@dataclass(frozen=True, slots=True)
class Token:
    """A concept, direction, negation, number or word of a text, and where it stands; `negated` where a negation reaches it."""

    name: str
    kind: Kind
    negated: bool = False
    start: int = 0
    end: int = 0


class Concepts:
    """The glossary's forms, each with the one name of its concept."""

    def __init__(self, table: Mapping[str, list[str]]) -> None:
        self._names = {spelled: min((form, *others)) for form, others in table.items() for spelled in _spaced(form)}
        self.names = frozenset(self._names.values())
        self._by_start: dict[str, list[str]] = {}
        for form in sorted(self._names, key=len, reverse=True):
            self._by_start.setdefault(form[:2], []).append(form)

    def at(self, text: str, place: int) -> tuple[str, int] | None:
        """The concept whose longest form stands at `place`, and where the form ends."""
        for form in self._by_start.get(text[place : place + 2], ()):
            if text.startswith(form, place):
                end = place + len(form)
                if not (form[0].isascii() and place and _word(text[place - 1])) and not (
                    form[-1].isascii() and end < len(text) and _word(text[end])
                ):
                    return self._names[form], end
        return None


def _spaced(form: str) -> set[str]:
    """A form with and without spaces between Chinese and Latin letters: people type either."""
    tight = _SEAM.sub("", form)
    return {form, tight, _TOUCH.sub(" ", tight)}


def _word(character: str) -> bool:
    return character.isascii() and character.isalnum()


def tokens(text: str, concepts: Concepts) -> list[Token]:
    """The tokens of a normalised text in order, `break` between clauses."""
    found: list[Token] = []
    place = reach = 0
    while place < len(text):
        name, kind, end = _next(text, place, concepts)
        if kind == "break":
            reach = 0
            if found and found[-1].kind != "break":
                found.append(Token("", "break", False, place, end))
        elif kind == "negation":
            # A double negation negates nothing.
            reach = 0 if reach == REACH else REACH
            found.append(Token(name, kind, False, place, end))
        elif kind and name:
            found.append(Token(name, kind, reach > 0, place, end))
            reach -= reach > 0 and kind != "stop"
        place = end
    return found


def _next(text: str, place: int, concepts: Concepts) -> tuple[str, Kind | Literal[""], int]:
    character = text[place]
    if concept := concepts.at(text, place):
        return concept[0], "concept", concept[1]
    if (match := _NUMBER.match(text, place)) and not (place and _word(text[place - 1])):
        return _number(match[1], match[2] or ""), "number", match.end()
    if match := _LATIN.match(text, place):
        word = match[0]
        if word in _FORMS:
            kind, name = _FORMS[word][0], _FORMS[word][1]
            return name, kind, match.end()
        return stem(word), "stop" if word in STOP_WORDS else "word", match.end()
    if "\u3400" <= character <= "\u9fff":
        if harmless := next((form for form in _HARMLESS_BY_FIRST.get(character, ()) if text.startswith(form, place)), None):
            if harmless in _FORMS:
                return _FORMS[harmless][1], "direction", place + len(harmless)
            return harmless, "stop", place + len(harmless)
        for form in _BY_FIRST.get(character, ()):
            if text.startswith(form, place):
                return _FORMS[form][1], _FORMS[form][0], place + len(form)
        pair = text[place : place + 2]
        if len(pair) == 2 and "\u3400" <= pair[1] <= "\u9fff":
            return pair, "stop" if pair in STOP_BIGRAMS else "word", place + 1
        return "", "", place + 1
    return "", "break" if _BREAK.match(character) else "", place + 1


_UNITS = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12, "万": 1e4, "亿": 1e8}


def _number(digits: str, unit: str) -> str:
    """One spelling of a number: `1,000` and `1k` are the same, `12 %` and `12` are not."""
    plain = digits.replace(",", "")
    try:
        value = float(plain)
    except ValueError:
        return plain
    value *= _UNITS.get(unit, 1)
    return f"{value:g}{unit if unit in ('%', 'gb', 'mb', 'kb', 'bit', '倍', 'x') else ''}".replace("倍", "x")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text claims, as sets to be compared."""

    plain: frozenset[str]
    negated: frozenset[str]
    directions: frozenset[str]
    pairs: frozenset[str]
    numbers: frozenset[str]
    words: int
    stops: int
    breaks: int


def meaning(text: str, concepts: Concepts) -> Meaning:
    """The sets of a text."""
    return meaning_of(tokens(normalise(text), concepts))


def meaning_of(found: Sequence[Token]) -> Meaning:
    """The sets of the tokens of a text."""
    content = [token for token in found if token.kind in ("concept", "direction", "word", "number")]
    telling = [
        None if token.kind == "break" else token
        for token in found
        if token.kind in ("concept", "direction", "break") or (token.kind == "word" and token.name.isascii())
    ]
    pairs = set()
    for place, first in enumerate(telling):
        if first is None:
            continue
        for second in telling[place + 1 : place + 1 + NEIGHBOURS]:
            if second is None:
                break
            pairs.add(f"{_signed(first)}>{_signed(second)}")
    return Meaning(
        plain=frozenset(token.name for token in content if not token.negated),
        negated=frozenset(token.name for token in content if token.negated),
        directions=frozenset(("¬" if token.negated else "") + token.name for token in content if token.kind == "direction"),
        pairs=frozenset(pairs),
        numbers=frozenset(token.name for token in content if token.kind == "number"),
        words=len(content),
        stops=sum(token.kind in ("stop", "negation") for token in found),
        breaks=sum(token.kind == "break" for token in found),
    )


def _signed(token: Token) -> str:
    return ("¬" if token.negated else "") + token.name


def opposite(direction: str) -> str:
    """The other way of a direction: `amount+` and `amount-`; of a negated one the way it negates."""
    if direction.startswith("¬"):
        return direction[1:]
    return direction[:-1] + ("-" if direction.endswith("+") else "+")


def undone(direction: str) -> str:
    """A direction negated, or its negation taken back."""
    return direction[1:] if direction.startswith("¬") else "¬" + direction


def claim_features(said: Meaning) -> list[str]:
    """Names of what a bag of words does not show: concepts in any language, directions, what is negated, what stands beside what."""
    return ["=" + name for name in said.plain] + ["¬" + name for name in said.negated] + ["/" + pair for pair in said.pairs]
