"""Databases for tests, migrated once a run and copied: making seventy tables takes seconds, a copy a moment."""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from desk.store import open_store

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "")
NO_POSTGRESQL = (
    "TEST_DATABASE_URL names no PostgreSQL database, such as postgresql://root@127.0.0.1:5432/test"
)


def migrated_sqlite(path: Path) -> str:
    """Lay a migrated database at `path` if nothing is there, and return its address."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_sqlite_template(), path)
    return f"sqlite:///{path}"


@contextmanager
def migrated_postgresql() -> Iterator[str]:
    """The address of a migrated database of its own; skips where there is none to be had."""
    template = _postgresql_template()
    if template is None:  # an account that may not make databases
        with empty_postgresql() as address:
            yield address
        return
    name = f"weiquan_{secrets.token_hex(6)}"
    _command(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _address(name)
    finally:
        _command(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def empty_postgresql() -> Iterator[str]:
    """The address of a schema of its own with nothing in it; skips where there is none to be had."""
    schema = f"desk_{secrets.token_hex(6)}"
    _command(f"CREATE SCHEMA {schema}")
    try:
        yield f"{POSTGRESQL}?options=-csearch_path%3D{schema}"
    finally:
        _command(f"DROP SCHEMA {schema} CASCADE")


@cache
def _sqlite_template() -> Path:
    folder = tempfile.mkdtemp(prefix="weiquan-template-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / "desk.db"
    open_store(f"sqlite:///{path}").close()
    return path


@cache
def _postgresql_template() -> str | None:
    name = f"weiquan_template_{secrets.token_hex(6)}"
    try:
        _command(f"CREATE DATABASE {name}")
    except ProgrammingError:
        return None
    atexit.register(_command, f"DROP DATABASE {name} WITH (FORCE)")
    open_store(_address(name)).close()
    return name


def _address(database: str) -> str:
    return make_url(POSTGRESQL).set(database=database).render_as_string(hide_password=False)


def _command(statement: str) -> None:
    with _server().connect() as connection:
        connection.execute(text(statement))


@cache
def _server() -> Engine:
    if not POSTGRESQL:
        pytest.skip(NO_POSTGRESQL)
    engine = create_engine(
        POSTGRESQL, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5}, future=True
    )
    try:
        engine.connect().close()
    except OperationalError:
        pytest.skip(f"no PostgreSQL answers at {engine.url!r}")
    return engine
