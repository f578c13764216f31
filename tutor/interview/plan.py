"""What an interview will be: role, topics and their weights, level, length, language, persona, seed.

A job description or a resume makes a plan, with the words that led to it so that it can be shown before the start:

    "3 年以上经验,熟悉 vLLM、KV cache;有 LoRA 经验者优先"
    -> role inference, level 3, topics {inference: ..., peft: ...}, reasons {inference: (vllm, kv cache), peft: (lora,)}
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from tutor.entry import Language
from tutor.errors import InputError
from tutor.interview.catalogue import Catalogue, topic_of
from tutor.interview.roles import ROLES, TOPICS
from tutor.text import language_of, normalise

Persona = Literal["friendly", "neutral", "demanding"]
Level = Literal[1, 2, 3]

MOST_QUESTIONS = 50
#: Minutes a question takes with its probes, for a plan that names only minutes.
MINUTES_EACH = 4
#: What is merely nice to have counts this much of what is required.
NICE = 0.4
#: The part of a plan made from a text that its role's usual topics keep: a text never names everything.
USUAL = 0.25

_NICE_HEADING = re.compile(r"加分|优先|nice.to.have|preferred|bonus|a plus|good to have|desirable", re.I)
_MUST_HEADING = re.compile(r"要求|职责|必备|技能|requirements?|responsibilit|must.have|qualifications?|what you", re.I)
_YEARS = re.compile(r"(\d{1,2})\s*(?:[-~–—至到]\s*\d{1,2}\s*)?\+?\s*(?:年|years?|yrs?)(?!前|\s+ago)", re.I)
_SENIOR = re.compile(r"资深|高级|专家|架构师|负责人|带领团队|\b(?:senior|staff|principal|lead|expert|architect)\b", re.I)
_JUNIOR = re.compile(r"实习|应届|校招|在读|初级|\b(?:intern(?:ship)?|junior|new grad|graduate program|entry.level|student)\b", re.I)


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of an interview. `topics` weigh relative to each other; none means all topics alike. `level` is 1 junior, 2 usual,
    3 senior. With `minutes`, no new question is asked after that time."""

    role: str = "general"
    topics: Mapping[str, float] = field(default_factory=lambda: dict(ROLES["general"].topics))
    level: Level = 2
    questions: int = 8
    minutes: float | None = None
    language: Language = "zh"
    persona: Persona = "neutral"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, known in (
            ("role", self.role, tuple(ROLES)),
            ("level", self.level, get_args(Level)),
            ("language", self.language, get_args(Language)),
            ("persona", self.persona, get_args(Persona)),
        ):
            if value not in known:
                raise InputError(f"{name} {value!r} is not known", remedy=f"one of {', '.join(map(str, known))}")
        if not 1 <= self.questions <= MOST_QUESTIONS:
            raise InputError(f"{self.questions} questions", remedy=f"1 to {MOST_QUESTIONS}")
        if self.minutes is not None and not 0 < self.minutes < math.inf:
            raise InputError(f"{self.minutes} minutes", remedy="more than 0")
        if any(not 0 <= weight < math.inf for weight in self.topics.values()):
            raise InputError("a topic's weight is a number from 0 up")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        return cls(**data)


