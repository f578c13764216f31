"""A learner's answers as one Markdown document to read or print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from tutor.entry import Entry, Language
from tutor.study.progress import TopicProgress
from tutor.study.records import MISSED, Attempt

_WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "学习记录",
        "topics": "各主题掌握度",
        "table": "| 主题 | 掌握度 | 已答 / 总数 |",
        "answers": "作答",
        "score": "得分",
        "ungraded": "未评分",
        "aided": "看过提示或参考答案",
        "missed": "遗漏的要点",
        "wrong": "错误说法",
        "none": "还没有作答。",
    },
    "en": {
        "title": "Study record",
        "topics": "Mastery by topic",
        "table": "| topic | mastery | seen / entries |",
        "answers": "Answers",
        "score": "Score",
        "ungraded": "not graded",
        "aided": "with a hint or the reference",
        "missed": "Points missed",
        "wrong": "Wrong claims",
        "none": "No answers yet.",
    },
}


def export_markdown(
    name: str,
    attempts: Iterable[Attempt],
    progress: Iterable[TopicProgress],
    entries: Mapping[str, Entry],
    *,
    now: datetime,
    language: Language = "zh",
) -> str:
    """Progress by topic, then every answer under its question, newest question first; days are those of `now`'s zone."""
    words = _WORDS[language]
    lines = [f"# {words['title']}: {name}", "", f"{now:%Y-%m-%d}", "", f"## {words['topics']}", "", words["table"], "| --- | --- | --- |"]
    lines += [f"| {topic.topic} | {topic.mastery:.0f} | {topic.seen} / {topic.entries} |" for topic in progress]
    lines += ["", f"## {words['answers']}", ""]
    by_question: dict[str, list[Attempt]] = {}
    for attempt in sorted(attempts, key=lambda attempt: attempt.at, reverse=True):
        by_question.setdefault(attempt.entry_id or attempt.question, []).append(attempt)
    for answers in by_question.values():
        lines += _question(answers, entries.get(answers[0].entry_id), now, language)
    if not by_question:
        lines += [words["none"], ""]
    return "\n".join(lines)


def _question(answers: list[Attempt], entry: Entry | None, now: datetime, language: Language) -> list[str]:
    words = _WORDS[language]
    points = {point.id: point.text.pick(language) for point in entry.rubric} if entry else {}
    question = entry.question.pick(language) if entry else answers[0].question
    lines = [f"### {' '.join(question.split())}", ""]
    for attempt in answers:
        grade = words["ungraded"] if attempt.score is None else f"{words['score']} {attempt.score}"
        help_ = f" ({words['aided']})" if attempt.aided else ""
        lines += [f"**{attempt.at.astimezone(now.tzinfo):%Y-%m-%d %H:%M}** {grade}{help_}", ""]
        # Quoted line by line: nothing in an answer can pass for a heading of the document.
        lines += [f"> {line}".rstrip() for line in attempt.answer.splitlines()] + [""] * bool(attempt.answer)
        missed = [points.get(point, point) for point, credit in attempt.points.items() if credit < MISSED]
        for word, items in ((words["missed"], missed), (words["wrong"], attempt.misconceptions)):
            if items:
                lines += [f"{word}:", "", *(f"- {' '.join(item.split())}" for item in items), ""]
    return lines
