"""Curated entries: front matter, four sections and the JSON file beside them."""

import pytest
import yaml

from tests.support import NOTES
from tutor.errors import InputError
from tutor.reading.curated import is_curated, read_curated

PATH = NOTES / "decoding" / "speculative-decoding.md"
TEXT = PATH.read_text(encoding="utf-8")


def _without(name: str) -> str:
    front, body = TEXT.removeprefix("---\n").split("\n---\n", 1)
    meta = yaml.safe_load(front)
    del meta[name]
    return "---\n" + yaml.safe_dump(meta, allow_unicode=True, sort_keys=False) + "---\n" + body


def test_a_whole_entry():
    entry = read_curated(TEXT, "decoding/speculative-decoding.md", PATH.with_suffix(".json"))
    assert entry.id == "speculative-decoding"
    assert entry.curated
    assert entry.answered
    assert entry.question.zh.startswith("投机解码")
    assert entry.question.en.startswith("Why does speculative")
    assert "逐个按" in entry.short.zh
    assert "$\\min(1, p_i/q_i)$" in entry.answer.en
    assert [(point.id, point.weight) for point in entry.rubric] == [("draft-and-verify", 40), ("rejection-rule", 40), ("speed-up", 20)]
    assert entry.rubric[0].right[0].startswith("小模型先猜")
    assert entry.rubric[0].wrong
    assert entry.rubric[2].right == ()
    assert {wording.kind for wording in entry.wordings} == {"other", "reworded", "english", "typo"}
    assert entry.follow_ups == ("sampling-temperature",)
    assert entry.references[0].year == 2023
    assert (entry.sources[0].path, entry.sources[0].line) == ("decoding/speculative-decoding.md", 1)


def test_the_json_file_is_optional():
    entry = read_curated(TEXT, "a.md", None)
    assert len(entry.wordings) == 3
    assert entry.rubric[0].right == ()


@pytest.mark.parametrize(
    "name", ["id", "topic", "difficulty", "frequency", "question", "wordings", "rubric", "misconceptions", "follow_ups", "references"]
)
def test_a_missing_field_is_named_with_its_file(name):
    text = _without(name)
    assert is_curated(text), "an entry that lacks a field must not be read as plain notes"
    with pytest.raises(InputError, match=rf"^decoding/a\.md: field '{name}' is missing"):
        read_curated(text, "decoding/a.md")


REPLACED = {
    "section missing": ("## 详解", "## 其他", r"a\.md: section missing or empty: 详解"),
    "English missing": ('en: "Why does speculative decoding leave the output distribution unchanged?"', "", r"a\.md: .*'?en'?"),
    "probe missing": ("probe: {zh: \"大模型验证 k 个草稿", "prob: {zh: \"大模型验证 k 个草稿", r"a\.md: field 'probe' is missing"),
    "weight is no number": ("weight: 20", "weight: some", r"a\.md: malformed front matter: .*some"),
    "rubric is a text": ("rubric:\n", "rubric: none\nother:\n", r"a\.md: malformed front matter"),
    "YAML is broken": ('topic: decoding', 'topic: "decoding', r"a\.md:\d+: "),
    "nested lists for a text": ("topic: decoding", "topic: [a, b]", r"a\.md: malformed front matter: a text was expected, not list"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), REPLACED.values(), ids=REPLACED.keys())
def test_malformed_entries_name_file_and_fault(old, new, message):
    assert old in TEXT
    with pytest.raises(InputError, match=message):
        read_curated(TEXT.replace(old, new), "a.md")


def test_broken_json_beside_an_entry_names_that_file(tmp_path):
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json: not valid JSON"):
        read_curated(TEXT, "a.md", tmp_path / "a.json")


def test_a_bomb_of_yaml_aliases_does_not_explode():
    lines, previous = ["a: &a [x, x, x, x, x, x, x, x, x, x]"], "a"
    for name in "bcdefghi":
        lines.append(f"{name}: &{name} [{', '.join([f'*{previous}'] * 10)}]")
        previous = name
    text = TEXT.replace("topic: decoding", "\n".join([*lines, f"topic: *{previous}"]))
    with pytest.raises(InputError, match="a text was expected"):
        read_curated(text, "a.md")


NOT_CURATED = {
    "notes": "# Notes\n\n## What is X?\n\nY",
    "other front matter": "---\nid: 5\ntitle: My notes\ntags: [a]\n---\n## What is X?\n\nY",
    "a rule at the top": "---\nWhat is X?\n---\n",
    "empty": "",
}


@pytest.mark.parametrize("text", NOT_CURATED.values(), ids=NOT_CURATED.keys())
def test_other_markdown_is_not_a_curated_entry(text):
    assert not is_curated(text)
