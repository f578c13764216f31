"""Which files are read, what is refused, and how bytes become characters."""

import os

import pytest

from tutor.errors import InputError
from tutor.reading.files import File, decode, find_files, read_bytes

MIXED = "# 分布式训练\n\n## 1. 数据并行 (DP) 是什么?\n\n每张卡保存完整的模型,各自处理一部分数据。\n"
CHINESE = (
    "什么是梯度检查点?\n\n只保存部分层的激活,反向传播时重新计算其余的激活。\n\n为什么要做梯度裁剪?\n\n防止少数样本产生过大的梯度。\n" * 4
)
ENGLISH = "1. What is gradient checkpointing?\nIt keeps the activations of some layers only.\n"

ENCODINGS = {
    "UTF-8": lambda text: text.encode("utf-8"),
    "UTF-8 with BOM": lambda text: text.encode("utf-8-sig"),
    "GBK": lambda text: text.encode("gbk"),
    "GB18030": lambda text: text.encode("gb18030"),
    "UTF-16 with BOM": lambda text: text.encode("utf-16"),
    "UTF-16 LE without BOM": lambda text: text.encode("utf-16-le"),
    "UTF-16 BE without BOM": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
}


@pytest.mark.parametrize("text", [MIXED, CHINESE, ENGLISH], ids=["mixed", "Chinese", "English"])
@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS.keys())
def test_decode(encode, text):
    assert decode(encode(text), "a.txt") == text


@pytest.mark.parametrize("cut", [1, 2, 3])
@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_truncated_bytes_lose_only_their_end(encoding, cut):
    text = decode(CHINESE.encode(encoding)[:-cut], "a.txt")
    assert CHINESE.startswith(text)
    assert len(CHINESE) - len(text) <= 3


def test_one_damaged_byte_costs_one_character():
    data = bytearray(MIXED.encode())
    data[MIXED.encode().index("完".encode())] = 0xFF
    text = decode(bytes(data), "a.txt")
    assert "数据并行" in text
    assert "整的模型" in text
    assert "\ufffd" not in text


BINARY = {
    "PNG": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
    "ELF": b"\x7fELF" + bytes(range(256)) * 20,
    "zip": b"PK\x03\x04" + bytes(range(256)) * 20,
    "noise": bytes((7919 * i * i + 31 * i) % 256 for i in range(5000)),
    "zeros": bytes(5000),
}


@pytest.mark.parametrize("data", BINARY.values(), ids=BINARY.keys())
def test_binary_data_renamed_to_text_is_refused_with_a_remedy(data):
    with pytest.raises(InputError, match=r"notes\.txt: (binary data|unknown text encoding).*\("):
        decode(data, "notes.txt")


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.md").touch()
    with pytest.raises(InputError, match=r"a\.md: the file is empty"):
        read_bytes(File(tmp_path / "a.md", "a.md"), 1)


def test_a_file_over_the_limit_is_refused_without_being_read(tmp_path):
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(3 * 2**20)
    with pytest.raises(InputError, match=r"a\.md: 3 MB is over the limit of 1 MB.*TUTOR_MAX_FILE_MB"):
        read_bytes(File(tmp_path / "a.md", "a.md"), 1)
    assert len(read_bytes(File(tmp_path / "a.md", "a.md"), 3)) == 3 * 2**20


def _tree(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")


def _found(*paths):
    return [os.path.relpath(file.shown, paths[0]) for file in find_files(paths)]


def test_files_of_a_folder_are_sorted_and_only_readable_kinds(tmp_path):
    _tree(tmp_path, "b.md", "a.txt", "deep/er/c.HTML", "code.py", "movie.mp4", ".hidden.md", ".git/x.md", "笔记/注意力.md")
    assert _found(tmp_path) == ["a.txt", "b.md", "deep/er/c.HTML", "笔记/注意力.md"]


def test_a_file_named_outright_is_taken_whatever_its_suffix(tmp_path):
    _tree(tmp_path, "LICENSE")
    assert [file.shown for file in find_files([tmp_path / "LICENSE"])] == [str(tmp_path / "LICENSE")]


def test_a_file_named_twice_is_read_once(tmp_path):
    _tree(tmp_path, "a.md")
    assert len(list(find_files([tmp_path, tmp_path / "a.md", tmp_path / "." / "a.md"]))) == 1


def test_a_path_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere: no such file or folder \(check the path\)"):
        list(find_files([tmp_path / "nowhere"]))


def test_links_that_leave_the_folder_are_not_followed(tmp_path):
    _tree(tmp_path, "secret/passwords.md", "notes/real.md", "notes/sub/inner.md")
    (tmp_path / "notes" / "stolen.md").symlink_to(tmp_path / "secret" / "passwords.md")
    (tmp_path / "notes" / "stolen").symlink_to(tmp_path / "secret", target_is_directory=True)
    (tmp_path / "notes" / "relative.md").symlink_to("../secret/passwords.md")
    (tmp_path / "notes" / "broken.md").symlink_to("nothing.md")
    (tmp_path / "notes" / "loop").symlink_to(tmp_path / "notes", target_is_directory=True)
    (tmp_path / "notes" / "again.md").symlink_to("real.md")
    assert {os.path.basename(os.path.realpath(tmp_path / "notes" / name)) for name in _found(tmp_path / "notes")} == {"real.md", "inner.md"}


def test_the_data_files_and_the_readme_of_a_corpus_are_not_sources(tmp_path):
    _tree(tmp_path, "glossary.yaml", "README.md", "topic/entry.md", "topic/entry.json", "topic/list.json")
    assert _found(tmp_path) == ["topic/entry.md", "topic/list.json"]
