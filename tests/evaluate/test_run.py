"""`tutor eval` and `tutor tune` as commands."""

import pytest

from tests.support import NOTES
from tutor.errors import InputError
from tutor.evaluate.run import evaluate
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.ingest import ingest
from tutor.settings import Settings


def test_wrong_usage(cli, tmp_path):
    cli("eval", "taste").assert_failed(2, "taste", "retrieval, refusal, grading, all")
    cli("eval", "refusal", "--split", "train").assert_failed(2, "train", "dev or test")
    cli("tune", tmp_path / "nowhere").assert_failed(2, "nowhere")


@pytest.mark.parametrize("what", ["retrieval", "refusal"])
def test_an_index_without_curated_entries_cannot_be_evaluated(small_corpus, tmp_path, what):
    (tmp_path / "note.md").write_text("# 什么是缓存?\n\n把算过的结果存下来,下次直接用。\n", encoding="utf-8")
    ingest([tmp_path / "note.md"], tmp_path / "index", load_embedder("builtin"))
    with pytest.raises(InputError, match="no evaluation query"):
        list(evaluate(what, "dev", Settings(), index=tmp_path / "index"))


def test_tune_prints_figures_as_json(cli):
    found = cli("tune", NOTES, "--json", code=0).json
    assert found["made"] is True
    assert {trial["embedder"] for trial in found["trials"]} == {"builtin", "hashed"}
