"""Conversation state on disk: append-only turns in SQLite, live trackers in memory.

One process owns the file. A turn's new events are one row, written in one transaction together with
the reply to that turn, so that kill -9 loses at most a turn nobody was answered. The tracker itself
stays in memory (the latest few thousand conversations) and is rebuilt from its rows when needed.

Trackers are kept short (RASA.md, trap 12): beyond `longest` events a tracker is folded into a head
that sets every filled slot and the active form, followed by the latest turns. The transcript is
kept by the desk.

When the database cannot be read or written, TrackerUnavailable is raised and `fault` says why; the
state is never kept in memory only (trap 9).
"""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import TrackerUnavailable
from bot.turn import Turn, current_turn

logger = logging.getLogger(__name__)

LONGEST = 80
"""Events a tracker may hold before it is folded."""
KEPT_TURNS = 4
"""User messages that stay as they were when a tracker is folded."""
LIVE = 2000
"""Conversations kept in memory."""
KEPT_REPLIES = 20
"""Replies remembered per conversation for repeated message ids."""

_TABLES = """
create table if not exists turns (
    sender text not null, number integer not null, events text not null, primary key (sender, number)
) without rowid;
create table if not exists replies (
    sender text not null, message_id text not null, number integer not null, body text not null,
    primary key (sender, message_id)
) without rowid;
"""


@dataclass
class _Live:
    tracker: DialogueStateTracker
    saved: int  # events of the tracker that are on disk
    number: int  # the latest row


class EventLogTrackerStore(TrackerStore):
    """A TrackerStore for one process that appends each turn's new events as one row."""

    def __init__(
        self,
        path: Path,
        domain: Domain | None = None,
        *,
        longest: int = LONGEST,
        kept_turns: int = KEPT_TURNS,
        live: int = LIVE,
    ) -> None:
        self.path = path
        self.fault: str | None = None
        self._longest = longest
        self._kept_turns = kept_turns
        self._most_live = live
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._connection: sqlite3.Connection | None = None
        super().__init__(domain)
        with self._database():
            pass

    # What Rasa calls ---------------------------------------------------------------------------

    @property
    def domain(self) -> Domain:
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        """A new model may know other slots: forget the live trackers, they are on disk."""
        self._domain = domain or Domain.empty()
        self._live.clear()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation's tracker, or None when it has never been saved."""
        live = self._live.get(sender_id)
        if live is not None and len(live.tracker.events) == live.saved:
            self._live.move_to_end(sender_id)
            return live.tracker
        self._live.pop(sender_id, None)  # a failed turn left events that were never saved
        live = self._read(sender_id)
        if live is None:
            return None
        self._remember(sender_id, live)
        return live.tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the events that are not on disk yet, and the reply of the turn being handled."""
        await self.stream_events(tracker)
        sender = tracker.sender_id
        live = self._live.get(sender)
        if live is None or live.tracker is not tracker:
            live = self._adopt(tracker)
        turn = current_turn.get()
        if turn is not None and turn.conversation != sender:
            turn = None
        folded = _folded(tracker, self._kept_turns) if len(tracker.events) > self._longest else None
        new_events = folded if folded is not None else list(islice(tracker.events, live.saved, None))
        with self._database() as database:
            if folded is not None:
                database.execute("delete from turns where sender = ?", (sender,))
            _append(database, sender, live.number + 1, new_events)
            if turn is not None and turn.failure is None:
                _keep_reply(database, turn, live.number + 1)
        if folded is not None:
            rebuilt = DialogueStateTracker.from_events(sender, folded, self.domain.slots)
            self._remember(sender, _Live(rebuilt, len(rebuilt.events), live.number + 1))
        else:
            self._remember(sender, _Live(tracker, len(tracker.events), live.number + 1))

    async def keys(self) -> Iterable[str]:
        """The ids of all conversations on disk."""
        with self._database() as database:
            return [row[0] for row in database.execute("select distinct sender from turns")]

    # What the channel calls --------------------------------------------------------------------

    def reply_to(self, conversation: str, message_id: str) -> dict[str, Any] | None:
        """The reply already given to this very message, or None."""
        with self._database() as database:
            row = database.execute(
                "select body from replies where sender = ? and message_id = ?", (conversation, message_id)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def forget(self, conversation: str) -> None:
        """Drop everything known of a conversation, in memory and on disk."""
        self._live.pop(conversation, None)
        with self._database() as database:
            database.execute("delete from turns where sender = ?", (conversation,))
            database.execute("delete from replies where sender = ?", (conversation,))

    def check(self) -> str | None:
        """Try to write; return what is wrong, or None. The fault clears itself once writing works again."""
        try:
            with self._database() as database:
                database.execute(
                    "insert into replies values ('', '', 0, ?) on conflict do update set body = excluded.body",
                    (str(time.time()),),
                )
        except TrackerUnavailable as unavailable:
            return str(unavailable)
        return None

    def close(self) -> None:
        """Fold the write-ahead log into the file and let go of it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # The file ----------------------------------------------------------------------------------

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """A transaction; on any database error it is rolled back and TrackerUnavailable raised."""
        try:
            if self._connection is None:
                self._connection = _open(self.path)
            with self._connection:
                yield self._connection
            self.fault = None
        except (sqlite3.Error, OSError) as error:
            self.fault = f"{self.path.name}: {error}"
            logger.error("conversation state cannot be kept: %s", self.fault)
            self._live.clear()
            self.close_quietly()
            raise TrackerUnavailable(self.fault) from error

    def close_quietly(self) -> None:
        """Drop the connection after an error; the next use opens the file afresh."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except sqlite3.Error:
                logger.warning("the broken connection to %s would not close", self.path.name)

    def _read(self, sender: str) -> _Live | None:
        with self._database() as database:
            rows = database.execute(
                "select number, events from turns where sender = ? order by number", (sender,)
            ).fetchall()
        if not rows:
            return None
        events = [event for _, text in rows for event in json.loads(text)]
        tracker = DialogueStateTracker.from_dict(sender, events, self.domain.slots)
        return _Live(tracker, len(tracker.events), rows[-1][0])

    def _adopt(self, tracker: DialogueStateTracker) -> _Live:
        """Someone else's tracker object is to be saved: find out how much of it is on disk."""
        stored = self._read(tracker.sender_id)
        if stored is None:
            return _Live(tracker, 0, 0)
        return _Live(tracker, min(stored.saved, len(tracker.events)), stored.number)

    def _remember(self, sender: str, live: _Live) -> None:
        self._live[sender] = live
        self._live.move_to_end(sender)
        while len(self._live) > self._most_live:
            self._live.popitem(last=False)


