"""What the interviewer's moves are made of: saying something, and keeping in the state what was said and changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tutor.entry import Entry, Language
from tutor.interview import speech
from tutor.interview.catalogue import Catalogue
from tutor.interview.speech import Key
from tutor.interview.state import EARNED, Kind, Line, Say, State
from tutor.interview.wording import Rephraser, acceptable


class Voice:
    """The state as it changes during a move, and what is said on the way."""

    def __init__(self, state: State, catalogue: Catalogue, rephrase: Rephraser | None) -> None:
        self.state = state
        self.says: list[Say] = []
        self._catalogue = catalogue
        self._rephrase = rephrase
        self._language: Language = state.plan.language

    def _stand(self) -> None:
        """Ask again what stands."""
        self._say(self.state.current.standing_kind, self.state.current.standing, again=True)

    def _ask(self, key: Key, *, again: bool = False, **values: str) -> None:
        self._say(self.state.current.standing_kind, self._line(key, **values), again=again)

    def _remark(self, key: Key, **values: str) -> None:
        self._say("remark", self._line(key, **values))

    def _line(self, key: Key, **values: str) -> str:
        plan = self.state.plan
        seed = f"{plan.seed}:{len(self.state.lines)}"
        text, place = speech.say(key, self._language, plan.persona, seed, self.state.last.get(key), **values)
        self.state = replace(self.state, last={**self.state.last, key: place})
        return text

    def _say(self, kind: Kind, text: str, *, again: bool = False, data: dict[str, Any] | None = None) -> None:
        asked = self.state.asked[-1] if self.state.asked and not self.state.closed else None
        point = asked.standing_point if asked and kind == "probe" else ""
        said = Say(kind, text, asked.entry_id if asked else "", asked.number if asked else 0, point, again, data)
        if self._rephrase and asked and kind != "report":
            new = self._rephrase(text, self._language)
            if acceptable(said, new, asked.standing, self._catalogue, self._open_points, self._language):
                said = replace(said, text=new)
        self.says.append(said)
        self.state = replace(self.state, lines=(*self.state.lines, Line("interviewer", kind, said.text, said.number)))

    # The question at hand

    @property
    def _entry(self) -> Entry:
        return self._catalogue[self.state.current.entry_id]

    @property
    def _open_points(self) -> list[str]:
        """Ids of the key points that have not been earned."""
        grade = self.state.current.grade
        earned = {point.id for point in grade.points if point.credit >= EARNED} if grade else set()
        return [point.id for point in self._entry.rubric if point.id not in earned]

    def _change(self, **changes: Any) -> None:
        self.state = replace(self.state, asked=(*self.state.asked[:-1], replace(self.state.current, **changes)))
