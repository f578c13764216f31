"""Studying: what the command line and the web page do for a learner. Plain functions over a tutor, a learner and the moment.

    practise(tutor, learner, "什么是 LoRA?", "低秩旁路", "grade", now)    grade an answer, and remember it
    queue_today(tutor, learner, now), items(...)                      what to review now
    drill(...), rate(...)                                             answer one key point; rate a flipped card
    overview(tutor, learner, now)                                     everything there is to show of the progress
    dispute(...), remember_question(...), choose(...)

`now` carries the learner's time zone: days begin at its midnight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from tutor.entry import Entry, KeyPoint, Language, Text
from tutor.errors import InputError
from tutor.grading.grade import Grade
from tutor.grading.guards import COPIED, copied_share, runs_of
from tutor.grading.rubric import rubric_of
from tutor.interview.catalogue import question_of, topic_of
from tutor.interview.plan import plan_for
from tutor.interview.roles import ROLES, topic_name
from tutor.study import disputes, progress
from tutor.study.cards import Queue, done_today, due_counts, queue
from tutor.study.learner import Learner
from tutor.study.records import MEDIUM, Asked, Attempt, Card, Catalogue, Ease, Origin, Preferences, as_name, catalogue
from tutor.study.schedule import LONGEST, Day, plan
from tutor.tutor import Tutor, askable

#: Days ahead whose due cards are counted, and weak points that are shown.
AHEAD, WEAKEST = 14, 10
_OPEN_POINT = Text("{question} 有一点你一直没说到,是哪一点?", "{question} There is one point you keep leaving out. Which?")
_REPEATED = Text("申诉照搬了已经给出的要点,维持原评分", "the argument repeats what was shown after grading; the grade stands")


# Answers


def entry_of(tutor: Tutor, question_or_entry_id: str) -> Entry:
    """The entry to study for a question or an id: a note that asks what a curated entry of the index asks leads to that entry.

    Raises InputError where nothing in the index asks this.
    """
    known = tutor.catalogue.entries
    if question_or_entry_id in known:
        return known[question_or_entry_id]
    number = tutor.numbers.get(question_or_entry_id)
    found = tutor.index.entry(number) if number is not None else tutor.entry_asked(question_or_entry_id)
    return known.get(found.linked) or known.get(found.id) or askable(found) or found


def practise(
    tutor: Tutor,
    learner: Learner,
    question_or_entry_id: str,
    answer: str,
    origin: Origin,
    now: datetime,
    self_score: int | None = None,
    aided: bool = False,
    seconds: float | None = None,
    language: Language | None = None,
) -> tuple[Grade, Attempt]:
    """Grade an answer and record it: it moves the entry's card, the marks of its key points and the topic's standing. What could
    not be graded is recorded, too, but moves nothing.

    `self_score` is the learner's guess before the grade was shown; `aided`: the reference was seen before; `language` is that of
    the feedback (default: that of the answer).
    """
    if self_score is not None and not 0 <= self_score <= 100:
        raise InputError(f"self-score {self_score}", remedy="0 to 100")
    entry = entry_of(tutor, question_or_entry_id)
    asked = "" if question_or_entry_id == entry.id else question_or_entry_id
    grade = tutor.grade(asked, answer, entry_id=entry.id, language=language)
    attempt = _attempt(entry, grade, answer, origin, now, self_score=self_score, aided=aided, seconds=seconds)
    return grade, learner.record(attempt)[0]


def rate(tutor: Tutor, learner: Learner, entry_id: str, rating: Ease, now: datetime) -> Attempt:
    """Reschedule a card that was flipped, by the learner's own rating: 1 again, 2 hard, 3 good, 4 easy. It proves nothing."""
    if rating not in (1, 2, 3, 4):
        raise InputError(f"rating {rating}", remedy="1 again, 2 hard, 3 good, 4 easy")
    entry = entry_of(tutor, entry_id)
    question = question_of(entry, "zh")
    attempt = Attempt(as_name(entry.id), as_name(topic_of(entry)), now, "review", question, rating=rating, difficulty=_difficulty(entry))
    return learner.record(attempt)[0]


