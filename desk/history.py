"""What was done, by whom and when: recorded with the deed, chained so that no change goes unseen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from .errors import EventRefused
from .store import Store, Tx
from .store import history as rows
from .store.transactions import PendingEvent
from .store.types import dump_json, storable

EVENT_NAME = re.compile(r"[a-z][a-z_]*(:[a-z][a-z_]*){1,3}")
LONGEST_DETAIL = 4000
READ_AGAIN = timedelta(minutes=30)
NOTED_HEAD = re.compile(r"(\d+):([0-9a-f]{64})")

Filter = rows.Filter
ALL = 2**62
EVERYTHING = Filter()
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Event:
    """One link of the chain. `at` is aware UTC; `detail` holds ids and codes, nothing personal."""

    seq: int
    event: str
    subject: str
    by: str
    at: datetime
    detail: dict[str, Any]
    hash: str


@dataclass(frozen=True)
class Verdict:
    """What verify found: `broken_at` is the first event that does not fit, None when all do."""

    ok: bool
    count: int
    broken_at: int | None
    reason: str


def record(tx: Tx, event: str, subject: str, *, by: str, at: datetime | None = None, **detail: Any) -> None:
    """Record in the transaction `tx` that `by` did `event` (source:subject:action) to `subject`.

    Kept when the transaction commits and not otherwise. `detail` takes ids, codes and numbers;
    never names, numbers to call or what people wrote: this record is never erased.
    """
    if not EVENT_NAME.fullmatch(event):
        raise EventRefused(f"event name {event!r}")
    try:
        text = dump_json(detail)
    except (TypeError, ValueError) as error:
        raise EventRefused(f"detail of {event} is not JSON") from error
    if len(text) > LONGEST_DETAIL:
        raise EventRefused(f"detail of {event} is too long")
    moment = at or datetime.now(timezone.utc)
    if moment.tzinfo is None:
        raise EventRefused(f"time of {event} is naive")
    tx.events.append(PendingEvent(event, storable(subject), storable(by), moment, json.loads(text)))


def of(store: Store, subject: str, *, limit: int = 500) -> list[Event]:
    """Return what was done to `subject`, oldest first."""
    with store.read() as tx:
        return [_event(row) for row in rows.of_subject(tx.connection, subject, limit)]


def newest(
    store: Store, *, limit: int = 100, before_seq: int | None = None, narrow: Filter = EVERYTHING
) -> list[Event]:
    """Return the latest events, newest first; `before_seq` pages back."""
    with store.read() as tx:
        return [_event(row) for row in rows.newest(tx.connection, limit, before_seq, narrow)]


def count(store: Store, narrow: Filter, *, most: int = ALL) -> int:
    """Return how many events these are; with `most`, `most` + 1 stands for all larger numbers."""
    with store.read() as tx:
        return rows.count(tx.connection, narrow, most)


def event_names(store: Store) -> list[str]:
    """Return every name an event has so far."""
    with store.read() as tx:
        return list(rows.event_names(tx.connection))


def record_reading(store: Store, event: str, subject: str, *, by: str, at: datetime | None = None) -> None:
    """Record that someone read `subject`; once in half an hour, however often their page renews itself."""
    moment = at or datetime.now(timezone.utc)
    with store.read() as tx:
        last = rows.last_at(tx.connection, event, subject, by)
    if last is None or moment - last >= READ_AGAIN:
        with store.write() as tx:
            record(tx, event, subject, by=by, at=moment)


def head(store: Store) -> str:
    """Return the chain's end, `number:hash`, to be noted down where nobody at the database can change it."""
    with store.read() as tx:
        row = rows.head(tx.connection)
    return f"{row['seq']}:{row['hash']}"


def verify(store: Store, *, noted: str = "", progress: Progress | None = None) -> Verdict:
    """Recompute the whole chain; also notices events cut off at its end.

    `noted` is a head noted down earlier: with it even a chain that was cut off and closed again is
    found out. EventRefused if it is none. `progress` hears how many of how many have been checked.
    """
    known = _noted(noted)
    with store.read() as tx:
        prev_hash, count = "", 0
        # The head is read first: events appended while we walk lie beyond it.
        head = rows.head(tx.connection)
        for row in rows.chain(tx.connection):
            if row["seq"] > head["seq"]:
                break
            reason = _flaw(row, count + 1, prev_hash)
            if reason:
                return Verdict(False, count, count + 1, reason)
            prev_hash, count = row["hash"], count + 1
            if known and count == known[0] and prev_hash != known[1]:
                return Verdict(False, count, count, "rewritten")
            if progress and count % rows.BATCH == 0:
                progress(count, head["seq"])
        if (head["seq"], head["hash"]) != (count, prev_hash):
            return Verdict(False, count, count + 1, "cut_off")
        if known and count < known[0]:
            return Verdict(False, count, count + 1, "cut_off")
        return Verdict(True, count, None, "")


def _noted(head: str) -> tuple[int, str] | None:
    if not head:
        return None
    found = NOTED_HEAD.fullmatch(head.strip())
    if found is None:
        raise EventRefused("a noted head is a number, a colon and 64 hexadecimal digits")
    return int(found[1]), found[2]


def _flaw(row: Mapping[str, Any], expected_seq: int, prev_hash: str) -> str:
    if row["seq"] != expected_seq:
        return "missing"
    if row["prev_hash"] != prev_hash:
        return "unlinked"
    return "" if rows.digest(row) == row["hash"] else "altered"


def _event(row: Mapping[str, Any]) -> Event:
    return Event(row["seq"], row["event"], row["subject"], row["by"], row["at"], row["detail"], row["hash"])