class LoudSQLTrackerStore(SQLTrackerStore):
    """Rasa's SQL store for several processes; its database errors become TrackerUnavailable."""

    fault: str | None = None

    async def save(self, tracker: DialogueStateTracker) -> None:
        with self._loudly():
            await super().save(tracker)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        with self._loudly():
            return await super().retrieve(sender_id)

    def reply_to(self, conversation: str, message_id: str) -> dict[str, Any] | None:
        """Replies are remembered in memory only here; the desk's own message ids are the second net."""
        return None

    def forget(self, conversation: str) -> None:
        """Drop everything known of a conversation."""
        with self._loudly(), self.session_scope() as session:
            session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == conversation).delete()
            session.commit()

    def check(self) -> str | None:
        try:
            with self._loudly(), self.engine.connect() as connection:
                connection.exec_driver_sql("select 1")
        except TrackerUnavailable as unavailable:
            return str(unavailable)
        return None

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def _loudly(self) -> Iterator[None]:
        try:
            yield
            self.fault = None
        except SQLAlchemyError as error:
            self.fault = type(error).__name__
            logger.error("conversation state cannot be kept: %s", self.fault)
            raise TrackerUnavailable(self.fault) from error


def open_tracker_store(path: Path, database_url: str) -> EventLogTrackerStore | LoudSQLTrackerStore:
    """PostgreSQL when the desk uses it (several processes may serve), else our file for one process."""
    if database_url.startswith(("postgres://", "postgresql")):
        return LoudSQLTrackerStore(
            dialect="postgresql", host=database_url.replace("postgres://", "postgresql://", 1)
        )
    return EventLogTrackerStore(path)


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=5, check_same_thread=False)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma secure_delete = on")
    connection.executescript(_TABLES)
    return connection


def _append(database: sqlite3.Connection, sender: str, number: int, events: list[Event]) -> None:
    if events:
        body = json.dumps([event.as_dict() for event in events], ensure_ascii=False)
        database.execute("insert into turns values (?, ?, ?)", (sender, number, body))


def _keep_reply(database: sqlite3.Connection, turn: Turn, number: int) -> None:
    database.execute(
        "insert or replace into replies values (?, ?, ?, ?)",
        (turn.conversation, turn.message_id, number, json.dumps(turn.reply(), ensure_ascii=False)),
    )
    database.execute(
        "delete from replies where sender = ? and number <= ?", (turn.conversation, number - KEPT_REPLIES)
    )


def _folded(tracker: DialogueStateTracker, kept_turns: int) -> list[Event] | None:
    """A short list of events that leads to the same slots, form and latest turns; None if there is no cut."""
    events = list(tracker.events)
    cut = _cut(events, kept_turns)
    if cut is None:
        return None
    before = DialogueStateTracker.from_events(
        tracker.sender_id, events[:cut], [slot for slot in tracker.slots.values()]
    )
    at = events[cut].timestamp
    head: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=at),
        SessionStarted(timestamp=at),
    ]
    for slot in before.slots.values():
        if slot.value != slot.initial_value:
            head.append(SlotSet(slot.name, slot.value, timestamp=at))
    if before.active_loop_name:
        head.append(ActiveLoop(before.active_loop_name, timestamp=at))
    head.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=at))
    return head + events[cut:]


def _cut(events: list[Event], kept_turns: int) -> int | None:
    """Index of the user message from which events are kept; the listening before it is made anew."""
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    return turns[-kept_turns] if len(turns) > kept_turns and turns[-kept_turns] > 0 else None