def drill(
    tutor: Tutor,
    learner: Learner,
    entry_id: str,
    point_id: str,
    answer: str,
    now: datetime,
    aided: bool = False,
    seconds: float | None = None,
    language: Language | None = None,
) -> tuple[Grade, Attempt]:
    """Grade an answer by one key point alone, and record it; without a point it is the whole entry that is practised."""
    if not point_id:
        return practise(tutor, learner, entry_id, answer, "review", now, aided=aided, seconds=seconds, language=language)
    entry = entry_of(tutor, entry_id)
    grade = _only(tutor.grade("", answer, entry_id=entry.id, language=language), point_id)
    return grade, learner.record(_attempt(entry, grade, answer, "drill", now, aided=aided, seconds=seconds))[0]


def dispute(tutor: Tutor, learner: Learner, attempt_id: str, argument: str, now: datetime) -> tuple[Grade, Attempt]:
    """Grade an answer again with the candidate's argument as its continuation. The better grade is kept, in place of the first
    where that is the new one; the case is logged for the evaluation set.

    An argument that copies the key points, which are shown after grading, is no evidence.
    """
    attempt = learner.attempt(attempt_id)
    if not argument.strip():
        raise InputError("the argument is missing", remedy="say where the answer makes the point")
    if not attempt.answer.strip():
        raise InputError("there was no answer to grade again")
    entry = entry_of(tutor, attempt.entry_id)

    def graded(answer: str) -> Grade:
        grade = tutor.grade(attempt.question, answer, entry_id=entry.id)
        return _only(grade, next(iter(attempt.points))) if attempt.origin == "drill" and attempt.points else grade

    before, after = graded(attempt.answer), graded(f"{attempt.answer}\n{argument}")
    shown = [*entry.short.both(), *entry.answer.both(), *(text for point in rubric_of(entry).points for text in point.text.both())]
    copied = copied_share(argument, runs_of(shown)) >= COPIED
    holds = not copied and _better(after, before)
    better = _attempt(entry, after, attempt.answer, attempt.origin, attempt.at) if holds else None
    attempt = learner.dispute(attempt_id, argument, better)
    case = {
        "at": now.isoformat(),
        "attempt": attempt_id,
        "entry_id": entry.id,
        "question": attempt.question,
        "answer": attempt.answer,
        "argument": argument,
        "before": _verdict(before),
        "after": _verdict(after),
        "kept": "after" if holds else "before",
    }
    disputes.log(learner.database, learner.name, case)
    if copied:
        before = replace(before, notes=(*before.notes, _REPEATED.pick(before.language)))
    return (after if holds else before), attempt


def remember_question(tutor: Tutor, learner: Learner, entry_id: str, question: str, now: datetime) -> None:
    """A question asked in chat brings its entry up for review."""
    entry = entry_of(tutor, entry_id)
    learner.asked(Asked(as_name(entry.id), as_name(topic_of(entry)), question, now))


def _attempt(entry: Entry, grade: Grade, answer: str, origin: Origin, now: datetime, **given: Any) -> Attempt:
    return Attempt(
        entry_id=as_name(entry.id),
        topic=as_name(topic_of(entry)),
        at=now,
        origin=origin,
        question=grade.question,
        answer=answer,
        score=grade.score,
        points={as_name(point.id): point.credit for point in grade.points} if grade.graded else {},
        misconceptions=tuple(item.claim for item in grade.misconceptions),
        flags=grade.flags,
        difficulty=_difficulty(entry),
        **given,
    )


def _difficulty(entry: Entry) -> int:
    return entry.difficulty or MEDIUM


def _only(grade: Grade, point_id: str) -> Grade:
    """A grade by one of its key points alone."""
    points = tuple(point for point in grade.points if as_name(point.id) == point_id)
    if not points:
        raise InputError(f"{grade.entry_id} has no key point {point_id!r}")
    score = None if grade.score is None else round(100 * points[0].credit)
    return replace(grade, points=points, score=score, low=score or 0, high=score or 0, feedback="")


