"""Embedders: one contract for the built-in one and for a sentence-transformers model."""

import numpy as np
import pytest

from tests.models import needs_local, tiny_sentence_transformer
from tutor.errors import ModelError
from tutor.retrieval.embedder import HashedEmbedder, load_embedder
from tutor.retrieval.learned import LearnedEmbedder, features, save


@pytest.fixture(scope="module", params=["builtin", "hashed", pytest.param("sentence-transformers", marks=needs_local)])
def embedder(request, tmp_path_factory):
    if request.param == "builtin":
        return load_embedder("builtin")
    if request.param == "hashed":
        return HashedEmbedder()
    return load_embedder(str(tiny_sentence_transformer(tmp_path_factory.mktemp("models"))))


TEXTS = ["什么是旋转位置编码?", "What is a KV cache?", "LoRA 微调", "a" * 5000]


def test_one_unit_row_a_text(embedder):
    vectors = embedder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_the_same_text_gives_the_same_vector_whatever_stands_beside_it(embedder):
    assert np.allclose(embedder.encode(TEXTS)[1], embedder.encode([TEXTS[1]])[0], atol=1e-5)


def test_no_texts_give_no_rows(embedder):
    assert embedder.encode([]).shape == (0, embedder.dimensions)


def test_the_identity_names_model_and_dimensions(embedder):
    assert embedder.identity.endswith(f"/{embedder.dimensions}")


@pytest.mark.parametrize("make", ["load_embedder('builtin')", "HashedEmbedder()"])
def test_vectors_do_not_depend_on_the_process(cli, make):
    script = (
        "from tutor.retrieval.embedder import HashedEmbedder, load_embedder\n"
        f"import sys; sys.stdout.write({make}.encode(['注意力 attention']).tobytes().hex())"
    )
    assert cli.python(script).out == cli.python(script).out


CLOSER = {
    "plural": ("attention heads", "attention head", "gradient clipping"),
    "typing error": ("quantisation of weights", "quantization of weights", "tokenizer vocabulary size"),
    "Chinese": ("显存不够怎么办", "训练时显存不够", "分词器的词表"),
}


@pytest.mark.parametrize(("text", "near", "far"), CLOSER.values(), ids=CLOSER.keys())
def test_hashed_terms_know_spelling(text, near, far):
    a, b, c = HashedEmbedder().encode([text, near, far])
    assert a @ b > a @ c


def test_a_text_without_terms_is_zero():
    assert not HashedEmbedder().encode(["……"]).any()
    assert not load_embedder("builtin").encode(["……"]).any()


# The built-in table


def _table(rows=500, dimensions=16):
    return np.random.default_rng(3).normal(size=(rows, dimensions)).astype(np.float32)


def test_a_table_survives_being_written_in_eight_bits(tmp_path):
    save(tmp_path / "table", _table())
    embedder = LearnedEmbedder(tmp_path / "table")
    rows = features("什么是旋转位置编码 RoPE?", 500)
    exact = _table()[rows].sum(axis=0)
    assert embedder.encode(["什么是旋转位置编码 RoPE?"])[0] @ (exact / np.linalg.norm(exact)) > 0.999


def test_another_table_has_another_identity(tmp_path):
    save(tmp_path / "one", _table())
    save(tmp_path / "two", _table() * 1.01)
    assert (
        LearnedEmbedder(tmp_path / "one").identity
        == LearnedEmbedder(tmp_path / "one").identity
        != LearnedEmbedder(tmp_path / "two").identity
    )


@pytest.mark.parametrize("damage", ["missing", "not an array"])
def test_a_table_that_cannot_be_read_is_a_clear_error(tmp_path, damage):
    save(tmp_path, _table())
    if damage == "missing":
        (tmp_path / "rows.npy").unlink()
    else:
        (tmp_path / "rows.npy").write_bytes(b"no array")
    with pytest.raises(ModelError, match=r"built-in embedder: .*cannot be read.*reinstall"):
        LearnedEmbedder(tmp_path)


MEANING = {
    "Chinese and English": ("显存不够怎么办", "out of GPU memory", "beam search decoding"),
    "abbreviation": ("RAG 的检索质量怎么评估", "retrieval augmented generation evaluation", "optimizer learning rate warmup"),
    "two ways of asking": ("怎么让大模型少胡说八道", "如何缓解幻觉", "分词器的词表大小怎么选"),
}


@pytest.mark.parametrize(("text", "near", "far"), MEANING.values(), ids=MEANING.keys())
def test_the_shipped_table_knows_meaning(text, near, far):
    a, b, c = load_embedder("builtin").encode([text, near, far])
    assert a @ b > a @ c


@needs_local
def test_a_model_that_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(ModelError, match=r"embedder '.*nowhere' cannot be loaded.*TUTOR_EMBEDDER=builtin"):
        load_embedder(str(tmp_path / "nowhere"))


@needs_local
def test_a_hub_name_that_is_not_in_the_cache_is_a_clear_error_without_the_network():
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_embedder("someone/some-model")
