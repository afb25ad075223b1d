"""A fresh store for every test, on each database at hand."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from desk.store import Store, open_store
from tests.factories import SECRET

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "")
NO_POSTGRESQL = (
    "TEST_DATABASE_URL names no PostgreSQL database, such as postgresql://root@127.0.0.1:5432/test"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    if not POSTGRESQL:
        pytest.skip(NO_POSTGRESQL)
    schema = f"desk_{secrets.token_hex(6)}"
    engine = create_engine(POSTGRESQL, future=True, connect_args={"connect_timeout": 5})
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
    except OperationalError:
        pytest.skip(f"no PostgreSQL answers at {engine.url!r}")
    yield f"{POSTGRESQL}?options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url, secret_key=SECRET)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'alone.db'}", secret_key=SECRET)
    yield opened
    opened.close()
