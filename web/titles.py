"""Titles of cases and the release number, read from the library file for the staff pages and /readyz.

The file may be missing or replaced at any moment; then an id stands in for its title.
"""

from __future__ import annotations

import importlib
import logging
import threading
from pathlib import Path
from typing import Any

from desk.completeness import Item, basics
from knowledge.errors import KnowledgeError

from .errors import LibraryAway

UNREADABLE = (KnowledgeError, OSError, ValueError, LookupError)

log = logging.getLogger("weiquan.titles")


class Titles:
    """Opens the library when it is first asked, because the search behind it is slow to import."""

    def __init__(self, path: Path, vectors: Path | None = None) -> None:
        """`vectors`: the word-vector folder, so that what the desk searches is what the bot searches."""
        self._path = path
        self._vectors = vectors
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

    def topics(self) -> dict[str, str]:
        """Return the names of all topics by slug; empty without a library."""
        library = self._opened()
        try:
            return (
                {} if library is None else {slug: str(found.title) for slug, found in library.topics.items()}
            )
        except UNREADABLE:
            return {}

    def fact(self, case_id: str, fact_id: str) -> str:
        """Return the question of a fact of a case, or the fact's id."""
        library = self._opened()
        if library is None or not case_id:
            return fact_id
        try:
            return str(library.case(case_id).facts[fact_id].ask)
        except UNREADABLE:
            return fact_id

    def evidence(self, case_id: str) -> tuple[Item, ...]:
        """Return the evidence list of a case; the general one without such a case."""
        library = self._opened()
        if library is None or not case_id:
            return basics()
        try:
            listed = library.case(case_id).evidence
        except UNREADABLE:
            return basics()
        return tuple(Item(it.item, it.proves, it.how, it.weight) for it in listed) or basics()

    def office_of(self, case_id: str) -> str:
        """Return the id of the office that handles a case, '' when that is not known."""
        library = self._opened()
        try:
            return str(library.case(case_id).office) if library is not None and case_id else ""
        except UNREADABLE:
            return ""

    def library(self) -> Any:
        """Return the library itself, None when there is no usable one."""
        return self._opened()

    def opened(self) -> Any:
        """Return the library itself (knowledge.library.Library); LibraryAway when there is none to read."""
        library = self._opened()
        if library is None:
            raise LibraryAway(str(self._path))
        return library

    def another(self, path: Path) -> Any:
        """Open the library file of another release the way this one is; LibraryAway when it cannot be read."""
        try:
            return importlib.import_module("knowledge.library").open_library(path, vectors=self._vectors)
        except UNREADABLE as error:
            log.warning("library not opened: %s", type(error).__name__)
            raise LibraryAway(str(path)) from None

    def _opened(self) -> Any:
        with self._guard:
            if self._library is None and self._path.exists():
                try:
                    self._library = importlib.import_module("knowledge.library").open_library(
                        self._path, vectors=self._vectors
                    )
                except UNREADABLE as error:
                    log.warning("library not opened: %s", type(error).__name__)
            return self._library
