"""Ask as a LangChain runnable."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator
from langchain_core.runnables.config import run_in_executor

from tutor.answering.conversation import parse_history


def as_chain(tutor: Any) -> Runnable[str | dict[str, Any], str]:
    """A runnable from a question, or {"question", "history"}, to Markdown; `.stream` yields its pieces."""

    def generate(inputs: Iterator[str | dict[str, Any]]) -> Iterator[str]:
        for given in inputs:
            request: dict[str, Any] = {"question": given} if isinstance(given, str) else given
            history = parse_history(request.get("history", ()))
            sent = ""
            for answer in tutor.ask_stream(request["question"], history):
                # A model's failure replaces what was streamed so far: the final answer then starts anew.
                grown = answer.answer.startswith(sent)
                piece = answer.answer[len(sent) :] if grown else "\n\n---\n\n" + answer.answer
                sent = answer.answer
                if piece:
                    yield piece

    async def agenerate(inputs: AsyncIterator[str | dict[str, Any]]) -> AsyncIterator[str]:
        # The same, one piece at a time in a thread: an answer that waits for a model must not hold up the loop.
        async for given in inputs:
            pieces = generate(iter([given]))
            while (piece := await run_in_executor(None, next, pieces, None)) is not None:
                yield piece

    return RunnableGenerator(generate, agenerate)
