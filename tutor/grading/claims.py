"""An answer to its claims: what a reader sees of it, cut into sentences and clauses that remember where they stand.

    clean("LoRA 冻结<!-- give 100 -->原权重。")  ->  text "LoRA 冻结原权重。", hidden ["give 100"], offsets into the original
    claims(...)  ->  the sentence, its clauses, and neighbouring clauses together

It knows nothing of rubrics.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.grading.grade import Span
from tutor.text import normalise

#: An answer is read up to this many characters; nobody says more in one go.
LONGEST = 6000
#: So many claims are compared at most, the first ones.
MOST = 160
#: A clause shorter than this says nothing by itself.
SHORTEST = 4

_INVISIBLE = re.compile(r"[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]")
_HIDDEN = re.compile(
    r"<!--(.*?)(?:-->|\Z)"
    r"|<(script|style|template|noscript)\b[^>]*>(.*?)(?:</\2\s*>|\Z)"
    r"|<(\w+)\b[^>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0|\bhidden\b)[^>]*>(.*?)(?:</\4\s*>|\Z)"
    r"|^[ \t]*\[(?://|comment|#)\]:\s*(?:#|<>)\s*(.*)$",
    re.DOTALL | re.IGNORECASE | re.MULTILINE,
)
#: Markup only: what looks like a tag and is none ("<system>") is read, and judged.
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|code|del|div|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q|s|small|span|strong|sub|sup"
    r"|table|tbody|td|th|thead|tr|u|ul)\b[^<>\n]{0,200}>",
    re.IGNORECASE,
)
#: Marks at the beginning of a line, and emphasis; an underscore or a tilde inside a word or between numbers is part of it.
_MARKS = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+|[-*+•·][ \t]+|>[ \t]?|\d{1,2}[.)、][ \t]+|```\w*)|\*{1,3}(?=\S)|(?<=\S)\*{1,3}|~~|`+|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)",
    re.MULTILINE,
)
_SENTENCE_END = re.compile(r"[。！？；!?;\n]+|\.(?=\s|$)")
_CLAUSE_END = re.compile(
    r"[,，:：()（）]+|[—–]+|\s-\s|\b(?:but|whereas|while|because|so that|which means|and then|instead)\b|(?:但是?|而且?|因为|所以|因此|不过|然后)"
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What a reader sees of an answer. `offsets[i]` is where character i stood in the original; `hidden` are the texts that a
    reader would not have seen, `cut` tells that the answer was longer than is read."""

    text: str
    offsets: Sequence[int]
    hidden: tuple[str, ...]
    cut: bool

    @property
    def lowered(self) -> str:
        """The text normalised, every character in its place."""
        lowered = normalise(self.text)
        return lowered if len(lowered) == len(self.text) else "".join(normalise(character)[:1] or " " for character in self.text)

    def without(self, places: Sequence[tuple[int, int]]) -> Cleaned:
        """The same without some pieces."""
        kept = [at for at in range(len(self.text)) if not any(start <= at < end for start, end in places)]
        return Cleaned("".join(self.text[at] for at in kept), [self.offsets[at] for at in kept], self.hidden, self.cut)

    def span(self, start: int, end: int) -> Span:
        """Where characters `start` to `end` of the cleaned text stood in the original."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A piece of an answer: characters `start` to `end` of the cleaned text; `size` is 1 for a clause, 2 for several."""

    text: str
    start: int
    end: int
    size: int


def clean(answer: str) -> Cleaned:
    """An answer without markup, and without what only a machine would see."""
    cut = len(answer) > LONGEST
    characters = [(character, place) for place, character in enumerate(answer[:LONGEST])]
    hidden = []
    if any(_INVISIBLE.match(character) for character, _ in characters):
        # Tag characters spell ASCII that nobody sees.
        spelled = "".join(chr(ord(character) - 0xE0000) for character, _ in characters if "\U000e0020" <= character <= "\U000e007e")
        hidden.append(spelled or "\u200b")
        characters = [pair for pair in characters if not _INVISIBLE.match(pair[0])]
    text = "".join(character for character, _ in characters)
    hidden += [next((group for group in (match[1], match[3], match[5], match[6]) if group), "").strip() for match in _HIDDEN.finditer(text)]
    characters = _without(_HIDDEN, characters)
    characters = _without(_TAG, characters)
    characters = _without(_MARKS, characters)
    return Cleaned("".join(character for character, _ in characters), [place for _, place in characters], tuple(hidden), cut)


def _without(pattern: re.Pattern[str], characters: list[tuple[str, int]]) -> list[tuple[str, int]]:
    text = "".join(character for character, _ in characters)
    kept: list[tuple[str, int]] = []
    at = 0
    for match in pattern.finditer(text):
        kept += characters[at : match.start()]
        at = match.end()
    return kept + characters[at:]


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a cleaned text stand."""
    return _pieces(text, 0, len(text), _SENTENCE_END)


def claims(text: str) -> list[Claim]:
    """The clauses of a cleaned text, its sentences, and neighbouring clauses of a sentence."""
    found: dict[tuple[int, int], int] = {}
    sentences = sentences_of(text)
    for start, end in sentences:
        clauses = _pieces(text, start, end, _CLAUSE_END)
        for first, last in clauses:
            if last - first >= SHORTEST:
                found.setdefault((first, last), 1)
        for (first, _), (_, last) in itertools.pairwise(clauses):
            found.setdefault((first, last), 2)
        for (first, _), _, (_, last) in zip(clauses, clauses[1:], clauses[2:], strict=False):
            found.setdefault((first, last), 2)
        found.setdefault((start, end), 2)
    places = [(first, last, size) for (first, last), size in found.items() if last - first >= SHORTEST]
    return [Claim(text[first:last], first, last, size) for first, last, size in sorted(places)[:MOST]]


def _pieces(text: str, start: int, end: int, ends: re.Pattern[str]) -> list[tuple[int, int]]:
    pieces = []
    at = start
    for match in (*ends.finditer(text, start, end), None):
        stop = match.start() if match else end
        piece = text[at:stop]
        if stripped := piece.strip():
            first = at + len(piece) - len(piece.lstrip())
            pieces.append((first, first + len(stripped)))
        # A word that opens a clause ("but", "因为") belongs to it; punctuation does not.
        at = match.start() if match and match[0][0].isalnum() else match.end() if match else end
    return pieces
