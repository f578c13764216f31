"""Does the review schedule pay? Simulated learners under several policies, and how the study room's pages bear a full database.

    OMP_NUM_THREADS=1 python scripts/bench/schedule.py [--learners 200] [--recall traces|strength] [--plot FILE.png] [--speed]

Learners study 120 entries for 60 days, 15 answers a day, three minutes each. What they recall follows a model that is not the
scheduler's own, drawn by a seed, the same learners under every policy; the schedule sees nothing of it but grades: 0-100, recall
plus noise. Every answer is followed by the reference, so it leaves something whatever its grade.

    traces      Pavlik and Anderson (2005): the nth answer leaves a trace that decays as time ** -d, the faster the better the entry
                was recalled at that moment; recall is a logistic function of the log of their sum. Away from
                the desk (after an hour) time counts 0.025.
    strength    one strength s: recall after t days is (1 + t / s) ** -f, and an answer at recall r multiplies s by 1 + g (1 - r)

Learners differ in how much they forget, entries in how hard they are; one entry in five is known before. Policies:

    ours        tutor.study.cards as the product plays it: the queue anew after every answer, the cards moved by the grades
    random      fifteen entries by lot each day
    rounds      the whole deck in an order by lot, again and again
    fixed       due 1, 3, 7, 14, 30, 30 ... days after the last answer, whatever its grade; what is due longest first

Where the queue of ours is empty the day ends, as it does in the product; every other policy answers as many cards of the same learner
on the same day (fixed, where nothing is due, the ones that fall due next). Points are true recall times the weight of the entry (how often interviewers ask it), summed over what was seen.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import numpy as np

from tutor.evaluate.metrics import Floats
from tutor.study import cards, progress
from tutor.study.database import Database, open_database
from tutor.study.learner import Learner, open_learner
from tutor.study.records import Attempt, Card, Interview, Listed, Turn

START = datetime(2026, 1, 5, 19, 0, tzinfo=UTC)
ENTRIES, DAYS, A_DAY, LEARNERS = 120, 60, 15, 200
#: Days on which the points are counted.
COUNTED = (30, 60)
ANSWER = timedelta(minutes=3)
#: Standard deviation of a grade around 100 times the recall.
NOISE = 12.0
FIXED = (1, 3, 7, 14, 30)
KNOWN = 0.2
HOUR = 1 / 24
CATALOGUE = {
    f"e{number:03}": Listed(f"t{number % 12}", 1 + number % 3, (3.0, 2.0, 2.0, 1.0)[number * 7 % 4 if number % 2 else number * 5 % 4])
    for number in range(ENTRIES)
}
NAMES = tuple(CATALOGUE)
WEIGHTS = np.array([listed.weight for listed in CATALOGUE.values()])
DIFFICULTY = np.array([listed.difficulty - 2.0 for listed in CATALOGUE.values()])


class Memory(Protocol):
    """What a learner truly recalls; time is in days."""

    def recall(self, now: float) -> Floats: ...
    def recall_of(self, entry: int, now: float) -> float: ...
    def studied(self, entry: int, now: float) -> None: ...


class Traces:
    """Every answer leaves a trace."""

    AWAY, BASE, FASTER, THRESHOLD, SLOPE = 0.025, 0.17, 0.5, -1.5, 0.3

    def __init__(self, chance: np.random.Generator) -> None:
        self.decay = self.BASE * chance.lognormal(0, 0.15)
        self.threshold = self.THRESHOLD + chance.normal(0, 0.1) + 0.1 * DIFFICULTY + chance.normal(0, 0.15, ENTRIES)
        self.times = np.full((ENTRIES, 8), np.nan)
        self.decays = np.zeros((ENTRIES, 8))
        self.count = np.zeros(ENTRIES, dtype=int)
        for entry in np.flatnonzero(chance.random(ENTRIES) < KNOWN):
            for day in np.sort(chance.uniform(-120, -20, 3)):
                self.studied(int(entry), float(day))

    def _sums(self, times: Floats, decays: Floats, now: float) -> Floats:
        ages = now - times
        seconds = (np.minimum(ages, HOUR) + np.maximum(ages - HOUR, 0) * self.AWAY) * 86400
        parts: Floats = np.where(np.isnan(times), 0.0, np.maximum(seconds, 60.0) ** -decays).sum(axis=-1)
        return parts

    def recall(self, now: float) -> Floats:
        with np.errstate(divide="ignore", over="ignore"):
            strength = np.log(self._sums(self.times, self.decays, now))
            recalled: Floats = 1 / (1 + np.exp((self.threshold - strength) / self.SLOPE))
        return recalled

    def recall_of(self, entry: int, now: float) -> float:
        count = self.count[entry]
        if not count:
            return 0.0
        strength = np.log(self._sums(self.times[entry, :count], self.decays[entry, :count], now))
        return float(1 / (1 + np.exp((self.threshold[entry] - strength) / self.SLOPE)))

    def studied(self, entry: int, now: float) -> None:
        count = self.count[entry]
        before = float(self._sums(self.times[entry, :count], self.decays[entry, :count], now)) if count else 0.0
        if count == self.times.shape[1]:
            self.times = np.pad(self.times, ((0, 0), (0, count)), constant_values=np.nan)
            self.decays = np.pad(self.decays, ((0, 0), (0, count)))
        self.times[entry, count], self.decays[entry, count] = now, self.FASTER * before + self.decay
        self.count[entry] += 1


class Strength:
    """One number for each entry."""

    FIRST, POWER, GAIN = 0.7, 0.5, 2.5

    def __init__(self, chance: np.random.Generator) -> None:
        self.power = self.POWER * chance.lognormal(0, 0.2)
        self.first = self.FIRST * np.exp(-0.4 * DIFFICULTY + chance.normal(0, 0.4, ENTRIES))
        self.gain = self.GAIN * chance.lognormal(0, 0.2) * np.exp(-0.2 * DIFFICULTY)
        known = chance.random(ENTRIES) < KNOWN
        self.last = np.where(known, -chance.uniform(20, 60, ENTRIES), np.nan)
        self.strength = np.where(known, 20 * self.first, 0.0)

    def recall(self, now: float) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            recalled: Floats = np.where(np.isnan(self.last), 0.0, (1 + (now - self.last) / self.strength) ** -self.power)
        return recalled

    def recall_of(self, entry: int, now: float) -> float:
        if np.isnan(self.last[entry]):
            return 0.0
        return float((1 + (now - self.last[entry]) / self.strength[entry]) ** -self.power)

    def studied(self, entry: int, now: float) -> None:
        recalled = self.recall_of(entry, now)
        grown = self.strength[entry] * (1 + self.gain[entry] * (1 - recalled))
        self.strength[entry], self.last[entry] = max(grown, self.first[entry]), now


MEMORIES: dict[str, Callable[[np.random.Generator], Memory]] = {"traces": Traces, "strength": Strength}


class Policy(Protocol):
    """Which entry next (None: enough for today), and what it learns from the grade. `day` counts from 0."""

    def next(self, now: datetime, day: int) -> int | None: ...
    def graded(self, entry: int, score: int, now: datetime, day: int) -> None: ...


class Ours:
    """The product's queue."""

    def __init__(self, chance: np.random.Generator) -> None:
        self.cards: dict[str, Card] = {}
        self.today: list[Attempt] = []

    def next(self, now: datetime, day: int) -> int | None:
        self.today = [attempt for attempt in self.today if attempt.at.date() == now.date()]
        found = cards.queue(self.cards.values(), CATALOGUE, now, goal=A_DAY, recent=self.today)
        first = next(iter((*(card.entry_id for card in found.due), *found.new)), None)
        return NAMES.index(first) if first else None

    def graded(self, entry: int, score: int, now: datetime, day: int) -> None:
        attempt = Attempt(NAMES[entry], CATALOGUE[NAMES[entry]].topic, now, "review", score=score)
        card = cards.moved(self.cards.get(attempt.entry_id), attempt)
        assert card is not None
        self.cards[attempt.entry_id] = card
        self.today.append(attempt)


