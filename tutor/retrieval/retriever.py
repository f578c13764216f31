"""Search as a LangChain retriever."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from tutor.text import language_of


class TutorRetriever(BaseRetriever):
    """Documents for a query: the entry's answer as content; id, question, source, line and score as metadata."""

    tutor: Any
    k: int = 5

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        hits = self.tutor.search(query, self.k)
        language = language_of(query)
        return [
            Document(
                page_content=hit.entry.answer.pick(language) or hit.passage,
                metadata={
                    "entry_id": hit.entry.id,
                    "question": hit.entry.question.pick(language),
                    "source": hit.entry.sources[0].path,
                    "line": hit.entry.sources[0].line,
                    "score": hit.score,
                    "passage": hit.passage,
                },
            )
            for hit in hits.hits
        ]
