"""Embedders: one contract for the built-in one and for a sentence-transformers model."""

import numpy as np
import pytest

from tests.models import needs_local, tiny_sentence_transformer
from tutor.errors import ModelError
from tutor.retrieval.embedder import HashedEmbedder, load_embedder
from tutor.retrieval.learned import SHIPPED, TABLE, LearnedEmbedder, features, save


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


DAMAGE = {
    "missing": lambda whole: None,
    "empty": lambda whole: b"",
    "not a table": lambda whole: b"no table at all",
    "cut in the header": lambda whole: whole[:40],
    "cut in the data": lambda whole: whole[:-100],
    "another type": lambda whole: whole.replace(b'"I8"', b'"I9"'),
    "fewer scales": lambda whole: whole.replace(b"[500]", b"[499]"),
    "a header of another kind": lambda whole: (2).to_bytes(8, "little") + b"[]",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_table_that_cannot_be_read_is_a_clear_error(tmp_path, damage):
    save(tmp_path, _table())
    damaged = damage((tmp_path / TABLE).read_bytes())
    (tmp_path / TABLE).unlink()
    if damaged is not None:
        (tmp_path / TABLE).write_bytes(damaged)
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


# The built-in table in sentence-transformers


def _sentence_transformer(folder):
    from sentence_transformers import SentenceTransformer

    # Version 6 loads no class but its own without this flag, wherever the folder came from.
    return SentenceTransformer(str(folder), device="cpu", trust_remote_code=True)


@needs_local
def test_the_shipped_folder_opens_in_sentence_transformers_with_the_same_vectors():
    texts = [*TEXTS, "……", "", *(text for case in MEANING.values() for text in case)]
    model = _sentence_transformer(SHIPPED)
    ours, theirs = load_embedder("builtin").encode(texts), model.encode(texts)
    assert theirs.shape == ours.shape
    assert np.allclose(ours, theirs, atol=1e-6)
    assert model.encode(["KV cache 是什么?"], prompt="说说 ") @ load_embedder("builtin").encode(["说说 KV cache 是什么?"])[0] > 0.9999


@needs_local
def test_a_trained_folder_survives_being_saved_by_sentence_transformers(tmp_path):
    from tutor.retrieval.sentence_module import describe

    save(tmp_path / "table", _table())
    describe(tmp_path / "table")
    _sentence_transformer(tmp_path / "table").save(str(tmp_path / "saved"))
    ours = LearnedEmbedder(tmp_path / "table").encode(TEXTS)
    assert np.array_equal(LearnedEmbedder(tmp_path / "saved").encode(TEXTS), ours)
    assert np.allclose(_sentence_transformer(tmp_path / "saved").encode(TEXTS), ours, atol=1e-6)


@needs_local
def test_the_table_is_a_safetensors_file():
    from safetensors.numpy import load_file

    table = load_file(SHIPPED / TABLE)
    assert {name: str(tensor.dtype) for name, tensor in table.items()} == {"rows": "int8", "scales": "float32"}
