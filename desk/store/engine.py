"""Opening the database: one engine for SQLite and PostgreSQL with the habits each needs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, exc
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.pool import QueuePool

from desk.errors import StoreUnavailable

from . import scope
from .types import dump_json

BUSY_SECONDS = 5.0
START_SECONDS = 60.0  # others may be starting at the same moment
ROWS_LOOKED_AT = (
    100_000  # of each index: half a second at a million tickets; all of them would hold writers up
)
POOL_SIZE = 8
POOL_OVERFLOW = 24
SHORTEST_WAIT = 0.02  # seconds: whoever is out of patience still gets a free lock
WRITES = "desk_writes"  # execution option of a writing transaction: how many seconds it may wait for a lock


def make_engine(database_url: str) -> Engine:
    """Return an engine for a `sqlite:///file` or `postgresql://…` address; StoreUnavailable otherwise."""
    try:
        url = make_url(database_url)
    except exc.ArgumentError as error:
        raise StoreUnavailable("the database address cannot be read") from error
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise StoreUnavailable("the desk store needs a file: threads and processes share it")
        return _sqlite(url)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    raise StoreUnavailable(f"no support for {url.get_backend_name()}: use sqlite or postgresql")


def _pooled(url: Any, connect_args: dict[str, Any]) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=url.get_backend_name() == "postgresql",  # a server that restarted is not an error
        connect_args=connect_args,
        json_serializer=dump_json,
        hide_parameters=True,
        future=True,
    )
    scope.listen(engine)
    return engine


def _sqlite(url: Any) -> Engine:
    if not url.database.startswith("file:"):
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = _pooled(url, {"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # pysqlite must not open transactions of its own
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout = {int(BUSY_SECONDS * 1000)}",
        "foreign_keys = ON",
        "secure_delete = ON",
        "synchronous = FULL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a read later could fail without waiting.
    patience = connection.get_execution_options().get(WRITES)
    if patience is None:
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")


def refresh_statistics(engine: Engine) -> None:
    """Tell SQLite how its tables have grown, which decides the index it takes; PostgreSQL looks by itself."""
    if engine.dialect.name != "sqlite":
        return
    raw = engine.raw_connection()
    try:
        raw.execute(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
        raw.execute("ANALYZE")
    finally:
        raw.close()


def use_wal(engine: Engine) -> None:
    """Put an SQLite file into write-ahead mode, once; other processes may be doing the same."""
    until = time.monotonic() + START_SECONDS
    raw = engine.raw_connection()
    try:
        while True:
            try:
                if raw.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                    raw.execute("PRAGMA journal_mode = WAL")
                return
            except engine.dialect.dbapi.OperationalError as error:
                if "readonly" in str(error):
                    return
                if "locked" not in str(error) or time.monotonic() > until:
                    raise exc.OperationalError("PRAGMA journal_mode", None, error) from error
                time.sleep(0.05)
    finally:
        raw.close()


def _postgresql(url: Any) -> Engine:
    engine = _pooled(url, {"connect_timeout": int(BUSY_SECONDS)})
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def _prepare_postgresql(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET lock_timeout = {int(BUSY_SECONDS * 1000)}")
    cursor.execute("SET timezone = 'UTC'")
    cursor.execute("SET jit = off")  # to compile a statement takes longer than to answer it
    cursor.close()
    connection.commit()


def _begin_postgresql(connection: Connection) -> None:
    patience = connection.get_execution_options().get(WRITES)
    if patience is not None and patience < BUSY_SECONDS:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, int(patience * 1000))}")
