"""Rows of the history: one chain, appended by one transaction at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any, Protocol

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from .tables import history, history_head

Row = Mapping[str, Any]
BATCH = 1000


class Event(Protocol):
    """What is appended; desk.store.transactions.PendingEvent is one."""

    @property
    def event(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def detail(self) -> dict[str, Any]: ...


def append(connection: Connection, events: Sequence[Event]) -> None:
    """Chain `events` behind the last one. The head row serialises writers until they commit."""
    if not events:
        return
    head = connection.execute(select(history_head).with_for_update()).mappings().one()
    seq, prev_hash = head["seq"], head["hash"]
    for pending in events:
        seq += 1
        row = {
            "seq": seq,
            "event": pending.event,
            "subject": pending.subject,
            "by": pending.by,
            "at": pending.at,
            "detail": pending.detail,
            "prev_hash": prev_hash,
        }
        prev_hash = digest(row)
        connection.execute(insert(history).values(**row, hash=prev_hash))
    connection.execute(update(history_head).values(seq=seq, hash=prev_hash))


def digest(row: Row) -> str:
    """Return the sha256 of an event's canonical JSON, its predecessor's hash included."""
    content = {
        "seq": row["seq"],
        "event": row["event"],
        "subject": row["subject"],
        "by": row["by"],
        "at": row["at"].astimezone(timezone.utc).isoformat(timespec="microseconds"),
        "detail": row["detail"],
        "prev_hash": row["prev_hash"],
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def head(connection: Connection) -> Row:
    return connection.execute(select(history_head)).mappings().one()


def chain(connection: Connection) -> Iterator[Row]:
    """Yield every event from the first on, a batch at a time."""
    after = 0
    while True:
        query = select(history).where(history.c.seq > after).order_by(history.c.seq).limit(BATCH)
        rows = connection.execute(query).mappings().all()
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1]["seq"]


def of_subject(connection: Connection, subject: str, limit: int) -> Sequence[Row]:
    """Return the events of one subject, oldest first."""
    query = select(history).where(history.c.subject == subject).order_by(history.c.seq).limit(limit)
    return connection.execute(query).mappings().all()


def newest(connection: Connection, limit: int, before_seq: int | None) -> Sequence[Row]:
    query = select(history).order_by(history.c.seq.desc()).limit(limit)
    if before_seq is not None:
        query = query.where(history.c.seq < before_seq)
    return connection.execute(query).mappings().all()
