from __future__ import annotations

from pathlib import Path

import pytest

from tutor.errors import StoreError
from tutor.web import documents
from tutor.web.ask_tab import read_uploads
from tutor.web.current import CurrentTutor
from tutor.web.documents import Outcome, Progress, add_documents, documents_folder, keep, outcome_html, safe_name


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("notes.md", "notes.md"),
        ("LoRA 笔记.MD", "LoRA 笔记.md"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        (".hidden.md", "hidden.md"),
        ("...", "document"),
        ("", "document"),
        ("a\x00b\n.txt", "ab.txt"),
        ("\u202etxt.exe", "txt.exe"),
        ("x" * 500 + ".md", "x" * 120 + ".md"),
    ],
)
def test_safe_name(name: str, wanted: str) -> None:
    assert safe_name(name) == wanted


def test_another_file_of_the_same_name_is_kept_beside(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = tmp_path / "a" / "n.md", tmp_path / "b" / "n.md"
    first.write_text("one")
    second.write_text("two")
    folder = tmp_path / "documents"
    kept = [keep(file, folder).name for file in (first, second, first, second)]
    assert kept == ["n.md", "n (2).md", "n.md", "n (2).md"]
    assert (folder / "n.md").read_text() == "one"
    assert sorted(path.name for path in folder.iterdir()) == ["n (2).md", "n.md"]


def uploads(folder: Path, **texts: str | bytes) -> list[Path]:
    folder.mkdir(exist_ok=True)
    files = []
    for name, text in texts.items():
        file = folder / name.replace("_", ".")
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        files.append(file)
    return files


def test_documents_are_read_and_answer_at_once(current: CurrentTutor, tmp_path: Path) -> None:
    before = current.get()
    files = uploads(
        tmp_path / "up",
        mine_md="# Mine\n\n## What is a quokka index?\n\nA tree of quokkas.\n\n## What is open?\n",
        bad_pdf=b"\x00\x01" * 99,
    )
    *progress, outcome = add_documents(current, files)
    assert all(isinstance(item, Progress) for item in progress)
    assert isinstance(outcome, Outcome)
    assert outcome.read == (("mine.md", 2, 1),)
    assert [name for name, _ in outcome.skipped] == ["bad.pdf"]
    assert current.get() is not before
    assert current.get().ask("What is a quokka index?").in_scope
    assert before.ask("What does a KV cache store?").in_scope  # whoever still holds the old tutor can go on
    assert [path.name for path in documents_folder(current.settings.index).iterdir()] == ["mine.md"]


def test_the_summary_names_every_file_and_escapes_it(current: CurrentTutor, tmp_path: Path) -> None:
    *_, outcome = add_documents(current, uploads(tmp_path / "up", mine_md="## What is a quokka?\n\nA marsupial.\n", empty_txt=""))
    assert isinstance(outcome, Outcome)
    shown = outcome_html(outcome, "en")
    assert "mine.md" in shown
    assert "1 question · 1 answered" in shown
    assert "empty.txt" in shown
    assert "Skipped: " in shown
    hostile = Outcome((("<img src=x>", 1, 1),), (("b", "<script>"),), outcome.summary)
    assert "<img" not in outcome_html(hostile, "zh")
    assert "<script" not in outcome_html(hostile, "zh")


def test_uploads_do_not_linger(current: CurrentTutor, tmp_path: Path) -> None:
    files = uploads(tmp_path / "up", mine_md="## What is a quokka?\n\nA marsupial.\n")
    shown = list(read_uploads(current, files, "en"))
    assert "Your documents are ready" in shown[-1]
    assert not files[0].exists()


def test_a_failed_upload_is_one_friendly_line(current: CurrentTutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("the disk is full", remedy="free some space")

    monkeypatch.setattr(documents.Tutor, "ingest", fail)
    shown = list(read_uploads(current, uploads(tmp_path / "up", mine_md="x"), "en"))[-1]
    assert "the disk is full What to do: free some space." in shown


def test_a_damaged_new_index_does_not_take_the_good_one_away(current: CurrentTutor) -> None:
    before = current.get()
    (current.settings.index / "manifest.json").write_text("{", encoding="utf-8")
    assert current.get() is before
    assert before.ask("What does a KV cache store?").in_scope
