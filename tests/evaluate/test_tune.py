"""Tuning: queries made of documents leave no trace in the index, given ones are checked, and the advice is no better than the figures."""

import json
import random

import pytest

from tests.support import NOTES
from tutor.entry import Entry, Source, Text
from tutor.errors import InputError
from tutor.evaluate.tune import Trial, _advice, _gain, given_queries, hidden_queries, tune
from tutor.reading.files import File
from tutor.reading.sources import read_entries
from tutor.retrieval import passages
from tutor.settings import Settings

ENTRY = Entry("e", Text(zh="什么是 LoRA?"), Text(zh="它冻结原来的全部权重不动。它只训练两个很小的低秩矩阵。"), (Source("a.md", 1),))
FIGURES = {"given": {"recall@1": 0.5, "recall@5": 1.0, "MRR@10": 0.7, "nDCG@10": 0.8}}


def trial(embedder="builtin", length=480, better=(0.0, 0.0)):
    return Trial(embedder, length, 10, FIGURES, 1.0, better)


def test_what_is_asked_is_not_in_the_index(tmp_path):
    unanswered = Entry("u", Text(zh="没有答案?"), Text(), (Source("a.md", 9),))
    asked = hidden_queries([ENTRY, unanswered], tmp_path / "a.jsonl", random.Random(0))
    question, sentence = asked
    assert (question.text, question.kind, question.entry) == ("什么是 LoRA?", "question", "1")
    assert (sentence.kind, sentence.entry) == ("sentence", "1")
    [line] = (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()
    assert "LoRA" not in line
    assert sentence.text not in line
    assert json.loads(line)["answer"] in ENTRY.answer.zh


def test_nothing_to_ask(tmp_path):
    with pytest.raises(InputError, match="nothing to ask"):
        hidden_queries([], tmp_path / "a.jsonl", random.Random(0))


def test_given_queries(tmp_path):
    file = tmp_path / "queries.jsonl"
    file.write_text('{"query": "省显存", "question": "什么是lora"}\n\n{"query": "低秩", "entry_id": "e"}\n', encoding="utf-8")
    assert [(query.text, query.entry) for query in given_queries(file, [ENTRY])] == [("省显存", "e"), ("低秩", "e")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no queries"),
        ("[]", ":1: not a query"),
        ('{"query": "x"}', ":1: not a query"),
        ('\n{"query": "x", "question": "y"}', ":2: these documents have no such entry"),
    ],
)
def test_bad_queries(tmp_path, text, message):
    file = tmp_path / "queries.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        given_queries(file, [ENTRY])


def test_gain_by_hand():
    gain, half = _gain([1, 0.5, 1, 0.5], [0.5, 0.5, 0.5, 0.5])
    assert gain == pytest.approx(0.25)
    # The differences 1/2, 0, 1/2, 0 have a standard deviation of 1/2 / sqrt(3).
    assert half == pytest.approx(2.58 * 0.5 / 3**0.5 / 4**0.5)


def test_chance_is_no_advice():
    assert not trial(better=(0.02, 0.03)).clearly_better
    present = trial()
    assert _advice(present, present, 40).startswith("Keep what you have")
    other = _advice(trial("BAAI/bge-small-zh-v1.5", 960, (0.1, 0.02)), present, 40)
    assert "TUTOR_EMBEDDER=BAAI/bge-small-zh-v1.5" in other
    assert "PART_LENGTH = 960" in other
    assert "tutor ingest --fresh" in other
    assert "does not know this subject" in _advice(trial("hashed", 480, (0.1, 0.02)), present, 40)


def test_tune_with_given_queries(small_corpus, tmp_path):
    entries = read_entries(File(NOTES / "tuning.md", "tuning.md"), (NOTES / "tuning.md").read_bytes())
    file = tmp_path / "queries.jsonl"
    rows = [{"query": entry.question.zh or entry.question.en, "entry_id": entry.id} for entry in entries[:3]]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    report = tune([NOTES], Settings(), file, lengths=())
    assert (report.queries, report.made) == (3, False)
    assert report.best.figures["given"]["recall@1"] == 1


def test_tune_on_notes():
    report = tune([NOTES], Settings(), lengths=(120,))
    assert [(each.embedder, each.part_length) for each in report.trials] == [
        ("builtin", passages.PART_LENGTH),
        ("builtin", 120),
        ("hashed", passages.PART_LENGTH),
        ("hashed", 120),
    ]
    assert report.trials[1].passages > report.trials[0].passages
    assert set(report.best.figures) == {"question", "sentence"}
    assert report.trials[0].better == (0, 0)
    assert report.advice in report.text()
    assert passages.PART_LENGTH == 480
