"""Question-answer pairs from the lines of a document.

    1. What is LoRA?                 ->  Item(question="What is LoRA?", line=1,
    Two things matter:                        answer="Two things matter:\\n1. A and B ...")
    1. A and B are low-rank.
    2. W stays frozen.
    2. What is QLoRA?                ->  Item(question="What is QLoRA?", line=5, answer="")

A question is an item of the document's outline, not any numbered line. Every line that could open one
is a candidate with a score (how much it reads like a question, what its siblings look like, how it
stands on the page); the outline is the best-scoring chain of candidates whose numbering and markup
continue one another, found by dynamic programming over the whole file.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tutor.reading.noise import cut_noise, known_units, most_noise
from tutor.reading.outline import Marker, clean, parse_marker, question_score

#: How many earlier candidates a candidate may follow; bounds the search on huge files.
WINDOW = 120
LOWEST_RANK = 9.0
#: This much noise between two items sets them apart.
APART = 3.0
#: What it costs to follow a question with one that stands lower on the page and does not continue its numbering.
NESTED = 4.5
NESTED_HEADING = 8.0

_FENCE = re.compile(r"^\s{0,3}(?:[-*>]\s+)?(```+|~~~+)")
_ANSWER = re.compile(
    r"^\s*(?:\*\*|__)?(?:A|Ans|Answer|答案?|回答|参考答案|参考回答|解答|解析|候选人)\s*\d{0,3}\s*(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?\s*",
    re.I,
)
_ANSWERED = re.compile(r"^(.{3,200}?[?？])\s*(?![(（][^)）]*[)）]$)((?![^?？]{0,60}[?？]$)\S.*)$")
_EMPTY_TAG = re.compile(r"^\s*(?:<(a|span|div|p|br)\b[^>]*>\s*(?:</\1>)?|<!--.*-->)\s*$", re.I)
_ANNOUNCES = re.compile(r"[:：]\W*$|追问|延伸|follow[- ]?ups?\b", re.I)
_NUMBER_ALONE = re.compile(r"^\W*(?:No\.?|Q|第|问题?)?\s*(\d{1,3})\s*[题问]?\W*$", re.I)
_CJK = re.compile(r"[\u3400-\u9fff]")
_RULE = re.compile(r"^\s*(?:[-*_=—~#]\s*){3,}$")
_BRACKETS = re.compile(r"^\s*[【\[《](.{1,24})[】\]》]\s*$")
_INLINE_QUESTION = re.compile(r"^(.{2,40}?)\s*[:：]?\s+((?:Q\s*)?\d{1,3}\s*[.．、:：)）]\s*(?!\d+(?![×xX*]))\S.*)$")
_OPENS = re.compile(r"(?:什么是|什么叫|为什么|请?介绍一下|简述|谈谈|What (?:is|are)\b|Why\b|How (?:do|does|is|are|can)\b)")
_SENTENCE_END = re.compile(r"[。.！!；;：:?？…]\s*[”\"'）)]*\s*$")


@dataclass(frozen=True, slots=True)
class Item:
    """A question, its answer (Markdown, "" where the document gives none), its 1-based line and section."""

    question: str
    answer: str
    line: int
    section: str


@dataclass(frozen=True, slots=True)
class _Section:
    """A section heading; the lower the rank the higher it stands (heading levels, plain lines last)."""

    text: str
    rank: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A marker with its last line (questions may wrap) and its score in this document."""

    marker: Marker
    end: int
    own: float
    section: str = ""

    @property
    def start(self) -> int:
        return self.marker.index

    @property
    def line(self) -> int:
        """Where the question's text is: below its number, where that has a line of its own."""
        return self.end if self.marker.kind == "alone" else self.marker.index


@dataclass(frozen=True, slots=True)
class _Spacing:
    """How the clear questions of one style stand on the page: shares with a blank line before, a blank
    line after, and content of their own below."""

    before: float = 0.5
    after: float = 0.5
    content: float = 0.5


