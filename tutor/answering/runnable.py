"""Ask as a LangChain runnable."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator
from langchain_core.runnables.config import run_in_executor

from tutor.answering.conversation import parse_history

#: A citation mark that has not been closed yet; it may still be rewritten.
_OPEN_MARK = re.compile(r"\s*[\[【][\d\s,，、]*$|\s+$")


def as_chain(tutor: Any) -> Runnable[str | dict[str, Any], str]:
    """A runnable from a question, or {"question", "history"}, to Markdown; `.stream` yields its pieces."""

    def generate(inputs: Iterator[str | dict[str, Any]]) -> Iterator[str]:
        for given in inputs:
            request: dict[str, Any] = {"question": given} if isinstance(given, str) else given
            history = parse_history(request.get("history", ()))
            sent = text = ""
            for answer in tutor.ask_stream(request["question"], history):
                text = answer.answer
                settled = _OPEN_MARK.sub("", text)
                if settled.startswith(sent) and settled != sent:
                    yield settled[len(sent) :]
                    sent = settled
            # What the check changed, or a failure replaced, cannot be called back: the final answer then follows whole.
            if rest := text[len(sent) :] if text.startswith(sent) else "" if sent.rstrip() == text else "\n\n---\n\n" + text:
                yield rest

    async def agenerate(inputs: AsyncIterator[str | dict[str, Any]]) -> AsyncIterator[str]:
        # The same, one piece at a time in a thread: an answer that waits for a model must not hold up the loop.
        async for given in inputs:
            pieces = generate(iter([given]))
            while (piece := await run_in_executor(None, next, pieces, None)) is not None:
                yield piece

    return RunnableGenerator(generate, agenerate)
