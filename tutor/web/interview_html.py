"""An interview as HTML: the plan with its reasons, the conversation, how far it is, the report. All texts are escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from tutor.grading.grade import Grade
from tutor.interview.plan import Proposal
from tutor.interview.report import Report
from tutor.interview.report_pages import plot
from tutor.interview.roles import ROLES, topic_name
from tutor.interview.speech import LEVELS
from tutor.interview.state import Line, State
from tutor.study.records import Interview
from tutor.web.grade_html import grade_html, level_of, link, two
from tutor.web.markdown import safe_markdown
from tutor.web.words_interview import InterviewWords, interview_words

#: Lines of the candidate that say nothing of the question are shown small.
WISHES = frozenset({"skip", "hint", "repeat", "rephrase", "stop", "dont_know"})
#: Strengths and gaps shown in a report; all are in the downloads.
MOST = 8
#: Topics that make a radar.
FEWEST = 3


def proposal_html(proposal: Proposal, language: str) -> str:
    """The plan that a text asks for: topics with their share, and the words that led to them."""
    say = interview_words(language)
    plan = proposal.plan
    whole = sum(plan.topics.values()) or 1
    rows = []
    for topic, weight in plan.topics.items():
        reasons = proposal.reasons.get(topic, ())
        why = f"{say.plan_asked} {', '.join(f'“{word}”' for word in reasons[:4])}" if reasons else say.plan_usual
        share = 100 * weight / whole
        rows.append(
            f'<li><span>{escape(topic_name(topic).pick(two(language)))}</span><i class="t-bar"><i style="width:{min(2.5 * share, 100):.0f}%"></i></i>'
            f"<b>{share:.0f}%</b><small>{escape(why)}</small></li>"
        )
    level = ""
    if proposal.level_reason:
        level = say.plan_level.format(level=LEVELS[plan.level].pick(two(language)), reason=proposal.level_reason)
    return (
        f'<div class="t-plan"><h3>{escape(say.plan)}: {escape(ROLES[plan.role].name.pick(two(language)))}</h3>'
        f'<p class="t-small">{escape(say.plan_from)}</p><ul>{"".join(rows)}</ul>{f"<p>{escape(level)}</p>" if level else ""}</div>'
    )


def progress_html(state: State, thinking: float, language: str) -> str:
    """How far the interview is: question n of N, and the time, which study.js lets run on; `thinking` are the seconds since the
    question was asked."""
    say = interview_words(language)
    total, number = state.plan.questions, len(state.asked)
    minutes = state.plan.minutes
    limit = f" {escape(say.of_minutes.format(minutes=f'{minutes:g}'))}" if minutes else ""
    used = state.seconds + thinking
    return (
        f'<div class="t-progress"><b>{escape(say.question_of.format(number=number, total=total))}</b>'
        f'<span>{escape(say.used)} <time data-seconds="{used:.0f}" data-running="1">{clock(used)}</time>{limit}</span>'
        f'<i class="t-bar"><i style="width:{100 * (number - 1) / total:.0f}%"></i></i></div>'
    )


def clock(seconds: float) -> str:
    """Minutes and seconds."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def talk_html(lines: Sequence[Line], language: str) -> str:
    """The conversation, the interviewer's lines in a row as one block."""
    say = interview_words(language)
    blocks: list[str] = []
    spoken: list[str] = []

    def close() -> None:
        if spoken:
            blocks.append(f'<div class="t-them"><small>{escape(say.interviewer)}</small>{"".join(spoken)}</div>')
            spoken.clear()

    for line in lines:
        if line.kind == "report":
            continue
        text = escape(line.text.strip())
        if line.who == "interviewer":
            kind = line.kind if line.kind in ("question", "probe") else "remark"
            spoken.append(f'<p class="{kind}">{text}</p>')
            continue
        close()
        small = " wish" if line.kind in WISHES else ""
        blocks.append(
            f'<div class="t-you{small}"><span class="t-hidden">{escape(say.you)}</span><p>{text or escape(say.silence)}</p></div>'
        )
    close()
    return f'<div class="t-talk" role="log" aria-live="polite">{"".join(blocks)}</div>'


def earlier_html(interviews: Iterable[Interview], language: str) -> str:
    """Finished interviews to open, newest first."""
    say = interview_words(language)
    rows = []
    for interview in interviews:
        report = interview.report or {}
        score = report.get("score")
        role = str(interview.plan.get("role", "general"))
        name = ROLES[role].name.pick(two(language)) if role in ROLES else role
        count = say.count.format(count=len(report.get("questions", ())))
        shown = f'<b class="{level_of(score)}">{score}</b>' if isinstance(score, int) else f"<small>{escape(say.no_score)}</small>"
        rows.append(
            f'<li><button type="button" class="t-row" data-pick="{escape(interview.id)}"><span>{escape(name)}</span>'
            f"<small>{interview.started.astimezone():%Y-%m-%d %H:%M} · {escape(count)}</small>{shown}</button></li>"
        )
    body = f'<ul class="t-list">{"".join(rows)}</ul>' if rows else f'<p class="t-small">{escape(say.no_earlier)}</p>'
    return f'<h3 class="t-heading">{escape(say.earlier)}</h3>{body}'


