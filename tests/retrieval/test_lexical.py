"""BM25 against numbers worked out by hand and against a plain implementation; the forward lists."""

import math
import random
from collections import Counter

import numpy as np
import pytest

from tutor.retrieval.lexical import K1, B, Forward, LexicalIndex, term_hash


def _index(documents):
    forward = Forward.of(documents)
    return LexicalIndex.build(forward.rows(), forward.terms, forward.counts, len(forward))


def test_a_tiny_example_worked_out_by_hand():
    # Three documents of 2, 2 and 4 terms: 8/3 terms on average. "a" stands in two of them, "b" and "d" in one.
    index = _index([["a", "b"], ["a", "c"], ["d", "d", "e", "f"]])
    assert (K1, B) == (1.2, 0.6)
    assert index.idf("a") == pytest.approx(math.log(1 + 1.5 / 2.5), rel=1e-6)  # 0.4700
    assert index.idf("b") == pytest.approx(math.log(1 + 2.5 / 1.5), rel=1e-6)  # 0.9808
    # |D|=2: 1.2*(0.4+0.6*2/(8/3)) = 1.02; |D|=4: 1.2*(0.4+0.6*4/(8/3)) = 1.56
    assert index.scores({"a": 1.0}) == pytest.approx([0.4700036 * 2.2 / 2.02, 0.4700036 * 2.2 / 2.02, 0], rel=1e-5)
    assert index.scores({"d": 1.0}) == pytest.approx([0, 0, 0.9808293 * 2 * 2.2 / 3.56], rel=1e-5)
    assert index.scores({"a": 0.5, "b": 2.0})[0] == pytest.approx((0.5 * 0.4700036 + 2 * 0.9808293) * 2.2 / 2.02, rel=1e-5)


def _plain_bm25(documents, query):
    """The textbook formula, one document and term at a time."""
    mean = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        counts, score = Counter(document), 0.0
        for term, weight in query.items():
            holding = sum(term in other for other in documents)
            idf = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
            score += weight * idf * counts[term] * (K1 + 1) / (counts[term] + K1 * (1 - B + B * len(document) / mean))
        scores.append(score)
    return scores


@pytest.mark.parametrize("seed", range(5))
def test_random_documents_score_as_the_plain_formula_says(seed):
    source = random.Random(seed)
    words = [f"词{n}" for n in range(30)]
    documents = [source.choices(words, weights=range(30, 0, -1), k=source.randrange(0, 25)) for _ in range(60)]
    index = _index(documents)
    query = {word: source.choice([0.1, 1.0]) for word in source.sample([*words, "unknown"], 6)}
    assert index.scores(query) == pytest.approx(_plain_bm25(documents, query), rel=1e-4, abs=1e-6)
    for number, document in enumerate(documents):
        assert index.has(query, number) == {word: word in document for word in query}


def test_unknown_terms_score_nothing_and_count_as_rarest():
    index = _index([["a"], ["b"]])
    assert not index.knows("x")
    assert index.scores({"x": 1.0}).tolist() == [0, 0]
    assert index.idf("x") > index.idf("a")


def test_an_empty_index_answers_nothing(tmp_path):
    index = _index([])
    assert index.scores({"a": 1.0}).tolist() == []
    index.save(tmp_path, "x")
    assert LexicalIndex.load(tmp_path, "x", 0).scores({"a": 1.0}).tolist() == []


def test_rows_of_one_document_are_added_up():
    """Passages of one entry become one document."""
    forward = Forward.of([["a", "b"], ["a"], ["c"]])
    joined = LexicalIndex.build(np.array([0, 0, 1])[forward.rows()], forward.terms, forward.counts, 2)
    assert joined.scores({"a": 1, "b": 1, "c": 1}) == pytest.approx(_index([["a", "b", "a"], ["c"]]).scores({"a": 1, "b": 1, "c": 1}))


def test_save_and_load(tmp_path):
    folder = tmp_path / "索引 index"
    folder.mkdir()
    index = _index([["注意", "意力"], ["a"]])
    index.save(folder, "entry")
    loaded = LexicalIndex.load(folder, "entry", 2)
    assert loaded.scores({"注意": 1, "a": 2}).tolist() == index.scores({"注意": 1, "a": 2}).tolist()


def test_hashes_are_the_same_in_every_process():
    assert term_hash("注意") == 17951883270005695996
    assert term_hash("lora") == 11572329580782462654


# Forward lists


def _documents(forward):
    return [
        dict(zip(forward.terms[start:end].tolist(), forward.counts[start:end].tolist(), strict=True))
        for start, end in zip(forward.starts[:-1], forward.starts[1:], strict=True)
    ]


def _expected(documents):
    return [{term_hash(term): count for term, count in Counter(document).items()} for document in documents]


DOCUMENTS = [["a", "b", "a"], [], ["c"], ["b", "d", "d", "d"]]


@pytest.mark.parametrize("rows", [[0, 1, 2, 3], [3, 0], [1], [], [2, 2, 0], [3, 2, 1, 0]], ids=str)
def test_take_gives_the_documents_in_the_order_asked_for(rows):
    taken = Forward.of(DOCUMENTS).take(np.array(rows, np.int64))
    assert _documents(taken) == _expected([DOCUMENTS[row] for row in rows])


@pytest.mark.parametrize("cut", range(len(DOCUMENTS) + 1))
def test_join_puts_documents_behind_each_other(cut):
    joined = Forward.of(DOCUMENTS[:cut]).join(Forward.of(DOCUMENTS[cut:]))
    assert _documents(joined) == _expected(DOCUMENTS)
    assert joined.rows().tolist() == [0, 0, 2, 3, 3]


def test_building_in_ranges_of_terms_changes_nothing(monkeypatch):
    source = random.Random(1)
    documents = [[f"词{source.randrange(50)}" for _ in range(20)] for _ in range(40)]
    whole = _index(documents)
    monkeypatch.setattr("tutor.retrieval.lexical._AT_ONCE", 37)
    in_ranges = _index(documents)
    assert all(np.array_equal(array, in_ranges._arrays()[part]) for part, array in whole._arrays().items())
