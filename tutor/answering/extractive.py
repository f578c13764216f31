"""An answer composed from the entries themselves, without a language model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.answering.answer import Answer, cite, support
from tutor.entry import Entry, Hit, Hits, Language
from tutor.text import blocks, is_stop, language_of, sentences, terms

#: An answer from notes is cut to about this many characters, between blocks.
LONGEST = 3500
_VERBATIM = re.compile(r"(```.*?```|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]+\$)", re.DOTALL)
_MARK = re.compile(r"(?<![\\!])\[(\d{1,3})\](?!\()")
_WORDS = {
    "zh": {
        "none": "**我的资料里没有这个问题的答案。**",
        "nearest": "最接近的问题有:",
        "unanswered": "**这个问题在你的笔记里出现过,但那里还没有答案。** [1]",
        "also": "**相关内容**",
        "note": "笔记里的同一问题,以上面核对过的答案为准。",
        "more": "……(完整内容见出处)",
    },
    "en": {
        "none": "**This is not in my material.**",
        "nearest": "The nearest questions are:",
        "unanswered": "**This is asked in your notes, but there is no answer there yet.** [1]",
        "also": "**Related**",
        "note": "The same question in the notes; the answer above is the checked one.",
        "more": "... (see the source for the rest)",
    },
}


def compose(hits: Hits, question: str, suggestions: Sequence[str] = ()) -> Answer:
    """The direct answer first, then the detail, then what else bears on it; or an honest refusal."""
    language = language_of(question)
    words = _WORDS[language]
    if not hits.in_scope or not hits.hits:
        nearest = [hit.entry.question.pick(language) for hit in hits.hits[:3]]
        lines = [words["none"]]
        if nearest:
            lines += ["", words["nearest"], "", *(f"- {text}" for text in nearest)]
        return Answer(question, "\n".join(lines), (), False, hits.confidence, "extractive", tuple(nearest))
    best = hits.hits[0]
    rest = support(hits)
    if not best.entry.answered and not (rest and rest[0].score >= 0.9 * best.score):
        text = words["unanswered"]
        related = [hit.entry.question.pick(language) for hit in hits.hits[1:4]]
        if related:
            text += "\n\n" + words["nearest"] + "\n\n" + "\n".join(f"- {item}" for item in related)
        return Answer(question, text, (cite(1, best.entry, language),), True, hits.confidence, "extractive", tuple(related))
    parts = [_main(rest[0], question, language)]
    others = [
        f"- **{hit.entry.question.pick(language)}** {_beside(hit.entry, rest[0].entry, question, language)} [{n}]"
        for n, hit in enumerate(rest[1:], 2)
    ]
    if others:
        parts.append(words["also"] + "\n\n" + "\n".join(others))
    citations = tuple(cite(n, hit.entry, language) for n, hit in enumerate(rest, 1))
    return Answer(question, "\n\n".join(parts), citations, True, hits.confidence, "extractive", tuple(suggestions))


def _main(hit: Hit, question: str, language: Language) -> str:
    entry = hit.entry
    answer = entry.answer.pick(language)
    if entry.curated:
        lead = entry.short.pick(language)
        detail = _detail(answer, question, entry)
        return (f"> {_one_line(detail)}\n\n" if detail and detail not in lead else "") + f"{lead} [1]\n\n{answer}"
    detail = _detail(answer, question, entry)
    first = blocks(answer)[0] if answer else ""
    lead = f"> {_one_line(detail)}\n\n" if detail and detail not in first else ""
    return _foreign_marks(lead) + _mark(_foreign_marks(_shorten(answer, _WORDS[language]["more"])))


def _detail(answer: str, question: str, entry: Entry) -> str:
    """The sentence that speaks of what the question asks beyond the entry's own question, or ""."""
    known = {term for text in entry.question.both() for term in terms(text)}
    wanted = {term for term in terms(question) if not is_stop(term) and term not in known}
    if len(wanted) < 2:
        return ""
    scored = [(len(wanted & set(terms(sentence))) / len(wanted), sentence) for sentence in sentences(answer) if len(sentence) > 12]
    score, sentence = max(scored, default=(0.0, ""))
    return sentence if score >= 0.5 and not sentence.startswith(("|", "#")) else ""


def _foreign_marks(text: str) -> str:
    """A note's text whose own "[2]" cannot be taken for a citation of the answer; code, formulas and links are left alone."""
    pieces = _VERBATIM.split(text)
    return "".join(piece if place % 2 else _MARK.sub(r"\\[\1\\]", piece) for place, piece in enumerate(pieces))


def _beside(entry: Entry, lead: Entry, question: str, language: Language) -> str:
    """What is said of a further entry: its gist, but not the claims of a note that the leading curated entry answers."""
    same = lead.curated and entry.linked == lead.id
    return _WORDS[language]["note"] if same else _summary(entry, question, language)


def _summary(entry: Entry, question: str, language: Language) -> str:
    if entry.curated:
        return _one_line(sentences(entry.short.pick(language))[0])
    answer = entry.answer.pick(language)
    found = _detail(answer, question, entry) or next((s for s in sentences(answer) if not s.startswith(("|", "#", "!"))), "")
    text = _foreign_marks(_one_line(found))
    return text if len(text) <= 220 else text[:218] + "……"


def _one_line(text: str) -> str:
    """A sentence taken out of its paragraph, without list marks and without half of a pair of bold marks."""
    text = text.replace("**", "") if text.count("**") % 2 else text
    return " ".join(re.sub(r"^\s*(?:[-*+>•]\s+|\d+[.、)]\s+)+", "", text).split())


def _mark(answer: str) -> str:
    """The answer with its citation mark on the first paragraph, where the reader looks for it."""
    pieces = answer.split("\n\n", 1)
    plain = not pieces[0].lstrip().startswith(("```", "$$", "|", "#", "- ", "* ", "1"))
    if plain and not pieces[0].rstrip().endswith(("```", "$$", "|")):
        pieces[0] += " [1]"
        return "\n\n".join(pieces)
    return answer + "\n\n[1]"


def _shorten(answer: str, more: str) -> str:
    if len(answer) <= LONGEST:
        return answer
    kept: list[str] = []
    length = 0
    for block in blocks(answer):
        if kept and length + len(block) > LONGEST:
            return "\n\n".join([*kept, more])
        kept.append(block)
        length += len(block)
    return "\n\n".join(kept)
