"""`tutor review`: today's cards, one after the other, in the terminal or as a dialogue in JSON lines.

The loop is the same for both; what differs is how a question is put and a reply is read.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import typer

from tutor.commands.dialogue import read_line, read_request, read_text
from tutor.commands.options import IndexOption, JsonOption, LanguageOption, LearnerOption, emit, now
from tutor.settings import Settings

if TYPE_CHECKING:
    from tutor.entry import Entry, Language
    from tutor.grading.grade import Grade
    from tutor.practice import Item
    from tutor.study.cards import Queue
    from tutor.study.learner import Learner
    from tutor.study.records import Attempt, Ease
    from tutor.tutor import Tutor

_FLIP, _SKIP, _QUIT = ("flip", "翻面", "翻"), ("skip", "跳过"), ("quit", "exit", "q", "退出")
#: The rating of a flipped card speaks for all of its entry.
_NO_FLIP = "A single key point is answered or skipped, not flipped."
_WAYS = "Write an answer and end it with an empty line; or: flip, skip, quit."


def review_command(
    goal: Annotated[int | None, typer.Option("--goal", metavar="N", help="Answers a day; remembered. Default 10.")] = None,
    guess: Annotated[bool, typer.Option("--guess", help="Ask for your own guess of each score before showing it.")] = False,
    language: LanguageOption = None,
    learner: LearnerOption = "me",
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Review what is due today: answer, get a grade, and the schedule moves.

    First what is due, then new entries up to the day's goal, then drills of single key points that were missed again and again. End an answer with an empty line; "flip" shows the reference and lets you rate yourself, "skip" passes, "quit" or Ctrl-D ends. Every answer is stored at once.

    With --json a dialogue in JSON lines: after {"type": "question"} one line is read: {"answer": "...", "self_score": 0-100 or left out}, {"flip": true} or {"skip": true}; after {"type": "reference"} {"rating": 1-4}. Then comes "grade" or "rated", and "done" last.
    """
    from tutor.practice import choose
    from tutor.tutor import Tutor

    tutor = Tutor.open(settings=Settings.load(index=index))
    who = tutor.learner(learner)
    chosen = choose(who, now(), goal=goal, language=language)
    talk: _Talk = _Lines() if as_json else _Terminal(guess)
    _Review(tutor, who, chosen.language, talk).run()


@dataclass(frozen=True, slots=True)
class _Reply:
    """What was said to a question."""

    kind: Literal["answer", "flip", "skip"]
    text: str = ""
    self_score: int | None = None


class _Talk(Protocol):
    """How questions are put and replies read; None is the end of input."""

    def begin(self, left: int, done: int, goal: int) -> None: ...
    def ask(self, item: Item, number: int, left: int) -> _Reply | None: ...
    def rating(self, entry: Entry, language: Language) -> Ease | None: ...
    def graded(self, grade: Grade, attempt: Attempt, due: datetime | None) -> None: ...
    def rated(self, attempt: Attempt, due: datetime | None) -> None: ...
    def done(self, answered: int, left: int, waiting: int) -> None: ...


class _Review:
    """A round of reviews."""

    def __init__(self, tutor: Tutor, learner: Learner, language: Language, talk: _Talk) -> None:
        self.tutor, self.learner, self.language, self.talk = tutor, learner, language, talk
        self.passed: set[tuple[str, str, str]] = set()
        self.answered = 0

    def run(self) -> None:
        left, waiting = self._left()
        today = self._today()
        self.talk.begin(len(left), today.done, today.goal)
        try:
            while left and self._one(left[0], len(left)):
                left, waiting = self._left()
        except KeyboardInterrupt:
            left, waiting = self._left()
        self.talk.done(self.answered, len(left), waiting)

    def _today(self) -> Queue:
        from tutor.practice import queue_today

        return queue_today(self.tutor, self.learner, now())

    def _left(self) -> tuple[list[Item], int]:
        from tutor.practice import items

        today = self._today()
        found = items(self.tutor, today, self.language)
        return [item for item in found if (item.kind, item.entry_id, item.point_id) not in self.passed], today.waiting

    def _one(self, item: Item, left: int) -> bool:
        """Ask one; False at the end of input."""
        from tutor import practice

        start = time.monotonic()
        reply = self.talk.ask(item, self.answered + 1, left)
        if reply is None:
            return False
        if reply.kind == "answer":
            seconds = round(time.monotonic() - start, 1)
            if item.kind == "drill":
                grade, attempt = practice.drill(
                    self.tutor, self.learner, item.entry_id, item.point_id, reply.text, now(), seconds=seconds, language=self.language
                )
            else:
                grade, attempt = practice.practise(
                    self.tutor,
                    self.learner,
                    item.entry_id,
                    reply.text,
                    "review",
                    now(),
                    reply.self_score,
                    seconds=seconds,
                    language=self.language,
                )
            self.talk.graded(grade, attempt, self._due(item))
        elif reply.kind == "flip":
            rating = self.talk.rating(practice.entry_of(self.tutor, item.entry_id), self.language)
            if rating is None:
                return False
            self.talk.rated(practice.rate(self.tutor, self.learner, item.entry_id, rating, now()), self._due(item))
        self.answered += reply.kind != "skip"
        # What could not be graded stays in the queue, but need not be asked twice in a row.
        self.passed.add((item.kind, item.entry_id, item.point_id))
        return True

    def _due(self, item: Item) -> datetime | None:
        from tutor.practice import card_of

        card = card_of(self.learner, item.entry_id)
        return card.due.astimezone() if card else None


