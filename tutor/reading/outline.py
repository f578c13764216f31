"""The outline of a document: the best-scoring chain of candidates whose numbering and markup continue one another."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tutor.reading.candidates import Candidate
from tutor.reading.markers import clean, parse_marker
from tutor.reading.noise import known_units, most_noise

#: How many earlier candidates a candidate may follow; bounds the search on huge files.
WINDOW = 120
LOWEST_RANK = 9.0
#: This much noise between two items sets them apart.
APART = 2.2
#: What it costs to follow a question with one that stands lower on the page and does not continue its numbering.
NESTED = 4.5
NESTED_HEADING = 8.0

_DECORATED = re.compile(r"^(?:[-=~—]{2,}\s*([^-=~—|<>*]{2,40}?)\s*[-=~—]{2,}|[◆■★▲◇□※§❖✦]\s*(\S.{1,30}))$")
_BRACKETS = re.compile(r"^\s*[【\[《](.{1,24})[】\]》]\s*$")


@dataclass(frozen=True, slots=True)
class Section:
    """A section heading; the lower the rank the higher it stands (heading levels, plain lines last)."""

    text: str
    rank: float


def section_lines(lines: Sequence[str], opaque: Sequence[bool], candidates: Sequence[Candidate]) -> dict[int, Section]:
    """Lines that read like section headings."""
    sections: dict[int, Section] = {}
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
            sections[index] = Section(candidate.section, 0.5)
        elif (
            marker
            and marker.score < 1.5
            and (marker.level or marker.kind == "cn" or (marker.bold and not marker.lead_in and not marker.kind))
        ):
            sections[index] = Section(heading_text(line), 0.5 if marker.kind == "cn" and not marker.level else marker.rank)
        elif bracket := _BRACKETS.match(clean(stripped)):
            sections[index] = Section(bracket[1].strip(), 6.0)
        elif decorated := _DECORATED.match(stripped):
            sections[index] = Section(next(filter(None, decorated.groups())).strip(), 0.5)
    return sections


def heading_text(line: str) -> str:
    """The text of a heading or section line, without its markup."""
    return clean(re.sub(r"^[#\s>*_]+|[#\s*_]+$", "", line))


def best_chain(candidates: Sequence[Candidate], sections: dict[int, Section]) -> list[Candidate]:
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


def _link(before: Candidate, after: Candidate, section_rank: float) -> float:
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
    if b.indent >= a.indent + 2 and not new_section:
        nested = NESTED
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


def without_page_matter(lines: Sequence[str], chain: list[Candidate]) -> list[Candidate]:
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


def headed_notes(lines: Sequence[str], candidates: Sequence[Candidate]) -> list[Candidate]:
    """Notes without questions: the deepest heading style with at least two members that have text below."""
    styles: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        following = next((lines[i] for i in range(candidate.end + 1, len(lines)) if lines[i].strip()), "#")
        if candidate.marker.level and not following.lstrip().startswith("#"):
            styles[candidate.marker.level].append(candidate)
    usable = [level for level, members in styles.items() if len(members) >= 2]
    return styles[max(usable, key=lambda level: (len(styles[level]), level))] if usable else []
