"""What a follow-up refers to: "它有什么缺点?" after "什么是 LoRA?" asks about LoRA."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tutor.errors import InputError
from tutor.text import is_stop, terms


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    content: str


_REFERS = re.compile(
    r"它们?|他们|这个|那个|这种|那种|这样|那样|这些|那些|这两|那两|两个|二者|其中|其(?!他|它|实|余)|前者|后者|两者|上面|上述|刚才|刚刚|该方法|此"
    r"|\b(?:it|its|it's|this|that|these|those|they|them|their|the former|the latter|both|such|above|same|one)\b",
    re.I,
)
_OPENS = re.compile(
    r"^\s*(?:那|那么|还有|另外|然后|再|具体|为什么\s*[?？呢]?$|怎么做\s*[?？]?$|举个?例|详细|继续|展开|呢|所以|如果|相比|比起来"
    r"|(?:and|but|so|then|also|what about|how about|why(?: not| so| is that)?\b\s*\??$|for example|more|go on|in practice|compared)\b)",
    re.I,
)
#: What a follow-up asks about whatever the topic is.
_GENERIC = re.compile(
    r"(?:举个?例子?|例子|公式|代码|怎么(?:缓解|解决|避免|实现|选择?|办|理解|优化|改进|处理|写|证明|评估)|[优缺]点|优劣|区别|原理|步骤|为什么|代价|好处|坏处|应用场景|局限)"
    r"(?:有哪些|是什么|呢|吗|有)?\s*[?？]?$"
)
#: A question with fewer content terms than this cannot stand alone, unless it names something in Latin letters.
_ENOUGH = 2
_SHORT = 9
_CJK = re.compile(r"[\u3400-\u9fff]")
_NAMES = re.compile(r"[a-z][a-z0-9.+-]{2,}")


def parse_history(history: Iterable[Mapping[str, Any]]) -> list[Message]:
    """Messages from JSON. Raises InputError for anything but {"role": "user"|"assistant", "content": str}."""
    messages = []
    for position, item in enumerate(history, 1):
        if not isinstance(item, Mapping) or item.get("role") not in ("user", "assistant") or not isinstance(item.get("content"), str):
            raise InputError(
                f"history: message {position} is malformed", remedy='each is {"role": "user" or "assistant", "content": "..."}'
            )
        messages.append(Message(item["role"], item["content"]))
    return messages


def as_messages(history: Iterable[Message | Mapping[str, Any]]) -> list[Message]:
    """Messages, whether given as such or as {"role", "content"}. Raises InputError for malformed ones."""
    return [item if isinstance(item, Message) else parse_history([item])[0] for item in history]


def is_follow_up(question: str, names: Callable[[str], bool] | None = None) -> bool:
    """Whether a question needs what was said before to be understood. `names` tells whether it names a concept of the field:
    a short one that names none ("show me the code", "怎么缓解") goes on with the topic; None where nothing can tell."""
    content = {term for term in terms(question) if not is_stop(term)}
    alone = any(_NAMES.fullmatch(term) for term in content)
    if (
        not content
        or (len(content) < _ENOUGH and not alone and not (names and names(question)))
        or (_OPENS.search(question) and len(content) <= 12)
    ):
        return True
    if _REFERS.search(question) and len(content) <= 16:
        return True
    rest = _GENERIC.sub("", question)
    if rest != question and not alone and len(_CJK.findall(rest)) <= 4 and not (names and names(rest)):
        return True
    latin_in_chinese = alone and bool(_CJK.search(question))
    return names is not None and len(content) <= _SHORT and not latin_in_chinese and not names(question)


def context_of(question: str, history: Sequence[Message], names: Callable[[str], bool] | None = None) -> str:
    """The earlier question that a follow-up continues, or "" for a question that stands alone."""
    if not history or not is_follow_up(question, names):
        return ""
    asked = [message.content for message in history if message.role == "user" and message.content.strip() and message.content != question]
    return next((text for text in reversed(asked) if not is_follow_up(text, names)), asked[-1] if asked else "")
