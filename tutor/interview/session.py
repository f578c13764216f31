"""The interview as a pure state machine: a state and a line of the candidate make the next state and what the interviewer says.

    begin(plan, catalogue)                                      -> state, [remark "你好…", question 1]
    step(state, "冻结 W0,训练低秩旁路", 40, grader, catalogue)    -> state, [remark "“冻结 W0”…", probe "追问…"]
    step(state, "不知道", 5, grader, catalogue)                  -> state, [remark "那我们往下走。", question 2]

It knows no clock, no database and no chance but the plan's seed: the same inputs make the same interview. The grader decides what
was right; this decides what to say about it, and never says more than the grade does. Corrections wait for the report.

A question goes through: asked; challenged where a wrong claim was made; probed at most twice, for the heaviest key point that was
missed; concluded. Then the ability estimate moves and the next question is chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tutor.entry import Entry, KeyPoint, Language
from tutor.grading.grade import Grade, Point
from tutor.interview import speech
from tutor.interview.catalogue import Catalogue, question_of, topic_of
from tutor.interview.choice import MEDIUM, PRIOR, Ability, ability_in, level_ability, next_entry
from tutor.interview.intents import Intent, Reading, read
from tutor.interview.plan import Plan
from tutor.interview.report import report_of
from tutor.interview.roles import ROLES, topic_name
from tutor.interview.speech import Key
from tutor.interview.state import EARNED, Asked, History, Line, Outcome, Say, State
from tutor.interview.voice import Voice
from tutor.interview.wording import Rephraser
from tutor.text import is_stop, language_of, squeeze, terms

#: Grades an answer to an entry's question; `score` None where it could not.
Grader = Callable[[Entry, str, Language], Grade]

MOST_PROBES = 2
MOST_HINTS = 2
#: From this score on there is nothing to probe.
HIGH = 85
#: An answer with fewer content terms than this that earns nothing is asked to be more concrete.
VAGUE = 8
#: An answer that shares less than this with the entry, and earns nothing, is off topic; one of fewer terms cannot tell.
NEAR = 0.15
LITTLE = 4
#: So many silences, off-topic lines or refused orders end a question.
PATIENCE = {"silences": 2, "off_topics": 2, "refusals": 3}
#: How many earlier answers of a topic count: today's must be able to move the estimate.
REMEMBERED = 4
#: Topics named in the opening.
NAMED = 3


def begin(plan: Plan, catalogue: Catalogue, history: History | None = None, rephrase: Rephraser | None = None) -> tuple[State, list[Say]]:
    """The first state, the greeting and the first question."""
    history = history or History()
    known = {topic: replace(ability, answers=min(ability.answers, REMEMBERED)) for topic, ability in history.abilities.items()}
    answers = sum(ability.answers for ability in known.values())
    earlier = sum(ability.answers * ability.value for ability in known.values())
    # The level that was chosen counts against the past as much as a topic's own answers do against the general estimate.
    start = (2 * PRIOR * level_ability(plan.level) + min(answers, REMEMBERED) * (earlier / answers if answers else 0.0)) / (
        2 * PRIOR + min(answers, REMEMBERED)
    )
    state = State(plan=plan, general=Ability(start), abilities=known, mastered=history.mastered, earlier=history.earlier)
    move = _Move(state, catalogue, rephrase)
    move.open()
    return move.state, move.says


def step(
    state: State, text: str, seconds: float, grader: Grader, catalogue: Catalogue, rephrase: Rephraser | None = None
) -> tuple[State, list[Say]]:
    """What follows when the candidate says `text` after `seconds`. A closed interview stays as it is."""
    if state.closed:
        return state, []
    move = _Move(state, catalogue, rephrase)
    move.hear(text, read(text), max(seconds, 0.0), grader)
    return move.state, move.says


class _Move(Voice):
    """One move: what the candidate's line leads to."""

    # Questions

    def open(self) -> None:
        plan = self.state.plan
        weighty = sorted(
            (topic for topic, weight in plan.topics.items() if weight and topic in self._catalogue.topics),
            key=lambda topic: -plan.topics[topic],
        )
        names = [topic_name(topic).pick(self._language) for topic in weighty[:NAMED]]
        self._remark(
            "opening",
            role=ROLES[plan.role].name.pick(self._language),
            level=speech.LEVELS[plan.level].pick(self._language),
            length=speech.length(plan.questions, plan.minutes, self._language),
            topics=speech.listed(names, self._language) if names else speech.ALL_TOPICS.pick(self._language),
        )
        self._next_question()

    def _next_question(self) -> None:
        state, plan = self.state, self.state.plan
        if len(state.asked) >= plan.questions:
            return self._close("closing")
        if plan.minutes is not None and state.seconds >= 60 * plan.minutes:
            return self._close("time")
        asked = [question.entry_id for question in state.asked]
        seed = f"{plan.seed}:{len(asked)}"
        entry = next_entry(self._catalogue, plan.topics, asked, state.mastered, state.general, state.abilities, seed)
        if entry is None:
            return self._close("exhausted")
        topic, question = topic_of(entry), question_of(entry, self._language)
        key: Key = "first" if not asked else "go_on" if state.current.topic == topic else "change"
        new = Asked(entry.id, len(asked) + 1, topic, entry.difficulty or MEDIUM, question, question)
        self.state = replace(state, asked=(*state.asked, new))
        self._ask(key, question=question, topic=topic_name(topic).pick(self._language))

    def _close(self, key: Key) -> None:
        self._remark(key)
        self.state = replace(self.state, closed=True)
        report = report_of(self.state, self._catalogue)
        self._say("report", report.summary, data=report.to_dict())

    def _conclude(self, outcome: Outcome) -> None:
        """End the question: its grade stands, the ability estimate moves, the next one is asked."""
        asked = self.state.current
        if asked.answers and outcome in ("dont_know", "skipped", "off_topic"):
            outcome = "answered"
        grade = asked.grade or (blank(self._entry, self._language) if outcome in ("dont_know", "off_topic") else None)
        self._change(outcome=outcome, grade=grade, checking=())
        # A skipped question says nothing, an answer with a hint not what the candidate can do alone.
        if grade and grade.score is not None and not asked.aided:
            self._learn(asked.topic, asked.difficulty, grade.score / 100)
        self._next_question()

    def _learn(self, topic: str, difficulty: int, score: float) -> None:
        state = self.state
        own = state.abilities.get(topic, Ability(ability_in(topic, state.general, state.abilities)))
        abilities = {**state.abilities, topic: own.after(difficulty, score)}
        self.state = replace(state, general=state.general.after(difficulty, score), abilities=abilities)

    # What the candidate says

    def hear(self, text: str, reading: Reading, seconds: float, grader: Grader) -> None:
        """Take a line for what it is. It is graded before it is written down: whether it is off topic, the grade decides."""
        answer = self._graded(reading, grader) if reading.intent == "answer" else None
        intent: Intent = "off_topic" if reading.intent == "answer" and answer is None else reading.intent
        number = self.state.current.number
        self._change(seconds=self.state.current.seconds + seconds)
        lines = (*self.state.lines, Line("candidate", intent, text, number, seconds))
        self.state = replace(self.state, lines=lines, orders=self.state.orders + reading.orders)
        if reading.orders:
            self._remark("order")
        if answer:
            return self._answered(*answer)
        handlers: dict[str, Callable[[], None]] = {
            "dont_know": self._dont_know,
            "skip": self._skip,
            "hint": self._hint,
            "repeat": lambda: self._ask("repeat", again=True, asked=self.state.current.standing),
            "rephrase": self._reworded,
            "stop": self._stop,
            "order": lambda: self._refused("refusals", None),
            "question_back": lambda: self._refused("refusals", "question_back"),
            "silence": lambda: self._refused("silences", "silence"),
            "off_topic": lambda: self._refused("off_topics", "off_topic"),
        }
        handlers[intent]()

    def _graded(self, reading: Reading, grader: Grader) -> tuple[Asked, Grade] | None:
        """The question with the answer added, and its grade; None where the answer has nothing to do with it."""
        asked = self.state.current
        withdrawn = (*asked.withdrawn, *asked.checking) if reading.withdraws else asked.withdrawn
        after = replace(asked, answers=(*asked.answers, reading.text), withdrawn=withdrawn, checking=())
        grade = grader(self._entry, after.pooled, self._language)
        # Who defends or takes back a claim need not name it again.
        near = bool(asked.checking) or self._catalogue.nearness(reading.text, asked.entry_id) >= NEAR
        if (
            near
            or _content(reading.text) < LITTLE
            or grade.score is None
            or withdrawn != asked.withdrawn
            or _gain(asked.grade, grade)
            or self._doubtful(grade)
        ):
            return after, grade
        return None

    def _answered(self, after: Asked, grade: Grade) -> None:
        before = self.state.current
        self.state = replace(self.state, asked=(*self.state.asked[:-1], replace(after, seconds=before.seconds, grade=grade)))
        if grade.score is None:
            self._remark("ungraded")
            return self._conclude("ungraded")
        doubtful = self._doubtful(grade)
        self._react(before, grade, doubtful)
        if doubtful:
            return self._challenge(doubtful)
        if self._may_probe() and grade.score < HIGH:
            last = after.answers[-1]
            if before.standing_kind == "question" and not _gain(before.grade, grade) and _content(last) < VAGUE:
                self._change(probes=self.state.current.probes + 1)
                return self._probe_with("concrete", "", self._line("concrete"))
            if point := self._heaviest():
                return self._probe(point)
        self._conclude("answered")

    def _react(self, before: Asked, grade: Grade, doubtful: Sequence[tuple[str, str]]) -> None:
        """One sentence about the answer that the grade bears out."""
        if len(self.state.current.withdrawn) > len(before.withdrawn):
            return self._remark("withdrawn")
        gained = _gain(before.grade, grade)
        # Quoted is what this answer earned; the grader may prefer words of an earlier one.
        fresh = [point for point in gained if point.evidence and any(point.evidence in answer for answer in self.state.current.answers)]
        earned = [point for point in fresh if point.credit >= EARNED]
        complete = all(point.credit >= EARNED for point in grade.points)
        if earned:
            best = max(earned, key=lambda point: point.weight * point.credit)
            key: Key = "right_only" if doubtful or (complete and (grade.score or 0) < HIGH) else "right_all" if complete else "right"
            return self._remark(key, quote=speech.quoted(best.evidence, self._language))
        if doubtful:
            return self._remark("heard")
        if fresh:
            return self._remark("partly", quote=speech.quoted(fresh[0].evidence, self._language))
        if gained:
            return None
        any_before = any(point.credit >= EARNED for point in grade.points)
        self._remark("nothing_new" if any_before or before.answers else "nothing")

    def _doubtful(self, grade: Grade) -> list[tuple[str, str]]:
        """Claims not challenged yet that the grade calls wrong, with the candidate's words."""
        wrong = [(item.claim, item.evidence) for item in grade.misconceptions]
        wrong += [(f"point:{point.id}", point.contradicted) for point in grade.points if point.contradicted and point.credit < EARNED]
        return [(key, words) for key, words in wrong if words and key not in self.state.current.challenged]

    def _challenge(self, doubtful: Sequence[tuple[str, str]]) -> None:
        asked = self.state.current
        words = tuple(dict.fromkeys(words for _, words in doubtful))
        self._change(
            probes=asked.probes + 1,
            challenged=(*asked.challenged, *(key for key, _ in doubtful)),
            doubted=(*asked.doubted, *(words for _, words in doubtful)),
            checking=words,
        )
        self._probe_with("challenge", "", self._challenging(words))

    def _challenging(self, words: Sequence[str]) -> str:
        joint = "”“" if self._language == "zh" else '", "'
        return self._line("challenge", quote=joint.join(speech.quoted(item, self._language) for item in words))

    # Probes and hints

    def _may_probe(self) -> bool:
        asked = self.state.current
        return asked.probes < MOST_PROBES and asked.dont_knows < 2

    def _missed(self) -> list[KeyPoint | Point]:
        """Key points not earned yet nor fished for, in the rubric's order."""
        asked = self.state.current
        done = {*asked.probed, *asked.hinted}
        credit = {point.id: point.credit for point in asked.grade.points} if asked.grade else {}
        points: Sequence[KeyPoint | Point] = self._entry.rubric or (asked.grade.points if asked.grade else ())
        return [point for point in points if point.id not in done and credit.get(point.id, 0.0) < EARNED]

    def _heaviest(self) -> KeyPoint | Point | None:
        return max(self._missed(), key=lambda point: point.weight, default=None)

    def _probe(self, point: KeyPoint | Point, key: Key = "probe") -> None:
        asked = self.state.current
        self._change(probes=asked.probes + 1, probed=(*asked.probed, point.id))
        probe = self._safe_probe(point)
        if probe:
            self._probe_with(key, point.id, probe, probe=probe)
        else:
            self._probe_with("blind_probe", point.id, self._line("blind_probe"))

    def _safe_probe(self, point: KeyPoint | Point) -> str:
        """The rubric's probe for a point; "" where it has none or would give a point away."""
        asked = self.state.current
        probe = point.probe if isinstance(point.probe, str) else getattr(point.probe, self._language)
        gives_away = self._catalogue.gives_away(probe, asked.entry_id, self._open_points, (asked.question, *asked.answers))
        return "" if gives_away else " ".join(probe.split())

    def _probe_with(self, key: Key, point_id: str, core: str, **values: str) -> None:
        """Say a probe; `core` is what stands of it when it is asked again."""
        self._change(standing=core, standing_kind="probe", standing_point=point_id)
        self._say("probe", self._line(key, **values) if values else core)

    def _hint(self) -> None:
        asked = self.state.current
        if asked.hints >= MOST_HINTS:
            self._remark("no_more_hints")
            return self._stand()
        self._change(hints=asked.hints + 1)
        # The heaviest point is left for the probe.
        missed = self._missed()
        rest = [point for point in missed if point is not self._heaviest()] or missed
        hints = [(point, probe) for point in rest if (probe := self._safe_probe(point))]
        if hints and not asked.hints:
            self._change(hinted=(*asked.hinted, hints[0][0].id))
            self._remark("hint", hint=hints[0][1])
        else:
            self._remark("hint_shape")
        self._stand()

    # Wishes

    def _dont_know(self) -> None:
        asked = self.state.current
        self._change(dont_knows=asked.dont_knows + 1)
        missed = self._missed()
        if self._may_probe() and missed:
            if asked.answers and asked.standing_kind == "probe":
                return self._probe(max(missed, key=lambda point: point.weight))
            # Rubrics begin with what the rest builds on.
            easier = next((point for point in missed if self._safe_probe(point)), None)
            if easier and not asked.answers and self.state.plan.persona == "friendly":
                return self._probe(easier, "easier")
        self._remark("moves_on")
        self._conclude("dont_know")

    def _skip(self) -> None:
        self._remark("moves_on" if self.state.current.answers else "skipped")
        self._conclude("skipped")

    def _stop(self) -> None:
        asked = self.state.current
        self._change(outcome="answered" if asked.answers else "unfinished")
        self._close("stopped")

    def _refused(self, count: str, key: Key | None) -> None:
        """Say that this is no answer and let the question stand, until patience ends."""
        patience = getattr(self.state.current, count) + 1
        changed: dict[str, Any] = {count: patience}
        self._change(**changed)
        if patience >= PATIENCE[count]:
            self._remark("moves_on")
            return self._conclude("off_topic" if count == "off_topics" else "dont_know")
        if key:
            self._remark(key)
        self._stand()

    def _reworded(self) -> None:
        asked = self.state.current
        if asked.standing_kind == "probe" and not asked.standing_point:
            line = self._challenging(asked.checking) if asked.checking else self._line("concrete")
            self._change(standing=line)
            return self._stand()
        if asked.standing_kind == "probe":
            return self._ask("rephrase_probe", again=True, question=asked.question, asked=asked.standing)
        wording = next((text for text in self._other_wordings() if text not in asked.wordings), asked.question)
        self._change(wordings=(*asked.wordings, wording))
        self._ask("rephrase", again=True, asked=wording)

    def _other_wordings(self) -> list[str]:
        """Other ways of asking the question, in the interview's language, that give nothing away; whole ones first."""
        asked = self.state.current
        kinds = ("other", "reworded", "spoken") if self._language == "zh" else ("other", "english")
        found = [
            wording.text
            for kind in kinds
            for wording in self._entry.wordings
            if wording.kind == kind
            and wording.text.rstrip().endswith(("?", "\uff1f"))
            and language_of(wording.text) == self._language
            and squeeze(wording.text) not in squeeze(asked.question)
            and not self._catalogue.gives_away(wording.text, asked.entry_id, self._open_points, (asked.question,))
        ]
        # What shares most with the question asks for the same; others may ask for a part of it.
        own = set(terms(asked.question))
        return sorted(found, key=lambda text: -len(own & set(terms(text))) / len(own | set(terms(text))))


def blank(entry: Entry, language: Language) -> Grade:
    """The grade of who says nothing."""
    points = tuple(
        Point(point.id, point.text.pick(language), point.weight, 0.0, probe=point.probe.pick(language)) for point in entry.rubric
    )
    question = question_of(entry, language)
    return Grade(question, entry.id, 0, 0, 0, points, (), (), "", "none", "curated" if entry.rubric else "derived", language)


def _gain(before: Grade | None, after: Grade) -> list[Point]:
    """The key points that earn more than before."""
    credit = {point.id: point.credit for point in before.points} if before else {}
    return [point for point in after.points if point.credit > credit.get(point.id, 0.0) and point.credit > 0]


def _content(text: str) -> int:
    return len({term for term in terms(text) if not is_stop(term)})
