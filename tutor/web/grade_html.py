"""A grade as HTML: the score with its interval, the answer with the words that earned points, every key point, every correction.

All texts are escaped: an answer, a note or a model's words are data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from tutor.entry import Entry, Language
from tutor.grading.feedback import MISSING, SAID
from tutor.grading.grade import Grade, Point, Span
from tutor.interview.catalogue import topic_of
from tutor.interview.roles import topic_name
from tutor.web.words_grade import GradeWords, grade_words

#: Colours of key points; further ones begin again.
COLOURS = 6
#: A guess within this many points of the score is close.
CLOSE = 10
#: From these scores on a grade looks good, or fair.
GOOD, FAIR = 75, 45


def two(language: str) -> Language:
    """The page's language as the material knows it."""
    return "zh" if language == "zh" else "en"


def level_of(score: float) -> str:
    """The colour of a score."""
    return "good" if score >= GOOD else "fair" if score >= FAIR else "poor"


def tags(entry: Entry, language: str, *more: str) -> str:
    """Topic and difficulty of a question as little labels."""
    levels = grade_words(language).difficulties.split(",")
    texts = [topic_name(topic_of(entry)).pick(two(language)), levels[entry.difficulty - 1] if 1 <= entry.difficulty <= len(levels) else ""]
    return '<p class="t-tags">' + "".join(f"<span>{escape(text)}</span>" for text in (*more, *texts) if text) + "</p>"


def question_html(entry: Entry, language: str, *more: str) -> str:
    """A question with its labels."""
    return f'<div class="t-question">{tags(entry, language, *more)}<h2>{escape(entry.question.pick(two(language)))}</h2></div>'


def grade_html(
    grade: Grade, answer: str, language: str, *, first: Grade | None = None, guess: int | None = None, aided: bool = False, note: str = ""
) -> str:
    """Everything there is to see of a grade; `first` is an earlier one to compare with, `note` a line under the score."""
    say = grade_words(language)
    parts = [_head(grade, say, first, guess, aided, note)]
    parts += [f'<p class="t-note">{escape(text)}</p>' for text in grade.notes]
    if answer.strip():
        parts.append(_section(say.your_answer, f'<div class="t-answer">{marked_answer(answer, grade)}</div>'))
    if grade.points:
        parts.append(_section(say.points, _points(grade, say)))
    if wrong := list(_corrections(grade, say)):
        parts.append(_section(say.corrections, "".join(wrong)))
    return f'<div class="t-grade">{"".join(parts)}</div>'


def _section(title: str, body: str) -> str:
    return f"<section><h3>{escape(title)}</h3>{body}</section>"


def _head(grade: Grade, say: GradeWords, first: Grade | None, guess: int | None, aided: bool, note: str) -> str:
    lines = []
    if grade.score is None:
        lines.append(f'<div class="t-callout"><p><b>{escape(say.not_graded)}</b></p><p>{escape(say.not_graded_more)}</p></div>')
    else:
        against = f" · {escape(say.aided)}" if aided else ""
        lines.append(
            f'<div class="t-score {level_of(grade.score)}"><p class="t-number" aria-label="{escape(say.score)}">'
            f"<b>{grade.score}</b> <span>{escape(say.of_hundred)}{against}</span></p>{_range(grade, say)}"
            f'<p class="t-small">{escape(say.interval.format(low=grade.low, high=grade.high))}</p></div>'
        )
    if first is not None and first.score is not None and grade.score is not None:
        lines.append(
            '<dl class="t-versus">'
            + "".join(
                f"<div><dt>{escape(name)}</dt><dd><b>{one.score}</b>{_range(one, say)}</dd></div>"
                for name, one in ((say.before, first), (say.now, grade))
            )
            + f'<div><dt></dt><dd class="t-change">{(grade.score - first.score):+d}</dd></div></dl>'
        )
    if guess is not None and grade.score is not None:
        lines.append(f'<p class="t-small">{escape(_guessed(guess, grade.score, say))}</p>')
    if note:
        lines.append(f'<p class="t-small">{escape(note)}</p>')
    return "".join(lines)


def _range(grade: Grade, say: GradeWords) -> str:
    """The interval as a band on a line from 0 to 100, the score as a mark on it."""
    label = say.interval.format(low=grade.low, high=grade.high)
    return (
        f'<div class="t-range" role="img" aria-label="{escape(label)}"><i style="left:{grade.low}%;width:{max(grade.high - grade.low, 1)}%"></i>'
        f'<b style="left:{grade.score}%"></b></div>'
    )


def _guessed(guess: int, score: int, say: GradeWords) -> str:
    gap = abs(guess - score)
    verdict = say.guessed_fair if gap <= CLOSE else (say.guessed_low if guess < score else say.guessed_high).format(gap=gap)
    return say.guessed.format(guess=guess, verdict=verdict)


