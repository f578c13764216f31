"""What Today in the Review tab does, as functions from values to values: the next item, grade it, flip it, rate it, skip it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import escape
from typing import Any, Literal

from tutor.errors import InputError
from tutor.grading.grade import Grade
from tutor.interview.catalogue import topic_of
from tutor.practice import Item, card_of, choose, drill, entry_of, items, point_of, practise, queue_today, rate
from tutor.study.cards import review
from tutor.study.learner import Learner
from tutor.study.progress import calendar, streak
from tutor.study.records import Card, Ease
from tutor.web.current import CurrentTutor
from tutor.web.exercise import LONGEST, reference_markdown
from tutor.web.grade_html import grade_html, tags, two
from tutor.web.markdown import safe_markdown
from tutor.web.visitor import learner_of, now
from tutor.web.words_grade import grade_words
from tutor.web.words_review import review_words

EASES: tuple[Ease, ...] = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the table: the item and what has been done with it, and how the day stands.

    `skipped` are items put aside until the queue is shown again; `soon` says for each rating when the card would come back.
    """

    item: Item | None = None
    phase: Literal["ask", "flipped", "graded"] = "ask"
    skipped: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    answer: str = ""
    grade: Grade | None = None
    said: str = ""
    soon: Mapping[int, str] = field(default_factory=dict)
    done: int = 0
    goal: int = 0
    left: int = 0
    waiting: int = 0
    streak: int = 0

    @property
    def rateable(self) -> bool:
        """Whether a flip can be rated: a drill is about one point of its card, which keeps its place."""
        return self.item is not None and not self.item.point_id


def look(current: CurrentTutor, name: str, desk: Desk, language: str) -> Desk:
    """The desk as it stands now: an item that is being worked on stays, else the next one comes."""
    if desk.phase != "ask" and desk.item:
        return desk
    tutor, learner, moment = current.get(), learner_of(current, name), now()
    today = queue_today(tutor, learner, moment)
    queued = [item for item in items(tutor, today, two(language)) if (item.entry_id, item.point_id) not in desk.skipped]
    same = next((item for item in queued if desk.item and _key(item) == _key(desk.item)), None)
    item = same or (queued[0] if queued else None)
    return Desk(
        item=item,
        skipped=desk.skipped,
        since=desk.since if same and desk.since else moment,
        done=today.done,
        goal=today.goal,
        left=len(queued),
        waiting=today.waiting,
        streak=streak(calendar(learner.activity(moment), moment)),
    )


def following(current: CurrentTutor, name: str, desk: Desk, language: str) -> Desk:
    """The next item. A drill that was only flipped is put aside: it was not answered."""
    aside = [_key(desk.item)] if desk.item and desk.phase == "flipped" and not desk.rateable else []
    return look(current, name, Desk(skipped=(*desk.skipped, *aside)), language)


def skip(current: CurrentTutor, name: str, desk: Desk, language: str) -> Desk:
    """The item put aside, the next one instead."""
    aside = [_key(desk.item)] if desk.item else []
    return look(current, name, Desk(skipped=(*desk.skipped, *aside)), language)


def grade(current: CurrentTutor, name: str, desk: Desk, answer: str, language: str) -> Desk:
    """The item answered: graded and rescheduled. Raises InputError for an empty answer."""
    if desk.item is None or desk.phase == "graded":
        return desk
    if not answer.strip():
        raise InputError(grade_words(language).empty_answer)
    tutor, learner, moment = current.get(), learner_of(current, name), now()
    item, given = desk.item, answer[:LONGEST]
    aided, seconds = desk.phase == "flipped", (moment - desk.since).total_seconds() if desk.since else None
    if item.kind == "drill":
        got, _ = drill(tutor, learner, item.entry_id, item.point_id, given, moment, aided, seconds)
    else:
        got, _ = practise(tutor, learner, item.entry_id, given, "review", moment, None, aided, seconds)
    return replace(desk, phase="graded", answer=given, grade=got, said=_comes_back(learner, item.entry_id, language))


