"""What an index knows of the bank: which topics it holds, which notes ask what a topic asks, and which answers are missing."""

import shutil

import numpy as np
import pytest

from tests.support import NOTES, REPOSITORY
from tutor.entry import Entry, Source, Text
from tutor.retrieval import linking, topics
from tutor.retrieval.embedder import HashedEmbedder, load_embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.linking import Bank, load_bank
from tutor.retrieval.search import rank, search
from tutor.retrieval.store import open_index
from tutor.retrieval.topics import Topics

EMBEDDER = load_embedder("builtin")
BANK = ("lora", "qlora", "lora-merge", "adapter-tuning", "rag-overview", "rag-benefits", "hyde")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """A corpus of seven topics."""
    folder = tmp_path_factory.mktemp("bank")
    shutil.copy(REPOSITORY / "corpus" / "glossary.yaml", folder)
    for name in BANK:
        for file in (REPOSITORY / "corpus").glob(f"*/{name}.*"):
            (folder / file.parent.name).mkdir(exist_ok=True)
            shutil.copy(file, folder / file.parent.name)
    return folder


@pytest.fixture(scope="module")
def bank(corpus):
    return load_bank(corpus)


@pytest.fixture(scope="module")
def picture(bank):
    return bank.picture(EMBEDDER)


def _note(question, answer="", name="mine"):
    return Entry(name, Text(question), Text(answer), (Source("mine.md", 1),))


#: Question and answer of notes in words that are not the bank's, and the topic that each asks for.
NOTES_IN_OTHER_WORDS = {
    "reworded": (
        "低秩那套微调,原权重冻住只学两个小矩阵,讲讲它的思路",
        "原来的权重 W 不动,旁边加一条低秩支路 BA,只训练 A 和 B,推理前还能合并回去,所以省显存又不加延迟。",
        "lora",
    ),
    "English": (
        "Fine-tuning on top of a 4-bit base model, how does it save memory?",
        "QLoRA keeps the frozen base in NF4 with double quantization and paged optimizers, and trains LoRA adapters in bf16 on top.",
        "qlora",
    ),
    "a made-up answer is searched for": (
        "先让模型瞎编一个答案再拿去检索,这是什么招",
        "HyDE:用大模型生成一篇假想文档,把它的向量拿去检索,比短问题更接近真正的文档。",
        "hyde",
    ),
}


@pytest.mark.parametrize(("question", "answer", "topic"), NOTES_IN_OTHER_WORDS.values(), ids=NOTES_IN_OTHER_WORDS.keys())
def test_a_note_is_linked_where_question_and_answer_agree_on_the_topic(bank, picture, question, answer, topic):
    links = bank.link([_note(question, answer)], picture, EMBEDDER)
    assert [found.id if found else "" for found in links.topics] == [topic]
    assert bank.topics[links.about[0]].id == topic


NOT_LINKED = {
    "no answer agrees": ("低秩那套微调,讲讲它的思路", ""),
    "the answer is about something else": ("低秩那套微调,讲讲它的思路", "红烧肉要先焯水,再用小火慢炖一个小时。"),
    "another field": ("什么是光合作用?", "植物利用光能,把二氧化碳和水变成糖。"),
    "a topic that the bank does not know": ("什么是投机解码?", "小模型先起草几个词,大模型一次验证,接受或拒绝。"),
    "nothing": ("?", ""),
}


@pytest.mark.parametrize(("question", "answer"), NOT_LINKED.values(), ids=NOT_LINKED.keys())
def test_a_note_is_not_linked(bank, picture, question, answer):
    assert bank.link([_note(question, answer)], picture, EMBEDDER).topics == [None]


def test_the_same_question_links_whatever_the_answer_says(bank, picture):
    asked = next(topic for topic in bank.topics if topic.id == "lora").asked
    for question in (asked[0], asked[0].rstrip("?") + " ?"):
        for answer in ("", "红烧肉要先焯水。"):
            assert bank.link([_note(question, answer)], picture, EMBEDDER).topics[0].id == "lora"


def test_a_curated_entry_is_about_its_topic_but_is_not_linked(corpus, tmp_path):
    ingest([corpus / "peft"], tmp_path / "index", EMBEDDER, corpus=corpus)
    index = open_index(tmp_path / "index")
    assert {entry.linked for entry in index.raw_entries()} == {""}
    assert {name for name, held in zip(sorted(BANK, key=_path(corpus)), index.held, strict=True) if held} == {
        entry.id for entry in index.raw_entries()
    }
    index.close()


def _path(corpus):
    return lambda name: str(next(corpus.glob(f"*/{name}.md")))


def test_many_notes_are_linked_in_parts(bank, picture, monkeypatch):
    notes = [_note(question, answer) for question, answer, _ in NOTES_IN_OTHER_WORDS.values()] + [
        _note(*pair) for pair in NOT_LINKED.values()
    ]
    whole = bank.link(notes, picture, EMBEDDER)
    monkeypatch.setattr(linking, "_AT_ONCE", 2)
    monkeypatch.setattr(topics, "_AT_ONCE", 3)
    parts = bank.link(notes, picture, EMBEDDER)
    assert parts.topics == whole.topics
    assert parts.about.tolist() == whole.about.tolist()