def _better(after: Grade, before: Grade) -> bool:
    """Whether more of the answer is borne out, and nothing speaks against it."""
    if after.score is None or after.score < (before.score or 0):
        return False
    return before.score is None or sum(point.weight * point.credit for point in after.points) > sum(
        point.weight * point.credit for point in before.points
    )


def _verdict(grade: Grade) -> dict[str, Any]:
    return {"score": grade.score, "points": {point.id: point.credit for point in grade.points}}


# Reviews


@dataclass(frozen=True, slots=True)
class Item:
    """Something to review: a card that is due, a new entry, or a drill of one key point (of the whole entry where `point_id` is
    empty). `question` is what to ask."""

    kind: Literal["due", "new", "drill"]
    entry_id: str
    question: str
    point_id: str = ""


def queue_today(tutor: Tutor, learner: Learner, now: datetime, goal: int | None = None) -> Queue:
    """What to review today, as far as the goal goes (default: the learner's). A drill comes once a day."""
    recent, cards = learner.attempts(since=_midnight(now)), learner.cards()
    goal = learner.preferences().goal if goal is None else goal
    today = queue(cards, listed(tutor, cards), now, goal=goal, recent=recent, marks=learner.marks())
    drilled = {(attempt.entry_id, point) for attempt in recent if attempt.origin == "drill" for point in attempt.points}
    drilled |= {(attempt.entry_id, "") for attempt in recent if attempt.origin == "review"}
    return replace(today, drills=tuple(drill for drill in today.drills if (drill.entry_id, drill.point_id) not in drilled))


def items(tutor: Tutor, today: Queue, language: Language) -> list[Item]:
    """A queue as questions, in order: due cards, new entries, drills."""
    found = [Item("due", card.entry_id, question_of(entry_of(tutor, card.entry_id), language)) for card in today.due]
    found += [Item("new", entry_id, question_of(entry_of(tutor, entry_id), language)) for entry_id in today.new]
    for leech in today.drills:
        entry = entry_of(tutor, leech.entry_id)
        question = question_of(entry, language)
        if leech.point_id:
            point = point_of(entry, leech.point_id)
            question = (point.probe.pick(language) if point else "") or _OPEN_POINT.pick(language).format(question=question)
        found.append(Item("drill", leech.entry_id, question, leech.point_id))
    return found


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def point_of(entry: Entry, point_id: str) -> KeyPoint | None:
    """A key point of an entry by its id."""
    return next((point for point in rubric_of(entry).points if as_name(point.id) == point_id), None)


def card_of(learner: Learner, entry_id: str) -> Card | None:
    """An entry's place on the learner's schedule."""
    return next((card for card in learner.cards() if card.entry_id == entry_id), None)


def listed(tutor: Tutor, cards: list[Card]) -> Catalogue:
    """What the learner studies: all that an interview may ask, and the notes of one's own that were met."""
    known = tutor.catalogue.entries
    met = [card.entry_id for card in cards if card.entry_id not in known and card.entry_id in tutor.numbers]
    return catalogue([*known.values(), *(entry_of(tutor, entry_id) for entry_id in met)])


# Choices


def choose(learner: Learner, now: datetime, **chosen: Any) -> Preferences:
    """Keep what the learner chooses (`goal`, `language`, `role`, `interview`); None means not chosen now."""
    wanted = {name: value for name, value in chosen.items() if value is not None}
    if "role" in wanted:
        plan_for(wanted["role"])
    if "interview" in wanted:
        _check_date(wanted["interview"], now)
    return learner.prefer(**wanted) if wanted else learner.preferences()


def _check_date(interview: date, now: datetime) -> None:
    if not 0 <= (interview - now.date()).days <= LONGEST:
        raise InputError(f"an interview on {interview.isoformat()}", remedy=f"a day from today to {LONGEST} days ahead")


# Progress


