"""Always on: no network but loopback, no user file or setting reaches a test, everything is put back afterwards."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest
import pytest_socket

from tests.support import NOTES, OFFLINE, REPOSITORY, Cli
from tutor.settings import Settings
from tutor.tutor import Tutor

#: Variables of the machine that would reach into a test: our own, keys, tracing, proxies, model caches.
_FOREIGN = ("TUTOR_", "OPENAI_", "OLLAMA_", "LANGCHAIN_", "LANGSMITH_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "HF_")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def pytest_configure(config: pytest.Config) -> None:
    for name in list(os.environ):
        if name.upper().startswith(_FOREIGN):
            del os.environ[name]
    os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", GRADIO_ANALYTICS_ENABLED="False")


def pytest_runtest_setup() -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _closed_house(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """User files in a temporary folder, an empty working folder, and no name look-ups."""
    home = tmp_path_factory.mktemp("home")
    work = home / "work"
    work.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("HF_HOME", str(home / "hf"))
    monkeypatch.setenv("TUTOR_INDEX", str(home / "index"))
    monkeypatch.setenv("TUTOR_DB", str(home / "tutor.db"))
    monkeypatch.chdir(work)
    look_up = socket.getaddrinfo

    def getaddrinfo(host, *args, **kwargs):
        if host is not None and host not in _LOOPBACK:
            raise OSError(f"the tests refuse the network: look up {host}")
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line as real processes that cannot reach the network."""
    monkeypatch.setenv("PYTHONPATH", str(OFFLINE))
    monkeypatch.setenv("TUTOR_TEST_NETWORK_LOG", str(tmp_path / "network.log"))
    return Cli(tmp_path / "network.log")


@pytest.fixture(scope="session")
def notes_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of tests/data/notes: 20 entries, 3 of them unanswered. Read only; `own_index` is a copy to damage."""
    folder = tmp_path_factory.mktemp("notes") / "index"
    summary = Tutor.ingest([NOTES], Settings(index=folder))
    assert (summary.entries, summary.unanswered, summary.skipped) == (20, 3, [])
    return folder


@pytest.fixture
def own_index(notes_index: Path, tmp_path: Path) -> Path:
    """A copy of the notes' index that a test may change."""
    return Path(shutil.copytree(notes_index, tmp_path / "own-index"))


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A copy of the notes that a test may change."""
    return Path(shutil.copytree(NOTES, tmp_path / "notes"))


@pytest.fixture(scope="session")
def tutor(notes_index: Path) -> Tutor:
    """The tutor over the notes, without a language model."""
    return Tutor.open(settings=Settings(index=notes_index))


@pytest.fixture(scope="session")
def curated_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of seven curated entries of two topics. Read only."""
    folder = tmp_path_factory.mktemp("curated")
    names = ("peft/lora", "peft/qlora", "peft/lora-merge", "peft/adapter-tuning", "rag/rag-overview", "rag/rag-benefits", "rag/hyde")
    for name in names:
        for suffix in (".md", ".json"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / "corpus" / f"{name}{suffix}", folder / f"{name}{suffix}")
    summary = Tutor.ingest([folder / "peft", folder / "rag"], Settings(index=folder / "index"))
    assert (summary.entries, summary.skipped) == (len(names), [])
    return folder / "index"
