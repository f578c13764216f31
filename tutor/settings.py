"""Every setting: its name, default and meaning. Command line > environment > tutor.toml > default.

Plain dataclasses rather than pydantic-settings: reading settings must not cost a search its speed.
Nothing here touches the disk but `Settings.load`, which reads `tutor.toml` where it exists.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from tutor.errors import InputError

PACKAGE = Path(__file__).parent
_CHECKOUT = PACKAGE.parent


def corpus_folder() -> Path:
    """The curated corpus: beside the package in a checkout, inside it in an installed wheel."""
    beside = _CHECKOUT / "corpus"
    return beside if beside.is_dir() and (_CHECKOUT / "pyproject.toml").is_file() else PACKAGE / "corpus"


def default_index() -> Path:
    """`index/` of a checkout, or a folder of the user's data directory for an installed wheel."""
    if (_CHECKOUT / "pyproject.toml").is_file():
        return _CHECKOUT / "index"
    return _user_data() / "index"


def default_database() -> str:
    """One SQLite file in the user's data directory: progress outlives a checkout."""
    return str(_user_data() / "learners.db")


def _user_data() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA") or str(Path.home() / ".local" / "share")
    return Path(base) / "interview-tutor"


def _setting(default: Any, meaning: str, *, secret: bool = False) -> Any:
    options: dict[str, Any] = {"metadata": {"meaning": meaning, "secret": secret}, "repr": not secret}
    return field(default_factory=default, **options) if callable(default) else field(default=default, **options)


@dataclass(frozen=True)
class Settings:
    """All settings; the environment name is `TUTOR_` and the field's name in capitals."""

    index: Path = _setting(default_index, "folder of the index")
    db: str = _setting(default_database, "learners' data: a SQLite file, or the URL of a PostgreSQL database")
    embedder: str = _setting("builtin", "`builtin`, or a sentence-transformers model: Hugging Face id or folder")
    reranker: str = _setting("", "a sentence-transformers cross-encoder that looks at the best hits again: Hugging Face id or folder")
    vectors: str = _setting("faiss", "where the vectors are: `faiss`, or `milvus:` and a URL or the path of a .db folder (Milvus Lite)")
    llm: str = _setting("none", "`none`, or provider:model, e.g. ollama:qwen3:4b, openai:deepseek-chat, local:FOLDER")
    llm_base_url: str = _setting("", "address of an OpenAI-compatible server")
    llm_api_key: str = _setting("", "key for that server; never shown or logged", secret=True)
    llm_timeout: float = _setting(60.0, "seconds without a word from the model before the extractive answer is given")
    llm_context: int = _setting(3000, "token budget for the passages in a prompt")
    judge_samples: int = _setting(1, "with a model: how many verdicts on an answer are averaged")
    threshold: float = _setting(0.0, "confidence below which a question counts as out of scope; 0 is the calibrated one")
    max_file_mb: int = _setting(50, "larger files are skipped")

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, folder: Path | None = None, **given: Any) -> Settings:
        """Settings from all places; `given` (command line) wins, None in it means not given."""
        environ = os.environ if environ is None else environ
        file = (folder or Path.cwd()) / "tutor.toml"
        values = {**_from_file(file), **_from_environment(environ)}
        values.update({name: value for name, value in given.items() if value is not None})
        return replace(cls(), **{name: _convert(name, value) for name, value in values.items()})


def _from_file(file: Path) -> dict[str, Any]:
    if not file.is_file():
        return {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: not valid TOML: {error}") from error
    known = {item.name for item in fields(Settings)}
    if unknown := sorted(set(values) - known):
        raise InputError(f"{file}: unknown setting {unknown[0]!r}", remedy=f"known: {', '.join(sorted(known))}")
    return values


def _from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    names = {f"TUTOR_{item.name.upper()}": item.name for item in fields(Settings)}
    return {names[name]: value for name, value in environ.items() if name in names and value != ""}


def _convert(name: str, value: Any) -> Any:
    default = getattr(Settings(), name)
    try:
        return Path(value).expanduser() if isinstance(default, Path) else type(default)(value)
    except (TypeError, ValueError) as error:
        raise InputError(f"setting {name}: {value!r} is not a {type(default).__name__}") from error