@dataclass(frozen=True)
class _Page:
    """What the whole document tells about each candidate: its siblings and its neighbours."""

    lines: Sequence[str]
    asking: Mapping[object, float]
    spacings: Mapping[object, _Spacing]
    starts: Mapping[int, Marker]
    plain_share: float
    content: float
    top_level: int
    width: int

    @classmethod
    def of(cls, lines: Sequence[str], markers: Sequence[Marker]) -> _Page:
        styles: dict[object, list[Marker]] = defaultdict(list)
        for marker in markers:
            styles[marker.style].append(marker)
        starts = {marker.index: marker for marker in markers}
        asking = {style: (sum(marker.score >= 0.8 for marker in members) + 0.9) / (len(members) + 2) for style, members in styles.items()}
        spacings = {}
        for style, members in styles.items():
            clear = [marker for marker in members if marker.score >= 2]
            if len(clear) >= 3:
                spacings[style] = _Spacing(
                    before=_share(not _line(lines, marker.index - 1) for marker in clear),
                    after=_share(not _line(lines, marker.index + 1) for marker in clear),
                    content=_share(_has_content(lines, marker, starts) for marker in clear),
                )
        clear = [marker for marker in markers if marker.score >= 2]
        levels = Counter(marker.level for marker in clear if marker.level)
        lengths = sorted(len(line.strip()) for line in lines if line.strip())
        return cls(
            lines=lines,
            asking=asking,
            spacings=spacings,
            starts=starts,
            plain_share=_share(_is_plain(marker) for marker in clear),
            content=_share(_has_content(lines, marker, starts) for marker in clear),
            top_level=max(levels, key=lambda level: (levels[level], -level)) if levels else 0,
            width=lengths[int(len(lengths) * 0.9)] if lengths else 80,
        )

    def spacing(self, marker: Marker) -> _Spacing:
        return self.spacings.get(marker.style, _Spacing())

    def own_score(self, marker: Marker, end: int, *, opens_section: bool) -> float:
        """What a candidate brings to the outline by itself, with the company it keeps."""
        score = 0.6 * max(-4.0, min(marker.score, 5.0)) + 3.0 * (self.asking[marker.style] - 0.45)
        score += 0.7 * bool(marker.level) + 0.2 * marker.bold - 1.0 * (marker.bullet and not marker.box) - 1.2 * (marker.indent > 1)
        score -= 0.8 * marker.lead_in + 1.5 * (marker.kind == "cn" and self.asking[marker.style] < 0.5)
        before, after = _line(self.lines, marker.index - 1), _line(self.lines, end + 1)
        if _is_plain(marker) and not opens_section:
            running_on = bool(before) and not _SENTENCE_END.search(before)
            score -= 1.5 + 3.0 * (self.plain_share < 0.5) + 2.0 * running_on + 0.5 * bool(before)
        spacing = self.spacing(marker)
        score += 0.4 * (not before) + 0.2 * (not after) + 1.0 * bool(_ANSWER.match(after))
        score -= 1.5 * (spacing.before >= 0.8 and bool(before))
        if marker.level and not marker.number and self.top_level and marker.level > self.top_level:
            score -= 1.5
        marked = marker.level or marker.bold
        if not marked and marker.score < 1.5 and spacing.content >= 0.8 and not _has_content(self.lines, marker, self.starts):
            score -= 3.0
        if (
            not marker.level
            and marker.style not in self.spacings
            and self.content >= 0.8
            and not _has_content(self.lines, marker, self.starts)
        ):
            score -= 2.0
        elif not marked and self.content >= 0.9 and not _has_content(self.lines, marker, self.starts):
            score -= 1.5
        if marker.number and marker.score < 1 and self._opens_list(marker):
            score -= 3.0
        return score

    def _opens_list(self, marker: Marker) -> bool:
        """Whether numbered questions that start at 1 follow at once: then this is their section."""
        following = next((i for i in range(marker.index + 1, len(self.lines)) if self.lines[i].strip()), None)
        after = self.starts.get(following) if following is not None else None
        return after is not None and after.style == marker.style and after.number[-1] == 1 and after.score >= 2


