"""A small published library in a data folder, for pages that search."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from knowledge.publishing import build
from tests.knowledge.folders import deposit, topup, write_folder

from .site import Site


@lru_cache(maxsize=1)
def built() -> Path:
    """The folder with the library of two cases, top-ups by minors and deposits, built once a run."""
    home = Path(mkdtemp(prefix="weiquan-library-"))
    build(write_folder(home, topup(), deposit()), home / "library.db", vectors=None, examples=None)
    return home


def site_with_library(home: Path, **change: Any) -> Site:
    """A running site whose data folder holds that library."""
    home.mkdir(parents=True, exist_ok=True)
    (home / "library.db").write_bytes((built() / "library.db").read_bytes())
    return Site(home, **change)
