"""Retrieve, then compose or generate, then check: one path for the command line, Python and the web."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.answering.answer import Answer
from tutor.answering.conversation import Message
from tutor.answering.extractive import compose
from tutor.entry import Hits


def answer_stream(question: str, hits: Hits, history: Sequence[Message] = (), suggestions: Sequence[str] = ()) -> Iterator[Answer]:
    """Growing answers to `question` from `hits`; the last one is complete and checked."""
    yield compose(hits, question, suggestions)