class Lot:
    """Fifteen by lot each day."""

    def __init__(self, chance: np.random.Generator) -> None:
        self.chance, self.day, self.left = chance, -1, list[int]()

    def next(self, now: datetime, day: int) -> int:
        if day != self.day:
            self.day, self.left = day, self.chance.permutation(ENTRIES).tolist()
        return self.left.pop()

    def graded(self, entry: int, score: int, now: datetime, day: int) -> None:
        pass


class Rounds(Lot):
    """The deck in one order, again and again."""

    def next(self, now: datetime, day: int) -> int:
        self.left = self.left or self.chance.permutation(ENTRIES).tolist()
        return self.left.pop()


class Fixed:
    """Fixed intervals; new entries, in our order, where nothing is due."""

    def __init__(self, chance: np.random.Generator) -> None:
        order = sorted(NAMES, key=lambda name: cards.newness(name, None, CATALOGUE[name]))
        self.new = [NAMES.index(name) for name in reversed(order)]
        self.due: dict[int, int] = {}
        self.seen = np.zeros(ENTRIES, dtype=int)

    def next(self, now: datetime, day: int) -> int:
        first = min(self.due, key=lambda entry: (self.due[entry], entry), default=-1)
        return self.new.pop() if self.new and (first < 0 or self.due[first] > day) else first

    def graded(self, entry: int, score: int, now: datetime, day: int) -> None:
        self.due[entry] = day + FIXED[min(self.seen[entry], len(FIXED) - 1)]
        self.seen[entry] += 1


