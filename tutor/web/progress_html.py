"""Progress as HTML: tiles, bars, calendar, trend, what comes next. Plain boxes that CSS draws; all texts are escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from html import escape

from tutor.errors import InputError
from tutor.interview import plots
from tutor.practice import Overview
from tutor.study.schedule import Day
from tutor.web.words_review import ReviewWords, review_words

#: Weeks of the calendar, and days shown of what falls due.
WEEKS, AHEAD = 26, 14
#: Weak points and misjudged topics shown, the worst first.
MOST = 6
#: From so many answers on a day is as dark as it gets.
FULL = 8


def tiles_html(view: Overview, language: str) -> str:
    """The figures that matter most, and what to do where there are none yet."""
    say = review_words(language)
    more = ""
    if not any(count for _, count in view.days) and not any(view.due):
        more = f'<div class="t-callout"><p><b>{escape(say.nothing_yet)}</b></p><p>{escape(say.nothing_more)}</p></div>'
    return f'<div class="t-overview">{_tiles(view, say)}{more}</div>'


def overview_html(view: Overview, language: str) -> str:
    """All the rest of a learner's progress."""
    say = review_words(language)
    parts = [_section(say.topics, say.topics_more, _topics(view, say))]
    if view.readiness:
        parts.append(f'<details class="t-fold"><summary><span>{escape(say.parts)}</span></summary>{_parts(view, say)}</details>')
    if rows := _confidence(view, say):
        parts.append(_section(say.confidence, say.confidence_more, rows))
    parts.append(_section(say.ahead, "", _ahead(view, say)))
    parts.append(_section(say.calendar, "", _calendar(view, say)))
    parts.append(_section(say.trend, "", _trend(view, say)))
    return f'<div class="t-overview">{"".join(parts)}</div>'


def weakest_html(view: Overview, language: str) -> str:
    """The weakest key points as rows to pick, each of its entry."""
    say = review_words(language)
    rows = [
        f'<li><button type="button" class="t-row t-tall" data-pick="{escape(item.entry_id)}"><span>{escape(item.point)}</span>'
        f"<small>{escape(item.question)} · {escape(say.missed.format(missed=item.missed, tried=item.tried))}</small></button></li>"
        for item in view.weakest[:MOST]
    ]
    more = say.weakest_more if rows else say.weakest_empty
    body = f'<ul class="t-list">{"".join(rows)}</ul>' if rows else ""
    return f'<div class="t-overview">{_section(say.weakest, more, body)}</div>'


def plan_html(view: Overview, language: str) -> str:
    """The days up to the interview; "" where no date is known."""
    say = review_words(language)
    if view.plan is None or view.interview is None:
        return ""
    rows = "".join(_day(day, view.today, view.questions, say) for day in view.plan)
    title = say.plan_title.format(date=view.interview.isoformat())
    body = _section(title, "", f'<ol class="t-days">{rows}</ol>')
    return f'<div class="t-overview">{body}</div>'


def read_date(text: str, today: date, language: str) -> date | None:
    """ "2026-12-31" or "5" (days from today); None for nothing. Raises InputError for anything else."""
    text = text.strip()
    if not text:
        return None
    if re.fullmatch(r"\d{1,3}", text):
        return today + timedelta(days=int(text))
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise InputError(review_words(language).date_wrong.format(text=text[:40])) from None


def _section(title: str, more: str, body: str) -> str:
    below = f'<p class="t-small">{escape(more)}</p>' if more else ""
    return f"<section><h3>{escape(title)}</h3>{below}{body}</section>"


def _tiles(view: Overview, say: ReviewWords) -> str:
    ready = f"{view.readiness.score:.0f}" if view.readiness else "–"
    below = say.ready_more.format(role=view.role_name) if view.readiness else say.no_ready
    tiles = [
        (say.ready, ready, "<span>/100</span>" if view.readiness else "", below),
        (say.seen, str(view.seen), f"<span>/{view.entries}</span>", f"{100 * view.coverage:.0f}%"),
        (say.streak_days, str(view.streak), "", ""),
        (say.due_now, str(view.due[0] if view.due else 0), "", ""),
    ]
    return (
        '<div class="t-tiles">'
        + "".join(
            f"<div><p>{escape(name)}</p><b>{escape(value)}{unit}</b><small>{escape(more)}</small></div>"
            for name, value, unit, more in tiles
        )
        + "</div>"
    )


