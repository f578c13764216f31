"""`tutor doctor`: what is set up, what is missing, and the command that mends it."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tutor.errors import TutorError
from tutor.retrieval.store import read_manifest, verify
from tutor.settings import Settings, corpus_folder


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `remedy` is the command or step that mends it, or "" where all is well."""

    what: str
    ok: bool
    remedy: str = ""

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


def examine(settings: Settings) -> list[Finding]:
    """Findings about Python, the corpus, the index, the embedder, the model and the learners' data. Loads no model, makes no file."""
    return [
        Finding(
            f"Python {sys.version.split()[0]}",
            sys.version_info >= (3, 11),
            "" if sys.version_info >= (3, 11) else "use Python 3.11 or newer",
        ),
        _corpus(),
        *_index(settings),
        _embedder(settings),
        *_reranker(settings),
        _model(settings),
        _learners(settings),
    ]


def _corpus() -> Finding:
    count = sum(1 for file in corpus_folder().rglob("*.md") if file.name != "README.md")
    return Finding(
        f"corpus: {count} curated entries in {corpus_folder()}", count > 0, "" if count else "reinstall the package: its corpus is missing"
    )


def _index(settings: Settings) -> list[Finding]:
    folder = settings.index
    try:
        manifest = read_manifest(folder)
        if manifest is None:
            return [Finding(f"index: none in {folder}", False, "tutor ingest")]
        verify(folder)
    except TutorError as error:
        return [Finding(f"index: {error.message}", False, error.remedy or "tutor ingest --fresh")]
    findings = [Finding(f"index: {manifest['entries']} entries, {manifest['passages']} passages in {folder}, checksums match", True)]
    if not os.access(folder, os.W_OK):
        findings.append(Finding(f"index: {folder} cannot be written", False, "choose another folder: TUTOR_INDEX"))
    return findings


def _embedder(settings: Settings) -> Finding:
    if settings.embedder == "builtin":
        return Finding("embedder: builtin", True)
    if importlib.util.find_spec("sentence_transformers") is None:
        return Finding(f"embedder: {settings.embedder}", False, "pip install 'interview-tutor[local]'")
    return Finding(f"embedder: {settings.embedder} (sentence-transformers)", True)


def _reranker(settings: Settings) -> list[Finding]:
    if not settings.reranker:
        return []
    if importlib.util.find_spec("sentence_transformers") is None:
        return [Finding(f"reranker: {settings.reranker}", False, "pip install 'interview-tutor[local]'")]
    return [Finding(f"reranker: {settings.reranker} (sentence-transformers)", True)]


def _model(settings: Settings) -> Finding:
    provider, _, name = settings.llm.partition(":")
    if settings.llm in ("", "none"):
        return Finding("language model: none (answers are composed from the material)", True)
    package = {"local": "transformers", "openai": "langchain_openai", "ollama": "langchain_ollama"}.get(provider, f"langchain_{provider}")
    if importlib.util.find_spec(package) is None:
        extra = f"'interview-tutor[{provider}]'" if provider in ("local", "ollama") else f"langchain-{provider}"
        return Finding(f"language model: {settings.llm} needs {package}", False, f"pip install {extra}")
    if provider == "openai" and not (settings.llm_base_url or settings.llm_api_key or os.environ.get("OPENAI_API_KEY")):
        return Finding(f"language model: {settings.llm} has neither address nor key", False, "set TUTOR_LLM_BASE_URL and TUTOR_LLM_API_KEY")
    if provider == "local" and Path(name).is_absolute() and not Path(name).is_dir():
        return Finding(f"language model: folder {name} is missing", False, "check TUTOR_LLM")
    where = f" at {settings.llm_base_url}" if settings.llm_base_url else ""
    return Finding(f"language model: {settings.llm}{where}", True)


def _learners(settings: Settings) -> Finding:
    from tutor.study.database import file_of, open_database
    from tutor.study.learner import learners

    try:
        file = file_of(settings.db)
        if file and not file.exists():
            return _to_be_made(file)
        with open_database(settings.db) as database:
            damage, names, version = database.check(), [learner.name for learner in learners(database)], database.version
    except TutorError as error:
        return Finding(f"learners' data: {error.message}", False, error.remedy or "check TUTOR_DB")
    if damage:
        return Finding(
            f"learners' data: {database.name} is damaged: {damage[0]}", False, "put a backup in its place; keep the damaged file"
        )
    size = f", {file.stat().st_size / 2**20:.1f} MB" if file else ""
    return Finding(f"learners' data: {len(names)} learner{'s' * (len(names) != 1)} in {database.name}, version {version}{size}", True)


def _to_be_made(file: Path) -> Finding:
    """What is to be said of a database that nobody has needed yet."""
    folder = next(folder for folder in file.parents if folder.exists())
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        return Finding(f"learners' data: {file} cannot be made", False, "choose another file: TUTOR_DB")
    return Finding(f"learners' data: none yet; it will be kept in {file}", True)
