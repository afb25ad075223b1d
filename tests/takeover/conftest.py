"""Stores, sites and a small library for the tests of taking over."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.publishing import build
from tests.desk.conftest import database_url, sqlite_store, store
from tests.knowledge.folders import write_folder
from tests.web.conftest import site, visitor
from tests.web.site import Site

__all__ = ["database_url", "site", "sqlite_store", "store", "visitor"]


@pytest.fixture(scope="session")
def small_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of a few invented cases, built once."""
    folder = tmp_path_factory.mktemp("library")
    target = folder / "library.db"
    build(write_folder(folder / "content"), target, vectors=None)
    return target


@pytest.fixture
def site_with_library(tmp_path: Path, small_library: Path) -> Iterator[Site]:
    """A running site that has the small library."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(small_library, home / "library.db")
    running = Site(home)
    yield running
    running.close()
