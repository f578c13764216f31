"""Are a written answer's marks real, and do the passages they name support what stands before them?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tutor.text import is_stop, terms

_MARK = re.compile(r"\s*[\[【]\s*(\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)\s*[\]】](?!\()")
_CODE = re.compile(r"(```.*?```|`[^`\n]*`|\$\$.*?\$\$)", re.DOTALL)
_CLAIM_END = re.compile(r"(?<=[。！？!?\n])|(?<=\.)\s")

#: The share of a claim's content terms that must stand in a passage for its mark to be kept.
SUPPORTED = 0.3


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer whose marks all hold: their numbers in order of appearance, and how many were dropped."""

    text: str
    numbers: tuple[int, ...]
    dropped: int


def check(text: str, passages: Mapping[int, str]) -> Checked:
    """`text` with only those `[n]` marks whose passage exists and shares enough terms with the marked claim."""
    vocabulary = {n: frozenset(terms(passage)) for n, passage in passages.items()}
    kept: list[int] = []
    dropped = 0
    pieces = []
    for position, piece in enumerate(_CODE.split(text)):
        if position % 2:
            pieces.append(piece)
            continue
        out, at = [], 0
        for match in _MARK.finditer(piece):
            claim = _CLAIM_END.split(_MARK.sub("", piece[: match.start()]).rstrip("。.!！?？ \n"))[-1]
            wanted = {term for term in terms(claim) if not is_stop(term)}
            numbers = [int(number) for number in re.findall(r"\d+", match[1])]
            good = [n for n in numbers if n in vocabulary and _supported(wanted, vocabulary[n])]
            dropped += len(numbers) - len(good)
            kept += [n for n in good if n not in kept]
            out.append(piece[at : match.start()] + "".join(f" [{n}]" for n in good))
            at = match.end()
        pieces.append("".join(out) + piece[at:])
    return Checked("".join(pieces).strip(), tuple(kept), dropped)


def renumber(text: str, numbers: tuple[int, ...]) -> str:
    """Marks counted from 1 in order of appearance."""
    place = {old: new for new, old in enumerate(numbers, 1)}
    parts = _CODE.split(text)
    for position in range(0, len(parts), 2):
        parts[position] = re.sub(r"\[(\d{1,2})\](?!\()", lambda m: f"[{place[int(m[1])]}]" if int(m[1]) in place else m[0], parts[position])
    return "".join(parts)


def _supported(wanted: set[str], held: frozenset[str]) -> bool:
    return not wanted or len(wanted & held) >= SUPPORTED * len(wanted)
