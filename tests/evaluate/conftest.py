"""A corpus small enough to be evaluated in a second, in the place of the shipped one."""

from __future__ import annotations

import shutil

import pytest

from tutor.settings import corpus_folder


@pytest.fixture
def small_corpus(tmp_path, monkeypatch):
    """The entries of one topic, with the whole glossary."""
    folder = tmp_path / "corpus"
    shutil.copytree(corpus_folder() / "position", folder / "position")
    shutil.copy(corpus_folder() / "glossary.yaml", folder)
    for module in ("tutor.evaluate.collections", "tutor.retrieval.ingest"):
        monkeypatch.setattr(f"{module}.corpus_folder", lambda: folder)
    return folder
