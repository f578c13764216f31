"""The tutor as LangChain objects: a retriever and a streaming runnable."""

import asyncio

import pytest
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda

from tutor.errors import InputError

QUESTION = "How does paged attention reduce fragmentation?"


def test_retriever(tutor):
    retriever = tutor.as_retriever(k=3)
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke(QUESTION)
    assert len(documents) == 3
    assert all(isinstance(document, Document) for document in documents)
    first = documents[0]
    assert "blocks of fixed size" in first.page_content
    assert first.metadata.keys() == {"entry_id", "question", "source", "line", "score", "passage"}
    assert first.metadata["question"] == QUESTION
    assert first.metadata["line"] == 10


def test_retriever_in_a_batch_and_asynchronously(tutor):
    retriever = tutor.as_retriever(k=1)
    batch = retriever.batch([QUESTION, "什么是旋转位置编码 RoPE?"])
    assert [documents[0].metadata["question"] for documents in batch] == [QUESTION, "什么是旋转位置编码 RoPE?"]
    assert asyncio.run(retriever.ainvoke(QUESTION))[0].metadata["question"] == QUESTION


def test_an_unanswered_entry_is_a_document_all_the_same(tutor):
    document = tutor.as_retriever(k=1).invoke("How would you size a cluster for ten thousand users?")[0]
    assert document.page_content


def test_chain(tutor):
    chain = tutor.as_chain()
    assert isinstance(chain, Runnable)
    assert chain.invoke(QUESTION) == tutor.ask(QUESTION).answer


def test_chain_streams(tutor):
    pieces = list(tutor.as_chain().stream(QUESTION))
    assert all(isinstance(piece, str) and piece for piece in pieces)
    assert "".join(pieces) == tutor.ask(QUESTION).answer


def test_chain_with_history(tutor):
    history = [{"role": "user", "content": "Adapter 会增加推理延迟吗?"}, {"role": "assistant", "content": "会。"}]
    assert "合并回权重" in tutor.as_chain().invoke({"question": "它为什么不能合并?", "history": history})
    with pytest.raises(InputError, match="malformed"):
        tutor.as_chain().invoke({"question": "它呢?", "history": [{"role": "judge", "content": "x"}]})


def test_chain_joins_other_runnables(tutor):
    chain = RunnableLambda(lambda name: f"How does {name} reduce fragmentation?") | tutor.as_chain() | StrOutputParser()
    assert "blocks of fixed size" in chain.invoke("paged attention")
    assert "blocks of fixed size" in asyncio.run(chain.ainvoke("paged attention"))
    assert len(chain.batch(["paged attention", "paged attention"])) == 2


def test_chain_streams_asynchronously(tutor):
    async def collect():
        return [piece async for piece in tutor.as_chain().astream(QUESTION)]

    assert "".join(asyncio.run(collect())) == tutor.ask(QUESTION).answer