def _is_plain(marker: Marker) -> bool:
    return not marker.kind and not marker.level and not marker.bold and not marker.box


def _share(flags: Iterable[bool]) -> float:
    values = list(flags)
    return sum(values) / len(values) if values else 0.0


def _line(lines: Sequence[str], index: int) -> str:
    """The line without surrounding space; "" outside the document."""
    return lines[index].strip() if 0 <= index < len(lines) else ""


def _has_content(lines: Sequence[str], marker: Marker, starts: Mapping[int, Marker]) -> bool:
    """Whether the next line with text is anything but a sibling of `marker`."""
    following = next((i for i in range(marker.index + 1, len(lines)) if lines[i].strip()), None)
    if following is None or following not in starts or starts[following].style != marker.style:
        return following is not None
    # A list that starts at 1 right below is the answer, not the next question.
    return bool(marker.same_line) or (starts[following].number[-1:] == (1,) and marker.number != (0,))


def split(text: str) -> list[Item]:
    """All question-answer pairs of a document, in order; [] where it has no outline of questions."""
    lines = text.splitlines()
    opaque = _opaque(lines)
    candidates = _candidates(lines, opaque)
    sections = _section_lines(lines, opaque, candidates)
    chain = _without_page_matter(lines, _best_chain(candidates, sections)) or _headed_notes(lines, candidates)
    return _items(lines, opaque, chain, sections)


def _opaque(lines: Sequence[str]) -> list[bool]:
    """Which lines are inside fenced code, display math or HTML comments: no structure is read there."""
    opaque = [False] * len(lines)
    index = 0
    while index < len(lines):
        end = None
        if fence := _FENCE.match(lines[index]):
            closing = re.compile(rf"^\s*{re.escape(fence[1])}\s*$")
            end = next((i for i in range(index + 1, len(lines)) if closing.match(lines[i])), None)
        elif lines[index].strip().startswith("$$") and lines[index].count("$$") == 1:
            end = next((i for i in range(index + 1, min(index + 60, len(lines))) if "$$" in lines[i]), None)
        elif lines[index].strip().startswith("<!--") and "-->" not in lines[index]:
            end = next((i for i in range(index + 1, min(index + 200, len(lines))) if "-->" in lines[i]), None)
        elif _indented_code(lines, index):
            end = index
            while end + 1 < len(lines) and (not lines[end + 1].strip() or lines[end + 1].startswith(("    ", "\t"))):
                end += 1
        if end is not None:
            opaque[index : end + 1] = [True] * (end + 1 - index)
            index = end
        index += 1
    return opaque


def _indented_code(lines: Sequence[str], index: int) -> bool:
    """Whether an indented code block starts here: set apart by a blank line, and reads like code."""
    block = []
    for line in lines[index : index + 6]:
        if not line.startswith(("    ", "\t")):
            break
        block.append(line)
    coded = sum(bool(re.search(r"[=(){}\[\];]|^\s*#", line)) for line in block)
    return (
        len(block) >= 2 and not _line(lines, index - 1) and coded * 2 > len(block) and not re.match(r"^\s*(?:[-*+•]|\d+[.、)])\s", block[0])
    )