def test_a_bank_without_topics_links_nothing():
    bank = Bank([], {}, "")
    links = bank.link([_note("什么是 LoRA?", "低秩。")], bank.picture(EMBEDDER), EMBEDDER)
    assert (list(links.topics), links.about.tolist()) == ([None], [-1])
    assert len(bank.picture(EMBEDDER)) == len(Topics.empty()) == 0


def test_what_is_saved_is_what_is_loaded(picture, tmp_path):
    picture.save(tmp_path)
    loaded = Topics.load(tmp_path)
    assert (loaded.model, len(loaded)) == (EMBEDDER.identity, len(BANK))
    vector, wanted = EMBEDDER.encode(["LoRA 低秩"])[0], {"lora": 1.0}
    assert np.array_equal(loaded.scores(vector, wanted), picture.scores(vector, wanted))


# What a search makes of it

MISSING = [
    "HyDE 是怎么做检索的?",
    "How does HyDE help retrieval?",
    "RAG 有什么好处?",
    "why is retrieval-augmented generation useful",
]
HERE = ["LoRA 的原理是什么?", "QLoRA 怎么省显存", "How are LoRA weights merged?", "Adapter 插在哪里?", "why does QLoRA need less memory"]


@pytest.fixture(scope="module")
def half(corpus, tmp_path_factory):
    """An index of the topics about tuning; the bank knows those about retrieval, too."""
    folder = tmp_path_factory.mktemp("half") / "index"
    ingest([corpus / "peft"], folder, EMBEDDER, corpus=corpus)
    return open_index(folder)


@pytest.mark.parametrize("query", MISSING)
def test_a_question_about_a_topic_that_is_not_here_is_refused(half, query):
    assert not search(half, EMBEDDER, query).in_scope


@pytest.mark.parametrize("query", HERE)
def test_a_question_about_a_topic_that_is_here_is_answered(half, query):
    assert search(half, EMBEDDER, query).in_scope


def test_the_same_questions_are_answered_once_the_topics_are_here(corpus, tmp_path):
    ingest([corpus], tmp_path / "index", EMBEDDER, corpus=corpus)
    index = open_index(tmp_path / "index")
    assert [query for query in MISSING if not search(index, EMBEDDER, query).in_scope] == []
    index.close()


def test_notes_in_their_own_words_hold_their_topic(corpus, tmp_path):
    note = tmp_path / "mine.md"
    note.write_text("".join(f"## {question}\n\n{answer}\n\n" for question, answer, _ in NOTES_IN_OTHER_WORDS.values()), encoding="utf-8")
    ingest([note], tmp_path / "index", EMBEDDER, corpus=corpus)
    index = open_index(tmp_path / "index")
    hits = search(index, EMBEDDER, "HyDE 是怎么做检索的?")
    assert hits.in_scope
    assert hits.hits[0].entry.linked == "hyde"
    assert not search(index, EMBEDDER, "Adapter 插在哪里?").in_scope
    index.close()


STRANGERS = [
    ("什么是光合作用?", "植物利用光能,把二氧化碳和水变成葡萄糖并放出氧气,主要在叶绿体里进行。", "光合作用在哪里进行"),
    ("Why is the sky blue?", "Air scatters short wavelengths much more than long ones, so blue light reaches us from everywhere.", "reason the sky looks blue"),
    ("How do I prune an apple tree?", "In late winter: remove dead and crossing branches first, cut just above an outward bud.", "when to prune apple trees"),
]  # fmt: skip


def test_what_the_bank_does_not_know_is_answered_by_its_own_words(corpus, tmp_path):
    note = tmp_path / "mine.md"
    note.write_text("".join(f"## {question}\n\n{answer}\n\n" for question, answer, _ in STRANGERS), encoding="utf-8")
    ingest([note], tmp_path / "index", EMBEDDER, corpus=corpus)
    index = open_index(tmp_path / "index")
    for question, _, query in STRANGERS:
        hits = search(index, EMBEDDER, query)
        assert hits.in_scope, query
        assert question in hits.hits[0].entry.question.both()
        assert rank(index, EMBEDDER, query).features["known"] == 0
    assert not search(index, EMBEDDER, "LoRA 的原理是什么?").in_scope
    index.close()


def test_another_embedder_leaves_recognising_topics_to_the_built_in_one(corpus, tmp_path):
    ingest([corpus / "peft"], tmp_path / "index", HashedEmbedder(), corpus=corpus)
    index = open_index(tmp_path / "index")
    features = rank(index, HashedEmbedder(), "RAG 有什么好处?").features
    assert index.topics.model == EMBEDDER.identity
    assert features["missing"] > features["held"] > 0
    index.topics = Topics(index.topics.asked, index.topics.answered, index.topics.words, "builtin/older/256")
    features = rank(index, HashedEmbedder(), "RAG 有什么好处?").features
    assert (features["missing"], features["held"], features["lead"]) == (0, 0, 0)
    index.close()


def test_a_second_build_takes_the_picture_from_the_first(tmp_path, notes, monkeypatch):
    ingest([notes], tmp_path / "index", EMBEDDER, corpus=NOTES)
    before = open_index(tmp_path / "index")
    (notes / "serving.txt").unlink()
    monkeypatch.setattr(Bank, "picture", None)
    ingest([notes], tmp_path / "index", EMBEDDER, corpus=NOTES)
    after = open_index(tmp_path / "index")
    assert np.array_equal(after.topics.asked, before.topics.asked)
    assert len(after.about) == len(after) == 15
    for index in (before, after):
        index.close()
