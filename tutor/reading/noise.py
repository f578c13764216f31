"""Where a document's last answer ends and the page's own matter begins: advertising, links, legal notes.

No string is looked for and stripped. Each line after the answer's first gets a noise score from how it
reads (addresses the reader, sells, links, decorates, is off the document's topics); the tail that
collects the most noise is cut, if it collects enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tutor.text import STOP_WORDS

_PICTOGRAPH = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\u2b50\u2b55\U0001f170-\U0001f251]")
_URL = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|cn|net|org|io)\b", re.I)
_ADDRESS = re.compile(r"你|您|我们|大家|小伙伴|朋友们?|同学|读者|小编|本人|博主|笔者|\b(?:you|your|our|us|we|my|me)\b", re.I)
_SELLS = re.compile(
    r"关注|点赞|收藏|转发|评论|留言|扫码|扫描|二维码|公众号|微信|\bv[x信]\b|加群|进群|领取|免费|会员|VIP|开通|首月|限时|资料|课程|福利|优惠|报名|训练营|版权|转载|侵权|声明|原文|出处"
    r"|作者|上一篇|下一篇|相关|推荐|阅读|登录|注册|举报|打赏|赞赏|专栏|分享|发布|发表|更多|热门|标签|分类|目录|首页|友情链接|备案|联系|客服|下载|订阅|全套|教程|入门|学习路线|内推"
    r"|copyright|all rights reserved|subscri|newsletter|follow|share|comment|read more|related|cookie|privacy|terms of|sign ?up|log ?in|posted|filed under"
    r"|\btags?\b|previous|next post|recommended|sponsor|advert|download|free|course|discount|join|contact|about the author|written by|min read|like this|bookmark|popular|archive|repl(?:y|ies)",
    re.I,
)
_UNIT = re.compile(r"[A-Za-z][A-Za-z0-9-]+|[\u4e00-\u9fff]")
_TECHNICAL = re.compile(r"[$`=_{}\\^]|\b[A-Z]{2,}\b|\d+\s*(?:[%×*/]|[KMGT]B?\b)")
_ONLY_LINKS = re.compile(r"(?:[-*•|·>\s]|(?<!!)\[[^\]]*\]\([^)]*\))+")
_DECORATED = re.compile(r"^[-=*~—_]{3,}[^-=*~—_|]+[-=*~—_]{3,}$|[A-Z]{8,}")
_STAMP = re.compile(
    r"\b\d{1,2}:\d{2}\b|\b(?:19|20)\d\d\s*[-/.年]\s*\d|\d\s*(?:天|小时|分钟|个?月)前|\b\d+\s+(?:days?|weeks?|months?|hours?) ago\b"
    r"|\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.? \d",
    re.I,
)
_SPEAKER = re.compile(r"\b(?:says|said|wrote|replied)\s*:?$|^\s*(?:@|#?\d+\s*楼)|^.{1,16}\s(?:回复|评论)", re.I)
_LISTED = re.compile(r"[-*+•>|$`]|\(?\d")
_SENTENCE = re.compile(r"[。.；;：:！!?？]\s*$")

#: A tail must collect this much noise to be cut.
THRESHOLD = 2.0


def cut_noise(lines: Sequence[str], bodies: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The answer ranges `[start, end)`, the last one without the page's own matter behind it."""
    if not bodies:
        return []
    known = known_units(lines, bodies[:-1])
    start, end = bodies[-1]
    first = next((i for i in range(start, end) if lines[i].strip()), end)
    scores = [line_noise(lines[i], known) for i in range(first + 1, end)]
    best, cut, total = 0.0, end, 0.0
    for offset in range(len(scores) - 1, -1, -1):
        total += scores[offset]
        if total > best:
            best, cut = total, first + 1 + offset
    cut = _to_heading(lines, start, cut, scores, first + 1) if best >= THRESHOLD else end
    return [*((a, _cut_advert(lines, a, b, known)) for a, b in bodies[:-1]), (start, _last_text(lines, start, cut))]


def _cut_advert(lines: Sequence[str], start: int, end: int, known: frozenset[str]) -> int:
    """The end of an answer inside the document, without advertisements set apart below it."""
    end = _last_text(lines, start, end)
    while True:
        top = end
        while top > start and lines[top - 1].strip():
            top -= 1
        block = [line_noise(line, known) for line in lines[top:end]]
        if top <= start or not block or sum(block) < 0.8 * len(block):
            return end
        end = _last_text(lines, start, top)


def _last_text(lines: Sequence[str], start: int, end: int) -> int:
    while end > start and not lines[end - 1].strip():
        end -= 1
    return end


def known_units(lines: Sequence[str], ranges: Iterable[tuple[int, int]]) -> frozenset[str]:
    """What the document speaks of: the words and character pairs of the ranges, each with the line before it."""
    return _units(line for start, end in ranges for line in lines[max(start - 1, 0) : end])


def most_noise(lines: Sequence[str], start: int, end: int, known: frozenset[str]) -> float:
    """The most noise that any run of lines up to `end` collects."""
    total = best = 0.0
    for at in range(end - 1, start - 1, -1):
        total += line_noise(lines[at], known)
        best = max(best, total)
    return best


def _to_heading(lines: Sequence[str], start: int, cut: int, scores: Sequence[float], offset: int) -> int:
    """The cut moved up to the heading of the noise, over the few off-topic lines that introduce it."""
    for at in range(cut - 1, max(start, cut - 8), -1):
        text = lines[at].strip()
        if text and len(text) <= 30 and (text.endswith(("?", "？")) or not _SENTENCE.search(text)) and not _LISTED.match(text):
            return at
        if text and scores[at - offset] < -0.6:
            break
    return cut


def line_noise(line: str, known: frozenset[str]) -> float:
    """About +2 for an advertisement or a link list's line, about -1 for a sentence on the document's topics."""
    text = line.strip()
    if not text:
        return 0.0
    score = 1.2 * min(len(_PICTOGRAPH.findall(text)), 2) + 1.5 * bool(_URL.search(text))
    score += 0.5 * min(len(_ADDRESS.findall(text)), 2) + 0.7 * min(len(_SELLS.findall(text)), 3)
    units = _bigrams(text)
    if known and units:
        strange = 1 - sum(unit in known for unit in units) / len(units)
        score += 1.6 * (strange - 0.5)
    score -= 0.4 * bool(_TECHNICAL.search(text.strip("-=*~—_ ")))
    score -= 0.5 * bool(_SENTENCE.search(text)) * (len(text) > 12)
    score += 1.0 * bool(_STAMP.search(text)) * (len(text) < 60) + 0.8 * bool(_SPEAKER.search(text))
    score += 1.5 * bool(_ONLY_LINKS.fullmatch(text))
    score += 1.6 * bool(_DECORATED.search(text))
    return score - 0.3


def _units(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(unit for line in lines for unit in _bigrams(line))


def _bigrams(text: str) -> list[str]:
    """Latin words, and pairs of neighbouring Chinese characters."""
    units = [unit.lower() for unit in _UNIT.findall(text)]
    words = [unit for unit in units if len(unit) > 1 and unit not in STOP_WORDS]
    chinese = [a + b for a, b in pairwise(units) if len(a) == len(b) == 1]
    return words + chinese
