"""A query to its hits over the small index of notes."""

import threading

import pytest

from tutor.errors import InputError
from tutor.retrieval.search import MAX_QUERY, search
from tutor.settings import Settings
from tutor.tutor import Tutor

FIRST = {
    "the question itself": ("什么是旋转位置编码 RoPE?", "什么是旋转位置编码 RoPE?"),
    "a question in other words": ("RoPE 怎么表示相对距离", "什么是旋转位置编码 RoPE?"),
    "keywords": ("paged attention fragmentation", "How does paged attention reduce fragmentation?"),
    "words of the answer only": ("canary strings n-gram overlap", "What is contamination in benchmark evaluation?"),
    "a name with a version": ("P-tuning v2 每一层", "P-tuning 与 P-tuning v2 有什么不同?"),
    "Latin inside Chinese": ("QLoRA省在哪里", "QLoRA 比 LoRA 省在哪里?"),
    "full width": ("ＱＬｏＲＡ　省显存", "QLoRA 比 LoRA 省在哪里?"),
    "another language's wording": ("Does a draft model change what the large model says?", "Why does speculative decoding leave the output distribution unchanged?"),
    "a typing error of the bank": ("specualtive decoding 无损吗", "投机解码为什么不改变输出分布?"),
    "an unanswered question": ("size a cluster for ten thousand users", "How would you size a cluster for ten thousand users?"),
}  # fmt: skip


@pytest.mark.parametrize(("query", "question"), FIRST.values(), ids=FIRST.keys())
def test_first_hit(tutor, query, question):
    hits = tutor.search(query)
    assert question in hits.hits[0].entry.question.both(), [hit.entry.question for hit in hits.hits]
    assert hits.in_scope
    assert 0.5 < hits.confidence <= 1


OUT_OF_SCOPE = [
    "今天天气怎么样?",
    "红烧肉怎么做",
    "How do I cook pasta?",
    "who won the football world cup",
    "推荐一部电影",
    "asdf qwer zxcv",
]


@pytest.mark.parametrize("query", OUT_OF_SCOPE)
def test_questions_from_elsewhere_are_out_of_scope(tutor, query):
    hits = tutor.search(query)
    assert not hits.in_scope
    assert hits.confidence < 0.5


@pytest.mark.parametrize("query", ["", " ", "\n\t"])
def test_an_empty_query_is_an_input_error(tutor, query):
    with pytest.raises(InputError, match="empty"):
        tutor.search(query)


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_an_input_error(tutor, k):
    with pytest.raises(InputError, match="at least 1"):
        tutor.search("LoRA", k)


@pytest.mark.parametrize("k", [1, 3, 20, 10_000])
def test_k_hits_at_most_best_first_each_entry_once(tutor, k):
    hits = tutor.search("attention decoding LoRA 微调 注意力", k).hits
    scores = [hit.score for hit in hits]
    assert 1 <= len(hits) <= min(k, 20)
    assert scores == sorted(scores, reverse=True)
    assert len({hit.entry.id for hit in hits}) == len(hits)
    assert all(hit.passage for hit in hits)


HOSTILE = {
    "only punctuation": "???!!!……",
    "only emoji": "🙂🙂🙂",
    "NUL": "LoRA\x00 微调",
    "lone surrogate": "LoRA \ud800",
    "regular expression": "(a+)+$ [",
    "path": "../../etc/passwd",
    "markup": "<script>alert(1)</script> LoRA",
    "one term ten thousand times": "attention " * 10_000,
    "a pasted book": "注意力机制" * 50_000,
    "right to left": "\u202eLoRA",
}


@pytest.mark.parametrize("query", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_queries_are_answered_or_found_out_of_scope(tutor, query):
    hits = tutor.search(query)
    assert 0 <= hits.confidence <= 1
    assert len(hits.query) <= MAX_QUERY


def test_a_hit_names_source_and_line(tutor):
    source = tutor.search("paged attention fragmentation").hits[0].entry.sources[0]
    assert source.path.endswith("tests/data/notes/serving.txt")
    assert source.line == 10


def test_the_passage_is_the_part_of_the_answer_that_speaks_of_the_query(tutor):
    hit = tutor.search("first rejection normalised remaining drafts are discarded").hits[0]
    assert hit.entry.id == "speculative-decoding"
    assert "discarded" in hit.passage


@pytest.mark.parametrize(("threshold", "in_scope"), [(1e-9, True), (1.1, False)])
def test_the_threshold_is_a_setting(notes_index, threshold, in_scope):
    tutor = Tutor.open(settings=Settings(index=notes_index, threshold=threshold))
    assert tutor.search("今天的注意力").in_scope is in_scope


def test_a_follow_up_is_understood_with_its_context(tutor):
    alone = search(tutor.index, tutor.embedder, "它的缺点呢?").hits
    helped = search(tutor.index, tutor.embedder, "它的缺点呢?", context="Adapter 会增加推理延迟吗?").hits
    assert helped[0].entry.question.zh == "Adapter 会增加推理延迟吗?"
    assert not alone or alone[0].score < helped[0].score


def test_searches_from_many_threads_agree(tutor):
    queries = [query for query, _ in FIRST.values()] * 3
    expected = [[hit.entry.id for hit in tutor.search(query).hits] for query in queries]
    results = {}

    def work(number):
        results[number] = [hit.entry.id for hit in tutor.search(queries[number]).hits]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(queries))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results[number] for number in range(len(queries))] == expected


@pytest.mark.parametrize("contenders", [10, 20])
def test_among_many_entries_only_contenders_are_looked_at_and_the_best_stay_the_best(tutor, monkeypatch, contenders):
    queries = [query for query, _ in FIRST.values()] + OUT_OF_SCOPE
    expected = [tutor.search(query) for query in queries]
    monkeypatch.setattr("tutor.retrieval.search.MANY", 1)
    monkeypatch.setattr("tutor.retrieval.search.CONTENDERS", contenders)
    for query, hits in zip(queries, expected, strict=True):
        found = tutor.search(query)
        assert [hit.entry.id for hit in found.hits[:3]] == [hit.entry.id for hit in hits.hits[:3]]
        assert found.confidence == pytest.approx(hits.confidence, abs=0.05)


def test_an_entry_that_asks_the_query_to_the_letter_contends(tutor, monkeypatch):
    monkeypatch.setattr("tutor.retrieval.search.MANY", 1)
    monkeypatch.setattr("tutor.retrieval.search.CONTENDERS", 1)
    monkeypatch.setattr("tutor.retrieval.search.NEAREST", 1)
    question = "How would you size a cluster for ten thousand users?"
    assert tutor.search(question).hits[0].entry.question.en == question
