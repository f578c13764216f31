"""FAISS: exact cosine, saved and loaded under any path."""

import numpy as np
import pytest

from tutor.retrieval.vectors import VectorIndex


def _unit(count, dimensions, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("count", [1, 7, 500])
def test_search_is_exact(count):
    vectors = _unit(count, 32)
    query = _unit(1, 32, seed=9)[0]
    numbers, cosines = VectorIndex.build(vectors).search(query, 5)
    expected = np.argsort(-(vectors @ query))[:5]
    assert numbers.tolist() == expected.tolist()
    assert cosines == pytest.approx((vectors @ query)[expected], abs=1e-6)


@pytest.mark.parametrize("name", ["plain", "中文 文件夹", "ünïcode"])
def test_save_and_load(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    vectors = _unit(20, 8)
    VectorIndex.build(vectors).save(folder / "向量.faiss")
    loaded = VectorIndex.load(folder / "向量.faiss")
    assert len(loaded) == 20
    assert np.array_equal(loaded.vectors(), vectors)


def test_no_vectors_at_all(tmp_path):
    VectorIndex.build(np.zeros((0, 8), np.float32)).save(tmp_path / "empty.faiss")
    assert VectorIndex.load(tmp_path / "empty.faiss").vectors().shape == (0, 8)
