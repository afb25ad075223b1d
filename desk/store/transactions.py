"""The store and its transactions: everything done inside one is kept, or nothing of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine

from desk.errors import StoreBusy
from desk.news import News
from desk.personal import Seal

from . import conversations, history, outbox
from .engine import BUSY_SECONDS, WRITES, make_engine, use_wal
from .failures import translated
from .migrate import migrate


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
        self._current = threading.local()
        # SQLite lets one writer in and makes the rest poll; queueing here is fairer and quicker.
        self._turn = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def write(self) -> Iterator[Tx]:
        """One transaction. Inside another `write` of this thread it is a savepoint of that one.

        StoreBusy when others write for more than five seconds, StoreReadOnly, StoreUnavailable.
        """
        outer: Tx | None = getattr(self._current, "tx", None)
        if outer is not None:
            with self._savepoint(outer):
                yield outer
            return
        if self._turn and not self._turn.acquire(timeout=BUSY_SECONDS):
            raise StoreBusy("another thread is writing")
        try:
            with translated(), self._writing() as connection, connection.begin():
                tx = Tx(connection, self.seal)
                self._current.tx = tx
                try:
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
    def read(self) -> Iterator[Tx]:
        """A transaction for reading; inside a `write` of this thread it reads what that one wrote."""
        outer: Tx | None = getattr(self._current, "tx", None)
        if outer is not None:
            yield outer
            return
        with translated(), self.engine.connect() as connection, connection.begin():
            yield Tx(connection, self.seal)

    def check(self) -> None:
        """Return if the database answers; StoreUnavailable otherwise."""
        with self.read() as tx:
            tx.connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give all connections back. The store can be used again afterwards."""
        self.engine.dispose()

    def _writing(self) -> Connection:
        return self.engine.connect().execution_options(**{WRITES: True})

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


def open_store(database_url: str, *, secret_key: str = "") -> Store:
    """Open the store at `database_url` (sqlite:///file or postgresql://…), migrated to the newest shape.

    `secret_key` seals personal fields; without it they can be neither written nor read.
    """
    engine = make_engine(database_url)
    with translated():
        if engine.dialect.name == "sqlite":
            use_wal(engine)
        migrate(engine)
    return Store(engine, Seal(secret_key))
