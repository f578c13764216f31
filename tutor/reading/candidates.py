"""The lines of a document that may open a question, each with what it would bring to the outline.

Here the document's own ways are settled: which lines are code, which questions were hard-wrapped, share a line with a section
or with their answer, or have their number on a line of its own; tables of contents are left out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from tutor.reading.layout import ANSWER, SENTENCE_END, Page, Spacing, has_content, is_plain, line_at, share
from tutor.reading.markers import Marker, clean, parse_marker, question_score
from tutor.text import squeeze

_CJK = re.compile(r"[\u3400-\u9fff]")
_FENCE = re.compile(r"^\s{0,3}(?:[-*>]\s+)?(```+|~~~+)")
_ANSWERED = re.compile(r"^(.{3,200}?[?？])\s*(?![(（][^)）]*[)）]$)((?![^?？]{0,60}[?？]$)\S.*)$")
_ANNOUNCES = re.compile(r"[:：]\W*$|追问|延伸|follow[- ]?ups?\b", re.I)
_NUMBER_ALONE = re.compile(r"^\W*(?:No\.?|Q|第|问题?)?\s*(\d{1,3})\s*[题问]?\W*$", re.I)
_INLINE_QUESTION = re.compile(r"^(.{2,40}?)\s*[:：]?\s+((?:Q\s*)?\d{1,3}\s*[.．、:：)）]\s*(?!\d+(?![×xX*]))\S.*)$")
_OPENS = re.compile(r"(?:什么是|什么叫|为什么|请?介绍一下|简述|谈谈|What (?:is|are)\b|Why\b|How (?:do|does|is|are|can)\b)")


@dataclass(frozen=True, slots=True)
class Candidate:
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


def find_candidates(lines: Sequence[str], opaque: Sequence[bool]) -> list[Candidate]:
    """All candidates of a document, in order."""
    markers: list[tuple[Marker, str]] = []
    for index, line in enumerate(lines):
        if opaque[index] or not line.strip() or (marker := parse_marker(line, index)) is None:
            continue
        markers.append((marker, ""))
    chinese = [marker.score >= 0.8 for marker, _ in markers if marker.kind == "cn"]
    asked = share(chinese) >= 0.5
    markers = [((split[1], split[0]) if (split := _on_section_line(marker, asked)) else (marker, "")) for marker, _ in markers]
    markers = _split_same_line(_settle_dotted(lines, markers))
    alone = _numbers_alone(lines, opaque)
    markers = [item for item in markers if item[0].index not in alone] + [(marker, "") for marker in alone.values()]
    markers.sort(key=lambda item: item[0].index)
    # A heading that comes again and again (idea, code, pitfalls) divides answers; it is no question.
    repeated = Counter(squeeze(marker.text) for marker, _ in markers if _divides(marker))
    markers = [item for item in markers if not _divides(item[0]) or repeated[squeeze(item[0].text)] <= (2 if len(item[0].text) > 8 else 1)]
    contents = _contents(lines, [marker for marker, _ in markers])
    markers = [item for item in markers if item[0].index not in contents]
    page = Page.of(lines, [marker for marker, _ in markers])
    listed = _listed(lines, [marker for marker, _ in markers])
    found = []
    for marker, section in markers:
        joined, end = _unwrap(lines, opaque, marker, page)
        own = page.own_score(joined, end, opens_section=bool(section)) - 4.0 * (marker.index in listed)
        found.append(Candidate(joined, end, own, section))
    return found


def _divides(marker: Marker) -> bool:
    """A heading or bold line that does not ask."""
    return bool(marker.level or marker.bold) and marker.score < 2


def opaque_lines(lines: Sequence[str]) -> list[bool]:
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
        len(block) >= 2
        and not line_at(lines, index - 1)
        and coded * 2 > len(block)
        and not re.match(r"^\s*(?:[-*+•]|\d+[.、)])\s", block[0])
    )


def _on_section_line(marker: Marker, asked: bool) -> tuple[str, Marker] | None:
    """The section and the question of a line that holds both: "三、训练篇 1、什么是 LoRA?".

    `asked`: Chinese numerals number the questions of this document, not its sections.
    """
    plain = is_plain(marker) or (marker.bold and marker.lead_in and not marker.number)
    if marker.kind != "cn" and not marker.level and not plain:
        return None
    if match := _INLINE_QUESTION.match(marker.text):
        inner = parse_marker(match[2], marker.index)
        if plain and not (inner and inner.number == (1,) and len(match[1]) <= 16 and not SENTENCE_END.search(match[1])):
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
            found[text_at] = Marker(index, text, question_score(text), kind="alone", number=number)
    rising = sum(b.number[0] == a.number[0] + 1 for a, b in pairwise(found.values()))
    return found if rising >= 2 else {}


def _unwrap(lines: Sequence[str], opaque: Sequence[bool], marker: Marker, page: Page, spacing: Spacing | None = None) -> tuple[Marker, int]:
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
    if not tail or (after and (after.kind or after.level or after.bullet)) or ANSWER.match(tail):
        return marker, marker.index
    full = len(line) >= (0.4 if page.width <= 60 else 0.6) * page.width or line.endswith(("，", ",", "、"))
    asks = bool(re.search(r"[?？]$", tail)) and len(tail) <= len(line) + 8 and (full or bool(re.match(r"[a-z]", tail)))
    blank_next = not line_at(lines, following + 1)
    spaced = (
        not is_plain(marker) and full and blank_next and (spacing or page.spacing(marker)).after >= 0.7 and len(tail) <= 0.9 * page.width
    )
    long = len(line) >= 0.8 * page.width or (len(line) >= 60 and blank_next)
    runs_on = re.match(r"[a-z].*[.?]$", tail) and not _CJK.search(line) and long and len(tail) <= 0.6 * len(line)
    short = re.search(r"[?？]$", tail) and len(tail) <= 12 and len(line) >= 20
    rest = 14 if page.wrapped else 3
    orphan = not is_plain(marker) and len(line) >= 0.8 * page.width and len(tail) <= rest and not re.search(r"[。，,；;.:：]", tail)
    if not (asks or spaced or orphan or runs_on or short):
        return marker, marker.index
    glue = " " if re.search(r"[A-Za-z0-9,]$", marker.text) and re.match(r"[A-Za-z0-9(]", tail) else ""
    text = clean(marker.text + glue + tail)
    return replace(marker, text=text, score=question_score(text)), following


def _contents(lines: Sequence[str], markers: Sequence[Marker]) -> frozenset[int]:
    """Lines of tables of contents and of link lists: runs of bare markers whose texts come again, later with
    content or everywhere without."""
    starts = {marker.index: marker for marker in markers}
    places: dict[str, list[Marker]] = defaultdict(list)
    for marker in markers:
        places[squeeze(marker.text)].append(marker)
    bare: set[int] = set()
    for same in places.values():
        if len(same) > 1:
            bare.update(marker.index for marker in same[:-1] if _is_bare(lines, marker, starts))
            if all(not has_content(lines, marker, starts) for marker in same):
                bare.update(marker.index for marker in same)
    return frozenset(bare) if len(bare) >= 3 else frozenset()


def _is_bare(lines: Sequence[str], marker: Marker, starts: Mapping[int, Marker]) -> bool:
    """Whether another candidate or nothing follows, or the line is a link in a list."""
    after = next((i for i in range(marker.index + 1, len(lines)) if lines[i].strip()), None)
    return after is None or after in starts or lines[marker.index].strip().startswith(("- [", "* ["))


def _listed(lines: Sequence[str], markers: Sequence[Marker]) -> frozenset[int]:
    """Items of lists that belong to an answer: a line ending in a colon announces them, or they start at 1 right
    below a question of their own style; the items stand close together."""
    listed: set[int] = set()
    by_index = {marker.index: marker for marker in markers}
    for marker in markers:
        before = next((i for i in range(marker.index - 1, -1, -1) if lines[i].strip()), None)
        if before is None or marker.level:
            continue
        sibling = by_index.get(before)
        announced = _ANNOUNCES.search(lines[before].strip()) and not ANSWER.fullmatch(lines[before].strip() + " ")
        lead = announced and not (sibling and sibling.score > 2)
        below = goes_on = False
        if sibling is not None and sibling.style == marker.style:
            below = marker.number == (1,) and sibling.number not in ((), (0,)) and sibling.score >= 0.8 and marker.score < 3.5
            goes_on = before in listed and (not marker.number or marker.number[-1] == sibling.number[-1] + 1)
        if lead or below or goes_on:
            listed.add(marker.index)
    return frozenset(listed)
