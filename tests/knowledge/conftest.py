from __future__ import annotations

from pathlib import Path

import pytest

from bench import running
from knowledge.library import Library, open_library
from settings import Settings
from tests.conftest import HOME
from tests.knowledge.folders import write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small sound content folder."""
    return write_folder(tmp_path)


@pytest.fixture(scope="session")
def built() -> Settings:
    """The data folder of this run with a library of the real content, built only if that changed."""
    return running.prepare(HOME, library_only=True)


@pytest.fixture(scope="session")
def pipeline(built: Settings) -> Path:
    """The word-vector folder."""
    return built.vectors_dir


@pytest.fixture(scope="session")
def library_file(built: Settings) -> Path:
    """The real library; tests that change it change a copy."""
    return built.library_path


@pytest.fixture(scope="session")
def library(library_file: Path, pipeline: Path) -> Library:
    return open_library(library_file, vectors=pipeline)
