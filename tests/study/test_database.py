"""Opening, migrating, backing up, and every way in which a database cannot be used."""

import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tests.study.examples import NOW, attempt
from tutor.errors import InputError, StoreError
from tutor.study import database as module
from tutor.study.database import HEAD, MIGRATIONS, open_database
from tutor.study.learner import find_learner, learners, open_learner
from tutor.study.schema import Base
from tutor.study.transfer import export_jsonl

RELEASED = Path(__file__).parent / "released"


def python(script: str, *arguments: object, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


# Opening


def test_a_fresh_database_has_the_tables_of_the_schema(database):
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata) == []


def test_the_head_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_commit_is_on_the_disk(file):
    with open_database(file) as database, database.reading() as connection:
        pragmas = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous", "foreign_keys")}
        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 5000


def test_a_known_database_opens_without_alembic(file):
    script = "import sys; from tutor.study.database import open_database; open_database(sys.argv[1]); print('alembic' in sys.modules)"
    assert python(script, file).stdout == "False\n"
    file.unlink()
    assert python(script, file).stdout == "True\n"


def test_a_fresh_database_is_made_at_once(tmp_path):
    open_database(tmp_path / "warm.db").close()
    times = []
    for number in range(3):
        start = time.perf_counter()
        open_database(tmp_path / f"{number}.db").close()
        times.append(time.perf_counter() - start)
    assert min(times) < 0.3


@pytest.mark.parametrize("dump", sorted(RELEASED.glob("*.sql")), ids=lambda path: path.stem)
def test_a_database_of_every_released_version_opens_with_all_its_data(dump, tmp_path):
    path = tmp_path / "old.db"
    connection = sqlite3.connect(path)
    connection.executescript(dump.read_text(encoding="utf-8"))
    connection.close()
    with open_database(path) as database:
        assert database.check() == []
        assert list(export_jsonl(find_learner(database, "me"))) == dump.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
        with database.reading() as connection:
            assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD


def test_every_version_but_the_newest_is_among_the_released():
    """Before HEAD moves on, keep a dump of what it leaves behind: `sqlite3 tutor.db .dump`."""
    versions = {path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("*.py")}
    assert versions - {HEAD} <= {path.stem for path in RELEASED.glob("*.sql")}


def test_a_database_of_a_newer_program(address):
    with open_database(address) as database, database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match=r"newer version.*9999.*update the program"):
        open_database(address)


def test_an_interrupted_migration_leaves_nothing(tmp_path, monkeypatch):
    from alembic import command

    upgrade = command.upgrade

    def fail(*arguments):
        upgrade(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", fail)
        with pytest.raises(KeyboardInterrupt):
            open_database(tmp_path / "t.db")
    assert sqlite3.connect(tmp_path / "t.db").execute("SELECT name FROM sqlite_master").fetchall() == []
    open_database(tmp_path / "t.db").close()


# Addresses


def test_a_database_in_a_folder_to_be_made_or_by_url(tmp_path):
    open_database(f"sqlite:///{tmp_path}/a b/百/t.db").close()
    assert (tmp_path / "a b" / "百" / "t.db").exists()
    open_database("relative.db").close()
    assert Path("relative.db").exists()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("://", "not a URL"),
        ("mysql://host/name", "mysql"),
        ("sqlite://", "memory"),
        ("sqlite:///:memory:", "memory"),
    ],
)
def test_an_address_that_is_none(address, words):
    with pytest.raises(InputError, match=words):
        open_database(address)


def test_postgresql_without_its_driver(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match=r"interview-tutor\[postgres\]"):
        open_database("postgres://host/name")


def test_a_server_that_is_not_there(tmp_path):
    with pytest.raises(StoreError, match="server running") as caught:
        open_database(f"postgresql://me:secret@/name?host={tmp_path}")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


# Damage


def expect(path: Path, *words: str) -> None:
    """Opening fails in one clear line, and the file is as it was."""
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        open_database(path)
    line = str(caught.value)
    assert "\n" not in line
    assert all(word in line for word in (str(path), *words)), line
    assert path.read_bytes() == before


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "t.db"
    path.write_bytes(b"What is LoRA?\n" * 1000)
    expect(path, "damaged or not a database", "backup")


def test_a_damaged_database(file):
    data = bytearray(file.read_bytes())
    data[100:4096] = os.urandom(3996)
    file.write_bytes(bytes(data))
    expect(file, "damaged", "backup")


