"""The tutor: one object that joins the rooms. `Tutor.open()` gives search and ask, and LangChain adapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.answering.answer import Answer, support
from tutor.answering.chain import answer_stream
from tutor.answering.conversation import Message, as_messages, context_of
from tutor.entry import Hits
from tutor.errors import ModelError, StoreError
from tutor.retrieval.embedder import Embedder, load_embedder
from tutor.retrieval.search import search
from tutor.retrieval.store import Index, open_index, read_manifest
from tutor.settings import Settings, corpus_folder
from tutor.text import is_stop, language_of, terms

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

    from tutor.llm import ChatModel
    from tutor.retrieval.ingest import Progress, Summary


#: Documents uploaded in the web app, in the index folder.
UPLOADS = "documents"


#: A word that this share of the entries uses says nothing about the topic ("code", "缓解").
COMMON = 0.03


class Tutor:
    """Questions to hits and answers over one index. Safe to share among threads."""

    def __init__(self, settings: Settings, index: Index, embedder: Embedder) -> None:
        self.settings = settings
        self.index = index
        self.embedder = embedder

    @classmethod
    def open(cls, index: Path | str | None = None, settings: Settings | None = None) -> Tutor:
        """The tutor of an index folder (default: the setting `index`).

        Raises StoreError where there is no usable index, ModelError where the embedder cannot be loaded.
        """
        settings = settings or Settings.load(index=Path(index) if index is not None else None)
        folder = Path(index) if index is not None else settings.index
        if read_manifest(folder) is None:
            raise StoreError(f"{folder}: no index here yet", remedy="make one: tutor ingest PATH...")
        embedder = load_embedder(settings.embedder)
        return cls(settings, open_index(folder, embedder.identity), embedder)

    @classmethod
    def ingest(
        cls,
        paths: Sequence[Path] = (),
        settings: Settings | None = None,
        *,
        fresh: bool = False,
        progress: Progress | None = None,
    ) -> Summary:
        """Bring the index up to date with `paths` (default: the shipped corpus)."""
        from tutor.retrieval.ingest import ingest

        settings = settings or Settings.load()
        uploaded = settings.index / UPLOADS
        return ingest(
            # Starting over keeps what was uploaded in the web app: its files lie in the index folder.
            [*(paths or [corpus_folder()]), *([uploaded] if fresh and uploaded.is_dir() else [])],
            settings.index,
            load_embedder(settings.embedder),
            fresh=fresh,
            max_mb=settings.max_file_mb,
            progress=progress or (lambda done, total, name: None),
        )

    def search(self, query: str, k: int = 5, history: Sequence[Message | Mapping[str, Any]] = ()) -> Hits:
        """The `k` best entries for a query; a follow-up is understood with the help of `history`."""
        context = context_of(query, as_messages(history), self._names_something)
        return search(self.index, self.embedder, query, k, threshold=self.settings.threshold, context=context)

    def _names_something(self, query: str) -> bool:
        """Whether a query names a concept of the field, or anything that only few entries speak of."""
        content = [term for term in terms(query) if not is_stop(term) and len(term) > 1]
        common = max(3, len(self.index) * COMMON)
        return self.index.glossary.named(query).share > 0 or any(self.index.by_entry.frequency(term) < common for term in content)

    def ask(self, question: str, history: Sequence[Message | Mapping[str, Any]] = ()) -> Answer:
        """The answer to a question, with citations, or an honest "not in my material"."""
        *_, last = self.ask_stream(question, history)
        return last

    def ask_stream(self, question: str, history: Sequence[Message | Mapping[str, Any]] = ()) -> Iterator[Answer]:
        """The answer as it grows; the last one is complete, with its citations checked."""
        hits = self.search(question, 8, history)
        model, notice = self._model
        for answer in answer_stream(question, hits, self.settings, model, as_messages(history), self.suggestions(hits)):
            yield replace(answer, notice=answer.notice or notice)

    @cached_property
    def _model(self) -> tuple[ChatModel | None, str]:
        """The chat model, or why it could not be loaded: an answer never fails because of a model."""
        if self.settings.llm in ("", "none"):
            return None, ""
        from tutor.llm import load_chat_model

        try:
            return load_chat_model(self.settings), ""
        except ModelError as error:
            return None, str(error)

    def suggestions(self, hits: Hits, most: int = 4) -> list[str]:
        """Questions to ask next: the best hit's follow-ups, then the other hits' questions."""
        cited = [hit.entry for hit in support(hits)] or [hit.entry for hit in hits.hits[:1]]
        if not cited:
            return []
        language = language_of(hits.query)
        best = cited[0]
        linked = [self.index.entry(self.numbers[name]) for name in best.follow_ups if name in self.numbers]
        others = [*linked, *(hit.entry for hit in hits.hits)]
        # Questions in the asker's language first; sorting keeps the order otherwise.
        others.sort(key=lambda entry: not getattr(entry.question, language))
        candidates = [entry.question.pick(language) for entry in others]
        known = {entry.question.pick(language) for entry in cited}
        return list(dict.fromkeys(text for text in candidates if text not in known))[:most]

    @cached_property
    def numbers(self) -> dict[str, int]:
        """Entry numbers by id."""
        return self.index.numbers

    def as_retriever(self, k: int = 5) -> BaseRetriever:
        """Search as a LangChain retriever: documents with the best passage and the entry's metadata."""
        from tutor.retrieval.retriever import TutorRetriever

        return TutorRetriever(tutor=self, k=k)

    def as_chain(self) -> Runnable[str | dict[str, Any], str]:
        """Ask as a LangChain runnable that streams: a question, or {"question", "history"}, to Markdown."""
        from tutor.answering.runnable import as_chain

        return as_chain(self)

    def close(self) -> None:
        self.index.close()
