"""The vector engines: one contract for all, FAISS at two sizes and Milvus (Lite); and what goes wrong with a server."""

import importlib.util
import json
import logging
import socket
import sys

import numpy as np
import pytest

from tests.support import NOTES
from tutor.errors import InputError, StoreError
from tutor.retrieval.backends import faiss as faiss_backend
from tutor.retrieval.backends.milvus import MilvusIndex
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.search import search
from tutor.retrieval.store import open_index
from tutor.retrieval.vectors import build_vectors, drop_vectors, open_vectors

needs_milvus = pytest.mark.skipif(
    importlib.util.find_spec("pymilvus") is None or importlib.util.find_spec("milvus_lite") is None,
    reason="pymilvus and milvus-lite are not installed",
)
ENGINES = ["faiss", "faiss compressed", pytest.param("milvus", marks=needs_milvus)]


def _unit(count, dimensions, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture(params=ENGINES)
def engine(request, tmp_path, monkeypatch):
    """The setting `vectors` of each engine; inverted lists are all searched, so that small tests are exact."""
    if request.param == "faiss compressed":
        monkeypatch.setattr(faiss_backend, "EXACT_UP_TO", 100)
        monkeypatch.setattr(faiss_backend, "SEARCHED", 1)
    return f"milvus:{tmp_path / '向量.db'}" if request.param == "milvus" else "faiss"


@pytest.fixture
def built(engine, tmp_path):
    """Vectors to an opened index, in a folder whose name is not ASCII."""
    opened = []

    def build(vectors):
        generation = tmp_path / f"第{len(opened)}代 index"
        generation.mkdir()
        build_vectors(engine, generation, vectors)
        opened.append(open_vectors(generation))
        return opened[-1]

    yield build
    for index in opened:
        index.close()


@pytest.mark.parametrize("count", [1, 7, 500])
def test_the_nearest_are_found_best_first(built, count):
    vectors, query = _unit(count, 32), _unit(1, 32, seed=9)[0]
    numbers, cosines = built(vectors).search(query, 5)
    expected = np.argsort(-(vectors @ query))[:5]
    assert numbers.tolist() == expected.tolist()
    assert cosines == pytest.approx((vectors @ query)[expected], abs=1e-6)
    assert (numbers.dtype, cosines.dtype) == (np.int64, np.float32)


def test_vectors_come_back_as_they_were(built):
    vectors = _unit(500, 8)
    index = built(vectors)
    assert len(index) == 500
    assert index.vectors() == pytest.approx(vectors, abs=1e-7)


def test_a_text_without_terms_has_a_vector_too(built):
    index = built(np.concatenate([_unit(3, 8), np.zeros((1, 8), np.float32)]))
    assert sorted(index.search(np.zeros(8, np.float32), 10)[0].tolist()) == [0, 1, 2, 3]


def test_no_vectors_at_all(built):
    index = built(np.zeros((0, 8), np.float32))
    assert len(index) == 0
    assert index.vectors().shape == (0, 8)
    assert index.search(np.zeros(8, np.float32), 5)[0].tolist() == []


def test_two_generations_do_not_mix(built):
    before, after = built(_unit(20, 8, seed=1)), built(_unit(30, 8, seed=2))
    assert (len(before), len(after)) == (20, 30)
    assert before.vectors() == pytest.approx(_unit(20, 8, seed=1), abs=1e-7)


def test_clustered_vectors_are_found_without_searching_all_lists(tmp_path, monkeypatch):
    """At the size where lists begin, with the share of lists that is searched in earnest."""
    monkeypatch.setattr(faiss_backend, "EXACT_UP_TO", 1000)
    centres, noise = _unit(60, 64), _unit(20_000, 64, seed=1)
    vectors = centres[np.arange(20_000) % 60] + 0.7 * noise
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    build_vectors("faiss", tmp_path, vectors)
    index = open_vectors(tmp_path)
    queries = vectors[::200] + 0.3 * _unit(100, 64, seed=2)
    found = [set(index.search(query, 10)[0].tolist()) & set(np.argsort(-(vectors @ query))[:10].tolist()) for query in queries]
    assert sum(map(len, found)) / 1000 >= 0.97


QUERIES = ["旋转位置编码", "paged attention fragmentation", "QLoRA 省显存", "RAG 里怎么切块", "how does a draft model help", "红烧肉怎么做"]


def test_an_index_answers_alike_with_every_engine(engine, own_index, tmp_path, monkeypatch):
    """The whole way: the same notes, the same top ten."""
    embedder = load_embedder("builtin")
    monkeypatch.setattr("tutor.retrieval.store.build_vectors", lambda _, *args: build_vectors(engine, *args))
    ingest([NOTES], tmp_path / "index", embedder)
    expected, index = open_index(own_index), open_index(tmp_path / "index")
    for query in QUERIES:
        ours, theirs = (search(opened, embedder, query, 10) for opened in (expected, index))
        assert [hit.entry.id for hit in ours.hits] == [hit.entry.id for hit in theirs.hits]
        assert [hit.score for hit in theirs.hits] == pytest.approx([hit.score for hit in ours.hits], abs=1e-3)
    index.close()


@needs_milvus
def test_a_build_drops_the_collection_before_the_last(notes, tmp_path, monkeypatch):
    from pymilvus import MilvusClient

    database = tmp_path / "vectors.db"
    monkeypatch.setattr("tutor.retrieval.store.build_vectors", lambda _, *args: build_vectors(f"milvus:{database}", *args))
    embedder = load_embedder("builtin")
    client = MilvusClient(str(database))
    seen = []
    for _ in range(3):
        ingest([notes], tmp_path / "index", embedder, corpus=NOTES, fresh=True)
        seen.append(set(client.list_collections()))
    assert [len(collections) for collections in seen] == [1, 2, 2]
    assert len(seen[0] & seen[2]) == 0
    (notes / "tuning.md").unlink()
    assert ingest([notes], tmp_path / "index", embedder, corpus=NOTES).dropped == 1
    index = open_index(tmp_path / "index")
    assert len(index.vectors) == len(index.passage_view)
    index.close()


@needs_milvus
def test_a_collection_that_is_gone_is_told_with_the_command_that_rebuilds_it(tmp_path):
    build_vectors(f"milvus:{tmp_path / 'x.db'}", tmp_path, _unit(5, 8))
    drop_vectors(tmp_path)
    with pytest.raises(StoreError, match=r"0 vectors of this index instead of 5 \(rebuild it: tutor ingest --fresh"):
        open_vectors(tmp_path)


@needs_milvus
@pytest.mark.parametrize("port", ["nobody listens", "listens but is no Milvus"])
def test_a_dead_server_is_an_error_with_a_remedy(tmp_path, port, monkeypatch, caplog):
    monkeypatch.setattr("tutor.retrieval.backends.milvus._TIMEOUT", 2.0)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{listener.getsockname()[1]}"
        if port != "nobody listens":
            listener.listen()
        with pytest.raises(StoreError, match=rf"Milvus at {uri}: .*start it or check the address.*TUTOR_VECTORS=faiss") as caught:
            build_vectors(f"milvus:{uri}", tmp_path, _unit(5, 8))
        assert "\n" not in str(caught.value)
        with pytest.raises(StoreError, match="start it or check"):
            open_vectors(tmp_path)
        # An old generation that cannot be reached must not fail the build that replaced it.
        drop_vectors(tmp_path)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


@needs_milvus
def test_a_folder_that_another_process_holds_is_an_error_with_a_remedy(cli, tmp_path):
    build_vectors(f"milvus:{tmp_path / 'x.db'}", tmp_path, _unit(5, 8))
    script = "import sys, pathlib; from tutor.retrieval.vectors import open_vectors; open_vectors(pathlib.Path(sys.argv[1]))"
    run = cli.python(script, tmp_path, code=1)
    assert "only one process at a time can open it" in run.err
    assert "milvus:http://HOST:19530" in run.err.splitlines()[-1]


def test_without_the_package_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(StoreError, match=r"need pymilvus \(pip install 'interview-tutor\[milvus\]'\)"):
        build_vectors("milvus:http://127.0.0.1:1", tmp_path, _unit(5, 8))
    with pytest.raises(StoreError, match="need pymilvus"):
        open_vectors(tmp_path)
    drop_vectors(tmp_path)


@pytest.mark.parametrize(
    "setting", ["", "milvus", "milvus:", "qdrant:http://x", "Faiss", "milvus:folder", "milvus:http://root:secret@host:19530"]
)
def test_a_setting_that_names_no_engine_is_refused_with_one_that_does(tmp_path, setting):
    with pytest.raises(InputError, match=r"setting vectors: .*[(].*(milvus:http://HOST:19530|MILVUS_TOKEN)") as caught:
        build_vectors(setting, tmp_path, _unit(5, 8))
    assert "secret" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"IxFI", b"x" * 100], ids=["empty", "cut off", "something else"])
def test_a_damaged_file_is_an_error_that_the_store_reports(tmp_path, content):
    (tmp_path / "vectors.faiss").write_bytes(content)
    with pytest.raises(ValueError, match=r"vectors|mmap"):
        open_vectors(tmp_path)


def test_where_the_vectors_are_is_stored_without_a_secret(tmp_path, monkeypatch):
    monkeypatch.setenv("MILVUS_TOKEN", "root:secret")
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(StoreError):
        MilvusIndex.build("http://127.0.0.1:1", tmp_path, _unit(5, 8))
    place = json.loads((tmp_path / "vectors.json").read_text(encoding="utf-8"))
    assert (place["uri"], place["count"], place["dimensions"]) == ("http://127.0.0.1:1", 5, 8)
    assert "secret" not in json.dumps(place)
