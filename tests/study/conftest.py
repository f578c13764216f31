"""The same repository tests on SQLite and on a real PostgreSQL server (Debian's package `postgresql`, started here)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.study.examples import NOW
from tutor.study.database import Database, open_database
from tutor.study.learner import Learner, open_learner

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
_NUMBERS = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a server's socket folder."""
    if not _PROGRAMS:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    # Not pytest's folder: the path of a socket is short, and the server must not run as root.
    folder = Path(tempfile.mkdtemp(prefix="tutor-pg-"))
    as_user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if as_user:
        shutil.chown(folder, "postgres", "postgres")

    def call(program: str, *arguments: str) -> None:
        command = [_PROGRAMS[-1] / program, "-D", folder / "data", *arguments]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=folder, timeout=60, **as_user)

    try:
        call("initdb", "--username=tutor", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
        call("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses='' -c fsync=off")
        try:
            yield str(folder)
        finally:
            call("pg_ctl", "stop", "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database may be made."""
    if request.param == "sqlite":
        return str(tmp_path / "data" / "tutor.db")
    import psycopg

    folder = request.getfixturevalue("postgres")
    name = f"tutor_{next(_NUMBERS)}"
    with psycopg.connect(f"host={folder} user=tutor dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"postgresql://tutor@/{name}?host={folder}"


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    with open_database(address) as database:
        yield database


@pytest.fixture
def learner(database: Database) -> Learner:
    return open_learner(database, now=NOW)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A SQLite file with some data."""
    path = tmp_path / "data" / "tutor.db"
    with open_database(path) as database:
        from tests.study.examples import fill

        fill(open_learner(database, now=NOW))
    return path
