"""The learner database: one SQLite file, or PostgreSQL by URL; migrations, transactions, backup.

What was acknowledged survives a kill and a power cut: on SQLite every commit is on the disk before it returns (WAL with
synchronous=FULL). A writer takes the write lock before it reads, so two processes never build on the same old value.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tutor.errors import InputError, StoreError

#: The newest migration; a database that is already there is opened without loading Alembic.
HEAD = "0002"
MIGRATIONS = Path(__file__).parent / "migrations"
#: Seconds to wait for another writer.
PATIENCE = 5
#: Keeps two programs from migrating one PostgreSQL database at once.
_MIGRATION_LOCK = 7_240_513


class Database:
    """An open database. Safe to share among threads."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self.name = name

    @property
    def dialect(self) -> str:
        return self._engine.dialect.name

    @property
    def version(self) -> str:
        """The version of its schema."""
        with self.reading() as connection:
            return _version(connection, self.name)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction for reading."""
        with _explained(self.name), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on the disk when the block is left, or has not happened."""
        with _explained(self.name), self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def backup(self, path: Path | str) -> Path:
        """Copy the database, as it is now, to a file while others go on writing."""
        target = Path(path)
        if self.dialect != "sqlite":
            raise InputError(f"{self.name} is not a file", remedy="back it up with pg_dump")
        if target.exists() and os.path.samefile(target, self.name):
            raise InputError(f"{target} is the database itself", remedy="name another file")
        beside = target.with_name(f"{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with _explained(str(target)), self._engine.connect() as connection:
                _copy(connection, beside)
            os.replace(beside, target)
        except OSError as error:
            raise _unwritable(target, error) from error
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
        return target

    def check(self) -> list[str]:
        """What is damaged, from reading the whole file; empty where all is well."""
        if self.dialect != "sqlite":
            return []
        with self.reading() as connection:
            found = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
            orphans = [f"{row[0]}: row {row[1]} points nowhere" for row in connection.execute(text("PRAGMA foreign_key_check"))]
        return [line for line in found if line != "ok"] + orphans

    def forget_deleted(self) -> None:
        """Leave no trace of deleted rows in the write-ahead log; a reader that still needs it lets it stand until later."""
        if self.dialect == "sqlite":
            with _explained(self.name), self._engine.connect() as connection:
                _driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_database(target: Path | str) -> Database:
    """The database in a file (made with its folder where missing) or at a URL, brought up to this program's version.

    Raises InputError for a URL that is none, StoreError where the database cannot be used.
    """
    url = _url(target)
    if url.get_backend_name() == "sqlite":
        name = str(url.database)
        try:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(Path(name), error) from error
    else:
        name = url.render_as_string(hide_password=True)
    database = Database(_engine(url), name)
    try:
        _migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def file_of(target: Path | str) -> Path | None:
    """The file of a database; None where it is on a server."""
    url = _url(target)
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _url(target: Path | str) -> URL:
    if isinstance(target, Path) or "://" not in target:
        return URL.create("sqlite", database=str(Path(target).expanduser().absolute()))
    try:
        url = make_url(target)
    except ArgumentError as error:
        raise InputError("the address of the database is not a URL", remedy="postgresql://user:password@host/name") from error
    backend = url.get_backend_name()
    if backend in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise InputError(f"no support for {backend} databases", remedy="name a file, or a URL postgresql://...")
    if not url.database or url.database == ":memory:":
        raise InputError("a database in memory would be lost", remedy="name a file")
    return URL.create("sqlite", database=str(Path(url.database).absolute()))


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": PATIENCE})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, connect_args={"connect_timeout": PATIENCE, "application_name": "interview-tutor"}, pool_pre_ping=True)
    except (ImportError, NoSuchModuleError) as error:
        raise InputError("PostgreSQL needs psycopg", remedy='pip install "interview-tutor[postgres]"') from error


def _set_up_sqlite(connection: Any, record: object) -> None:
    # The driver would begin transactions late, on the first write; `_begin_sqlite` does it instead.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _driver(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection, outside any transaction."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _copy(connection: Connection, target: Path) -> None:
    """Copy a SQLite database to `target` and force it to the disk."""
    target.unlink(missing_ok=True)
    copy = sqlite3.connect(target)
    try:
        _driver(connection).backup(copy)
    finally:
        copy.close()
    with target.open("r+b") as file:
        os.fsync(file.fileno())


def _migrate(database: Database) -> None:
    with database.reading() as connection:
        if _version(connection, database.name) == HEAD:
            return
    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        found = _version(connection, database.name)
        if found == HEAD:
            return

        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if found and found not in known:
            raise StoreError(
                f"{database.name} was written by a newer version of the program (schema {found}, this one knows {HEAD})",
                remedy="update the program: pip install --upgrade interview-tutor",
            )
        command.upgrade(config, "head")


def _version(connection: Connection, name: str) -> str:
    """The version of the schema, "" for an empty database."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    if connection.dialect.name == "sqlite" and tables:
        raise StoreError(f"{name} is a database of another program", remedy="name another file")
    return ""


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn the database's errors into one clear line."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(name, error) from error
    except DBAPIError as error:
        raise _explain(name, error.orig or error, reachable=not isinstance(error, OperationalError)) from error
    except PoolTimeout as error:
        raise StoreError(f"{name} is busy", remedy="try again") from error


def _explain(name: str, error: BaseException, *, reachable: bool = True) -> StoreError:
    # The low byte is the primary code; the rest says where in SQLite it happened.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreError(f"{name} is busy: another program has been writing for {PATIENCE} seconds", remedy="try again")
        case sqlite3.SQLITE_FULL:
            return StoreError(f"{name} cannot grow: the disk is full; nothing stored before is lost", remedy="make room and try again")
        case sqlite3.SQLITE_IOERR:
            return StoreError(
                f"{name} cannot be read or written ({_line(error)}); nothing stored before is lost", remedy="is the disk full or broken?"
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return StoreError(f"{name} cannot be opened for writing", remedy="check the permissions of the file and its folder")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return StoreError(f"{name} is damaged or not a database", remedy="put a backup in its place; keep the damaged file")
    return StoreError(
        f"{name}: {_line(error)}", remedy="" if code or reachable else "is the database server running, and the address right?"
    )


def _line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _unwritable(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path} cannot be written: {error.strerror or error}", remedy="check the folder, its permissions and the disk")
