"""What the whole document tells about a line that may open a question: its siblings and its neighbours."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tutor.reading.markers import Marker

ANSWER = re.compile(
    r"^\s*(?:\*\*|__)?(?:A|Ans|Answer|答案?|回答|参考答案|参考回答|解答|解析|候选人)\s*\d{0,3}\s*(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?\s*",
    re.I,
)
SENTENCE_END = re.compile(r"[。.！!；;：:?？…]\s*[”\"'）)]*\s*$")


@dataclass(frozen=True, slots=True)
class Spacing:
    """How the clear questions of one style stand on the page: shares with a blank line before, a blank
    line after, and content of their own below."""

    before: float = 0.5
    after: float = 0.5
    content: float = 0.5


@dataclass(frozen=True)
class Page:
    """What the whole document tells about each candidate: its siblings and its neighbours."""

    lines: Sequence[str]
    asking: Mapping[object, float]
    spacings: Mapping[object, Spacing]
    starts: Mapping[int, Marker]
    plain_share: float
    content: float
    headed: float
    top_level: int
    width: int
    wrapped: bool

    @classmethod
    def of(cls, lines: Sequence[str], markers: Sequence[Marker]) -> Page:
        styles: dict[object, list[Marker]] = defaultdict(list)
        for marker in markers:
            styles[marker.style].append(marker)
        starts = {marker.index: marker for marker in markers}
        asking = {style: (sum(marker.score >= 0.8 for marker in members) + 0.9) / (len(members) + 2) for style, members in styles.items()}
        spacings = {}
        for style, members in styles.items():
            clear = [marker for marker in members if marker.score >= 2]
            if len(clear) >= 3:
                spacings[style] = Spacing(
                    before=share(not line_at(lines, marker.index - 1) for marker in clear),
                    after=share(not line_at(lines, marker.index + 1) for marker in clear),
                    content=share(has_content(lines, marker, starts) for marker in clear),
                )
        clear = [marker for marker in markers if marker.score >= 2]
        levels = Counter(marker.level for marker in clear if marker.level)
        lengths = sorted(len(line.strip()) for line in lines if line.strip())
        width = lengths[int(len(lengths) * 0.9)] if lengths else 80
        return cls(
            lines=lines,
            asking=asking,
            spacings=spacings,
            starts=starts,
            plain_share=share(is_plain(marker) for marker in clear),
            content=share(has_content(lines, marker, starts) for marker in clear),
            headed=share(bool(marker.level) for marker in clear),
            top_level=max(levels, key=lambda level: (levels[level], -level)) if levels else 0,
            width=width,
            wrapped=share(length >= 0.75 * width for length in lengths if length > 10) >= 0.4,
        )

    def spacing(self, marker: Marker) -> Spacing:
        return self.spacings.get(marker.style, Spacing())

    def own_score(self, marker: Marker, end: int, *, opens_section: bool) -> float:
        """What a candidate brings to the outline by itself, with the company it keeps."""
        score = 0.6 * max(-4.0, min(marker.score, 5.0)) + 3.0 * (self.asking[marker.style] - 0.45)
        score += (
            0.7 * bool(marker.level)
            + 0.2 * marker.bold
            - 1.0 * (marker.bullet and not marker.box)
            - 1.2 * (marker.indent > 1)
            - 1.3 * (marker.indent >= 4 and not marker.bullet)
        )
        score -= 0.8 * marker.lead_in + 1.5 * (marker.kind == "cn" and self.asking[marker.style] < 0.5)
        before, after = line_at(self.lines, marker.index - 1), line_at(self.lines, end + 1)
        if is_plain(marker) and not opens_section:
            running_on = bool(before) and not SENTENCE_END.search(before)
            score -= 1.5 + 3.0 * (self.plain_share < 0.5) + 2.0 * running_on + 0.5 * bool(before)
        spacing = self.spacing(marker)
        score += 0.4 * (not before) + 0.2 * (not after) + 1.0 * bool(ANSWER.match(after))
        score -= 1.5 * (spacing.before >= 0.8 and bool(before))
        if marker.level and not marker.number and self.top_level and marker.level > self.top_level:
            score -= 1.5
        marked = marker.level or marker.bold
        if not marked and marker.score < 1.5 and spacing.content >= 0.8 and not has_content(self.lines, marker, self.starts):
            score -= 3.0
        if (
            not marker.level
            and marker.style not in self.spacings
            and self.content >= 0.8
            and not has_content(self.lines, marker, self.starts)
        ):
            score -= 2.0
        elif not marked and self.content >= 0.9 and not has_content(self.lines, marker, self.starts):
            score -= 1.5
        if self.headed >= 0.6 and not marked and not marker.box and not has_content(self.lines, marker, self.starts):
            score -= 3.5
        if marker.number and marker.score < 1 and self._opens_list(marker):
            score -= 3.0
        return score

    def _opens_list(self, marker: Marker) -> bool:
        """Whether numbered questions that start at 1 follow at once: then this is their section."""
        following = next((i for i in range(marker.index + 1, len(self.lines)) if self.lines[i].strip()), None)
        after = self.starts.get(following) if following is not None else None
        return after is not None and after.style == marker.style and after.number[-1] == 1 and after.score >= 2


def is_plain(marker: Marker) -> bool:
    """Whether nothing but its wording marks the line."""
    return not marker.kind and not marker.level and not marker.bold and not marker.box


def share(flags: Iterable[bool]) -> float:
    """The share of true flags; 0 where there are none."""
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def line_at(lines: Sequence[str], index: int) -> str:
    """The line without surrounding space; "" outside the document."""
    return lines[index].strip() if 0 <= index < len(lines) else ""


def has_content(lines: Sequence[str], marker: Marker, starts: Mapping[int, Marker]) -> bool:
    """Whether the next line with text is anything but a sibling of `marker`."""
    following = next((i for i in range(marker.index + 1, len(lines)) if lines[i].strip()), None)
    if following is None or following not in starts or starts[following].style != marker.style:
        return following is not None
    # A list that starts at 1 right below is the answer, not the next question.
    return bool(marker.same_line) or (starts[following].number[-1:] == (1,) and marker.number != (0,))
