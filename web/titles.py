"""Titles of cases and the release number, read from the library file for the staff pages and /readyz.

The file may be missing or replaced at any moment; then an id stands in for its title.
"""

from __future__ import annotations

import importlib
import logging
import threading
from pathlib import Path
from typing import Any

from knowledge.errors import KnowledgeError

UNREADABLE = (KnowledgeError, OSError, ValueError, LookupError)

log = logging.getLogger("weiquan.titles")


class Titles:
    """Opens the library when it is first asked, because the search behind it is slow to import."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._library: Any = None
        self._guard = threading.Lock()

    def release(self) -> int | None:
        """Return the number of the release on disk, None when there is no usable library."""
        library = self._opened()
        try:
            return None if library is None else int(library.release)
        except UNREADABLE as error:
            log.warning("library unreadable: %s", type(error).__name__)
            return None

    def of(self, case_id: str) -> str:
        """Return the title of a case, or its id when the library does not know it."""
        library = self._opened()
        if library is None or not case_id:
            return case_id
        try:
            return str(library.case(case_id).title)
        except UNREADABLE:
            return case_id

    def topic(self, slug: str) -> str:
        """Return the name of a topic, or its slug when the library does not know it."""
        library = self._opened()
        if library is None or not slug:
            return slug
        try:
            return str(library.topic(slug).title)
        except UNREADABLE:
            return slug

    def fact(self, case_id: str, fact_id: str) -> str:
        """Return the question of a fact of a case, or the fact's id."""
        library = self._opened()
        if library is None or not case_id:
            return fact_id
        try:
            return str(library.case(case_id).facts[fact_id].ask)
        except UNREADABLE:
            return fact_id

    def _opened(self) -> Any:
        with self._guard:
            if self._library is None and self._path.exists():
                try:
                    self._library = importlib.import_module("knowledge.library").open_library(self._path)
                except UNREADABLE as error:
                    log.warning("library not opened: %s", type(error).__name__)
            return self._library
