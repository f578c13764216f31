"""Who is at the page: a name that this browser remembers, and the learner it stands for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import Any

import gradio as gr

from tutor.errors import TutorError
from tutor.study.learner import DEFAULT, Learner
from tutor.web.current import CurrentTutor
from tutor.web.words import words

_log = logging.getLogger(__name__)

#: For rows of our own HTML: a click on anything with `data-pick` hands its value to the event's first input.
PICK = "element.addEventListener('click', (event) => { if (tutor.pick(event.target.closest('[data-pick]'))) trigger('click'); })"
PICKED = "(_, ...rest) => [tutor.picked(), ...rest]"
#: How the page's handlers are wired: no spinner over what is being read, no endpoint in the API.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def html(**options: Any) -> gr.HTML:
    """HTML of ours: study.css alone decides how it looks."""
    return gr.HTML(apply_default_css=False, **options)


def now() -> datetime:
    """This moment, with the machine's time zone: days begin at its midnight."""
    return datetime.now().astimezone()


def learner_of(current: CurrentTutor, name: str) -> Learner:
    """The learner of a name out of a browser, made where there is none. Raises TutorError."""
    return current.get().learner(name if name.strip() else DEFAULT)


def problem(error: Exception, language: str) -> str:
    """One line for a visitor; what is not our own error goes to the log."""
    say = words(language)
    if not isinstance(error, TutorError):
        _log.error("a handler of the web page failed", exc_info=error)
        return say.unexpected
    return error.message + (f" {say.retry.format(remedy=error.remedy)}" if error.remedy else "")


def callout(title: str, more: str = "", kind: str = "") -> str:
    """A note that stands out; texts are escaped."""
    rest = f"<p>{escape(more)}</p>" if more else ""
    return f'<div class="t-callout {kind}" role="status"><p><b>{escape(title)}</b></p>{rest}</div>'


def guarded(shown: Callable[[], str], language: str) -> str:
    """What a function shows, or the problem that kept it from showing it."""
    try:
        return shown()
    except Exception as error:  # the web edge: a visitor gets one line, the log gets the rest
        return callout(problem(error, language), kind="t-bad")
