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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutor.reading.candidates import Candidate, find_candidates, opaque_lines
from tutor.reading.layout import ANSWER, SENTENCE_END
from tutor.reading.markers import Marker, clean, parse_marker, reads_as_task
from tutor.reading.noise import cut_noise
from tutor.reading.outline import Section, best_chain, headed_notes, heading_text, section_lines, without_page_matter

_EMPTY_TAG = re.compile(r"^\s*(?:<(a|span|div|p|br)\b[^>]*>\s*(?:</\1>)?|<!--.*-->)\s*$", re.I)
_CJK = re.compile(r"[\u3400-\u9fff]")
_RULE = re.compile(r"^\s*(?:[-*_=—~#]\s*){3,}$")


@dataclass(frozen=True, slots=True)
class Item:
    """A question, its answer (Markdown, "" where the document gives none), its 1-based line and section."""

    question: str
    answer: str
    line: int
    section: str


def split(text: str) -> list[Item]:
    """All question-answer pairs of a document, in order; [] where it has no outline of questions."""
    lines = text.splitlines()
    opaque = opaque_lines(lines)
    candidates = find_candidates(lines, opaque)
    sections = section_lines(lines, opaque, candidates)
    chain = without_page_matter(lines, best_chain(candidates, sections)) or headed_notes(lines, candidates)
    return _items(lines, opaque, chain, sections)


def _items(lines: Sequence[str], opaque: Sequence[bool], chain: Sequence[Candidate], sections: dict[int, Section]) -> list[Item]:
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


def _leading_section(chain: Sequence[Candidate], sections: dict[int, Section]) -> str:
    before = [section.text for index, section in sections.items() if chain and index < chain[0].start]
    return before[-1] if before else ""


def _same_series(a: Marker, b: Marker) -> bool:
    return bool(a.number and b.number and b.number[-1] - a.number[-1] in (0, 1, 2))


def _answer_end(
    lines: Sequence[str], opaque: Sequence[bool], start: int, limit: int, rank: int, last: bool, chain: Sequence[Candidate]
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
    lines: Sequence[str], opaque: Sequence[bool], start: int, end: int, sections: dict[int, Section], following: Marker | None
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
        if at in sections and (restarts or sections[at].rank < 1 or _above(lines[at], at, following)):
            trailing = trailing or sections[at].text
        elif restarts and following.number and _stands_alone(lines, start, at):
            trailing = trailing or heading_text(line)
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
        and not SENTENCE_END.search(line)
        and not re.match(r"^(?:[-*•|>$`]|\d)", line)
    )


def _odd_one_out(lines: Sequence[str], start: int, at: int) -> bool:
    """A bullet that names a section: short, no full stop, after two or more bullets that are sentences."""
    bullet = re.match(r"^(\s*[-*•]\s+)(\S.{2,24})$", lines[at])
    if not bullet or SENTENCE_END.search(lines[at]):
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
    if body and (match := ANSWER.match(body[0])):
        body[0] = body[0][match.end() :]
    same_line = re.match(r"^(.{4,}?[?？])\s*(?:(?:A|答|Answer)\s*[:：]\s*)?([^?？]{12,}[。.!！])$", question)
    if same_line and not reads_as_task(same_line[2]):
        question, body = same_line[1], [same_line[2], *body]
    return question, _tidy(body)


def _tidy(lines: Iterable[str]) -> str:
    kept = [line.rstrip() for line in lines if not _EMPTY_TAG.match(line)]
    while kept and (not kept[-1] or _RULE.match(kept[-1])):
        kept.pop()
    text = "\n".join(kept)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n").strip()
