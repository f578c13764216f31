"""Lines of a document that may open a question, and how much each one reads like a question.

    "### **12. What is RoPE?**"  ->  Marker(level=3, bold=True, kind="num", number=(12,), text="What is RoPE?")

Nothing is decided here: the splitter chooses among the candidates with the whole document in view.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Kinds of numbering: arabic, dotted (2.1.3), "Q1", Chinese numeral or chapter, "Q:", none.
KINDS = ("num", "dotted", "q", "cn", "ask", "")

_HEADING = re.compile(r"^\s{0,3}(#{1,6})(?!#)\s*(.*?)\s*#*\s*$")
_BULLET = re.compile(r"^([-*+•·●○▪◦‣–►▶]\s+)(?=\S)")
_BOX = re.compile(r"^\[[ xX✓✔]\]\s+")
_CALLOUT = re.compile(r"^\[!(\w+)\][+-]?\s*(.*)$")
_EMPHASIS = re.compile(r"^(\*\*\*|\*\*|__|\*)(?=\S)(.+?)(?<=\S)\1\s*([:：]?)\s*$")
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
_KEYCAP = re.compile("((?:[0-9]\ufe0f?\u20e3)+)")
_CIRCLED = {chr(0x2460 + i): str(i + 1) for i in range(20)}
_CN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")}
_SEP = r"[.．、:：)）\]】,，]"
_NUMBERS = (
    ("q", re.compile(rf"^(?:Q|Question|Problem|问题?|题目?|面试题)\s*(?:No\.?\s*)?[#№]?\s*(\d{{1,3}})\s*(?:{_SEP}|[-–—])*\s*(?=\S)", re.I)),
    ("q", re.compile(rf"^第\s*(\d{{1,3}}|[一二三四五六七八九十百]+)\s*[题问]\s*(?:{_SEP}|[-–—])*\s*(?=\S)")),
    ("ask", re.compile(r"^(?:Q|Question|问|问题|面试官|Interviewer)\s*[:：]\s*(?=\S)", re.I)),
    ("cn", re.compile(rf"^(?:第\s*([一二三四五六七八九十百\d]+)\s*[章节篇部][分]?)\s*{_SEP}?\s*")),
    ("cn", re.compile(r"^(?:Part|Chapter|Section|Module|Unit)\s+(\d+|[IVX]+|[A-H])\b\s*(?:[.:：)–—-]\s*)?", re.I)),
    ("cn", re.compile(r"^[(（【]?([一二三四五六七八九十]{1,3})(?:[)）】]\s*[、.．:：]?|[、.．:：,，])\s*(?=\S|$)")),
    ("cn", re.compile(r"^([IVX]{1,5})[.、:：)]\s+(?=\S)")),
    ("dotted", re.compile(r"^(\d{1,3}(?:[.．]\d{1,3}){1,4})(?:[.．、:：)）]|(?=\s)|(?=[^\d\s.%％]))\s*(?=\S)")),
    ("num", re.compile(r"^[(（\[【](\d{1,3})[)）\]】]\s*[.．、:：]?\s*(?=\S)")),
    ("num", re.compile(r"^(?:No\.?|#)\s*(\d{1,3})\s*[.．、:：)）]?\s+(?=\S)", re.I)),
    ("num", re.compile(r"^(\d{1,3})\s*(?:[.．](?!\d+(?![\d×xX*]))|[、)）:：](?!\d))\s*(?=\S)")),
    ("num", re.compile(r"^(\d{1,3})\s*[-–—|]\s+(?=\S)")),
)
_BARE_NUMBER = re.compile(r"^(\d{1,3})\s+(?=\S)")
_DELIMITER = re.compile(r"[.．、:：)）\]】\-–—|]")

_ASK_ZH = re.compile(
    r"什么|如何|怎么|怎样|为何|为啥|啥|哪[些个种里几类一二三四五六七八九十两]|那些[?？]|几种|几个|多少|多大|多长|是否|能否|可否|会不会|有没有|是不是|能不能|要不要"
    r"|该不该|可不可以|[吗么呢]\s*[?？]?$"
)
_TASK_ZH = re.compile(
    r"^(?:请|试|简单|详细|具体|大概|谈|说|讲|聊|介绍|解释|阐述|描述|简述|概述|列举|举例|比较|对比|分析|推导|证明|手写|手撕|写出|写一|实现|画出|设计|计算|估算|总结|给出|了解|你)"
)
_NOUN_ZH = re.compile(
    r"(?<=..)(?:区别|异同|不同|差异|联系|关系|优缺点|优点|缺点|优势|劣势|优劣|特点|原理|作用|意义|思路|思想|方法|方式|流程|步骤|过程|公式|实现|推导|原因|好处|影响|"
    r"机制|结构|架构|策略|技巧|问题|场景|含义|定义|概念|选择|计算|复杂度|对比|比较|理解|看法|处理|解决方案|解决办法|优化|设计|组成|分类|评估|指标|挑战|代码)[?？。.)）\s]*$"
)
_ASK_EN = re.compile(
    r"^(?:so |and |but |ok,? )?(?:what|what's|how|why|when|where|which|who|whose|is|are|was|does|do|did|can|could|should|would|will|has|have|if you|in what|"
    r"to what|for what|at what|under what|on what|by how)\b",
    re.I,
)
_TASK_EN = re.compile(
    r"^(?:please |briefly |can you )?(?:explain|describe|compare|contrast|define|derive|implement|write|walk (?:me|us)|give|list|name|tell|discuss|outline|"
    r"summari[sz]e|design|estimate|compute|calculate|prove|show|sketch|talk|differentiate|distinguish|code|state|suppose|you)\b",
    re.I,
)
_VERSUS = re.compile(r"\b(?:vs\.?|versus|difference|differences|trade-?offs?|pros and cons)\b|与.{1,30}(?:的?区别|对比)|对比", re.I)
_STOP = re.compile(r"[。；;，,：:.!！]\s*$")
_INNER_STOP = re.compile(r"[。；;！!](?=.)|(?<=[a-z)])\. (?=[A-Z])")
_DEFINES = re.compile(r"^[^?？]{1,24}[：:](?!//)\s*\S|^[^?？]{1,40}(?:\s[-–—]\s|——)\S")
_CJK = re.compile(r"[\u3400-\u9fff]")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_URL = re.compile(r"https?://\S+|www\.\S+")


@dataclass(frozen=True, slots=True)
class Marker:
    """A line that may open a question. `level` is 1-6 for headings and 0 otherwise; `box` is a checkbox before the
    text; `same_line` is what follows the question on its own line."""

    index: int
    text: str
    score: float
    level: int = 0
    bold: bool = False
    bullet: bool = False
    indent: int = 0
    kind: str = ""
    delimiter: str = ""
    number: tuple[int, ...] = ()
    lead_in: bool = False
    box: bool = False
    same_line: str = ""

    @property
    def style(self) -> tuple[object, ...]:
        """What siblings share: markup, numbering and indentation."""
        return (self.level, self.bold, self.bullet, self.indent > 1, self.kind, self.delimiter, len(self.number), self.lead_in, self.box)

    @property
    def rank(self) -> float:
        """How high the line stands on the page: heading levels first, then bold, then plain lines."""
        return float(self.level) if self.level else 6.5 if self.bold or self.kind == "callout" else 7.0


def clean(text: str) -> str:
    """`text` as a reader sees it: no emphasis, code ticks, links or invisible characters."""
    text = _LINK.sub(r"\1", _INVISIBLE.sub("", text))
    text = re.sub(r"(?<!\w)(\*\*\*|\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![\w*])", r"\1", text)
    text = re.sub(r"(`+)(.+?)\1", r"\2", text)
    text = re.sub(r"<(/?)(b|strong|em|i|u|code|span|font|mark|sup|sub|a|br)\b[^>]*>", "", text, flags=re.I)
    text = re.sub(r"\\([\\`*_{}\[\]()#+.!~|-])(?![a-zA-Z])", r"\1", text)
    return text.replace("**", "").strip() if text.count("**") % 2 else text.strip()


def parse_marker(line: str, index: int) -> Marker | None:
    """The marker in `line`, or None where nothing marks it and it does not end in a question mark."""
    indent, body = _visible(line)
    if not body or len(body) > 400 or body.startswith(("|", "$$", "![", "<!--")):
        return None
    body = re.sub(r"^>\s?", "", body) if body.startswith(">") else body
    level, bold, bullet, lead_in = 0, False, False, False
    if callout := _CALLOUT.match(body):
        text = clean(callout[2])
        return Marker(index, text, question_score(text), indent=indent, kind="callout", delimiter=callout[1].lower()) if text else None
    if heading := _HEADING.match(body):
        # "#1 What is ..." is a number, "# title" a heading; "#标题" without a space is a heading too.
        if not (len(heading[1]) == 1 and re.match(r"^#\d", body)):
            level, body = len(heading[1]), heading[2]
    elif match := _BULLET.match(body):
        bullet, body = True, body[match.end() :]
    box = bool(_BOX.match(body))
    body = _BOX.sub("", body)
    link = re.fullmatch(r"\[([^\]]+)\]\([^)]*\)", body)
    body = link[1] if link else body
    if (emphasis := _EMPHASIS.match(body)) and "**" not in emphasis[2]:
        bold, body = True, emphasis[2].strip() + emphasis[3]
    elif leading := re.match(r"^\*\*(.+?)\*\*\s*(.+)$", body):
        # "**Q1:** What is ..." has the marker alone in bold; "**1. vLLM:** serves ..." is a lead-in.
        alone = bool(_number(leading[1].strip() + " x")[3] == "x")
        bold, lead_in, body = True, not alone, f"{leading[1].strip()} {leading[2]}"
    kind, delimiter, number, rest = _number(body, bare=level > 0)
    if _BOX.match(rest):
        box, rest = True, _BOX.sub("", rest)
    same_line = ""
    if (inner := _EMPHASIS.match(rest)) and "**" not in inner[2]:
        bold, rest = True, inner[2].strip() + inner[3]
    elif asked := re.match(r"^\*\*(.+?[?？])\*\*\s*(\S.*)$", rest):
        bold, rest, same_line = True, asked[1], asked[2]
    text = clean(rest)
    if not text and level:
        kind, delimiter, number, text = "", "", (), clean(body)
    lead_in = lead_in or bool(re.search(r"[:：]$", text))
    if not text:
        return None
    if not (level or bold or kind or box or re.search(r"[?？]\s*$", text) or reads_as_task(text)):
        return None
    score = question_score(text)
    return Marker(index, text, score, level, bold, bullet, indent, kind, delimiter, number, lead_in, box, same_line)


def _visible(line: str) -> tuple[int, str]:
    """Indentation and text of a line, emoji and circled digits written out."""
    raw = _INVISIBLE.sub("", line).replace("\t", "    ").replace("\u3000", " ")
    raw = _KEYCAP.sub(lambda match: re.sub(r"\D", "", match[1]) + ". ", raw)
    body = raw.strip().replace("****", "")
    if body[:1] in _CIRCLED:
        body = f"({_CIRCLED[body[0]]}) {body[1:].lstrip()}"
    return len(raw) - len(raw.lstrip(" ")), body


def reads_as_task(text: str) -> bool:
    """Whether a short text asks or tells somebody to do something: "Explain the KV cache", "Give an example."."""
    return (
        len(text) <= 80
        and not _STOP.search(text.rstrip("."))
        and bool(_ASK_EN.match(text) or _TASK_EN.match(text) or _TASK_ZH.match(text) or _ASK_ZH.search(text))
    )


def _number(body: str, *, bare: bool = False) -> tuple[str, str, tuple[int, ...], str]:
    """Kind, delimiter, number and remaining text."""
    for kind, pattern in _NUMBERS:
        if match := pattern.match(body):
            digits = match[1] if match.groups() else None
            found = _DELIMITER.findall(match[0])
            delimiter = found[-1] if found else " "
            number = tuple(_to_int(part) for part in re.split(r"[.．]", digits)) if digits else ()
            return kind, _FULLWIDTH.get(delimiter, delimiter), number, body[match.end() :].strip()
    if bare and (match := _BARE_NUMBER.match(body)):
        return "num", " ", (int(match[1]),), body[match.end() :].strip()
    return "", "", (), body.strip()


_FULLWIDTH = {"．": ".", "：": ":", "）": ")", "】": "]", "，": ","}


def _to_int(digits: str) -> int:
    if digits.isdigit():
        return int(digits)
    if re.fullmatch(r"[A-H]", digits):
        return ord(digits) - ord("A") + 1
    if re.fullmatch(r"[IVX]+", digits):
        values = [{"I": 1, "V": 5, "X": 10}[char] for char in digits]
        return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
    tens, _, ones = digits.partition("十")
    if "十" not in digits:
        return _CN_DIGITS.get(digits, 0)
    return (_CN_DIGITS.get(tens, 1) if tens else 1) * 10 + (_CN_DIGITS.get(ones, 0) if ones else 0)


def question_score(text: str) -> float:
    """How much a text reads like a question: about +5 for "What is X?", below -2 for a statement."""
    chinese = bool(_CJK.search(text))
    score = 0.0
    if re.search(r"[?？]\s*(?:[(（].{0,30}[)）]|[(（【\[].{0,12}[)）】\]])?\s*$", text):
        score += 3.5
    elif re.search(r"[?？]", text):
        score += 1.0
    if chinese:
        score += 1.5 * bool(_ASK_ZH.search(text)) + 1.2 * bool(_TASK_ZH.match(text)) + 1.0 * bool(_NOUN_ZH.search(text))
    else:
        score += 1.8 * bool(_ASK_EN.match(text)) + 1.5 * bool(_TASK_EN.match(text))
    score += 0.8 * bool(_VERSUS.search(text))
    length = len(text) if chinese else len(text) / 2.2
    if length > 45:
        score -= min((length - 45) / 20, 4.0)
    if _STOP.search(text):
        score -= 2.5 if not (text.endswith(".") and _TASK_EN.match(text)) else 0.3
    score -= 1.5 * min(len(_INNER_STOP.findall(text)), 3)
    if _DEFINES.match(text) and not re.search(r"[?？]", text):
        score -= 1.5
    score -= 3.0 * bool(_URL.search(text))
    return score
