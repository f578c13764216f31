from __future__ import annotations

import ast
import re
import socket
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import tutor.web
from tutor.errors import InputError, StoreError
from tutor.settings import Settings
from tutor.web.app import create_app, serve
from tutor.web.words import WORDS
from tutor.web.words_grade import GRADE
from tutor.web.words_interview import INTERVIEW
from tutor.web.words_review import REVIEW

ALL = pytest.mark.parametrize("texts", [WORDS, GRADE, INTERVIEW, REVIEW], ids=["page", "grade", "interview", "review"])


@ALL
def test_no_text_is_missing_in_either_language(texts: Mapping[str, Any]) -> None:
    for language, say in texts.items():
        assert [field.name for field in fields(say) if not getattr(say, field.name).strip()] == [], language


@ALL
def test_both_languages_fill_in_the_same_values(texts: Mapping[str, Any]) -> None:
    def slots(text: str) -> set[str]:
        return set(re.findall(r"{(\w+)[}:]", text))

    for field in fields(texts["en"]):
        assert slots(getattr(texts["zh"], field.name)) == slots(getattr(texts["en"], field.name)), field.name


@ALL
def test_every_text_is_used(texts: Mapping[str, Any]) -> None:
    paths = [path for path in Path(tutor.web.__file__).parent.glob("*.py") if not path.name.startswith("words")]
    code = "".join(path.read_text(encoding="utf-8") for path in paths).replace("from __future__ import annotations", "")
    used = {node.attr for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Attribute)}
    # Named by the plan's personas.
    used |= {"friendly", "neutral", "demanding"}
    assert {field.name for field in fields(texts["en"])} - used == set()


def test_the_page_holds_no_key_and_loads_only_its_own_files(settings: Settings) -> None:
    secret = Settings(index=settings.index, llm_api_key="sk-very-secret")
    client = TestClient(create_app(secret))
    page = client.get("/")
    assert page.status_code == 200
    assert "sk-very-secret" not in page.text + client.get("/config").text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert client.get("/docs").status_code == 404


def test_without_an_index_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="tutor ingest"):
        create_app(Settings(index=tmp_path / "none"))


def test_a_busy_port_is_one_clear_line(settings: Settings) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(InputError, match="--port"):
            serve(settings, "127.0.0.1", busy.getsockname()[1])
