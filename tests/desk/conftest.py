"""A fresh store for every test, on each database at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.store import Store, open_store
from tests.databases import empty_postgresql, migrated_postgresql, migrated_sqlite
from tests.factories import SECRET


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database of each kind."""
    if request.param == "sqlite":
        yield migrated_sqlite(tmp_path / "desk.db")
        return
    with migrated_postgresql() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of each kind with nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    with empty_postgresql() as address:
        yield address


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url, secret_key=SECRET)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(migrated_sqlite(tmp_path / "alone.db"), secret_key=SECRET)
    yield opened
    opened.close()