def _candidates(lines: Sequence[str], opaque: Sequence[bool]) -> list[_Candidate]:
    markers: list[tuple[Marker, str]] = []
    for index, line in enumerate(lines):
        if opaque[index] or not line.strip() or (marker := parse_marker(line, index)) is None:
            continue
        markers.append((marker, ""))
    chinese = [marker.score >= 0.8 for marker, _ in markers if marker.kind == "cn"]
    asked = _share(chinese) >= 0.5
    markers = [((split[1], split[0]) if (split := _on_section_line(marker, asked)) else (marker, "")) for marker, _ in markers]
    markers = _split_same_line(_settle_dotted(lines, markers))
    alone = _numbers_alone(lines, opaque)
    markers = [item for item in markers if item[0].index not in alone] + [(marker, "") for marker in alone.values()]
    markers.sort(key=lambda item: item[0].index)
    # A heading that comes again and again (idea, code, pitfalls) divides answers; it is no question.
    repeated = Counter(_key(marker.text) for marker, _ in markers if marker.level or marker.bold)
    most = {marker.index: 2 if len(marker.text) > 8 else 1 for marker, _ in markers}
    markers = [item for item in markers if not (item[0].level or item[0].bold) or repeated[_key(item[0].text)] <= most[item[0].index]]
    contents = _contents(lines, [marker for marker, _ in markers])
    markers = [item for item in markers if item[0].index not in contents]
    page = _Page.of(lines, [marker for marker, _ in markers])
    listed = _after_colon(lines, [marker for marker, _ in markers])
    found = []
    for marker, section in markers:
        joined, end = _unwrap(lines, opaque, marker, page)
        own = page.own_score(joined, end, opens_section=bool(section)) - 4.0 * (marker.index in listed)
        found.append(_Candidate(joined, end, own, section))
    return found


def _split_same_line(markers: Sequence[tuple[Marker, str]]) -> list[tuple[Marker, str]]:
    """Where many items of a style hold question and answer on one line, the question ends at its question mark."""
    styles: dict[object, list[Marker]] = defaultdict(list)
    for marker, _ in markers:
        if marker.kind:
            styles[replace(marker, lead_in=False).style].append(marker)
    both = {
        style
        for style, members in styles.items()
        if sum(bool(_ANSWERED.match(marker.text)) for marker in members) >= max(3, 0.4 * len(members))
    }
    split = []
    for marker, section in markers:
        match = _ANSWERED.match(marker.text) if replace(marker, lead_in=False).style in both else None
        if match:
            marker = replace(marker, lead_in=False, text=match[1], same_line=match[2], score=question_score(match[1]))
        split.append((marker, section))
    return split


def _numbers_alone(lines: Sequence[str], opaque: Sequence[bool]) -> dict[int, Marker]:
    """Questions whose number stands on a line of its own above them, by the line of their text; at least three
    that count upwards."""
    found: dict[int, Marker] = {}
    for index, line in enumerate(lines):
        if opaque[index] or not (match := _NUMBER_ALONE.match(line)):
            continue
        text_at = next((i for i in range(index + 1, min(index + 4, len(lines))) if lines[i].strip()), None)
        if text_at is None:
            continue
        text = clean(lines[text_at])
        if len(text) <= 80 and not re.match(r"^\d|^[-*+•#|]", text):
            number = (int(match[1]),)
            found[text_at] = Marker(index, 0, False, False, 0, "alone", "", number, False, False, text, question_score(text))
    rising = sum(b.number[0] == a.number[0] + 1 for a, b in pairwise(found.values()))
    return found if rising >= 2 else {}


def _settle_dotted(lines: Sequence[str], markers: Sequence[tuple[Marker, str]]) -> list[tuple[Marker, str]]:
    """ "3.10 billion documents" among "1.", "2.", "4." is number 3, not section 3.10."""
    kinds = Counter((marker.level, marker.bold, marker.kind) for marker, _ in markers)
    settled = []
    for marker, section in markers:
        here = (marker.level, marker.bold)
        if marker.kind == "dotted" and len(marker.number) == 2 and kinds[*here, "dotted"] * 3 <= kinds[*here, "num"]:
            first, second = marker.number
            if match := re.search(rf"\b{first}\s*[.．]\s*({second}(?!\d).*)$", clean(lines[marker.index])):
                text = match[1].strip("*_ ")
                marker = replace(marker, kind="num", delimiter=".", number=(first,), text=text, score=question_score(text))
        settled.append((marker, section))
    return settled