def _points(grade: Grade, say: GradeWords) -> str:
    whole = sum(point.weight for point in grade.points) or 1
    rows = []
    for number, point in enumerate(grade.points):
        state = "good" if point.credit >= SAID else "fair" if point.credit > MISSING else "poor"
        word = {"good": say.earned, "fair": say.partly}.get(state, "")
        word = word or (say.contradicted if point.contradicted else say.touched if point.credit > 0 else say.missed)
        worth = 100 * point.weight / whole
        got = f"{round(worth * point.credit)}/{round(worth)}"
        more = f"<q>{escape(_short(point.evidence))}</q>" if point.evidence else ""
        if state == "poor" and point.probe:
            more += f'<p class="t-probe"><span>{escape(say.probe)}</span> {escape(point.probe)}</p>'
        rows.append(
            f'<li class="{state}{"" if point.credit > 0 else " none"}"><b class="t-dot c{number % COLOURS}">{number + 1}</b><div><p>{escape(point.text)}</p>{more}</div>'
            f'<div class="t-credit"><span>{escape(word)}</span><i class="t-bar c{number % COLOURS}"><i style="width:{100 * point.credit:.0f}%"></i></i>'
            f"<small>{got}</small></div></li>"
        )
    return f'<ol class="t-points">{"".join(rows)}</ol>'


def _corrections(grade: Grade, say: GradeWords) -> Iterator[str]:
    for item in grade.misconceptions:
        yield _correction(item.evidence or item.claim, item.correction, item.source, say)
    known = {item.evidence for item in grade.misconceptions}
    for point in grade.points:
        if point.contradicted and point.credit < SAID and point.contradicted not in known:
            yield _correction(point.contradicted, point.text, "", say)


def _correction(said: str, right: str, source: str, say: GradeWords) -> str:
    below = f'<p class="t-small">{escape(say.source)}: {link(source)}</p>' if source else ""
    return f'<div class="t-wrong"><p><span>{escape(say.said)}</span> <q>{escape(_short(said))}</q></p><p>{escape(right)}</p>{below}</div>'


def link(source: str) -> str:
    """A source's text, its address made a link where it is a web address."""
    before, mark, address = source.rpartition("https://")
    address = address.strip()
    if not mark or not address or any(char in address for char in "\"'<> "):
        return escape(source)
    return f'{escape(before)}<a href="https://{escape(address)}" target="_blank" rel="noopener noreferrer">{escape(address)}</a>'


def _short(text: str, most: int = 240) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def marked_answer(answer: str, grade: Grade) -> str:
    """The answer with a coloured mark, numbered like its key point, on the words that earned something, and red on what is wrong.

    "冻结 W0" earns point 1 of 2   ->   <mark class="c0">冻结 W0<sup>1</sup></mark>
    """
    marks = _marks(answer, grade)
    edges = sorted({0, len(answer), *(edge for span, _ in marks for edge in (span.start, span.end))})
    parts = []
    for start, end in pairwise(edges):
        over = [(span, number) for span, number in marks if span.start <= start and end <= span.end]
        text = escape(answer[start:end])
        if not over:
            parts.append(text)
            continue
        wrong = any(number < 0 for _, number in over)
        ends = "".join(
            f"<sup>{number + 1}</sup>"
            for number in sorted({number for span, number in over if span.end == end and number >= 0})
            if not wrong
        )
        # What is wrong outshines what it earned.
        colour = "wrong" if wrong else f"c{min(number for _, number in over) % COLOURS}"
        parts.append(f'<mark class="{colour}">{text}{ends}</mark>')
    return "".join(parts)


def _marks(answer: str, grade: Grade) -> list[tuple[Span, int]]:
    """Spans of the answer with the number of the key point they earned; -1 where they are wrong."""
    found: list[tuple[Span, int]] = []
    for number, point in enumerate(grade.points):
        if point.credit > 0:
            found += [(span, number) for span in _spans(answer, point)]
        if point.contradicted and point.credit < SAID and (span := _find(answer, point.contradicted)):
            found.append((span, -1))
    for item in grade.misconceptions:
        inside = 0 <= item.span.start < item.span.end <= len(answer) and answer[item.span.start : item.span.end] == item.evidence
        if span := item.span if inside else _find(answer, item.evidence):
            found.append((span, -1))
    return found


def _spans(answer: str, point: Point) -> Sequence[Span]:
    inside = [span for span in point.spans if 0 <= span.start < span.end <= len(answer)]
    if inside and len(inside) == len(point.spans):
        return inside
    span = _find(answer, point.evidence)
    return [span] if span else []


def _find(answer: str, words: str) -> Span | None:
    at = answer.find(words) if words.strip() else -1
    return Span(at, at + len(words)) if at >= 0 else None
