"""The tutor: one object that joins the rooms. `Tutor.open()` gives search and ask, and LangChain adapters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.answering.answer import Answer, support
from tutor.answering.chain import answer_stream
from tutor.answering.conversation import Message, as_messages, context_of
from tutor.entry import Entry, Hits, Language
from tutor.errors import InputError, ModelError, StoreError
from tutor.retrieval.embedder import Embedder, load_embedder
from tutor.retrieval.linking import curated_entry
from tutor.retrieval.reranker import DEPTH, Reranker, load_reranker
from tutor.retrieval.search import search
from tutor.retrieval.store import Index, open_index, read_manifest
from tutor.settings import Settings, corpus_folder
from tutor.text import is_stop, language_of, terms

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

    from tutor.grading.grade import Grade
    from tutor.grading.grader import Grader
    from tutor.grading.judge import Judge
    from tutor.interview.catalogue import Catalogue
    from tutor.interview.interviewer import Interviewer
    from tutor.llm import ChatModel
    from tutor.retrieval.ingest import Progress, Summary
    from tutor.study.database import Database
    from tutor.study.learner import Learner


#: Documents uploaded in the web app, in the index folder.
UPLOADS = "documents"


#: A word that this share of the entries uses says nothing about the topic ("code", "缓解").
COMMON = 0.03


_CAREFUL: dict[Language, str] = {
    "zh": "> **注意** 笔记 [{n}] 里说“{claim}”,这是常见的误解:{correction}",
    "en": "> **Careful** The note [{n}] says “{claim}”, a common misconception: {correction}",
}


class Tutor:
    """Questions to hits and answers over one index. Safe to share among threads."""

    def __init__(self, settings: Settings, index: Index, embedder: Embedder, reranker: Reranker | None = None) -> None:
        self.settings = settings
        self.index = index
        self.embedder = embedder
        self.reranker = reranker

    @classmethod
    def open(cls, index: Path | str | None = None, settings: Settings | None = None) -> Tutor:
        """The tutor of an index folder (default: the setting `index`).

        Raises StoreError where there is no usable index, ModelError where embedder or reranker cannot be loaded.
        """
        settings = settings or Settings.load(index=Path(index) if index is not None else None)
        folder = Path(index) if index is not None else settings.index
        if read_manifest(folder) is None:
            raise StoreError(f"{folder}: no index here yet", remedy="make one: tutor ingest PATH...")
        embedder = load_embedder(settings.embedder)
        reranker = load_reranker(settings.reranker)
        return cls(settings, open_index(folder, embedder.identity), embedder, reranker)

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
            engine=settings.vectors,
            progress=progress or (lambda done, total, name: None),
        )

    def search(self, query: str, k: int = 5, history: Sequence[Message | Mapping[str, Any]] = ()) -> Hits:
        """The `k` best entries for a query; a follow-up is understood with the help of `history`."""
        context = context_of(query, as_messages(history), self._names_something)
        # The reranker needs more to choose from than is shown; a wrong k is refused as ever.
        depth = max(k, DEPTH) if self.reranker and k >= 1 else k
        hits = search(self.index, self.embedder, query, depth, threshold=self.settings.threshold, context=context)
        return self.reranker.rerank(hits, k, context) if self.reranker else hits

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
        last = None
        for last in answer_stream(question, hits, self.settings, model, as_messages(history), self.suggestions(hits)):
            yield replace(last, notice=last.notice or notice)
        if last and (warnings := self._warnings(last)):
            yield replace(last, notice=last.notice or notice, answer="\n\n".join([last.answer, *warnings]))

    def _warnings(self, answer: Answer) -> list[str]:
        """For each cited note that asserts a listed misconception of the curated entry it is linked to, what is wrong with it."""
        language = language_of(answer.question)
        found = []
        for citation in answer.citations:
            entry = self.index.entry(self.numbers[citation.entry_id])
            known = curated_entry(entry.linked) if entry.linked else None
            for wrong in self._grader.asserted(known, entry.answer.pick(language), language) if known else ():
                correction = f"{wrong.correction} ({wrong.source})" if wrong.source else wrong.correction
                found.append(_CAREFUL[language].format(n=citation.n, claim=wrong.evidence, correction=correction))
        return found

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

    def grade(self, question: str, answer: str, *, entry_id: str = "", language: Language | None = None) -> Grade:
        """The grade of an answer, point by point. The question is found in the index like any query; `entry_id` names its entry
        outright. A note that asks what a curated entry asks is graded by the curated rubric. Feedback is in `language` (default: that
        of the answer).

        Raises InputError where nothing in the index asks this, or where it has no answer to grade by.
        """
        if entry_id and entry_id not in self.numbers:
            raise InputError(f"no entry {entry_id!r} in this index", remedy="look for it: tutor search QUESTION")
        entry = self.index.entry(self.numbers[entry_id]) if entry_id else self.entry_asked(question)
        if entry.linked:
            entry = curated_entry(entry.linked) or entry
        if not entry.rubric and not entry.answered:
            raise InputError(f"{entry.question.zh or entry.question.en}: the material has no answer to grade by")
        language = language or language_of(answer if answer.strip() else question)
        follow_ups = [self.index.entry(self.numbers[name]) for name in entry.follow_ups if name in self.numbers]
        study = [follow_up.question.pick(language) for follow_up in follow_ups[:3]]
        return self._grader.grade(entry, answer, question=question, language=language, study=study, judge=self._judge)

    @cached_property
    def _judge(self) -> Judge | None:
        from tutor.grading.judge import Judge

        model, _ = self._model
        return Judge(model, self.settings) if model else None

    def entry_asked(self, question: str) -> Entry:
        """The entry that a question asks for. Raises InputError where nothing in the index asks this."""
        hits = self.search(question, 3)
        # An unanswered note says what is asked, but an answered one beside it can be graded by.
        able = [hit.entry for hit in hits.hits if hit.entry.rubric or hit.entry.answered or hit.entry.linked]
        if not hits.in_scope or not able:
            raise InputError(f"nothing in the material asks {question[:80]!r}", remedy="see what there is: tutor search QUESTION")
        return able[0]

    @cached_property
    def database(self) -> Database:
        """Where learners' data is kept (setting `db`). Raises StoreError where it cannot be opened."""
        from tutor.study.database import open_database

        return open_database(self.settings.db)

    def learner(self, name: str = "me") -> Learner:
        """A learner by name, made where there is none yet."""
        from tutor.study.learner import open_learner

        return open_learner(self.database, name, now=datetime.now(UTC))

    @cached_property
    def catalogue(self) -> Catalogue:
        """The entries that an interview or a review may ask, each with a rubric."""
        from tutor.interview.catalogue import Catalogue

        return Catalogue(_to_ask([self.index.entry(number) for number in range(len(self.index))]), self.index.glossary.table)

    def interviewer(self, learner: Learner | str = "me") -> Interviewer:
        """A mock interviewer for a learner; every turn is stored the moment it happens."""
        from tutor.interview.interviewer import Interviewer
        from tutor.interview.wording import rephraser

        model, _ = self._model
        return Interviewer(
            self.database,
            self.learner(learner) if isinstance(learner, str) else learner,
            lambda entry, answer, language: self._grader.grade(entry, answer, language=language),
            self.catalogue,
            rephrase=rephraser(model, self.settings) if model else None,
        )

    @cached_property
    def _grader(self) -> Grader:
        from tutor.grading.grader import load_grader
        from tutor.grading.meaning import Concepts

        return load_grader(Concepts(self.index.glossary.table))

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
        if "database" in self.__dict__:
            self.database.close()


def askable(entry: Entry) -> Entry | None:
    """An entry with the rubric to ask it by: its own, that of the curated entry that asks the same, or one derived from its answer;
    None where it has no answer."""
    from tutor.grading.rubric import derive

    if entry.rubric:
        return entry
    if entry.linked and (known := curated_entry(entry.linked)):
        return replace(known, id=entry.id, question=entry.question, sources=entry.sources)
    return replace(entry, rubric=derive(entry.answer.zh or entry.answer.en), linked="") if entry.answered else None


def _to_ask(entries: Sequence[Entry]) -> list[Entry]:
    """The curated entries; where there are none, the notes that can be asked."""
    curated = [entry for entry in entries if entry.rubric]
    return curated or [able for entry in entries if (able := askable(entry))]
