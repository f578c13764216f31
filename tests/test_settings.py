"""Settings: command line > environment > tutor.toml > default."""

from pathlib import Path

import pytest

from tutor.errors import InputError
from tutor.settings import Settings

ORDER = {
    "default": ({}, "", {}, "builtin"),
    "file": ({}, 'embedder = "from-file"', {}, "from-file"),
    "environment over file": ({"TUTOR_EMBEDDER": "from-env"}, 'embedder = "from-file"', {}, "from-env"),
    "command line over all": ({"TUTOR_EMBEDDER": "from-env"}, 'embedder = "from-file"', {"embedder": "given"}, "given"),
    "empty variable is not set": ({"TUTOR_EMBEDDER": ""}, 'embedder = "from-file"', {}, "from-file"),
    "None is not given": ({"TUTOR_EMBEDDER": "from-env"}, "", {"embedder": None}, "from-env"),
}


@pytest.mark.parametrize(("environ", "toml", "given", "expected"), ORDER.values(), ids=ORDER.keys())
def test_order(tmp_path, environ, toml, given, expected):
    (tmp_path / "tutor.toml").write_text(toml, encoding="utf-8")
    assert Settings.load(environ, tmp_path, **given).embedder == expected


def test_types_follow_the_default(tmp_path):
    settings = Settings.load({"TUTOR_INDEX": "~/x", "TUTOR_MAX_FILE_MB": "7", "TUTOR_LLM_TIMEOUT": "2.5"}, tmp_path)
    assert settings.index == Path("~/x").expanduser()
    assert settings.max_file_mb == 7
    assert settings.llm_timeout == 2.5


WRONG = {
    "unknown key": ('embeder = "x"', {}, ["tutor.toml", "embeder", "embedder"]),
    "not TOML": ("embedder = ", {}, ["tutor.toml", "TOML"]),
    "wrong type in the file": ('max_file_mb = "many"', {}, ["max_file_mb", "many", "int"]),
    "wrong type in the environment": ("", {"TUTOR_LLM_TIMEOUT": "soon"}, ["llm_timeout", "soon", "float"]),
}


@pytest.mark.parametrize(("toml", "environ", "wanted"), WRONG.values(), ids=WRONG.keys())
def test_wrong_settings_are_named(tmp_path, toml, environ, wanted):
    (tmp_path / "tutor.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Settings.load(environ, tmp_path)
    assert all(text in str(caught.value) for text in wanted), str(caught.value)


def test_a_file_of_another_encoding_is_an_input_error(tmp_path):
    (tmp_path / "tutor.toml").write_bytes('embedder = "模型"'.encode("gb18030"))
    with pytest.raises(InputError, match=r"tutor\.toml"):
        Settings.load({}, tmp_path)


def test_an_unknown_variable_is_not_ours(tmp_path):
    assert Settings.load({"TUTOR_SOMETHING": "1"}, tmp_path) == Settings.load({}, tmp_path)
