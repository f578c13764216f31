"""The glossary: other names of the concepts a query names."""

import pytest

from tutor.errors import InputError
from tutor.retrieval.glossary import Glossary, read_glossary

TEXT = """
- {en: "GPU memory", zh: ["显存"], abbr: ["VRAM"], misspelled: ["显寸"], meaning: {zh: "a", en: "a"}}
- {en: "prefix", zh: ["前缀"], abbr: [], misspelled: [], meaning: {zh: "a", en: "a"}}
- {en: "prefix tuning", zh: ["前缀微调"], abbr: [], misspelled: ["prefx tuning"], meaning: {zh: "a", en: "a"}}
- {en: "RAG", zh: ["检索增强生成"], abbr: [], misspelled: [], meaning: {zh: "a", en: "a"}}
"""


@pytest.fixture
def table(tmp_path):
    (tmp_path / "glossary.yaml").write_text(TEXT, encoding="utf-8")
    return read_glossary(tmp_path / "glossary.yaml")


NAMED = {
    "Chinese to English": ("显存不够", {"gpu", "memory", "vram"}),
    "English to Chinese": ("out of vram", {"gpu", "memory", "显存"}),
    "case and width": ("ＶＲＡＭ", {"gpu", "memory", "显存"}),
    "a misspelling leads to the concept": ("显寸不够", {"gpu", "memory", "显存", "vram"}),
    "the longest form only": ("prefix tuning", {"前缀", "缀微", "微调"}),
    "a whole word only": ("a dragon in storage", set()),
    "nothing": ("你好", set()),
    "empty": ("", set()),
}


@pytest.mark.parametrize(("query", "expected"), NAMED.values(), ids=NAMED.keys())
def test_named(table, query, expected):
    assert set(Glossary(table).named(query).other_terms) == expected


def test_nothing_leads_to_a_misspelling(table):
    assert "显寸" not in {other for others in table.values() for other in others}


def test_the_share_of_a_query_that_names_concepts(table):
    glossary = Glossary(table)
    assert glossary.named("显存").share == 1
    assert glossary.named("显存不够").share == 0.5
    assert glossary.named("你好").share == 0


def test_no_glossary_is_no_error(tmp_path):
    assert read_glossary(tmp_path / "none.yaml") == {}
    (tmp_path / "empty.yaml").touch()
    assert read_glossary(tmp_path / "empty.yaml") == {}


@pytest.mark.parametrize("text", ["- {en: x", "- {en: x}", "just text", "- 5"])
def test_a_broken_glossary_is_named(tmp_path, text):
    (tmp_path / "glossary.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"glossary\.yaml"):
        read_glossary(tmp_path / "glossary.yaml")