def _on_section_line(marker: Marker, asked: bool) -> tuple[str, Marker] | None:
    """The section and the question of a line that holds both: "三、训练篇 1、什么是 LoRA?".

    `asked`: Chinese numerals number the questions of this document, not its sections.
    """
    plain = _is_plain(marker) or (marker.bold and marker.lead_in and not marker.number)
    if marker.kind != "cn" and not marker.level and not plain:
        return None
    if match := _INLINE_QUESTION.match(marker.text):
        inner = parse_marker(match[2], marker.index)
        if plain and not (inner and inner.number == (1,) and len(match[1]) <= 16 and not _SENTENCE_END.search(match[1])):
            return None
        enough = 0.5 if (marker.kind == "cn" or marker.bold) and inner and inner.number == (1,) else 2.0
        if inner and inner.score >= enough and question_score(match[1]) < 2:
            return match[1].strip(), inner
    if marker.kind == "cn" and marker.score >= 3 and not asked:
        opening = [m.start() for m in _OPENS.finditer(marker.text) if m.start() > 1]
        if opening:
            section, question = marker.text[: opening[-1]].strip(" :：-—"), marker.text[opening[-1] :]
            return section, replace(marker, kind="", number=(), text=question, score=question_score(question))
    return None


def _unwrap(
    lines: Sequence[str], opaque: Sequence[bool], marker: Marker, page: _Page, spacing: _Spacing | None = None
) -> tuple[Marker, int]:
    """A question that was hard-wrapped, joined with its next line."""
    following = marker.index + 1
    if marker.kind == "alone":
        following = next(i for i in range(following, len(lines)) if lines[i].strip())
        text_marker = replace(marker, index=following, kind="num")
        joined, end = _unwrap(lines, opaque, text_marker, page, spacing=page.spacing(marker))
        return replace(joined, index=marker.index, kind="alone"), end
    if marker.same_line or marker.level or following >= len(lines) or opaque[following] or re.search(r"[?？。；;.!！:：]$", marker.text):
        return marker, marker.index
    line, tail = lines[marker.index].strip(), lines[following].strip()
    after = parse_marker(lines[following], following)
    if not tail or (after and (after.kind or after.level or after.bullet)) or _ANSWER.match(tail):
        return marker, marker.index
    full = len(line) >= (0.4 if page.width <= 60 else 0.6) * page.width or line.endswith(("，", ",", "、"))
    asks = bool(re.search(r"[?？]$", tail)) and len(tail) <= len(line) + 8 and (full or bool(re.match(r"[a-z]", tail)))
    blank_next = not _line(lines, following + 1)
    spaced = (
        not _is_plain(marker) and full and blank_next and (spacing or page.spacing(marker)).after >= 0.7 and len(tail) <= 0.9 * page.width
    )
    orphan = not _is_plain(marker) and len(line) >= 0.8 * page.width and len(tail) <= 3 and not re.search(r"[。.:：]$", tail)
    if not (asks or spaced or orphan):
        return marker, marker.index
    glue = " " if re.search(r"[A-Za-z0-9,]$", marker.text) and re.match(r"[A-Za-z0-9(]", tail) else ""
    text = clean(marker.text + glue + tail)
    return replace(marker, text=text, score=question_score(text)), following


def _contents(lines: Sequence[str], markers: Sequence[Marker]) -> frozenset[int]:
    """Lines of tables of contents: runs of bare markers whose texts come again later, with content."""
    last = {_key(marker.text): marker.index for marker in markers}
    repeated = [marker for marker in markers if last[_key(marker.text)] > marker.index]
    bare = set()
    positions = {marker.index for marker in markers}
    for marker in repeated:
        after = next((i for i in range(marker.index + 1, len(lines)) if lines[i].strip()), None)
        if after is None or after in positions or lines[marker.index].strip().startswith(("- [", "* [")):
            bare.add(marker.index)
    return frozenset(bare) if len(bare) >= 3 else frozenset()


def _after_colon(lines: Sequence[str], markers: Sequence[Marker]) -> frozenset[int]:
    """Items of lists that a line ending in a colon announces, standing close together."""
    announced: set[int] = set()
    by_index = {marker.index: marker for marker in markers}
    for marker in markers:
        if marker.level:
            continue
        before = next((i for i in range(marker.index - 1, -1, -1) if lines[i].strip()), None)
        if before is None:
            continue
        lead = _ANNOUNCES.search(lines[before].strip()) and not _ANSWER.fullmatch(lines[before].strip() + " ")
        sibling = by_index.get(before)
        if (lead and not (sibling and sibling.score > 2)) or (before in announced and sibling and sibling.style == marker.style):
            announced.add(marker.index)
    return frozenset(announced)