POLICIES: dict[str, Callable[[np.random.Generator], Policy]] = {"ours": Ours, "random": Lot, "rounds": Rounds, "fixed": Fixed}


@dataclass
class Course:
    """What became of one learner under one policy, day by day: points and the mean recall of what was seen, both as the next day's
    work would begin, how many answers there were, and how many entries had been seen."""

    points: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)


def study(memory: Memory, policy: Policy, chance: np.random.Generator, rooms: Sequence[int] = (A_DAY,) * DAYS) -> Course:
    """Play the days; `rooms` are the most answers on each."""
    course, seen = Course(), np.zeros(ENTRIES, dtype=bool)
    for day, room in enumerate(rooms):
        answers = 0
        while answers < room:
            now = START + timedelta(days=day) + answers * ANSWER
            entry = policy.next(now, day)
            if entry is None:
                break
            moment = (now - START) / timedelta(days=1)
            score = round(min(max(100 * memory.recall_of(entry, moment) + chance.normal(0, NOISE), 0), 100))
            memory.studied(entry, moment)
            policy.graded(entry, score, now, day)
            seen[entry] = True
            answers += 1
        recall = memory.recall(day + 1.0)
        course.points.append(float((recall * WEIGHTS)[seen].sum()))
        course.recall.append(float(recall[seen].mean()))
        course.answers.append(answers)
        course.seen.append(int(seen.sum()))
    return course


def courses(recall: str, learners: int, seed: int = 0) -> dict[str, list[Course]]:
    """Every learner under every policy, with as many answers on each day as ours had. The same seed makes the same learners."""
    played: dict[str, list[Course]] = {name: [] for name in POLICIES}
    for number in range(learners):
        rooms: Sequence[int] = (A_DAY,) * DAYS
        for name, policy in POLICIES.items():
            memory = MEMORIES[recall](np.random.default_rng([seed, number]))
            chance = [np.random.default_rng([seed, number, part]) for part in (1, 2)]
            course = study(memory, policy(chance[0]), chance[1], rooms)
            rooms = course.answers
            played[name].append(course)
    return played


def interval(values: Sequence[float]) -> str:
    """The mean and its 95 % interval."""
    return f"{np.mean(values):.3f} ± {1.96 * np.std(values, ddof=1) / len(values) ** 0.5:.3f}"


