"""Refusals over a small corpus, on the real queries."""

import json
from dataclasses import asdict

import pytest

from tutor.evaluate.refusal import FALSE_REFUSALS, OURS, SHIPPED, TAKEN_OUT, evaluate, stays
from tutor.retrieval.calibration import threshold
from tutor.retrieval.embedder import load_embedder
from tutor.settings import corpus_folder


def test_one_entry_in_four_is_taken_out():
    names = [file.stem for file in corpus_folder().glob("*/*.md")]
    gone = sum(not stays(name) for name in names) / len(names)
    assert gone == pytest.approx(1 / TAKEN_OUT, abs=0.08)


def test_everything_together(small_corpus, tmp_path):
    report = evaluate("dev", load_embedder("builtin"), plots=tmp_path / "plots")
    ours = {(row.collection, row.slice): row for row in report.rows if row.system == OURS}
    assert {("corpus", "all"), ("corpus", "near"), ("corpus", "far"), ("notes", "all in zh"), ("notes", "missing")} <= ours.keys()
    assert ours["corpus", "all"].refusals.auroc > 0.9
    assert ours["corpus", "all"].refusals.falsely <= FALSE_REFUSALS
    assert ours["corpus", "near"].refusals.outside + ours["corpus", "far"].refusals.outside == ours["corpus", "all"].refusals.outside
    assert {row.threshold for row in report.rows if row.system == SHIPPED} == {threshold()}
    drawn = {file.name for file in (tmp_path / "plots").iterdir()}
    assert drawn == {f"refusal-dev-{name}.png" for name in ("roc", "corpus", "notes", "missing-answers")}
    assert json.loads(json.dumps(report.to_dict()))["rows"][0] == asdict(report.rows[0])
    assert "shipped threshold" in report.text()
