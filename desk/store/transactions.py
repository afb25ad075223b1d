"""The store and its transactions: everything done inside one is kept, or nothing of it."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from desk.errors import StoreBusy, StoreError
from desk.news import News
from desk.personal import Keys, Seal

from . import conversations, history, outbox, scope
from .engine import BUSY_SECONDS, SHORTEST_WAIT, WRITES, make_engine, refresh_statistics, use_wal
from .failures import translated
from .migrate import migrate

Found = TypeVar("Found")


@dataclass(frozen=True)
class PendingEvent:
    """A history event that will be chained when its transaction commits."""

    event: str
    subject: str
    by: str
    at: datetime
    detail: dict[str, Any]


@dataclass
class Tx:
    """One transaction: its connection for the query modules, and what happens when it commits."""

    connection: Connection
    seal: Seal
    events: list[PendingEvent] = field(default_factory=list)
    news: list[tuple[str, int]] = field(default_factory=list)
    outgoing: list[tuple[str, int]] = field(default_factory=list)
    known: dict[Any, Any] | None = None  # what a read was told already; None in a write, where it may change

    def once(self, name: str, ask: Callable[[], Found]) -> Found:
        """Return what `ask` finds; inside one read, and for the same offices, it is asked only the first time."""
        if self.known is None:
            return ask()
        key = (name, self.connection.get_execution_options().get(scope.OPTION))
        if key not in self.known:
            self.known[key] = ask()
        found: Found = self.known[key]
        return found

    def deliver(self, conversation_id: str, message_id: int) -> None:
        """Owe this message to the consumer's channel: the outbox gets it with the commit."""
        self.outgoing.append((conversation_id, message_id))

    def take_outgoing(self, conversation_id: str) -> list[int]:
        """Return the messages owed to this conversation so far; whoever takes them delivers them."""
        taken = [message for conversation, message in self.outgoing if conversation == conversation_id]
        self.outgoing = [owed for owed in self.outgoing if owed[0] != conversation_id]
        return taken

    def announce(self, conversation_id: str, message_id: int) -> None:
        """Tell waiting pages after the commit, and only then."""
        self.news.append((conversation_id, message_id))


class Store:
    """The desk's database. Safe to share between threads; open it after a fork, not before."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self.engine = engine
        self.seal = seal
        self.news = News(self._newest)
        self.offices: frozenset[str] | None = None  # None: of every office
        self._current = threading.local()
        # SQLite lets one writer in and makes the rest poll; queueing here is fairer and quicker.
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None

    def within(self, offices: Iterable[str]) -> Store:
        """Return this store as those offices see it: others' tickets and conversations are not there."""
        seen = copy.copy(self)
        seen.offices = frozenset(offices)
        return seen

    def everywhere(self) -> Store:
        """Return this store without offices: for what hands a ticket to another office, and for nothing seen."""
        whole = copy.copy(self)
        whole.offices = None
        return whole

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction. Inside another `write` of this thread it is a savepoint of that one.

        What a `read` around it began to see stays as it was; reads begun after it see what it wrote.
        StoreBusy when others write for more than five seconds (sooner under `hurried`), StoreReadOnly,
        StoreUnavailable.
        """
        outer: Tx | None = getattr(self._current, "tx", None)
        if outer is not None:
            with self._savepoint(outer), scope.seen_by(outer.connection, self.offices):
                yield outer
            return
        self._current.reading = None
        if self._turn and not self._turn.acquire(timeout=self._patience()):
            raise StoreBusy("another thread is writing")
        try:
            with translated(), self._writing() as connection, connection.begin():
                tx = Tx(connection, self.seal)
                self._current.tx = tx
                try:
                    with scope.seen_by(connection, self.offices):
                        yield tx
                    outbox.enqueue(connection, tx.outgoing, datetime.now(timezone.utc))
                    history.append(connection, tx.events)
                finally:
                    self._current.tx = None
        finally:
            if self._turn:
                self._turn.release()
        for conversation_id, message_id in tx.news:
            self.news.publish(conversation_id, message_id)

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:
        """Let the writes of this thread wait for others no more than `seconds` in all, then StoreBusy."""
        before = getattr(self._current, "until", None)
        until = time.monotonic() + seconds
        self._current.until = until if before is None else min(before, until)
        try:
            yield
        finally:
            self._current.until = before

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """A transaction for reading; inside a `write` of this thread it reads what that one wrote.

        Inside another `read` it is part of that one, unless this thread has written since.
        """
        outer: Tx | None = getattr(self._current, "tx", None) or getattr(self._current, "reading", None)
        if outer is not None:
            with self._leaving_on_trouble(), scope.seen_by(outer.connection, self.offices):
                yield outer
            return
        with (
            translated(),
            self.engine.connect() as connection,
            connection.begin(),
            scope.seen_by(connection, self.offices),
        ):
            tx = Tx(connection, self.seal, known={})
            self._current.reading = tx
            try:
                yield tx
            finally:
                self._current.reading = None

    def check(self) -> None:
        """Return if the database answers; StoreUnavailable otherwise."""
        with self.read() as tx:
            tx.connection.execute(text("SELECT 1"))

    def refresh_statistics(self) -> None:
        """Let the database see how its tables have grown, for the sake of its plans; StoreBusy."""
        with translated():
            refresh_statistics(self.engine)

    def close(self) -> None:
        """Give all connections back. The store can be used again afterwards."""
        self.engine.dispose()

    def _writing(self) -> Connection:
        return self.engine.connect().execution_options(**{WRITES: self._patience()})

    def _patience(self) -> float:
        until = getattr(self._current, "until", None)
        if until is None:
            return BUSY_SECONDS
        return max(SHORTEST_WAIT, min(BUSY_SECONDS, until - time.monotonic()))

    @contextmanager
    def _leaving_on_trouble(self) -> Iterator[None]:
        """After an error of the database PostgreSQL answers nothing more in a transaction: no other read joins it."""
        try:
            with translated():
                yield
        except StoreError:
            self._current.reading = None
            raise

    @contextmanager
    def _savepoint(self, tx: Tx) -> Iterator[None]:
        events, news, outgoing = len(tx.events), len(tx.news), list(tx.outgoing)
        try:
            with translated(), tx.connection.begin_nested():
                yield
        except BaseException:
            del tx.events[events:], tx.news[news:]
            tx.outgoing = outgoing
            raise

    def _newest(self, conversation_ids: Any) -> dict[str, int]:
        with self.read() as tx:
            return conversations.newest(tx.connection, conversation_ids)


def open_store(database_url: str, *, secret_key: str = "", keys: Keys | None = None) -> Store:
    """Open the store at `database_url` (sqlite:///file or postgresql://…), migrated to the newest shape.

    `keys` (or one `secret_key`) seal personal fields; without any they can be neither written nor read.
    """
    engine = make_engine(database_url)
    with translated():
        if engine.dialect.name == "sqlite":
            use_wal(engine)
        migrate(engine)
    return Store(engine, Seal(secret_key, keys=keys))
