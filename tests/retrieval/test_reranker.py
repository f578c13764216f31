"""The optional cross-encoder: what it may change, and that a search never fails because of it."""

from dataclasses import replace

import pytest

from tests.models import needs_local, tiny_cross_encoder, tiny_sentence_transformer
from tutor.entry import Entry, Hit, Hits, Source, Text
from tutor.errors import InputError, ModelError
from tutor.retrieval.reranker import DEPTH, Reranker, load_reranker
from tutor.settings import Settings
from tutor.tutor import Tutor

QUERY = "attention decoding LoRA 微调 注意力"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_cross_encoder(tmp_path_factory.mktemp("models") / "tiny-reranker")


@pytest.fixture
def reranking(notes_index, model):
    return Tutor.open(settings=Settings(index=notes_index, reranker=str(model)))


class Oracle(Reranker):
    """Scores by question, without a model."""

    def __init__(self, scores):
        self.scores, self.read = scores, []

    def score(self, query, texts):
        self.read.append((query, list(texts)))
        return [self.scores[text.splitlines()[0]] for text in texts]


def _hit(name, score, **more):
    entry = Entry(id=name, question=Text(en=f"{name}?"), answer=Text(en=f"answer of {name}"), sources=(Source("notes.md", 1),), **more)
    return Hit(entry, score, f"{name}?", "question")


def _order(hits):
    return [hit.entry.id for hit in hits.hits]


HITS = Hits("the query", 0.8, True, (_hit("a", 1.0), _hit("b", 0.9), _hit("c", 0.2)))


def test_both_scores_count():
    oracle = Oracle({"a?": 0.0, "b?": 1.0, "c?": 1.0})
    hits = oracle.rerank(HITS, 3)
    assert _order(hits) == ["b", "a", "c"]
    assert [hit.score for hit in hits.hits] == pytest.approx([0.94, 0.6, 0.52])
    assert (hits.confidence, hits.in_scope) == (0.8, True)


def test_a_cross_encoder_without_an_opinion_changes_nothing():
    assert _order(Oracle(dict.fromkeys(("a?", "b?", "c?"), 0.5)).rerank(HITS, 2)) == ["a", "b"]


def test_the_query_is_read_with_its_context_and_an_entry_with_its_answer():
    oracle = Oracle(dict.fromkeys(("a?", "b?", "c?"), 0.5))
    oracle.rerank(HITS, 3, context="about LoRA")
    assert oracle.read == [("about LoRA the query", ["a?\nanswer of a", "b?\nanswer of b", "c?\nanswer of c"])]


def test_a_curated_entry_stays_before_the_note_that_asks_the_same():
    hits = replace(HITS, hits=(_hit("curated", 1.0, short=Text(en="short")), _hit("note", 0.999, linked="curated")))
    assert _order(Oracle({"curated?": 0.0, "note?": 1.0}).rerank(hits, 2)) == ["curated", "note"]


def test_only_the_best_are_read_again():
    many = replace(HITS, hits=tuple(_hit(f"n{place}", 100.0 - place) for place in range(DEPTH + 5)))
    oracle = Oracle({f"n{place}?": 0.5 for place in range(DEPTH)})
    assert _order(oracle.rerank(many, DEPTH + 5)) == _order(many)


def test_nothing_found_is_nothing_to_read():
    nothing = Hits("the query", 0.0, False)
    assert Oracle({}).rerank(nothing, 5) == nothing


def test_a_model_that_fails_leaves_the_order_and_says_so(caplog):
    hits = Oracle({}).rerank(HITS, 2)
    assert hits == replace(HITS, hits=HITS.hits[:2])
    assert "the reranker failed" in caplog.text


@needs_local
def test_a_search_is_reranked(tutor, reranking):
    plain, hits = tutor.search(QUERY, 20), reranking.search(QUERY, 20)
    assert set(_order(plain)) == set(_order(hits))
    assert _order(plain) != _order(hits)
    assert (plain.confidence, plain.in_scope) == (hits.confidence, hits.in_scope)
    scores = [hit.score for hit in hits.hits]
    assert scores == sorted(scores, reverse=True)
    assert _order(reranking.search(QUERY, 3)) == _order(hits)[:3]


@needs_local
@pytest.mark.parametrize("query", ["今天天气怎么样?", "???", "🙂", "attention " * 10_000, "LoRA \ud800"])
def test_hostile_queries_are_searched_as_ever(tutor, reranking, query):
    assert set(_order(reranking.search(query, 20))) == set(_order(tutor.search(query, 20)))


@needs_local
def test_a_wrong_k_is_refused_as_ever(reranking):
    with pytest.raises(InputError, match="at least 1"):
        reranking.search(QUERY, 0)


@needs_local
@pytest.mark.parametrize("kind", ["missing", "two scores", "an embedder"])
@pytest.mark.filterwarnings("ignore")
def test_what_is_no_reranker_is_a_clear_error(tmp_path, kind):
    make = {
        "missing": lambda: tmp_path / "nowhere",
        "two scores": lambda: tiny_cross_encoder(tmp_path / "two", scores=2),
        "an embedder": lambda: tiny_sentence_transformer(tmp_path),
    }
    with pytest.raises(ModelError, match=r"reranker '.*' cannot be loaded: .*TUTOR_RERANKER="):
        load_reranker(str(make[kind]()))


def test_a_missing_package_is_one_clear_line(cli, notes_index, monkeypatch, tmp_path):
    (tmp_path / "sentence_transformers.py").write_text("raise ImportError('not installed')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("TUTOR_RERANKER", "some/model")
    cli("search", QUERY, "--index", notes_index).assert_failed(1, "reranker 'some/model' needs", "interview-tutor[local]")


@needs_local
def test_a_missing_model_is_one_clear_line(cli, notes_index, monkeypatch):
    monkeypatch.setenv("TUTOR_RERANKER", "/nowhere/model")
    cli("search", QUERY, "--index", notes_index).assert_failed(1, "reranker '/nowhere/model' cannot be loaded", "TUTOR_RERANKER=")


def test_without_the_setting_nothing_heavy_is_imported(cli, notes_index):
    script = (
        "import sys\nfrom tutor.tutor import Tutor\n"
        f"Tutor.open({str(notes_index)!r}).search({QUERY!r})\n"
        "assert not {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)"
    )
    cli.python(script)
