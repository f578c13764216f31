"""The Anki package, opened as Anki does: a zip with a SQLite collection in it."""

import json
import sqlite3
import tempfile
import zipfile
from dataclasses import replace

import pytest

from tests.study.examples import DAY, NOW
from tutor.entry import Entry, KeyPoint, Text
from tutor.errors import StoreError
from tutor.study.anki import DECK, export_anki

DPO = Entry(
    id="dpo",
    question=Text("DPO 的原理是什么?", "How does DPO work?"),
    answer=Text("很长", "Long"),
    short=Text("奖励隐含为 $\\beta\\log(\\pi)$,**不用** `PPO`,x < y & z\n第二行", "The reward is implicit."),
    sources=(),
    topic="alignment & more",
    rubric=(KeyPoint("idea", Text("偏好对 <b>", "Preference pairs"), 60, Text()), KeyPoint("loss", Text("损失"), 40, Text())),
)
NOTE = Entry(id="note", question=Text("What is LoRA?"), answer=Text("价格是 $5 到 $6"), sources=())
UNANSWERED = Entry(id="open", question=Text("为什么?"), answer=Text(), sources=())


def opened(path, tmp_path):
    """The notes by guid: fields and tags; and the names of the decks."""
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        package.extract("collection.anki2", tmp_path)
    connection = sqlite3.connect(tmp_path / "collection.anki2")
    notes = {
        guid: (fields.split("\x1f"), tags.split(), mod)
        for guid, fields, tags, mod in connection.execute("SELECT guid, flds, tags, mod FROM notes")
    }
    [decks] = connection.execute("SELECT decks FROM col").fetchone()
    cards = connection.execute("SELECT count(*) FROM cards").fetchone()[0]
    connection.close()
    assert cards == len(notes)
    return notes, {deck["name"] for deck in json.loads(decks).values()}


def test_the_package(tmp_path):
    path = tmp_path / "out" / "deck.apkg"
    assert export_anki([DPO, NOTE, UNANSWERED], path, now=NOW) == 2
    notes, decks = opened(path, tmp_path)
    assert DECK in decks
    dpo, note = sorted(notes.values(), key=lambda found: not found[1])
    assert dpo[0] == [
        "DPO 的原理是什么?",
        r"奖励隐含为 \(\beta\log(\pi)\),<b>不用</b> <code>PPO</code>,x &lt; y &amp; z<br>第二行",
        "<li>偏好对 &lt;b&gt;</li><li>损失</li>",
    ]
    assert dpo[1] == ["alignment-&-more"]
    assert note[0] == ["What is LoRA?", "价格是 $5 到 $6", ""]
    assert [item.name for item in path.parent.iterdir()] == ["deck.apkg"]


def test_a_later_package_updates_the_same_notes(tmp_path):
    path = tmp_path / "deck.apkg"
    export_anki([DPO], path, now=NOW)
    first, _ = opened(path, tmp_path)
    export_anki([replace(DPO, short=Text("新的", "New"))], path, now=NOW + DAY, language="en")
    second, _ = opened(path, tmp_path)
    assert first.keys() == second.keys()
    [(fields, _, changed)] = second.values()
    assert fields[:2] == ["How does DPO work?", "New"]
    assert changed > next(iter(first.values()))[2]


def test_nothing_is_left_in_the_temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    export_anki([DPO], tmp_path / "deck.apkg", now=NOW)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_path_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        export_anki([DPO], tmp_path / "file" / "deck.apkg", now=NOW)
