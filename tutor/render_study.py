"""Interviews, reviews and progress as terminal text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tutor.entry import Entry, Language
from tutor.grading.rubric import rubric_of
from tutor.interview.report_words import WORDS, duration, pieces
from tutor.interview.roles import ROLES, topic_name
from tutor.render import bar, excerpt

if TYPE_CHECKING:
    from tutor.interview.plan import Proposal
    from tutor.interview.report import Report
    from tutor.practice import Overview
    from tutor.study.records import Interview
    from tutor.study.schedule import Day

#: Shades of the calendar by the share of the busiest day.
_SHADES = "·░▒▓█"
_WEEKS = 16
#: Parts of the readiness that are named: those with most to gain.
_PARTS = 6


# Interviews


def proposal_text(proposal: Proposal) -> str:
    """A plan made from a text, with the words that led to it."""
    plan, language = proposal.plan, proposal.plan.language
    why = f" (from “{' '.join(proposal.level_reason.split())}”)" if proposal.level_reason else ""
    length = f"{plan.questions} questions" + (f", {plan.minutes:g} minutes" if plan.minutes else "")
    lines = [f"Plan: {ROLES[plan.role].name.pick(language)}, level {plan.level}{why}, {length}"]
    whole = sum(plan.topics.values()) or 1
    for topic, weight in sorted(plan.topics.items(), key=lambda item: -item[1]):
        words = ", ".join(proposal.reasons.get(topic, ())[:6])
        lines.append(f"  {weight / whole:4.0%}  {_pad(topic_name(topic).pick(language), 26)}  {words}".rstrip())
    return "\n".join(lines)


def interviews_text(interviews: Sequence[Interview]) -> str:
    """A list of interviews, newest first."""
    lines = []
    for item in interviews:
        score = (item.report or {}).get("score")
        state = "to resume" if item.finished is None else "no score" if score is None else f"{score}/100"
        role, questions = item.plan.get("role", ""), item.plan.get("questions", "")
        lines.append(f"{item.id}  {item.started.astimezone():%Y-%m-%d %H:%M}  {state:>9}  {role}, {questions} questions")
    return "\n".join(lines) or "There is no interview yet. Begin one: tutor interview"


def report_text(report: Report, *, full: bool = False) -> str:
    """A report; `full` with every question, its reference answer and the transcript."""
    words, lines = WORDS[report.language], []
    for piece in pieces(report):
        if piece.kind == "heading" and piece.text == words["questions"] and not full:
            break
        if piece.kind in ("title", "heading", "subheading"):
            lines += ["", piece.text, "─" * min(_width(piece.text), 60)]
        elif piece.kind == "table":
            lines += [f"  {_pad(name, 28)}  {bar(int(score) / 100)} {score:>3}" for name, score, _ in piece.rows[1:]]
        elif piece.kind in ("quote", "markdown"):
            lines += [f"  | {line}".rstrip() for line in piece.text.splitlines()]
        elif piece.kind != "plot":
            lines.append(f"- {piece.text}" if piece.kind == "item" else piece.text)
    if not full:
        lines += ["", words["questions"], "─" * _width(words["questions"])]
        for question in report.questions:
            score = "  –" if question.score is None else f"{question.score:3}"
            facts = f"{words[question.outcome]}, {duration(question.seconds, words)}"
            lines.append(f"{score}  {question.number}. {excerpt(question.question, 80)} ({facts})")
    return "\n".join(lines).strip()


# Reviews


def reference_text(entry: Entry, language: Language) -> str:
    """What a flipped card shows: the short answer and the key points."""
    points = [f"- {point.text.pick(language)}" for point in rubric_of(entry).points]
    return "\n".join([(entry.short or entry.answer).pick(language), *points])


def back_text(due: datetime | None, now: datetime) -> str:
    """When a card comes back."""
    if due is None:
        return "Not graded; the schedule stays as it was."
    minutes = max(round((due - now).total_seconds() / 60), 0)
    if minutes < 60:
        return f"Back in {minutes} minutes." if minutes else "Back today."
    return f"Back {_day(due.date(), now.date())}."


def done_text(answered: int, left: int, waiting: int) -> str:
    """How a round of reviews ended."""
    if not answered and not left:
        return "Nothing to review now." + (f" {waiting} more are due beyond today's goal (--goal)." if waiting else "")
    more = f"{left} left for today" if left else "today's goal is reached"
    return f"{answered} reviewed, {more}" + (f", {waiting} more are due beyond it." if waiting else ".")


# Progress


def overview_text(seen: Overview) -> str:
    """A learner's progress as one page."""
    days = "" if not seen.streak else f", {seen.streak} day{'s' * (seen.streak != 1)} in a row"
    lines = [
        f"{seen.learner}, {seen.today.isoformat()}: {seen.seen} of {seen.entries} entries answered ({seen.coverage:.0%}){days}, "
        f"{seen.done} of {seen.goal} today"
    ]
    lines += ["", "Mastery by topic (what an interviewer would find today), and entries answered"]
    lines += [
        f"  {_pad(seen.names[topic.topic], 28)}  {bar(topic.mastery / 100, 20)} {topic.mastery:3.0f}   {topic.seen:3}/{topic.entries}"
        for topic in seen.topics
    ]
    lines += _readiness(seen)
    if any(week.answers for week in seen.weeks):
        lines += ["", "Mean score by week", *_weeks(seen), "", f"Answers by day, {_WEEKS} weeks", *_calendar(seen)]
    if seen.weakest:
        lines += ["", "Weakest key points, and the credit to expect"]
        for weak in seen.weakest:
            lines += [
                f"  {weak.expected:4.0%}  {excerpt(weak.point, 90)}",
                f"        {excerpt(weak.question, 70)} ({weak.entry_id}; missed {weak.missed} of {weak.tried})",
            ]
    if seen.confidence:
        words = {"over": "over-confident", "under": "under-confident", "fair": "fair", "": "too few guesses to say"}
        lines += ["", "Your guesses against the grades"]
        lines += [
            f"  {_pad(seen.names.get(item.topic, item.topic), 28)}  {item.gap:+4.0f}  {words[item.verdict]} ({item.answers})"
            for item in seen.confidence
        ]
    lines += ["", "Due: " + (", ".join(_due(seen)) or "nothing in the next days")]
    return "\n".join([*lines, *_plan(seen)])


