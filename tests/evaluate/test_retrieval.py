"""Search and baselines over a small corpus, on the real queries."""

import numpy as np
import pytest

from tutor.errors import InputError
from tutor.evaluate.collections import Collection, notes_collection, unlinked_collection
from tutor.evaluate.metrics import MEASURES
from tutor.evaluate.queries import Query, in_scope, out_of_scope
from tutor.evaluate.retrieval import OURS, compare, evaluate
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.store import open_index


@pytest.fixture(scope="module")
def embedder():
    return load_embedder("builtin")


def test_queries_are_read():
    assert len(in_scope()) == len(in_scope("dev")) + len(in_scope("test"))
    assert {query.kind for query in out_of_scope("dev")} == {"near", "far"}
    assert not any(query.entry for query in out_of_scope("test"))


def test_notes_are_chinese_and_linked(small_corpus, embedder, tmp_path):
    notes = notes_collection(tmp_path / "notes", embedder)
    assert set(notes.documents) == {file.stem for file in small_corpus.glob("*/*.md")}
    linked = [entry.linked for entry in notes.index.raw_entries()]
    assert linked == notes.documents
    assert "## " not in notes.texts[0]


def test_unlinked_notes_have_a_glossary_but_no_bank(small_corpus, embedder, tmp_path):
    notes = unlinked_collection(tmp_path / "notes", embedder)
    assert not any(entry.linked for entry in notes.index.raw_entries())
    assert notes.index.glossary.table


def test_entries_are_taken_out(small_corpus, embedder, tmp_path):
    everything = notes_collection(tmp_path, embedder).documents
    fewer = notes_collection(tmp_path, embedder, keep=lambda name: name != everything[0]).documents
    assert fewer == everything[1:]


def test_compare_by_hand(notes_index):
    index = open_index(notes_index)
    collection = Collection("yours", "", index)
    first = collection.documents[0]
    other = next(number for number, document in enumerate(collection.documents) if document != first)

    def always(number):
        return lambda text: np.eye(len(index))[number]

    queries = [
        Query("a", "spoken", "zh", first),
        Query("b", "typo", "en", collection.documents[other]),
        Query("c", "typo", "en", "nowhere"),
    ]
    found = compare(collection, queries, {OURS: always(0), "BM25 bigrams": always(other)})
    assert found.left_out == 1
    shares = {each.name: (each.queries, each.systems[OURS]["recall@1"], each.systems["BM25 bigrams"]["recall@1"]) for each in found.slices}
    assert shares == {"all": (2, 0.5, 0.5), "spoken": (1, 1, 0), "typo": (1, 0, 1), "in en": (1, 0, 1), "in zh": (1, 1, 0)}
    assert [each.name for each in found.slices if each.under] == ["typo", "in en"]
    assert "! typo: recall@1 under BM25 bigrams" in found.text()
    with pytest.raises(InputError, match="no evaluation query"):
        compare(collection, queries[2:], {OURS: always(0)})


def test_everything_together(small_corpus, embedder, tmp_path):
    report = evaluate("dev", embedder, plots=tmp_path / "plots")
    assert [found.collection for found in report.found] == ["corpus", "notes", "unlinked"]
    for found in report.found:
        whole = found.slices[0]
        assert set(whole.systems[OURS]) == set(MEASURES)
        assert whole.systems[OURS]["recall@5"] >= 0.9
        assert whole.queries == sum(each.queries for each in found.slices if each.name.startswith("in "))
        assert (tmp_path / "plots" / f"retrieval-dev-{found.collection}.png").read_bytes().startswith(b"\x89PNG")
    assert report.to_dict()["found"][0]["slices"][0]["name"] == "all"
    assert "tutor search" in report.text()
