"""The library file as every process reads it: it takes up a new release by itself within two seconds.

knowledge.publishing writes the file.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge import content, index, vectors
from knowledge.content import Case, Law, Office, Referral, Step, Topic
from knowledge.errors import LibraryDamaged, LibraryMissing, NotInLibrary
from knowledge.force import changed_since_review, off_air_from
from knowledge.lawbook import Lawbook
from knowledge.library_file import LAWBOOK
from knowledge.search import Ranking, Searcher
from knowledge.words import DICTIONARY

if TYPE_CHECKING:
    from knowledge.clusters import Cluster

logger = logging.getLogger(__name__)

STAT_EVERY = 1.0  # seconds between looks at the file
MAPPED = 2**30  # bytes of the file read through the page cache that all processes share


class Library:
    """A library file that keeps itself current. Every read method raises NotInLibrary for an unknown id."""

    def __init__(
        self, path: Path, *, vectors: Path | None = None, dictionary: Path | None = DICTIONARY
    ) -> None:
        self._path = Path(path)
        self._vectors = vectors
        self._dictionary = dictionary
        self._lawbook = Lawbook(self._path.with_name(LAWBOOK))
        self._lock = threading.Lock()
        self._looked = 0.0
        self._held = self._load()

    def _load(self) -> Release:
        if not self._path.exists():
            raise LibraryMissing(self._path)
        return Release(self._path, self._vectors, self._dictionary)

    def _current(self) -> Release:
        """The newest release; a look at the file at most once a second. A broken new file keeps the old one."""
        now = time.monotonic()
        if now - self._looked < STAT_EVERY:
            return self._held
        with self._lock:
            self._looked = now
            try:
                if _identity(self._path) != self._held.identity:
                    self._held = self._load()
            except (LibraryMissing, LibraryDamaged, OSError) as error:
                logger.error("library:reload:failed reason=%s", error)
        return self._held

    @property
    def release(self) -> int:
        return self._current().number

    @property
    def laws(self) -> Mapping[str, Law]:
        return self._current().laws

    @property
    def topics(self) -> Mapping[str, Topic]:
        return self._current().topics

    @property
    def offices(self) -> Mapping[str, Office]:
        return self._current().offices

    @property
    def referrals(self) -> Mapping[str, Referral]:
        return self._current().referrals

    @property
    def steps(self) -> Mapping[str, Step]:
        return self._current().steps

    def cases(self) -> tuple[Case, ...]:
        return tuple(self._current().cases.values())

    def case(self, id: str) -> Case:
        return _one(self._current().cases, "case", id)

    def topic(self, slug: str) -> Topic:
        return _one(self._current().topics, "topic", slug)

    def law(self, id: str) -> Law:
        return _one(self._current().laws, "law", id)

    def office(self, id: str) -> Office:
        return _one(self._current().offices, "office", id)

    def referral(self, id: str) -> Referral:
        return _one(self._current().referrals, "referral", id)

    def step(self, id: str) -> Step:
        return _one(self._current().steps, "step", id)

    def quote(self, law: str, article: str, on: date) -> str:
        """The official words of an article in force on that day, where an operator has taken them in; else ''."""
        return self._lawbook.quote(self.law(law), article, on.isoformat())

    def changed_since_review(self, case: Case, on: date) -> bool:
        """Whether something the case rests on has lost force since it was reviewed."""
        return bool(changed_since_review(case, self.laws, on))

    def search(self, text: str, *, topics: Mapping[str, float] | None = None, limit: int = 5) -> Ranking:
        """The cases a text is about; see knowledge.search. `topics`: probability by slug, when known."""
        return self._current().searcher.search(text, topics=topics, limit=limit)

    def clusters(self, texts: Sequence[str]) -> list[Cluster]:
        """Texts that mean the same put together; see knowledge.clusters."""
        from knowledge.clusters import clusters  # SciPy's clustering: only the desk needs it

        held = self._current()
        return clusters(texts, held.index, held.vectors, self._dictionary)


def open_library(path: Path, *, vectors: Path | None = None, dictionary: Path | None = DICTIONARY) -> Library:
    """Open a library file. Raises LibraryMissing or LibraryDamaged."""
    return Library(path, vectors=vectors, dictionary=dictionary)


def _identity(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _one(held: Mapping[str, Any], kind: str, id: str) -> Any:
    if id not in held:
        raise NotInLibrary(kind, id)
    return held[id]


class Release:
    """Everything of one state of the file, in memory; its connection keeps reading the file it opened."""

    def __init__(self, path: Path, folder: Path | None, dictionary: Path | None) -> None:
        self.identity = _identity(path)
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA mmap_size = {MAPPED}")
            self.number = int(connection.execute("SELECT number FROM release").fetchone()[0])
            self.cases = {raw["id"]: content.case_from(raw) for raw in _entries(connection, "cases").values()}
            self.laws = {id: content.law_from(raw) for id, raw in _entries(connection, "laws").items()}
            self.topics = _made(connection, "topics", content.topic_from)
            self.offices = _made(connection, "offices", content.office_from)
            self.referrals = _made(connection, "referrals", content.referral_from)
            self.steps = _made(connection, "steps", content.step_from)
            blob = connection.execute("SELECT data FROM search_index WHERE name = 'index'").fetchone()[0]
            self.index = index.load(blob)
        except (sqlite3.DatabaseError, TypeError, KeyError, ValueError) as error:
            connection.close()
            raise LibraryDamaged(path, str(error)) from error
        self.connection = connection
        self.vectors = vectors.load(folder)
        found = ((id, off_air_from(case, self.laws)) for id, case in self.cases.items())
        off_air = {id: day for id, day in found if day is not None}
        self.searcher = Searcher(self.index, connection, self.cases, self.vectors, dictionary, off_air)


def _entries(connection: sqlite3.Connection, kind: str) -> dict[str, Any]:
    rows: Iterable[tuple[str, str]] = connection.execute(f"SELECT id, data FROM {kind} ORDER BY rowid")
    return {id: json.loads(data) for id, data in rows}


def _made(connection: sqlite3.Connection, kind: str, make: Any) -> dict[str, Any]:
    return {id: make(id, raw) for id, raw in _entries(connection, kind).items()}