def test_damage_further_in_is_found(file):
    with open_database(file) as database:
        assert database.check() == []
    data = bytearray(file.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\xff" * 4096
    file.write_bytes(bytes(data))
    with open_database(file) as database:
        assert found_by(database) != []


def found_by(database) -> list[str]:
    """What the check reports, or the error it ends with."""
    try:
        return database.check()
    except StoreError as error:
        return [str(error)]


def test_a_database_of_another_program(tmp_path):
    path = tmp_path / "photos.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photos (id)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        open_database(path)


def test_a_folder_below_a_file(file):
    with pytest.raises(StoreError, match="cannot be written"):
        open_database(file / "more" / "t.db")


def test_a_folder_in_place_of_the_file(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened"):
        open_database(tmp_path)


WRITE = """
import os, sys
from datetime import UTC, datetime
from tutor.errors import StoreError
from tutor.study.database import open_database
from tutor.study.learner import open_learner
from tutor.study.records import Attempt
import alembic.command, sqlalchemy.dialects.sqlite
if os.geteuid() == 0:
    os.setuid(65534)
try:
    with open_database(sys.argv[1]) as database:
        learner = open_learner(database, now=datetime.now(UTC))
        for number in range(int(sys.argv[2])):
            learner.record(Attempt("dpo", "alignment", datetime.now(UTC), "grade", score=50, answer="x" * 20_000, id=f"w{number}"))
            print(number, flush=True)
except StoreError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


@pytest.fixture
def nobodys(file):
    """The filled file in a folder that another user can reach: permissions do not bind root."""
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="tutor-study-"))
    shutil.copytree(file.parent, folder, dirs_exist_ok=True)
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, 65534, 65534)
    yield folder / file.name
    folder.chmod(0o700)
    shutil.rmtree(folder)


def assert_whole(path: Path, *ids: str) -> None:
    """The database opens clean, with what was filled in and the attempts of these ids."""
    with open_database(path) as database:
        assert database.check() == []
        stored = {item.id for item in open_learner(database, now=NOW).attempts()}
        assert stored >= {"a1", "a2", "a3", "a4", "a5", "a6", *ids}


def test_a_read_only_folder(nobodys):
    nobodys.chmod(0o444)
    nobodys.parent.chmod(0o555)
    done = python(WRITE, nobodys, 1)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "cannot be opened for writing" in done.stderr
    nobodys.parent.chmod(0o755)
    nobodys.chmod(0o644)
    assert_whole(nobodys)


def test_a_new_database_in_a_read_only_folder(nobodys):
    nobodys.parent.chmod(0o555)
    done = python(WRITE, nobodys.parent / "new" / "t.db", 1)
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_file_that_may_not_grow(nobodys):
    """A limit on the size of files stands in for a full disk where none can be mounted."""
    limit = nobodys.stat().st_size + 200_000
    done = python(WRITE, nobodys, 100, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert done.returncode == 1, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "nothing stored before is lost" in done.stderr
    written = done.stdout.split()
    assert 0 < len(written) < 100
    assert_whole(nobodys, *(f"w{number}" for number in written))


def test_a_full_disk(nobodys):
    disk = nobodys.parent / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs", str(disk)]
    if os.geteuid() != 0 or shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk may be mounted here; test_a_file_that_may_not_grow stands in")
    try:
        path = Path(shutil.copy2(nobodys, disk / "t.db"))
        path.chmod(0o666)
        done = python(WRITE, path, 200)
        assert done.returncode == 1, done.stderr
        assert len(done.stderr.splitlines()) == 1
        assert "the disk is full" in done.stderr
        assert_whole(path, *(f"w{number}" for number in done.stdout.split()))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_another_writer_that_does_not_end(file, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.1)
    other = sqlite3.connect(file)
    other.execute("BEGIN IMMEDIATE")
    with open_database(file) as database:
        learner = open_learner(database, now=NOW)
        with pytest.raises(StoreError, match=r"busy.*try again"):
            learner.record(attempt(id="late"))
        assert len(learner.attempts()) == 6
        other.rollback()
        learner.record(attempt(id="late"))
    other.close()


# Backup


def test_a_backup_while_others_write(file, tmp_path):
    copy = tmp_path / "backups" / "copy.db"
    with open_database(file) as database:
        learner = open_learner(database, now=NOW)
        stop = threading.Event()
        written = []

        def write() -> None:
            while not stop.is_set():
                written.append(learner.record(attempt())[0].id)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            while len(written) < 5:
                time.sleep(0.01)
            before = list(written)
            assert database.backup(copy) == copy
        finally:
            stop.set()
            thread.join()
    assert_whole(copy, *before)
    assert sorted(path.name for path in copy.parent.iterdir() if not path.name.endswith(("-wal", "-shm"))) == ["copy.db"]


def test_a_backup_in_place_of_an_older_one_or_not_at_all(file, tmp_path):
    with open_database(file) as database:
        database.backup(tmp_path / "copy.db")
        database.backup(tmp_path / "copy.db")
        with pytest.raises(InputError, match="the database itself"):
            database.backup(file)
        with pytest.raises(StoreError, match="cannot be written"):
            database.backup(file / "copy.db")
    assert_whole(tmp_path / "copy.db")


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_postgresql_is_backed_up_by_its_own_program(database, tmp_path):
    assert database.check() == []
    with pytest.raises(InputError, match="pg_dump"):
        database.backup(tmp_path / "copy.db")


def test_what_was_deleted_is_gone_from_the_file(file):
    with open_database(file) as database:
        learner = open_learner(database, now=NOW)
        learner.record(attempt(answer="a secret answer"))
        learner.delete()
        assert learners(database) == []
        for path in file.parent.iterdir():
            assert b"secret answer" not in path.read_bytes()
