"""What the Grade tab does, as functions from values to values: find a question, grade an answer, look at the reference, disagree."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from tutor.entry import Entry
from tutor.errors import InputError
from tutor.grading.grade import Grade
from tutor.interview.catalogue import question_of, topic_of
from tutor.interview.roles import topic_name
from tutor.practice import card_of, dispute, entry_of, practise
from tutor.web.current import CurrentTutor
from tutor.web.grade_html import grade_html, tags, two
from tutor.web.markdown import safe_markdown
from tutor.web.visitor import learner_of, now
from tutor.web.words_grade import grade_words

SUGGESTED = 6
#: Longer answers are cut before they are graded; the grader reads less.
LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Tried:
    """An answer with its grade; `attempt_id` is where it is kept."""

    answer: str
    grade: Grade
    guess: int | None
    aided: bool
    attempt_id: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """The question at hand and what was answered so far. `aided`: the reference or, with a grade, the key points were shown, so
    later answers prove nothing."""

    entry_id: str = ""
    tried: tuple[Tried, ...] = ()
    aided: bool = False
    since: datetime | None = None
    said: str = ""


def topics(current: CurrentTutor, language: str) -> list[tuple[str, str]]:
    """Topics to choose from, as (name, topic)."""
    found = current.get().catalogue.topics
    return sorted((topic_name(topic).pick(two(language)), topic) for topic in found if topic)


def suggest(current: CurrentTutor, query: str, topic: str, language: str) -> list[Entry]:
    """Questions that can be graded for what was typed, best first; none for a query that says nothing."""
    if not query.strip():
        return []
    tutor = current.get()
    found: dict[str, Entry] = {}
    for hit in tutor.search(query.strip()[:400], 4 * SUGGESTED).hits:
        entry = entry_of(tutor, hit.entry.id)
        if _gradable(entry) and (not topic or topic_of(entry) == topic):
            found.setdefault(entry.id, entry)
    return list(found.values())[:SUGGESTED]


def suggestions_html(entries: Sequence[Entry], query: str, language: str) -> str:
    """The suggestions as rows to pick from."""
    if not query.strip():
        return ""
    if not entries:
        return f'<p class="t-small">{escape(grade_words(language).nothing_found)}</p>'
    rows = [
        f'<li><button type="button" class="t-row" data-pick="{escape(entry.id)}"><span>{escape(question_of(entry, two(language)))}</span>'
        f"<small>{escape(topic_name(topic_of(entry)).pick(two(language)))}</small></button></li>"
        for entry in entries
    ]
    return f'<ul class="t-list">{"".join(rows)}</ul>'


def anything(current: CurrentTutor, topic: str, besides: str = "", chance: random.Random | None = None) -> str:
    """The id of a random question of a topic ("" is any), another one than `besides`. Raises InputError where there is none."""
    askable = current.get().catalogue.askable
    there = [entry.id for entry in askable if (not topic or topic_of(entry) == topic) and entry.id != besides]
    if not there:
        raise InputError("there is no question to choose", remedy="add documents in the first tab, or choose another topic")
    return (chance or random.Random()).choice(there)


def begin(current: CurrentTutor, entry_id: str) -> Exercise:
    """The exercise of a question. Raises InputError where there is none of that id."""
    tutor = current.get()
    if entry_id not in tutor.numbers and entry_id not in tutor.catalogue.entries:
        raise InputError("this question is no longer in the material", remedy="choose another one")
    return Exercise(entry_of(tutor, entry_id).id, since=now())


def grade(current: CurrentTutor, name: str, exercise: Exercise, answer: str, guess: int | None, language: str) -> Exercise:
    """The exercise with an answer graded and recorded. Raises InputError for an empty answer."""
    say = grade_words(language)
    if not exercise.entry_id:
        raise InputError(say.choose_first)
    if not answer.strip():
        raise InputError(say.empty_answer)
    moment = now()
    seconds = (moment - exercise.since).total_seconds() if exercise.since else None
    given, learner, tutor = answer[:LONGEST], learner_of(current, name), current.get()
    got, attempt = practise(tutor, learner, exercise.entry_id, given, "grade", moment, guess, exercise.aided, seconds)
    card = card_of(learner, attempt.entry_id) if got.graded else None
    said = say.recorded.format(learner=learner.name, date=f"{card.due.astimezone():%Y-%m-%d}") if card else ""
    tried = Tried(given, got, guess, exercise.aided, attempt.id)
    return replace(exercise, tried=(*exercise.tried, tried), since=moment, said=said, aided=exercise.aided or bool(got.points))


def disagree(current: CurrentTutor, name: str, exercise: Exercise, argument: str, language: str) -> Exercise:
    """The newest answer graded again with the learner's argument. Raises InputError where there is nothing to say."""
    say = grade_words(language)
    if not exercise.tried:
        raise InputError(say.choose_first)
    if not argument.strip():
        raise InputError(say.disagree_empty)
    last = exercise.tried[-1]
    after, _ = dispute(current.get(), learner_of(current, name), last.attempt_id, argument[:LONGEST], now())
    raised = (after.score or 0) > (last.grade.score or 0)
    said = say.disagree_raised.format(old=last.grade.score, new=after.score) if raised else say.disagree_kept
    answer = f"{last.answer}\n{argument[:LONGEST]}" if raised else last.answer
    return replace(exercise, tried=(*exercise.tried[:-1], replace(last, answer=answer, grade=after)), said=said)


def result_html(exercise: Exercise, language: str) -> str:
    """The newest grade, beside the first where there are several."""
    if not exercise.tried:
        return ""
    last, first = exercise.tried[-1], exercise.tried[0]
    compared = first.grade if len(exercise.tried) > 1 else None
    return grade_html(last.grade, last.answer, language, first=compared, guess=last.guess, aided=last.aided, note=exercise.said)


def feedback_markdown(exercise: Exercise, language: str) -> str:
    """The newest grade in words, but for what is shown with the key points and corrections."""
    if not exercise.tried:
        return ""
    given = exercise.tried[-1].grade
    shown = [*(point.text for point in given.points), *(item.correction for item in given.misconceptions)]
    blocks = [block for block in given.feedback.split("\n\n") if not _told(block, shown)]
    return "\n\n".join([f"### {grade_words(language).feedback}", *map(safe_markdown, blocks)]) if blocks else ""


def _told(block: str, shown: Sequence[str]) -> bool:
    """Whether every item of a section says what is shown already."""
    items = [line for line in block.splitlines() if line.startswith("- ")]
    return bool(items) and all(any(text and text in item for text in shown) for item in items)


def reference_markdown(entry: Entry, language: str, *, headed: bool = True) -> str:
    """The reference answer: the short one first, then the whole."""
    parts = [f"### {grade_words(language).reference_title}"] if headed else []
    parts += [safe_markdown(text) for text in (entry.short.pick(two(language)), entry.answer.pick(two(language))) if text.strip()]
    if entry.references:
        parts.append("\n".join(f"- [{_plain(item.title)}]({item.url}), {item.year}" for item in entry.references))
    return "\n\n".join(parts)


def question_card(current: CurrentTutor, exercise: Exercise, language: str) -> str:
    """The question at hand with its labels."""
    entry = entry_of(current.get(), exercise.entry_id)
    return f'<div class="t-question">{tags(entry, language)}<h2>{escape(question_of(entry, two(language)))}</h2></div>'


def _gradable(entry: Entry) -> bool:
    return bool(entry.rubric or entry.answered)


def _plain(title: str) -> str:
    return safe_markdown(title).replace("[", "(").replace("]", ")")
