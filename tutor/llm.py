"""One door to every chat model: none, local transformers, or any provider LangChain knows.

    TUTOR_LLM=none                               no model: the ordinary case
    TUTOR_LLM=local:Qwen/Qwen3-1.7B              transformers, from the local cache or a folder
    TUTOR_LLM=ollama:qwen3:4b                    LangChain's provider:model
    TUTOR_LLM=openai:NAME with TUTOR_LLM_BASE_URL   any OpenAI-compatible server

A back end only yields text. Waiting, timeouts and hiding the key are done here, once.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from tutor.errors import ModelError
from tutor.settings import Settings

#: Roles and contents, oldest first.
Messages = Sequence[tuple[str, str]]

#: An answer is cut here; a model that babbles on must end.
MAX_NEW_TOKENS = 900


class ChatModel(Protocol):
    """A chat model: its name as shown, and a stream of text pieces for messages."""

    name: str

    def stream(self, messages: Messages) -> Iterator[str]:
        """Pieces of the reply as they come. Any exception means that the model failed."""
        ...


def load_chat_model(settings: Settings) -> ChatModel | None:
    """The model the settings name; None for "none". Raises ModelError where it cannot be loaded."""
    if settings.llm in ("", "none"):
        return None
    provider, _, name = settings.llm.partition(":")
    if not name:
        raise ModelError(f"TUTOR_LLM={settings.llm!r} is not provider:model", remedy="for example ollama:qwen3:4b, or none")
    try:
        return LocalModel(name) if provider == "local" else ProviderModel(provider, name, settings)
    except ModelError:
        raise
    except ImportError as error:
        extra = {"local": "local", "ollama": "ollama"}.get(provider)
        remedy = f"pip install 'interview-tutor[{extra}]'" if extra else f"pip install langchain-{provider}"
        raise ModelError(f"model {settings.llm!r} needs a package that is not installed", remedy=remedy) from error
    except Exception as error:
        raise ModelError(f"model {settings.llm!r} cannot be loaded: {_first_line(error, settings)}") from error


def reply(model: ChatModel, messages: Messages, settings: Settings) -> Iterator[str]:
    """The model's pieces, thinking aloud left out. Raises ModelError when it fails, or is silent for longer than the timeout."""
    pieces: queue.Queue[str | Exception | None] = queue.Queue()
    stopped = threading.Event()

    def work() -> None:
        try:
            for piece in model.stream(messages):
                if stopped.is_set():
                    return
                pieces.put(piece)
            pieces.put(None)
        except Exception as error:
            pieces.put(error)

    threading.Thread(target=work, daemon=True, name="tutor-llm").start()
    try:
        yield from _without_thinking(_received(pieces, model, settings))
    finally:
        stopped.set()


def _received(pieces: queue.Queue[str | Exception | None], model: ChatModel, settings: Settings) -> Iterator[str]:
    while True:
        try:
            piece = pieces.get(timeout=settings.llm_timeout)
        except queue.Empty:
            raise ModelError(f"{model.name} was silent for {settings.llm_timeout:g} seconds") from None
        if piece is None:
            return
        if isinstance(piece, Exception):
            raise ModelError(f"{model.name} failed: {_first_line(piece, settings)}") from piece
        yield piece


def _without_thinking(pieces: Iterator[str]) -> Iterator[str]:
    """The stream without `<think>...</think>` at its start."""
    held = ""
    thinking: bool | None = None
    for piece in pieces:
        if thinking is False:
            yield piece
            continue
        held += piece
        opening = held.lstrip()
        if thinking is None and not "<think>".startswith(opening[:7]) and not opening.startswith("<think>"):
            thinking = False
            yield held
        elif opening.startswith("<think>") and "</think>" in held:
            thinking = False
            yield held.partition("</think>")[2].lstrip()
        elif opening.startswith("<think>"):
            thinking = True
    if thinking is None:
        yield held


def _first_line(error: BaseException, settings: Settings) -> str:
    """One line of an error, without the key or anything that looks like one."""
    text = (str(error).strip() or type(error).__name__).splitlines()[0][:200]
    if settings.llm_api_key:
        text = text.replace(settings.llm_api_key, "***")
    return re.sub(r"\b(?:sk|key|Bearer)[-_ ][A-Za-z0-9_*-]{6,}", "***", text)


class ProviderModel:
    """A model behind LangChain's `init_chat_model`."""

    def __init__(self, provider: str, name: str, settings: Settings) -> None:
        from langchain.chat_models import init_chat_model

        options: dict[str, Any] = {"temperature": 0, "timeout": settings.llm_timeout, "max_retries": 1}
        if provider == "ollama":
            options = {"temperature": 0, "num_predict": MAX_NEW_TOKENS}
        else:
            options["max_tokens"] = MAX_NEW_TOKENS
        if settings.llm_base_url:
            options["base_url"] = settings.llm_base_url
        if settings.llm_api_key or (settings.llm_base_url and provider == "openai"):
            # Self-hosted servers need no key, but the client insists on one.
            options["api_key"] = settings.llm_api_key or "not-needed"
        self.name = f"{provider}:{name}"
        self._model: Any = init_chat_model(name, model_provider=provider, **options)

    def stream(self, messages: Messages) -> Iterator[str]:
        for chunk in self._model.stream([(role, content) for role, content in messages]):
            text = chunk.text if isinstance(chunk.text, str) else chunk.text()
            if text:
                yield text


class LocalModel:
    """A causal language model with a chat template, run by transformers on this machine."""

    def __init__(self, name: str) -> None:
        from transformers import AutoModelForCausalLM, AutoTokenizer

        self.name = f"local:{name}"
        self._tokenizer: Any = AutoTokenizer.from_pretrained(name)
        self._model: Any = AutoModelForCausalLM.from_pretrained(name, dtype="auto")
        if not self._tokenizer.chat_template:
            raise ModelError(f"model {name!r} has no chat template", remedy="choose an instruct or chat model")
        self._busy = threading.Lock()

    def stream(self, messages: Messages) -> Iterator[str]:
        from transformers import TextIteratorStreamer

        chat = [{"role": role, "content": content} for role, content in messages]
        inputs = self._tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
        streamer = TextIteratorStreamer(self._tokenizer, skip_prompt=True, skip_special_tokens=True)
        failure: list[Exception] = []

        def generate() -> None:
            try:
                with self._busy:
                    self._model.generate(**inputs, max_new_tokens=MAX_NEW_TOKENS, do_sample=False, streamer=streamer)
            except Exception as error:
                failure.append(error)
                streamer.end()

        worker = threading.Thread(target=generate, daemon=True, name="tutor-local-llm")
        worker.start()
        yield from (piece for piece in streamer if piece)
        worker.join()
        if failure:
            raise failure[0]