@dataclass(frozen=True, slots=True)
class Weak:
    """A key point that is missed, in words."""

    entry_id: str
    question: str
    point_id: str
    point: str
    expected: float
    missed: int
    tried: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything to show of a learner's progress. `names` are the topics' names, `questions` those of the entries mentioned.

    `readiness` is None where the material covers none of the role's topics, `plan` where no date is known. `due` counts the cards
    of the next days, today's with the overdue ones. `days` and `weeks` end today.
    """

    learner: str
    today: date
    language: Language
    entries: int
    seen: int
    coverage: float
    topics: tuple[progress.TopicProgress, ...]
    names: Mapping[str, str]
    weeks: tuple[progress.Week, ...]
    days: tuple[tuple[date, int], ...]
    streak: int
    weakest: tuple[Weak, ...]
    role: str
    role_name: str
    readiness: progress.Readiness | None
    confidence: tuple[progress.Confidence, ...]
    due: tuple[int, ...]
    goal: int
    done: int
    interview: date | None
    plan: tuple[Day, ...] | None
    questions: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """The overview as JSON."""
        data: dict[str, Any] = _json(asdict(self))
        for topic, value in zip(data["topics"], self.topics, strict=True):
            topic["coverage"] = value.coverage
        for item, confidence in zip(data["confidence"], self.confidence, strict=True):
            item["verdict"] = confidence.verdict
        if self.readiness:
            for part, known in zip(data["readiness"]["parts"], self.readiness.parts, strict=True):
                part.update(brings=known.brings, missing=known.missing)
        data["days"] = [{"date": day.isoformat(), "answers": answers} for day, answers in self.days]
        return data


def overview(
    tutor: Tutor,
    learner: Learner,
    now: datetime,
    role: str | None = None,
    interview: date | None = None,
    language: Language | None = None,
) -> Overview:
    """Where the learner stands; role, date and language are by default those chosen. Raises InputError for a role that is not
    known or a date out of reach."""
    chosen = learner.preferences()
    role, language = role or chosen.role or "general", language or chosen.language
    weights = plan_for(role).topics
    if interview is not None:
        _check_date(interview, now)
    elif chosen.interview and chosen.interview >= now.date():
        interview = chosen.interview
    cards = learner.cards()
    studied = listed(tutor, cards)
    topics = progress.topics(cards, studied, now)
    days = learner.activity(now)
    calendar = progress.calendar(days, now)
    covered = any(weights.get(topic.topic) for topic in topics)
    schedule = plan(cards, studied, now, interview, role=weights if covered else None, per_day=chosen.goal) if interview else None
    weakest = _weakest(tutor, learner, studied, language)
    mentioned = {item.entry_id for item in weakest} | {name for day in schedule or () for name in (*day.review, *day.new)}
    return Overview(
        learner=learner.name,
        today=now.date(),
        language=language,
        entries=len(studied),
        seen=sum(topic.seen for topic in topics),
        coverage=progress.coverage(topics),
        topics=tuple(topics),
        names={topic.topic: topic_name(topic.topic).pick(language) for topic in topics},
        weeks=tuple(progress.trend(days, now)),
        days=tuple(calendar),
        streak=progress.streak(calendar),
        weakest=tuple(weakest),
        role=role,
        role_name=ROLES[role].name.pick(language),
        readiness=progress.readiness(topics, weights) if covered else None,
        confidence=tuple(progress.confidence(learner.standings().values())),
        due=tuple(due_counts((card for card in cards if card.entry_id in studied), now, AHEAD)),
        goal=chosen.goal,
        done=done_today(learner.attempts(since=_midnight(now)), now),
        interview=interview,
        plan=tuple(schedule) if schedule is not None else None,
        questions={entry_id: question_of(entry_of(tutor, entry_id), language) for entry_id in sorted(mentioned)},
    )


def _weakest(tutor: Tutor, learner: Learner, studied: Catalogue, language: Language) -> list[Weak]:
    found = []
    for weak in progress.weakest_points((mark for mark in learner.marks() if mark.entry_id in studied), 2 * WEAKEST):
        entry = entry_of(tutor, weak.entry_id)
        # A rubric that was rewritten may have lost a point.
        if point := point_of(entry, weak.point_id):
            question = question_of(entry, language)
            text = " ".join(point.text.pick(language).split())
            found.append(Weak(weak.entry_id, question, weak.point_id, text, weak.expected, weak.missed, weak.tried))
    return found[:WEAKEST]


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _json(item) for name, item in value.items()}
    return [_json(item) for item in value] if isinstance(value, list | tuple) else value