def report_html(report: Report, language: str) -> str:
    """The whole report with its plots."""
    say = interview_words(language)
    parts = [_head(report, say)]
    if report.topics:
        parts.append(_figures(report, say))
    if report.corrections:
        body = "".join(
            f'<div class="t-wrong"><p><span>{item.number}</span> <q>{escape(_line(item.quote))}</q></p><p>{escape(item.correction)}</p>'
            + (f'<p class="t-small">{escape(say.withdrawn)}</p>' if item.withdrawn else "")
            + (f'<p class="t-small">{link(item.source)}</p>' if item.source else "")
            + "</div>"
            for item in report.corrections
        )
        parts.append(_section(say.corrections, body))
    if report.gaps:
        rows = [f"<li><b>{gap.number}</b><p>{escape(gap.point)}</p></li>" for gap in report.gaps[:MOST]]
        parts.append(_section(say.gaps, f'<ul class="t-items poor">{"".join(rows)}</ul>'))
    if report.strengths:
        rows = [
            f"<li><b>{item.number}</b><p>{escape(item.point)}</p><q>{escape(_line(item.quote))}</q></li>"
            for item in report.strengths[:MOST]
        ]
        parts.append(_section(say.strengths, f'<ul class="t-items good">{"".join(rows)}</ul>'))
    if report.next:
        rows = [
            f'<li><button type="button" class="t-row" data-pick="{escape(item.entry_id)}"><span>{escape(item.question)}</span>'
            + (f"<small>{escape(say.follows)}</small>" if item.reason == "follows" else "")
            + "</button></li>"
            for item in report.next
        ]
        parts.append(_section(say.next, f'<ul class="t-list">{"".join(rows)}</ul>'))
    return f'<div class="t-report">{"".join(parts)}</div>'


def details_markdown(report: Report, language: str) -> str:
    """Question by question, to open one by one, and the transcript: HTML in Markdown, for the material's answers hold formulas."""
    say = interview_words(language)
    parts = [f'<h3 class="t-heading">{escape(say.each)}</h3>', *_questions(report, language, say)] if report.questions else []
    lines = f'<details class="t-fold"><summary>{escape(say.transcript)}</summary>{talk_html(report.transcript, language)}</details>'
    return "\n\n".join([*parts, one_line(lines)])


def one_line(html: str) -> str:
    """HTML that Markdown leaves alone: an empty line would end it."""
    return html.replace("\n", "&#10;")


def _figures(report: Report, say: InterviewWords) -> str:
    """Radar and trend; where the radar has too few topics or too little room, bars in its place. One interview makes no trend."""
    rows = "".join(
        f'<li><span>{escape(topic.name)}</span><i class="t-bar {level_of(topic.score)}"><i style="width:{topic.score}%"></i></i><b>{topic.score}</b></li>'
        for topic in report.topics
    )
    wide = len(report.topics) >= FEWEST
    radar = f'<div class="t-wide">{plot("radar", report)}</div>' if wide else ""
    bars = f'<ul class="t-bars{" t-narrow" if wide else ""}">{rows}</ul>'
    figures = f"<figure><figcaption>{escape(say.by_topic)}</figcaption>{radar}{bars}</figure>"
    if report.earlier and report.score is not None:
        figures += f"<figure><figcaption>{escape(say.over_time)}</figcaption>{plot('trend', report)}</figure>"
    return f'<div class="t-figures">{figures}</div>'


def _head(report: Report, say: InterviewWords) -> str:
    level = LEVELS[report.level].pick(report.language)
    facts = [f"{report.role}, {level}", say.count.format(count=len(report.questions))]
    facts.append(say.time_used.format(minutes=max(1, round(report.seconds / 60))))
    if report.hints:
        facts.append(say.hints_used.format(count=report.hints))
    head = f'<p class="t-tags">{"".join(f"<span>{escape(fact)}</span>" for fact in facts)}</p>'
    if report.score is None or report.expected is None:
        return f"{head}<h2>{escape(say.report)}</h2><p>{escape(say.uncounted)}</p>"
    verdict = {"above": say.above, "at": say.at, "below": say.below}.get(report.verdict, "")
    change = "" if report.change is None else f" · {say.change.format(change=report.change)}"
    mark = (
        f'<div class="t-range" aria-hidden="true"><i style="left:0;width:{report.score}%"></i><b style="left:{report.expected}%"></b></div>'
    )
    return (
        f'{head}<h2>{escape(say.report)}</h2><div class="t-score {level_of(report.score)}"><p class="t-number" aria-label="{escape(say.overall)}">'
        f"<b>{report.score}</b> <span>{escape(say.overall)}{escape(change)}</span></p>{mark}"
        f'<p class="t-small">{escape(say.expected.format(verdict=verdict, expected=report.expected))}</p></div>'
    )


def _questions(report: Report, language: str, say: InterviewWords) -> Iterable[str]:
    for item in report.questions:
        score = f'<b class="{level_of(item.score)}">{item.score}</b>' if item.score is not None else "<b>–</b>"
        body = ""
        if item.grade:
            body = grade_html(Grade.from_dict(item.grade), item.answer, language, aided=item.aided)
        elif item.answer:
            body = f'<div class="t-answer">{escape(item.answer)}</div>'
        head = f'<details class="t-fold"><summary><small>{item.number}</small><span>{escape(item.question)}</span>{score}</summary>{body}'
        yield f"{one_line(head)}<h3>{escape(say.short_answer)}</h3>\n\n{safe_markdown(item.short_answer)}\n\n</details>"


def _section(title: str, body: str) -> str:
    return f"<section><h3>{escape(title)}</h3>{body}</section>"


def _line(text: str) -> str:
    return " ".join(text.split())
