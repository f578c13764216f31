"""The index folder: what is refused and with which remedy, and that a reader sees a whole index."""

import json
import re
import shutil
import threading

import numpy as np
import pytest

from tests.support import NOTES
from tutor.errors import InputError, StoreError
from tutor.retrieval.embedder import load_embedder
from tutor.retrieval.ingest import ingest
from tutor.retrieval.search import search
from tutor.retrieval.store import FORMAT, build_lock, open_index, read_manifest, verify
from tutor.settings import Settings
from tutor.tutor import Tutor

EMBEDDER = load_embedder("builtin")


def _manifest(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def _change(folder, **values):
    manifest = _manifest(folder)
    for name, value in values.items():
        if value is None:
            del manifest[name]
        else:
            manifest[name] = value
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_an_index_is_plain_files_without_pickle(notes_index):
    manifest = _manifest(notes_index)
    generation = notes_index / manifest["generation"]
    assert manifest["format"] == FORMAT
    assert manifest["embedder"] == EMBEDDER.identity
    assert manifest["entries"] == 20
    assert set(manifest["files"]) == {path.name for path in generation.iterdir()}
    for path in generation.glob("*.npy"):
        assert np.load(path, allow_pickle=False).dtype != object
    verify(notes_index)


def test_texts_in_the_index_are_not_escaped(notes_index):
    generation = notes_index / _manifest(notes_index)["generation"]
    assert "什么是旋转位置编码" in (generation / "entries.jsonl").read_text(encoding="utf-8")


def test_no_index_names_the_command_that_makes_one(tmp_path):
    assert read_manifest(tmp_path / "none") is None
    with pytest.raises(StoreError, match=r"no index here yet \(make one: tutor ingest"):
        open_index(tmp_path / "none")


REFUSED = {
    "older format": ({"format": FORMAT - 1}, rf"index format {FORMAT - 1}, this version reads format {FORMAT}"),
    "newer format": ({"format": FORMAT + 1}, rf"index format {FORMAT + 1}"),
    "no format": ({"format": None}, "index format unknown"),
    "no generation": ({"generation": None}, "damaged"),
    "no embedder": ({"embedder": None}, "damaged"),
    "no files": ({"files": None}, "damaged"),
    "files of another shape": ({"files": ["entries.jsonl"]}, "damaged"),
    "sizes of another shape": ({"files": {"entries.jsonl": 5}}, "damaged"),
    "generation is a number": ({"generation": 5}, "damaged"),
    "generation is gone": ({"generation": "generation-000099"}, "missing"),
    "other embedder": ({"embedder": "sentence-transformers/other/768"}, r"made with embedder 'sentence-transformers/other/768'"),
}


@pytest.mark.parametrize(("values", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_foreign_index_is_refused_with_the_command_that_rebuilds_it(own_index, values, message):
    _change(own_index, **values)
    with pytest.raises(StoreError, match=message) as caught:
        open_index(own_index, EMBEDDER.identity)
    assert "tutor ingest --fresh" in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\x00\x01", '{"format": "1"}', "[" * 100_000], ids=lambda text: repr(text[:10]))
def test_a_damaged_manifest_is_refused_and_a_fresh_ingest_mends_it(own_index, content):
    (own_index / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(StoreError, match="tutor ingest --fresh"):
        open_index(own_index)
    with pytest.raises(StoreError, match="tutor ingest --fresh"):
        ingest([NOTES], own_index, EMBEDDER, corpus=NOTES)
    assert ingest([NOTES], own_index, EMBEDDER, corpus=NOTES, fresh=True).entries == 20
    verify(own_index)


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0], ids=["first byte", "middle byte", "last byte"])
def test_a_flipped_byte_is_found_in_every_file(own_index, place):
    names = _manifest(own_index)["files"]
    assert len(names) > 20
    for name in names:
        path = own_index / _manifest(own_index)["generation"] / name
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[min(int(place * len(damaged)), len(damaged) - 1)] ^= 0x40
        path.write_bytes(damaged)
        with pytest.raises(StoreError, match=rf"{re.escape(name)}: damaged.*tutor ingest --fresh"):
            open_index(own_index)
        with pytest.raises(StoreError, match=re.escape(name)):
            verify(own_index)
        path.write_bytes(whole)
    verify(own_index)


def test_every_missing_file_is_named(own_index):
    for name in _manifest(own_index)["files"]:
        path = own_index / _manifest(own_index)["generation"] / name
        whole = path.read_bytes()
        path.unlink()
        with pytest.raises(StoreError, match=rf"{re.escape(name)} is missing.*tutor ingest --fresh"):
            open_index(own_index)
        path.write_bytes(whole)
    assert len(open_index(own_index)) == 20


@pytest.mark.parametrize("name", ["entries.jsonl", "vectors.faiss", "groups.npy"])
def test_a_truncated_file_is_named(own_index, name):
    path = own_index / _manifest(own_index)["generation"] / name
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(StoreError, match=rf"{name}: \d+ bytes instead of \d+"):
        open_index(own_index)


def test_any_flipped_byte_of_the_manifest_is_found_or_harmless(own_index):
    path = own_index / "manifest.json"
    data = path.read_bytes()
    expected = [entry.id for entry in open_index(own_index).raw_entries()]
    for at in range(0, len(data), 7):
        damaged = bytearray(data)
        damaged[at] ^= 0x01
        path.write_bytes(damaged)
        try:
            index = open_index(own_index, EMBEDDER.identity)
        except StoreError:
            continue
        assert [entry.id for entry in index.raw_entries()] == expected
        index.close()


def test_an_index_moves_with_its_folder(own_index, tmp_path):
    moved = tmp_path / "搬家 after move"
    shutil.move(own_index, moved)
    index = open_index(moved, EMBEDDER.identity)
    assert search(index, EMBEDDER, "旋转位置编码").hits[0].entry.question.zh.startswith("什么是旋转位置编码")
    index.close()


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="not a folder"):
        open_index(tmp_path / "file")
    with pytest.raises(InputError, match="not a folder"):
        ingest([NOTES], tmp_path / "file", EMBEDDER, corpus=NOTES)


def test_a_folder_that_cannot_be_made_is_refused_with_a_remedy(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match=r"cannot be written: .*--index"):
        ingest([NOTES], tmp_path / "file" / "index", EMBEDDER, corpus=NOTES)


def test_other_files_in_the_folder_are_left_alone(tmp_path):
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "README.md").write_text("mine", encoding="utf-8")
    (folder / "generation-of-mine").mkdir()
    for _ in range(3):
        ingest([NOTES], folder, EMBEDDER, corpus=NOTES, fresh=True)
    assert (folder / "README.md").read_text(encoding="utf-8") == "mine"
    assert (folder / "generation-of-mine").is_dir()


def test_only_the_current_and_the_last_generation_are_kept(tmp_path):
    for _ in range(4):
        ingest([NOTES], tmp_path, EMBEDDER, corpus=NOTES, fresh=True)
    kept = sorted(path.name for path in tmp_path.glob("generation-*"))
    assert len(kept) == 2
    assert _manifest(tmp_path)["generation"] == kept[-1]


def test_what_a_dead_build_left_behind_is_cleared_away(own_index):
    (own_index / "generation-000007").mkdir()
    (own_index / "generation-000007" / "entries.jsonl").write_text("half", encoding="utf-8")
    (own_index / "manifest.json.new").write_text("{", encoding="utf-8")
    assert len(open_index(own_index)) == 20
    for _ in range(2):
        ingest([NOTES], own_index, EMBEDDER, corpus=NOTES, fresh=True)
    assert not (own_index / "generation-000007").exists()
    verify(own_index)


def test_a_second_build_waits_and_then_gives_up(tmp_path):
    with build_lock(tmp_path, 1), pytest.raises(StoreError, match="another ingest is at work"):
        ingest([NOTES], tmp_path, EMBEDDER, corpus=NOTES, lock_timeout=0.1)
    assert ingest([NOTES], tmp_path, EMBEDDER, corpus=NOTES, lock_timeout=0.1).entries == 20


def test_a_reader_opened_before_builds_goes_on_with_what_it_opened(own_index, notes):
    """Also one that has not searched yet when the files it opened are replaced, twice."""
    tutor = Tutor.open(settings=Settings(index=own_index))
    for _ in range(2):
        ingest([notes / "tuning.md"], own_index, EMBEDDER, corpus=NOTES, fresh=True)
    hits = tutor.search("paged attention fragmentation").hits
    assert hits[0].entry.question.en == "How does paged attention reduce fragmentation?"
    assert tutor.ask("什么是旋转位置编码 RoPE?").in_scope
    tutor.close()


def test_readers_during_swaps_see_the_old_index_or_the_new_one(own_index, notes):
    """Readers open and search while another thread builds 5 and 20 entries in turn."""
    seen, failures, done = set(), [], threading.Event()

    def read():
        while not done.is_set():
            try:
                index = open_index(own_index, EMBEDDER.identity)
                hits = search(index, EMBEDDER, "LoRA 低秩矩阵 如何初始化").hits
                assert hits[0].entry.question.zh.startswith("LoRA")
                assert len(index.raw_entries()) == len(index)
                seen.add(len(index))
                index.close()
            except Exception as error:
                failures.append(repr(error))
                return

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for round_ in range(10):
        paths = [notes / "tuning.md"] if round_ % 2 else [notes]
        ingest(paths, own_index, EMBEDDER, corpus=NOTES, fresh=True)
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert seen <= {5, 20}
    assert seen