def _bar(share: float) -> str:
    return f'<i class="t-bar"><i style="width:{min(max(share, 0), 100):.0f}%"></i></i>'


def _topics(view: Overview, say: ReviewWords) -> str:
    rows = [
        f"<li><span>{escape(view.names.get(topic.topic, topic.topic))}</span>{_bar(topic.mastery)}<b>{topic.mastery:.0f}</b>"
        f"<small>{escape(say.unseen.format(seen=topic.seen, total=topic.entries))}</small></li>"
        for topic in sorted(view.topics, key=lambda topic: (-topic.mastery, topic.topic))
    ]
    return f'<ul class="t-bars t-pair">{"".join(rows)}</ul>'


def _parts(view: Overview, say: ReviewWords) -> str:
    assert view.readiness is not None
    rows = [
        f"<li><span>{escape(view.names.get(part.topic, part.topic))}</span>{_bar(part.mastery)}"
        f"<b>+{part.missing:.0f}</b><small>{escape(say.brings.format(brings=f'{part.brings:.1f}', share=f'{100 * part.share:.0f}'))}</small></li>"
        for part in view.readiness.parts
    ]
    left = view.readiness.uncovered
    below = f'<p class="t-small">{escape(say.uncovered.format(topics=", ".join(left)))}</p>' if left else ""
    return f'<p class="t-small">{escape(say.parts_more)}</p><ul class="t-bars">{"".join(rows)}</ul>{below}'


def _ahead(view: Overview, say: ReviewWords) -> str:
    most = max([*view.due[:AHEAD], 1])
    columns = []
    for number, count in enumerate(view.due[:AHEAD]):
        day = view.today + timedelta(days=number)
        name = say.ahead_today if number == 0 else f"{day.day}"
        columns.append(
            f'<div title="{day.isoformat()}: {count}"><b>{count or ""}</b><i style="height:{100 * count / most:.0f}%"></i><small>{escape(name)}</small></div>'
        )
    return f'<div class="t-columns">{"".join(columns)}</div>'


def _calendar(view: Overview, say: ReviewWords) -> str:
    """A square for each day, a column for each week, from a Monday on."""
    start = view.today - timedelta(days=view.today.weekday(), weeks=WEEKS - 1)
    squares = []
    for day, count in view.days:
        if day >= start:
            shade = 0 if not count else min(4, 1 + 3 * count // FULL)
            squares.append(f'<i class="s{shade}" title="{day.isoformat()}: {escape(say.answers.format(count=count))}"></i>')
    whole = sum(count for day, count in view.days if day >= start)
    return (
        f'<div class="t-calendar" role="img" aria-label="{escape(say.answers.format(count=whole))}">{"".join(squares)}</div>'
        f'<p class="t-small">{escape(say.answers.format(count=whole))}</p>'
    )


def _trend(view: Overview, say: ReviewWords) -> str:
    values = [(f"{week.monday:%m-%d}", week.mean) for week in view.weeks if week.mean is not None]
    if len(values) < 2:
        return f'<p class="t-small">{escape(say.trend_empty)}</p>'
    return f'<figure class="t-figure">{plots.trend(values, say.trend)}</figure>'


def _confidence(view: Overview, say: ReviewWords) -> str:
    words = {"over": say.over, "under": say.under, "fair": say.fair}
    rows = [
        f"<li><span>{escape(view.names.get(item.topic, item.topic))}</span><small>{escape(words[item.verdict].format(gap=f'{abs(item.gap):.0f}'))}</small></li>"
        for item in [item for item in view.confidence if item.verdict][:MOST]
    ]
    return f'<ul class="t-facts">{"".join(rows)}</ul>' if rows else ""


def _day(day: Day, today: date, questions: Mapping[str, str], say: ReviewWords) -> str:
    name = say.plan_today if day.date == today else f"{day.date:%m-%d}"
    facts = [say.plan_mock] if day.mock else []
    facts += [say.plan_review.format(count=len(day.review))] if day.review else []
    facts += [say.plan_new.format(count=len(day.new))] if day.new else []
    listed = "".join(f"<li>{escape(questions.get(entry_id, entry_id))}</li>" for entry_id in (*day.review, *day.new))
    head = f"<b>{escape(name)}</b><span>{escape(' · '.join(facts) or say.plan_empty)}</span>"
    if not listed:
        return f'<li class="t-fold"><div class="t-flat">{head}</div></li>'
    return f'<li><details class="t-fold"><summary>{head}</summary><ul>{listed}</ul></details></li>'