def _section_lines(lines: Sequence[str], opaque: Sequence[bool], candidates: Sequence[_Candidate]) -> dict[int, _Section]:
    """Lines that read like section headings."""
    sections: dict[int, _Section] = {}
    by_start = {candidate.start: candidate for candidate in candidates}
    for index, line in enumerate(lines):
        stripped = line.strip()
        if opaque[index] or not stripped or len(stripped) > 60:
            continue
        marker = parse_marker(line, index)
        candidate = by_start.get(index)
        if candidate and candidate.own > 0.8 and candidate.marker.kind == "cn" and not candidate.section:
            continue
        if candidate and candidate.section:
            sections[index] = _Section(candidate.section, 0.5)
        elif (
            marker
            and marker.score < 1.5
            and (marker.level or marker.kind == "cn" or (marker.bold and not marker.lead_in and not marker.kind))
        ):
            sections[index] = _Section(_plain(line), 0.5 if marker.kind == "cn" and not marker.level else marker.rank)
        elif bracket := _BRACKETS.match(clean(stripped)):
            sections[index] = _Section(bracket[1].strip(), 6.0)
    return sections


def _plain(line: str) -> str:
    return clean(re.sub(r"^[#\s>*_]+|[#\s*_]+$", "", line))


def _best_chain(candidates: Sequence[_Candidate], sections: dict[int, _Section]) -> list[_Candidate]:
    """The chain of candidates with the highest sum of own scores and links."""
    if not candidates:
        return []
    marks = sorted(sections)
    best: list[float] = []
    previous: list[int] = []
    for i, candidate in enumerate(candidates):
        first = candidate.marker.number[-1] if candidate.marker.number else 1
        score, parent = -0.4 * min(max(first - 1, 0), 5), -1
        at, highest = bisect_left(marks, candidate.start), LOWEST_RANK
        for j in range(i - 1, max(-1, i - 1 - WINDOW), -1):
            while at and marks[at - 1] > candidates[j].start:
                at -= 1
                highest = min(highest, sections[marks[at]].rank)
            if candidates[j].end >= candidate.start:
                continue
            linked = best[j] + _link(candidates[j], candidate, highest)
            if linked > score:
                score, parent = linked, j
        best.append(score + candidate.own)
        previous.append(parent)
    at = max(range(len(best)), key=best.__getitem__)
    if best[at] <= 1.0:
        return []
    chain = []
    while at >= 0:
        chain.append(candidates[at])
        at = previous[at]
    return chain[::-1]


def _link(before: _Candidate, after: _Candidate, section_rank: float) -> float:
    """How naturally one question follows another: numbering that continues, the same markup.

    `section_rank` is that of the highest section heading between the two.
    """
    a, b = before.marker, after.marker
    if after.section:
        return 0.0
    new_section = section_rank < min(a.rank, b.rank) or bool(before.section)
    cost = 0.8 * (a.level != b.level) + 0.7 * (a.bold != b.bold) + 1.2 * (a.bullet != b.bullet) + 1.5 * ((a.indent > 1) != (b.indent > 1))
    cost += 0.7 * (a.delimiter != b.delimiter) + 0.5 * (a.lead_in != b.lead_in)
    if before.section and not a.number:
        return (0.5 if not b.number or b.number[-1] <= 1 else -1.0) - cost / 4
    if bool(a.number) != bool(b.number):
        return -cost - 2.5
    nested = 0.0
    if b.rank > a.rank and not new_section and not b.box and b.kind != "callout":
        nested = NESTED_HEADING if a.level and b.level else NESTED
    if not b.number:
        return 0.4 - nested - cost - 1.5 * (a.kind != b.kind)
    if len(a.number) != len(b.number):
        return -cost - 2.0 - nested
    cost += 0.8 * (a.kind != b.kind)
    step = _step(a.number, b.number, new_section)
    if a.level and a.level == b.level and -3 < step < 0 and b.number > a.number:
        # Headings that leave numbers out are more likely than lines that do.
        step /= 2
    return step - cost - (nested if step < -0.5 else 0.0)