def table(played: dict[str, list[Course]]) -> str:
    """The policies beside one another, and ours less each other one by the learner."""
    heads = [f"points per answer, day {day}" for day in COUNTED] + [f"mean recall, day {day}" for day in COUNTED]
    values = {
        name: [[course.points[day - 1] / sum(course.answers[:day]) for course in found] for day in COUNTED]
        + [[course.recall[day - 1] for course in found] for day in COUNTED]
        for name, found in played.items()
    }
    lines = ["| policy | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(map(interval, columns)) + " |" for name, columns in values.items()]
    for name in [name for name in values if name != "ours"]:
        gains = [np.subtract(ours, theirs).tolist() for ours, theirs in zip(values["ours"], values[name], strict=True)]
        lines.append(f"| ours - {name} | " + " | ".join(map(interval, gains)) + " |")
    return "\n".join(lines)


def draw(played: dict[str, list[Course]], path: Path) -> None:
    """Retention over the days by policy."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.6, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2)
    for name, found in played.items():
        for axes, rows in ((left, [course.recall for course in found]), (right, [course.points for course in found])):
            values = np.array(rows)
            mean, half = values.mean(axis=0), 1.96 * values.std(axis=0, ddof=1) / len(values) ** 0.5
            days = np.arange(1, values.shape[1] + 1)
            axes.plot(days, mean, label=name)
            axes.fill_between(days, mean - half, mean + half, alpha=0.2)
    left.set(xlabel="day", ylabel="true recall, mean of the entries seen", ylim=(0, 1))
    right.set(xlabel="day", ylabel="points retained (recall times weight)", ylim=(0, float(WEIGHTS.sum())))
    for axes in (left, right):
        axes.grid(alpha=0.3)
    left.legend(loc="lower right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


# Speed

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
STUDIED = {f"e{number}": Listed(f"t{number % 19}", 1 + number % 3) for number in range(350)}


def fill(database: Database, turns: int) -> Learner:
    """A learner with so many answers, as many turns of interviews of ten, over 395 days."""
    learner = open_learner(database, now=NOW)
    names = list(STUDIED)
    points = [{point: number * 7 % 10 / 10 for point in "abcd"} for number in range(10)]
    attempts = [
        Attempt(
            name := names[number % len(names)],
            STUDIED[name].topic,
            NOW - timedelta(days=395 * number / turns),
            "interview",
            "什么是 LoRA?",
            "一个长长的答案。" * 50,
            number * 13 % 101,
            points[number % 10],
            id=f"a{number}",
        )
        for number in range(turns)
    ]
    interviews = [
        Interview(
            f"i{number}",
            NOW - timedelta(days=395 * number / (turns / 10)),
            {},
            {},
            turns=tuple(Turn(n, NOW, "question", "什么是 LoRA?", "好" * 200) for n in range(1, 11)),
        )
        for number in range(turns // 10)
    ]
    learner.merge(interviews, attempts, [])
    return learner


def _queue(learner: Learner) -> None:
    today = learner.attempts(since=NOW.replace(hour=0))
    cards.queue(learner.cards(), STUDIED, NOW, recent=today, marks=learner.marks())


def _stats(learner: Learner) -> None:
    topics = progress.topics(learner.cards(), STUDIED, NOW)
    days = learner.activity(NOW)
    progress.trend(days, NOW)
    progress.calendar(days, NOW)
    progress.weakest_points(learner.marks())
    progress.readiness(topics, {"t1": 1, "t2": 2})
    progress.confidence(learner.standings().values())


def _next_question(learner: Learner) -> None:
    learner.interview("i7")
    learner.cards()
    learner.standings()
    learner.attempts(limit=50)
    learner.attempts(entry_id="e3", limit=5)


def speed(sizes: Sequence[int] = (1_000, 100_000), runs: int = 9) -> str:
    """Milliseconds, medians, at each size and the ratio."""
    pages = {"queue": _queue, "stats": _stats, "next question": _next_question}
    took: dict[str, list[float]] = {name: [] for name in pages}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder, open_database(Path(folder) / "t.db") as database:
            learner = fill(database, size)
            for name, page in pages.items():
                page(learner)
                times = []
                for _ in range(runs):
                    start = time.perf_counter()
                    page(learner)
                    times.append(1000 * (time.perf_counter() - start))
                took[name].append(statistics.median(times))
    lines = ["| page | " + " | ".join(f"{size:,} turns" for size in sizes) + " | ratio |", "|---" * (len(sizes) + 2) + "|"]
    lines += [
        f"| {name} | " + " | ".join(f"{ms:.1f} ms" for ms in times) + f" | {times[-1] / times[0]:.1f} |" for name, times in took.items()
    ]
    return "\n".join(lines)


def main() -> None:
    """Play and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learners", type=int, default=LEARNERS)
    parser.add_argument("--recall", choices=MEMORIES, default="traces")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--speed", action="store_true", help="measure the pages instead")
    options = parser.parse_args()
    if options.speed:
        print(speed())
        return
    played = courses(options.recall, options.learners, options.seed)
    print(f"{options.learners} learners, {ENTRIES} entries, {DAYS} days of {A_DAY} answers, recall by {options.recall}; ± 95 %\n")
    print(table(played) + "\n")
    for name, found in played.items():
        answers, seen = (statistics.mean(values) for values in zip(*((sum(c.answers), c.seen[COUNTED[0] - 1]) for c in found), strict=True))
        print(f"{name}: {answers:.0f} answers in {DAYS} days; {seen:.0f} entries seen by day {COUNTED[0]}")
    if options.plot:
        draw(played, options.plot)


if __name__ == "__main__":
    main()
