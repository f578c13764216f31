"""Several processes on one index at once."""

import os
import stat

import pytest

from tests.support import NOTES
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.store import open_index, verify


def test_two_ingests_at_once_add_up(cli, tmp_path):
    index = tmp_path / "index"
    processes = [cli.start("ingest", NOTES / name, "--index", index, "--json") for name in ("serving.txt", "tuning.md", "decoding")]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert out.count("\n") == 1
    verify(index)
    assert len(open_index(index, load_embedder("builtin").identity)) == 12


def test_searches_during_an_ingest(cli, own_index, notes):
    for number in range(30):
        (notes / f"more{number}.md").write_text(
            f"## What is thing{number}?\n\nOne of many things.\n\n## Why thing{number}?\n\nFor this test.\n", encoding="utf-8"
        )
    build = cli.start("ingest", notes, "--index", own_index)
    searches = [cli.start("search", "LoRA 低秩矩阵 初始化", "--index", own_index) for _ in range(4)]
    for search in searches:
        out, err = search.communicate(timeout=60)
        assert search.returncode == 0, err
        assert "LoRA 的低秩矩阵如何初始化?" in out
    assert build.wait(timeout=60) == 0
    build.communicate()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind root")
def test_an_index_that_may_not_be_written(cli, own_index, notes):
    (notes / "tuning.md").write_text("## What is new?\n\nThis.\n", encoding="utf-8")
    own_index.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        cli("ingest", notes, "--index", own_index).assert_failed(1, "written")
        assert cli("search", "LoRA", "--index", own_index, code=0).out
    finally:
        own_index.chmod(stat.S_IRWXU)


def test_an_index_below_a_file_cannot_be_made(cli, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    cli("ingest", NOTES, "--index", tmp_path / "file" / "index").assert_failed(1, "cannot be written", "--index")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind root")
def test_a_source_that_may_not_be_read_is_named_and_the_rest_goes_on(cli, notes, tmp_path):
    (notes / "tuning.md").chmod(0)
    summary = cli("ingest", notes, "--index", tmp_path / "index", "--json", code=0).json
    assert summary["entries"] == 15
    assert "tuning.md" in summary["skipped"][0]["source"]