def _readiness(seen: Overview) -> list[str]:
    if seen.readiness is None:
        return ["", f"Readiness for {seen.role_name}: the material covers none of its topics"]
    lines = ["", f"Readiness for {seen.role_name}: {seen.readiness.score:.0f} / 100. Most to gain:"]
    lines += [
        f"  {part.missing:+4.0f}  {_pad(seen.names[part.topic], 28)}  {part.share:4.0%} of the role, mastery {part.mastery:.0f}"
        for part in seen.readiness.parts[:_PARTS]
    ]
    if seen.readiness.uncovered:
        lines.append(f"  not in the material: {', '.join(seen.readiness.uncovered)}")
    return lines


def _weeks(seen: Overview) -> list[str]:
    first = next(place for place, week in enumerate(seen.weeks) if week.answers)
    lines = []
    for week in seen.weeks[first:]:
        mean = f"{bar(week.mean / 100, 20)} {week.mean:3.0f}" if week.mean is not None else " " * 24
        lines.append(f"  {week.monday.isoformat()}  {mean}   {week.answers} answers".rstrip())
    return lines


def _calendar(seen: Overview) -> list[str]:
    """Rows are the days of the week, columns the weeks, the last one this."""
    counts = dict(seen.days)
    monday = seen.today - timedelta(days=seen.today.weekday() + 7 * (_WEEKS - 1))
    most = max(counts.values(), default=0) or 1
    lines = []
    for weekday in range(7):
        row = ""
        for week in range(_WEEKS):
            day = monday + timedelta(days=7 * week + weekday)
            count = counts.get(day, 0)
            row += " " if day > seen.today else _SHADES[0 if not count else 1 + min(3, 4 * (count - 1) // most)]
        lines.append(f"  {(monday + timedelta(days=weekday)):%a}  {row}".rstrip())
    return lines


def _due(seen: Overview) -> list[str]:
    return [f"{_day(seen.today + timedelta(days=ahead), seen.today)} {count}" for ahead, count in enumerate(seen.due) if count]


def _plan(seen: Overview) -> list[str]:
    if seen.plan is None or seen.interview is None:
        return []
    ahead = (seen.interview - seen.today).days
    lines = ["", f"Plan to the interview on {seen.interview.isoformat()} ({'today' if not ahead else f'in {ahead} days'})"]
    for day in seen.plan:
        lines += _planned(day, seen)
    return lines


def _planned(day: Day, seen: Overview) -> list[str]:
    parts = [f"{len(day.review)} to review"] * bool(day.review) + [f"{len(day.new)} new"] * bool(day.new) + ["mock interview"] * day.mock
    lines = [f"  {day.date:%a} {day.date.isoformat()}  {', '.join(parts) or 'free'}"]
    if day.date == seen.today or len(seen.plan or ()) <= 7:
        for word, entry_ids in (("review", day.review), ("new", day.new)):
            lines += [f"    {word:6}  {excerpt(seen.questions[entry_id], 84)}" for entry_id in entry_ids]
    return lines


def _day(day: date, today: date) -> str:
    ahead = (day - today).days
    return "today" if ahead <= 0 else "tomorrow" if ahead == 1 else f"{day:%a} {day.isoformat()}"


def _width(text: str) -> int:
    """Columns in a terminal; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, columns: int) -> str:
    while _width(text) > columns:
        text = text[:-2] + "…"
    return text + " " * (columns - _width(text))