def flip(current: CurrentTutor, name: str, desk: Desk) -> Desk:
    """The card turned over, with what each rating would do."""
    if desk.item is None or desk.phase != "ask":
        return desk
    learner, moment = learner_of(current, name), now()
    entry = entry_of(current.get(), desk.item.entry_id)
    card = card_of(learner, desk.item.entry_id) or Card(desk.item.entry_id, topic_of(entry)[:200], due=moment)
    soon: dict[int, str] = {ease: _ahead(review(card, ease, moment).due - moment) for ease in EASES} if desk.rateable else {}
    return replace(desk, phase="flipped", soon=soon)


def rated(current: CurrentTutor, name: str, desk: Desk, ease: Ease, language: str) -> Desk:
    """A flipped card rescheduled by the learner's own rating; the next item."""
    if desk.item is None or desk.phase != "flipped" or not desk.rateable:
        return desk
    rate(current.get(), learner_of(current, name), desk.item.entry_id, ease, now())
    return look(current, name, Desk(skipped=(*desk.skipped, _key(desk.item))), language)


def set_goal(current: CurrentTutor, name: str, goal: float | None) -> int:
    """The learner's answers a day, kept."""
    return choose(learner_of(current, name), now(), goal=None if goal is None else max(1, int(goal))).goal


def _key(item: Item) -> tuple[str, str]:
    return item.entry_id, item.point_id


def _comes_back(learner: Learner, entry_id: str, language: str) -> str:
    card = card_of(learner, entry_id)
    return review_words(language).comes_back.format(date=f"{card.due.astimezone():%Y-%m-%d}") if card else ""


def _ahead(time: timedelta) -> str:
    """ "10 min", "3 d": how far a date is."""
    minutes = round(time.total_seconds() / 60)
    return f"{minutes} min" if minutes < 90 else f"{round(minutes / 60)} h" if minutes < 1440 else f"{round(minutes / 1440)} d"


# As HTML


def today_html(desk: Desk, language: str) -> str:
    """How the day stands."""
    say = review_words(language)
    facts = [say.left.format(count=desk.left)] if desk.left else []
    facts += [say.waiting.format(count=desk.waiting)] if desk.waiting else []
    facts += [say.streak.format(count=desk.streak)] if desk.streak > 1 else []
    share = min(100, 100 * desk.done / desk.goal) if desk.goal else 0
    return (
        f'<div class="t-progress"><b>{escape(say.done_of.format(done=desk.done, goal=desk.goal))}</b><span>{escape(" · ".join(facts))}</span>'
        f'<i class="t-bar"><i style="width:{share:.0f}%"></i></i></div>'
    )


def item_html(current: CurrentTutor, desk: Desk, language: str) -> str:
    """The question on the table, or that there is none."""
    say = review_words(language)
    if desk.item is None:
        more = say.all_skipped if desk.skipped and desk.done < desk.goal else say.all_done_more
        return f'<div class="t-done"><h2>{escape(say.all_done)}</h2><p>{escape(more)}</p></div>'
    kind: dict[str, Any] = {"due": say.due, "new": say.new, "drill": say.drill}
    entry = entry_of(current.get(), desk.item.entry_id)
    below = f'<p class="t-small">{escape(say.drill_more)}</p>' if desk.item.point_id else ""
    return f'<div class="t-question">{tags(entry, language, kind[desk.item.kind])}<h2>{escape(desk.item.question)}</h2>{below}</div>'


def result_html(desk: Desk, language: str) -> str:
    """The grade, once there is one."""
    return grade_html(desk.grade, desk.answer, language, aided=bool(desk.soon), note=desk.said) if desk.grade else ""


def back_markdown(current: CurrentTutor, desk: Desk, language: str) -> str:
    """The back of a flipped card: the reference, or the one point of a drill."""
    if desk.item is None or desk.phase != "flipped":
        return ""
    entry = entry_of(current.get(), desk.item.entry_id)
    point = point_of(entry, desk.item.point_id) if desk.item.point_id else None
    if point:
        return f"### {grade_words(language).reference_title}\n\n{safe_markdown(point.text.pick(two(language)))}"
    return reference_markdown(entry, language)
