"""Rows of the history: one chain, appended by one transaction at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

from sqlalchemy import func, insert, select, union_all, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from .tables import history, history_head

Row = Mapping[str, Any]
FEW_DAYS = timedelta(days=8)
BATCH = 1000
NEWEST = history.c.seq.desc()


@dataclass(frozen=True)
class Filter:
    """What a list of events is narrowed to; what is empty does not narrow."""

    subject: str = ""
    by: tuple[str, ...] = ()
    event: str = ""  # beginning of an event's name
    since: datetime | None = None
    until: datetime | None = None  # not included


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


def row(connection: Connection, seq: int) -> Row | None:
    return connection.execute(select(history).where(history.c.seq == seq)).mappings().first()


def newest(connection: Connection, limit: int, before_seq: int | None, narrow: Filter) -> Sequence[Row]:
    """Return events, newest first."""
    earlier = [] if before_seq is None else [history.c.seq < before_seq]
    ways = [
        way.where(*earlier).order_by(NEWEST).limit(limit).subquery()
        for way in _ways(connection, select(history.c.seq), narrow)
    ]
    if not ways:
        return []
    seqs = union_all(*(select(way.c.seq) for way in ways))
    query = select(history).where(history.c.seq.in_(seqs)).order_by(NEWEST).limit(limit)
    return connection.execute(query).mappings().all()


def count(connection: Connection, narrow: Filter, most: int) -> int:
    """Return how many events these are; `most` + 1 stands for all larger numbers."""
    found = 0
    for way in _ways(connection, select(history.c.seq), narrow):
        few = way.limit(most + 1 - found).subquery()
        found += int(connection.execute(select(func.count()).select_from(few)).scalar_one())
    return found


def event_names(connection: Connection) -> Sequence[str]:
    """Return every name an event has, sorted: from one to the next, as there are few among millions."""
    first = select(func.min(history.c.event).label("event")).cte("names", recursive=True)
    later = history.alias()
    after = select(func.min(later.c.event)).where(later.c.event > first.c.event).scalar_subquery()
    names = first.union_all(select(after).where(first.c.event.isnot(None)))
    query = select(names.c.event).where(names.c.event.isnot(None)).order_by(names.c.event)
    return connection.execute(query).scalars().all()


def last_at(connection: Connection, event: str, subject: str, by: str) -> datetime | None:
    """Return when this was last done to it by them."""
    query = (
        select(history.c.at)
        .where(history.c.subject == subject, history.c.event == event, history.c.by == by)
        .order_by(history.c.seq.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def _ways(connection: Connection, query: Select, narrow: Filter) -> list[Select]:
    """Return queries that find the events between them, each once, and each in the order of one index."""
    if narrow.subject:
        query = query.where(history.c.subject == narrow.subject)
    if narrow.since is not None:
        query = query.where(history.c.at >= narrow.since)
    if narrow.until is not None:
        query = query.where(history.c.at < narrow.until)
    ways = [query.where(history.c.by == by) for by in narrow.by] if narrow.by else [query]
    if not narrow.event:
        return ways
    names = [name for name in event_names(connection) if name.startswith(narrow.event)]
    # Of a few days the index of days knows the events too; that of events would be walked through the years.
    event = func.coalesce(history.c.event, "") if _few_days(narrow) else history.c.event
    return [way.where(event == name) for way in ways for name in names]


def _few_days(narrow: Filter) -> bool:
    return narrow.since is not None and narrow.until is not None and narrow.until - narrow.since <= FEW_DAYS