class _Terminal:
    """Reviews with a person."""

    def __init__(self, guess: bool) -> None:
        self.guess = guess

    def begin(self, left: int, done: int, goal: int) -> None:
        if left:
            typer.echo(f"{left} to review now; {done} of {goal} done today. {_WAYS}")

    def ask(self, item: Item, number: int, left: int) -> _Reply | None:
        kind = {"due": "", "new": " (new)", "drill": " (one key point)"}[item.kind]
        typer.echo("\n" + typer.style(f"[{number}/{number + left - 1}]{kind} {item.question}", bold=True))
        while (text := read_text(_at_once)) is not None:
            word = text.strip().lower()
            if word in _QUIT:
                return None
            if word in _FLIP and item.kind == "drill":
                typer.echo(_NO_FLIP)
            elif word in (*_FLIP, *_SKIP):
                return _Reply("flip" if word in _FLIP else "skip")
            elif word:
                return _Reply("answer", text, self._guessed() if item.kind != "drill" else None)
            else:
                typer.echo(_WAYS)
        return None

    def rating(self, entry: Entry, language: Language) -> Ease | None:
        from tutor.render_study import reference_text

        typer.echo(reference_text(entry, language))
        typer.echo("How well did you know it? 1 again, 2 hard, 3 good, 4 easy")
        while (line := read_line("1-4> ")) is not None:
            if line.strip() in ("1", "2", "3", "4"):
                rating: Ease = int(line)  # type: ignore[assignment]
                return rating
            typer.echo("1, 2, 3 or 4")
        return None

    def graded(self, grade: Grade, attempt: Attempt, due: datetime | None) -> None:
        from tutor.render import grade_text
        from tutor.render_study import back_text

        typer.echo(grade_text(grade, heading=False))
        typer.echo(back_text(due, now()))

    def rated(self, attempt: Attempt, due: datetime | None) -> None:
        from tutor.render_study import back_text

        typer.echo(back_text(due, now()))

    def done(self, answered: int, left: int, waiting: int) -> None:
        from tutor.render_study import done_text

        typer.echo("\n" + done_text(answered, left, waiting))

    def _guessed(self) -> int | None:
        if not self.guess:
            return None
        typer.echo("Your guess of the score, 0-100 (Enter for none)")
        while (line := read_line("0-100> ")) is not None and line.strip():
            if line.strip().isascii() and line.strip().isdigit() and int(line) <= 100:
                return int(line)
            typer.echo("0 to 100, or Enter")
        return None


class _Lines:
    """Reviews with a program."""

    def begin(self, left: int, done: int, goal: int) -> None:
        pass

    def ask(self, item: Item, number: int, left: int) -> _Reply | None:
        point = {"point_id": item.point_id} if item.point_id else {}
        emit(
            {
                "type": "question",
                "text": item.question,
                "entry_id": item.entry_id,
                "number": number,
                "left": left,
                "kind": item.kind,
                **point,
            }
        )
        request = read_request(lambda request: _wrong_reply(request, item))
        if request is None:
            return None
        if "answer" in request:
            return _Reply("answer", request["answer"], request.get("self_score"))
        return _Reply("flip" if request.get("flip") else "skip")

    def rating(self, entry: Entry, language: Language) -> Ease | None:
        from tutor.render_study import reference_text

        emit({"type": "reference", "text": reference_text(entry, language), "entry_id": entry.id})
        request = read_request(
            lambda request: "" if type(request.get("rating")) is int and 1 <= request["rating"] <= 4 else '"rating" must be 1, 2, 3 or 4'
        )
        return request["rating"] if request else None

    def graded(self, grade: Grade, attempt: Attempt, due: datetime | None) -> None:
        emit({"type": "grade", "text": grade.feedback, **grade.to_dict(), "attempt": attempt.id, "due": due.isoformat() if due else None})

    def rated(self, attempt: Attempt, due: datetime | None) -> None:
        from tutor.render_study import back_text

        moment = due.isoformat() if due else None
        emit({"type": "rated", "text": back_text(due, now()), "entry_id": attempt.entry_id, "rating": attempt.rating, "due": moment})

    def done(self, answered: int, left: int, waiting: int) -> None:
        from tutor.render_study import done_text

        emit({"type": "done", "text": done_text(answered, left, waiting), "answered": answered, "left": left, "waiting": waiting})


def _at_once(line: str) -> bool:
    from tutor.interview.intents import read

    return line.strip().lower() in (*_FLIP, *_SKIP, *_QUIT) or (bool(line.strip()) and read(line).intent == "dont_know")


def _wrong_reply(request: Mapping[str, Any], item: Item) -> str:
    """What is wrong with a program's reply to a question, "" for nothing."""
    ways = [name for name in ("answer", "flip", "skip") if request.get(name) not in (None, False)]
    if len(ways) != 1:
        return 'expected one of "answer", "flip" and "skip"'
    if ways == ["flip"] and item.kind == "drill":
        return _NO_FLIP
    if ways == ["answer"] and not (isinstance(request["answer"], str) and request["answer"].strip()):
        return '"answer" must be a text that is not empty'
    guess = request.get("self_score")
    return "" if guess is None or (type(guess) is int and 0 <= guess <= 100) else '"self_score" must be a whole number from 0 to 100'