def _step(a: tuple[int, ...], b: tuple[int, ...], new_section: bool) -> float:
    if a[:-1] != b[:-1]:
        if b < a:
            return -4.0
        return 1.5 if b[-1] <= 1 else -1.0
    step = b[-1] - a[-1]
    if step == 1:
        return 2.0
    if b[-1] <= 1 and step < 0:
        return 1.0 if new_section else -4.0
    if step == 0:
        return -0.5
    if step < 0:
        return -2.0 if step == -1 else -5.0
    return {2: -0.5, 3: -1.5, 4: -2.5}.get(step, -4.0)


def _headed_notes(lines: Sequence[str], candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Notes without questions: the deepest heading style with at least two members that have text below."""
    styles: dict[int, list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        following = next((lines[i] for i in range(candidate.end + 1, len(lines)) if lines[i].strip()), "#")
        if candidate.marker.level and not following.lstrip().startswith("#"):
            styles[candidate.marker.level].append(candidate)
    usable = [level for level, members in styles.items() if len(members) >= 2]
    return styles[max(usable, key=lambda level: (len(styles[level]), level))] if usable else []


def _without_page_matter(lines: Sequence[str], chain: list[_Candidate]) -> list[_Candidate]:
    """The chain without items of the page's own matter before and after it: a lead's rhetorical question, related
    titles. The lines between those and the questions proper are noise, and the numbering does not go on."""
    gaps = [(a.end + 1, b.start) for a, b in pairwise(chain)]
    goes_on = [bool(a.marker.number and b.marker.number) and _step(a.marker.number, b.marker.number, False) > 0 for a, b in pairwise(chain)]
    known = known_units(lines, [gap for gap, on in zip(gaps, goes_on, strict=True) if on])

    def apart(position: int) -> bool:
        return not goes_on[position] and most_noise(lines, *gaps[position], known) >= APART

    few = max(2, len(chain) // 5)
    first = max((p + 1 for p in range(min(few, len(gaps))) if apart(p)), default=0)
    last = min((p + 1 for p in range(max(len(gaps) - few - 2, 1), len(gaps)) if apart(p)), default=len(chain))
    return chain[first:last] if last - first >= 0.6 * len(chain) else chain


def _items(lines: Sequence[str], opaque: Sequence[bool], chain: Sequence[_Candidate], sections: dict[int, _Section]) -> list[Item]:
    bodies: list[tuple[int, int]] = []
    section_of: list[str] = []
    section = _leading_section(chain, sections)
    rank = 7
    for position, candidate in enumerate(chain):
        section = candidate.section or section
        section_of.append(section)
        start = candidate.end + 1
        last = position + 1 == len(chain)
        limit = len(lines) if last else chain[position + 1].start
        rank = candidate.marker.level or (rank if position and _same_series(chain[position - 1].marker, candidate.marker) else 7)
        end = _answer_end(lines, opaque, start, limit, rank, last, chain)
        end, trailing = _trim_sections(lines, opaque, start, end, sections, chain[position + 1].marker if not last else None)
        bodies.append((start, end))
        between = [sections[i].text for i in range(end, limit) if i in sections]
        section = (between or [trailing or section])[-1]
    bodies = cut_noise(lines, bodies)
    return [
        Item(question, answer, candidate.line + 1, name)
        for candidate, (start, end), name in zip(chain, bodies, section_of, strict=True)
        for question, answer in [_pair(candidate.marker, lines[start:end])]
    ]


def _leading_section(chain: Sequence[_Candidate], sections: dict[int, _Section]) -> str:
    before = [section.text for index, section in sections.items() if chain and index < chain[0].start]
    return before[-1] if before else ""


def _same_series(a: Marker, b: Marker) -> bool:
    return bool(a.number and b.number and b.number[-1] - a.number[-1] in (0, 1, 2))


def _answer_end(
    lines: Sequence[str], opaque: Sequence[bool], start: int, limit: int, rank: int, last: bool, chain: Sequence[_Candidate]
) -> int:
    """The answer ends before a heading that stands above its question."""
    numbered = sum(bool(candidate.marker.number) for candidate in chain) * 2 > len(chain)
    for index in range(start, limit):
        if opaque[index]:
            continue
        marker = parse_marker(lines[index], index)
        if (
            marker
            and marker.level
            and ((marker.level < rank and rank < 7) or (marker.level == rank and (last or not numbered or bool(marker.number))))
        ):
            return index
    return limit


def _trim_sections(
    lines: Sequence[str], opaque: Sequence[bool], start: int, end: int, sections: dict[int, _Section], following: Marker | None
) -> tuple[int, str]:
    """The end of the answer without the section headings that trail it, and the last one's text."""
    trailing = ""
    restarts = following is not None and (not following.number or following.number[-1] <= 1)
    while end > start:
        at = end - 1
        line = lines[at].strip()
        if not line or _RULE.match(line):
            end = at
            continue
        if opaque[at] or following is None:
            break
        if at in sections and (restarts or _above(lines[at], at, following)):
            trailing = trailing or sections[at].text
        elif restarts and following.number and _stands_alone(lines, start, at):
            trailing = trailing or _plain(line)
        elif _odd_one_out(lines, start, at):
            trailing = trailing or clean(re.sub(r"^\s*[-*•]\s+", "", lines[at]))
        else:
            break
        end = at
    return end, trailing


def _above(line: str, index: int, following: Marker) -> bool:
    marker = parse_marker(line, index)
    return marker is not None and (marker.kind == "cn" or (marker.level > 0 and (marker.level < following.level or not following.level)))


def _stands_alone(lines: Sequence[str], start: int, at: int) -> bool:
    """A short line without sentence punctuation, set apart by a blank line, before numbering restarts."""
    line = clean(lines[at].strip())
    apart = at == start or not lines[at - 1].strip()
    line = re.sub(r"^\d{1,2}\s*[.．、)）]\s*", "", line)
    return (
        apart
        and 1 < len(line) <= (30 if _CJK.search(line) else 60)
        and not _SENTENCE_END.search(line)
        and not re.match(r"^(?:[-*•|>$`]|\d)", line)
    )


def _odd_one_out(lines: Sequence[str], start: int, at: int) -> bool:
    """A bullet that names a section: short, no full stop, after two or more bullets that are sentences."""
    bullet = re.match(r"^(\s*[-*•]\s+)(\S.{2,24})$", lines[at])
    if not bullet or _SENTENCE_END.search(lines[at]):
        return False
    siblings = [line for line in lines[start:at] if line.startswith(bullet[1])]
    return len(siblings) >= 2 and all(line.rstrip().endswith("。") and len(line) > 20 for line in siblings)


def _pair(marker: Marker, lines: Sequence[str]) -> tuple[str, str]:
    """Question and answer without their markers; text after the question mark opens the answer."""
    question, body = marker.text, list(lines)
    if marker.same_line:
        return question, _tidy([marker.same_line, *body])
    while body and not body[0].strip():
        body.pop(0)
    if body and (match := _ANSWER.match(body[0])):
        body[0] = body[0][match.end() :]
    same_line = re.match(r"^(.{4,}?[?？])\s*(?:(?:A|答|Answer)\s*[:：]\s*)?([^?？]{12,}[。.!！])$", question)
    if same_line:
        question, body = same_line[1], [same_line[2], *body]
    return question, _tidy(body)


def _tidy(lines: Iterable[str]) -> str:
    kept = [line.rstrip() for line in lines if not _EMPTY_TAG.match(line)]
    while kept and (not kept[-1] or _RULE.match(kept[-1])):
        kept.pop()
    text = "\n".join(kept)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n").strip()


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()
