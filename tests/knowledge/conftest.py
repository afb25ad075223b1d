from __future__ import annotations

from pathlib import Path

import pytest

from knowledge import vectors
from knowledge.library import Library, open_library
from knowledge.publishing import build
from tests.knowledge.folders import write_folder

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small sound content folder."""
    return write_folder(tmp_path)


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The word-vector folder: the installed one when it was made, else made here."""
    made = ROOT / "var" / "zh_weiquan"
    if (made / vectors.KEYS).exists():
        return made
    target = tmp_path_factory.mktemp("vectors") / "zh_weiquan"
    vectors.build_pipeline(target, None)
    return target


@pytest.fixture(scope="session")
def library_file(tmp_path_factory: pytest.TempPathFactory, pipeline: Path) -> Path:
    """The real library, built once."""
    target = tmp_path_factory.mktemp("library") / "library.db"
    build(ROOT / "knowledge", target, vectors=pipeline)
    return target


@pytest.fixture(scope="session")
def library(library_file: Path, pipeline: Path) -> Library:
    return open_library(library_file, vectors=pipeline)
