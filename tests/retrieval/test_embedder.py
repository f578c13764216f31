"""Embedders: one contract for the built-in one and for a sentence-transformers model."""

import numpy as np
import pytest

from tests.models import needs_local, tiny_sentence_transformer
from tutor.errors import ModelError
from tutor.retrieval.embedder import HashedEmbedder, load_embedder


@pytest.fixture(scope="module", params=["builtin", pytest.param("sentence-transformers", marks=needs_local)])
def embedder(request, tmp_path_factory):
    if request.param == "builtin":
        return load_embedder("builtin")
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


def test_builtin_vectors_do_not_depend_on_the_process(cli):
    script = "from tutor.retrieval.embedder import HashedEmbedder as H; import sys; sys.stdout.write(H().encode(['注意力 attention']).tobytes().hex())"
    assert cli.python(script).out == cli.python(script).out == HashedEmbedder().encode(["注意力 attention"]).tobytes().hex()


CLOSER = {
    "plural": ("attention heads", "attention head", "gradient clipping"),
    "typing error": ("quantisation of weights", "quantization of weights", "tokenizer vocabulary size"),
    "Chinese": ("显存不够怎么办", "训练时显存不够", "分词器的词表"),
}


@pytest.mark.parametrize(("text", "near", "far"), CLOSER.values(), ids=CLOSER.keys())
def test_builtin_knows_spelling(text, near, far):
    a, b, c = HashedEmbedder().encode([text, near, far])
    assert a @ b > a @ c


def test_a_text_without_terms_is_zero():
    assert not HashedEmbedder().encode(["……"]).any()


@needs_local
def test_a_model_that_is_not_there_is_a_clear_error(tmp_path):
    with pytest.raises(ModelError, match=r"embedder '.*nowhere' cannot be loaded.*TUTOR_EMBEDDER=builtin"):
        load_embedder(str(tmp_path / "nowhere"))


@needs_local
def test_a_hub_name_that_is_not_in_the_cache_is_a_clear_error_without_the_network():
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_embedder("someone/some-model")
