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
    """An answer whose marks all hold: the numbers of their passages in order, and how many were dropped."""

    text: str
    numbers: tuple[int, ...]
    dropped: int


def plain_marks(text: str) -> str:
    """`text`, finished or still growing, with every mark in one form: 【1】 and [1, 2] become [1] and [1] [2]."""
    pieces = _CODE.split(text)
    for place in range(0, len(pieces), 2):
        prose, fence, code = pieces[place].partition("```")
        pieces[place] = _MARK.sub(_in_one_form, prose) + fence + code
    return "".join(pieces)


def _in_one_form(match: re.Match[str]) -> str:
    numbers = re.findall(r"\d+", match[1])
    plain = match[0].strip() == f"[{numbers[0]}]"
    return match[0] if plain else "".join(f" [{number}]" for number in numbers)


def check(text: str, passages: Mapping[int, str]) -> Checked:
    """`text` with only those `[n]` marks whose passage exists and shares enough terms with the marked claim."""
    text = plain_marks(text)
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
            # A mark that holds stays as it was written: what was streamed so far is then still true.
            out.append(piece[at : match.start()] + (match[0] if good == numbers else "".join(f" [{n}]" for n in good)))
            at = match.end()
        pieces.append("".join(out) + piece[at:])
    return Checked("".join(pieces).strip(), tuple(sorted(kept)), dropped)


def _supported(wanted: set[str], held: frozenset[str]) -> bool:
    return not wanted or len(wanted & held) >= SUPPORTED * len(wanted)