def plan_for(role: str = "general", **given: Any) -> Plan:
    """A role's plan; `given` are fields of `Plan`, None where the default is meant. Minutes alone decide the number of questions."""
    if role not in ROLES:
        raise InputError(f"role {role!r} is not known", remedy=f"one of {', '.join(ROLES)}")
    wanted = {name: value for name, value in given.items() if value is not None}
    if 0 < wanted.get("minutes", 0) < math.inf and "questions" not in wanted:
        wanted["questions"] = min(MOST_QUESTIONS, max(1, math.ceil(wanted["minutes"] / MINUTES_EACH)))
    return Plan(role=role, **{"topics": dict(ROLES[role].topics), **wanted})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan made from a text: for each topic the words that ask for it, the strongest first, and what decided the level
    ("" where nothing did)."""

    plan: Plan
    reasons: Mapping[str, tuple[str, ...]]
    level_reason: str = ""


def plan_from_text(text: str, catalogue: Catalogue, **given: Any) -> Proposal:
    """The plan that a job description or a resume asks for. Raises InputError where it names nothing the material covers."""
    found = _found(text, _Lexicon(catalogue))
    weights: dict[str, float] = {}
    words: dict[str, dict[str, float]] = {}
    for word, (topics, importance) in found.items():
        for topic, share in topics.items():
            weights[topic] = weights.get(topic, 0.0) + share * importance
            if share >= 0.3:
                words.setdefault(topic, {})[word] = share * importance
    if not weights:
        raise InputError("this text names no topic of the material", remedy="choose a role or topics instead")
    role = given.pop("role", None) or _role(text, weights)
    usual, whole = ROLES[role].topics, sum(weights.values())
    shares = {topic: USUAL * weight / sum(usual.values()) for topic, weight in usual.items() if topic in catalogue.topics}
    for topic, weight in weights.items():
        shares[topic] = shares.get(topic, 0.0) + (1 - USUAL) * weight / whole
    level, why = _level(text)
    topics = {topic: round(share, 4) for topic, share in sorted(shares.items(), key=lambda item: (-item[1], item[0])) if share >= 0.01}
    named = {topic: tuple(sorted(words[topic], key=lambda word: (-words[topic][word], word))) for topic in topics if topic in words}
    given = {
        "topics": topics,
        "level": level,
        "language": language_of(text),
        **{key: value for key, value in given.items() if value is not None},
    }
    return Proposal(plan_for(role, **given), named, why if given["level"] == level else "")


class _Lexicon:
    """Words of job descriptions to the topics they ask for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.topics: dict[str, dict[str, float]] = {}
        for form, topics in self._concepts(catalogue).items():
            whole = sum(topics.values())
            # A concept of half the topics ("large language model") asks for none.
            if max(topics.values()) / whole >= 0.4:
                self.topics[form] = {topic: count / whole for topic, count in topics.items()}
        for topic, known in TOPICS.items():
            if topic in catalogue.topics:
                self.topics.update((normalise(word), {topic: 1.0}) for word in known.words)
        self.by_start: dict[str, list[str]] = {}
        for form in sorted(self.topics, key=lambda form: (-len(form), form)):
            self.by_start.setdefault(form[0], []).append(form)

    @staticmethod
    def _concepts(catalogue: Catalogue) -> dict[str, dict[str, int]]:
        """Concept names to the topics whose questions name them."""
        found: dict[str, dict[str, int]] = {}
        starts: dict[str, list[str]] = {}
        for form in sorted(catalogue.glossary, key=len, reverse=True):
            if len(form) > 1:
                starts.setdefault(form[:2], []).append(form)
        for entry in catalogue.askable:
            named = {name for text in entry.question.both() for name in _standing(normalise(text), starts, 2)}
            named |= {other for name in named for other in catalogue.glossary.get(name, ())}
            for name in named | {normalise(entry.id.replace("-", " "))}:
                counts = found.setdefault(name, {})
                counts[topic_of(entry)] = counts.get(topic_of(entry), 0) + 1
        return found


def _found(text: str, lexicon: _Lexicon) -> dict[str, tuple[Mapping[str, float], float]]:
    """Words of the text that ask for topics, each once, with how much it is wanted."""
    found: dict[str, tuple[Mapping[str, float], float]] = {}
    nice = False
    for line in normalise(text).splitlines():
        heading = _NICE_HEADING.search(line) or _MUST_HEADING.search(line)
        if heading and len(line) <= 40 and not _standing(line, lexicon.by_start, 1):
            nice = bool(_NICE_HEADING.search(line))
        for clause in re.split(r"[。;；]|\.\s", line):
            importance = NICE if nice or _NICE_HEADING.search(clause) else 1.0
            for word in _standing(clause, lexicon.by_start, 1):
                if word not in found or found[word][1] < importance:
                    found[word] = (lexicon.topics[word], importance)
    return found


def _standing(text: str, starts: Mapping[str, list[str]], width: int) -> list[str]:
    """The forms that stand in a normalised text, the longest at each place; Latin ones are whole words."""
    found = []
    at = 0
    while at < len(text):
        form = next((form for form in starts.get(text[at : at + width], ()) if _is_at(form, text, at)), "")
        if form:
            found.append(form)
        at += len(form) or 1
    return found


def _is_at(form: str, text: str, at: int) -> bool:
    end = at + len(form)
    before, after = text[at - 1 : at] if at else "", text[end : end + 1]
    return text.startswith(form, at) and not (_latin(form[0]) and _latin(before)) and not (_latin(form[-1]) and _latin(after))


def _latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _role(text: str, weights: Mapping[str, float]) -> str:
    """The role that is named, else the one whose topics lie nearest."""
    text = normalise(text)

    def likeness(role: str) -> tuple[float, str]:
        topics = ROLES[role].topics
        norm = math.sqrt(sum(weight**2 for weight in topics.values())) * math.sqrt(sum(weight**2 for weight in weights.values()))
        named = 0.15 * any(word in text for word in ROLES[role].words)
        return sum(weight * weights.get(topic, 0.0) for topic, weight in topics.items()) / norm + named, role

    return max(ROLES, key=likeness)


def _level(text: str) -> tuple[Level, str]:
    """The level that years of experience or a word of rank tell, and that word."""
    if junior := _JUNIOR.search(text):
        return 1, junior[0]
    years = max(_YEARS.finditer(text), key=lambda match: int(match[1]), default=None)
    if senior := _SENIOR.search(text):
        return 3, senior[0]
    if years and int(years[1]) <= 30:
        return (3 if int(years[1]) >= 5 else 2 if int(years[1]) >= 2 else 1), years[0]
    return 2, ""
