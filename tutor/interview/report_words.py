"""The words of a report, and its sections as plain pieces that Markdown, HTML and PDF all draw from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.entry import Language
from tutor.interview.report import Correction, Graded, Report
from tutor.interview.speech import LEVELS

WORDS: Mapping[Language, Mapping[str, str]] = {
    "zh": {
        "title": "模拟面试报告",
        "head": "{role},{level}。{summary}",
        "topics": "各主题得分",
        "topic": "主题",
        "score": "得分",
        "count": "题数",
        "trend": "历次得分",
        "strengths": "说对的地方",
        "gaps": "没有讲到的要点",
        "corrections": "说错的地方",
        "said": "你说的",
        "right": "应当是",
        "source": "出处",
        "taken_back": "追问后你自己收回了",
        "next": "接下来学什么",
        "follows": "延伸",
        "questions": "逐题",
        "question": "第 {n} 题",
        "short": "参考的简短回答",
        "your": "你的回答",
        "time": "用时",
        "seconds": "{n} 秒",
        "minutes": "{m} 分 {n} 秒",
        "total": "共 {time},提示 {hints} 次",
        "aided": "用过提示",
        "transcript": "完整对话",
        "interviewer": "面试官",
        "candidate": "你",
        "change": "和上一次相比 {n:+d} 分",
        "uncounted": "不计分",
        "now": "这次",
        "none": "无",
        "silence": "(沉默)",
        "answered": "已答",
        "dont_know": "没答上来",
        "skipped": "跳过",
        "off_topic": "答非所问",
        "ungraded": "没能评分",
        "unfinished": "没有答完",
        "open": "没有答完",
    },
    "en": {
        "title": "Mock interview report",
        "head": "{role}, {level}. {summary}",
        "topics": "Scores by topic",
        "topic": "topic",
        "score": "score",
        "count": "questions",
        "trend": "Scores over time",
        "strengths": "What you got right",
        "gaps": "Key points you left out",
        "corrections": "What was wrong",
        "said": "You said",
        "right": "What is right",
        "source": "Source",
        "taken_back": "you took it back when asked",
        "next": "What to study next",
        "follows": "goes on from there",
        "questions": "Question by question",
        "question": "Question {n}",
        "short": "A short answer for reference",
        "your": "Your answer",
        "time": "Time",
        "seconds": "{n} s",
        "minutes": "{m} min {n} s",
        "total": "{time} in all, hints: {hints}",
        "aided": "with a hint",
        "transcript": "Transcript",
        "interviewer": "Interviewer",
        "candidate": "You",
        "change": "{n:+d} points against the last time",
        "uncounted": "not counted",
        "now": "now",
        "none": "none",
        "silence": "(silence)",
        "answered": "answered",
        "dont_know": "no answer",
        "skipped": "skipped",
        "off_topic": "off topic",
        "ungraded": "could not be graded",
        "unfinished": "not finished",
        "open": "not finished",
    },
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a report: plain text on the way to a page. a `quote` is anybody's words, `markdown` the
    material's, both of several lines."""

    kind: Literal["title", "heading", "subheading", "text", "item", "quote", "markdown", "table", "plot"]
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


def pieces(report: Report) -> list[Piece]:
    """The report from top to bottom."""
    words = WORDS[report.language]
    found = [Piece("title", words["title"]), *_head(report, words)]
    if report.topics:
        rows = tuple((topic.name, str(topic.score), str(topic.questions)) for topic in report.topics)
        found += [Piece("heading", words["topics"]), Piece("plot", "radar")]
        found += [Piece("table", rows=((words["topic"], words["score"], words["count"]), *rows))]
    if report.earlier and report.score is not None:
        found += [Piece("heading", words["trend"]), Piece("plot", "trend")]
        found += [Piece("text", ", ".join(f"{day} {score:.0f}" for day, score in history(report)))]
    found += _section(words["corrections"], [piece for item in report.corrections for piece in _correction(item, words)], words)
    found += _section(words["gaps"], [Piece("item", f"{_number(item.number, words)}: {item.point}") for item in report.gaps], words)
    quotes = [
        Piece("item", f"{_number(item.number, words)}: {item.point} ({words['said']}: “{' '.join(item.quote.split())}”)")
        for item in report.strengths
    ]
    found += _section(words["strengths"], quotes, words)
    steps = [f"{item.question}" + (f" ({words['follows']})" if item.reason == "follows" else "") for item in report.next]
    found += _section(
        words["next"], [Piece("item", f"{text} [{item.entry_id}]") for text, item in zip(steps, report.next, strict=True)], words
    )
    found.append(Piece("heading", words["questions"]))
    for question in report.questions:
        found += _question(question, words)
    found.append(Piece("heading", words["transcript"]))
    for line in report.transcript:
        if line.kind != "report":
            found.append(Piece("quote", f"{words[line.who]}: {line.text.strip() or words['silence']}"))
    return found


def history(report: Report) -> list[tuple[str, float]]:
    """Days and scores of the earlier interviews and this one."""
    return [(item.at[:10], float(item.score)) for item in report.earlier] + [(WORDS[report.language]["now"], float(report.score or 0))]


def duration(seconds: float, words: Mapping[str, str]) -> str:
    """A time as minutes and seconds."""
    whole = round(seconds)
    return words["minutes" if whole >= 60 else "seconds"].format(m=whole // 60, n=whole % 60)


def _head(report: Report, words: Mapping[str, str]) -> list[Piece]:
    level = LEVELS[report.level].pick(report.language)
    found = [Piece("text", words["head"].format(role=report.role, level=level, summary=report.summary))]
    if report.change is not None:
        found.append(Piece("text", words["change"].format(n=report.change)))
    return [*found, Piece("text", words["total"].format(time=duration(report.seconds, words), hints=report.hints))]


def _section(heading: str, content: Sequence[Piece], words: Mapping[str, str]) -> list[Piece]:
    return [Piece("heading", heading), *(content or [Piece("text", words["none"])])]


def _number(number: int, words: Mapping[str, str]) -> str:
    return words["question"].format(n=number)


def _correction(item: Correction, words: Mapping[str, str]) -> list[Piece]:
    taken_back = f" ({words['taken_back']})" if item.withdrawn else ""
    found = [
        Piece("item", f"{_number(item.number, words)}, {words['said']}: “{' '.join(item.quote.split())}”{taken_back}"),
        Piece("text", f"{words['right']}: {item.correction}"),
    ]
    return [*found, Piece("text", f"{words['source']}: {item.source}")] if item.source else found


def _question(question: Graded, words: Mapping[str, str]) -> list[Piece]:
    score = words["uncounted"] if question.score is None else f"{question.score}/100"
    facts = [score, words[question.outcome], f"{words['time']} {duration(question.seconds, words)}"]
    if question.aided:
        facts.append(words["aided"])
    found = [Piece("subheading", f"{_number(question.number, words)}: {question.question}"), Piece("text", ", ".join(facts))]
    if question.answer.strip():
        found += [Piece("text", f"{words['your']}:"), Piece("quote", question.answer)]
    if question.short_answer and question.outcome not in ("open", "unfinished"):
        found += [Piece("text", f"{words['short']}:"), Piece("markdown", question.short_answer)]
    return found
