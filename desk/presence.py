"""Who has a ticket open and who is working on it, so that two colleagues do not do the same thing twice.

Looking holds nobody up. Working on a ticket holds it softly: a colleague is warned, and may take it
anyway, which is recorded. Both end by themselves shortly after the page was left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import history
from .errors import TicketHeld
from .store import Store, Tx
from .store import conversations as locks
from .store import presence as rows
from .ticket_rows import now, ticket_row

SEEN_FOR = timedelta(seconds=60)  # a page tells of itself every twenty seconds
HELD_FOR = timedelta(minutes=5)
FORGET_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Hold:
    """Who works on a ticket, since when, and until when nobody else should."""

    staff_id: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Presence:
    """The others who have the ticket open (staff ids), and the hold on it, None without one."""

    looking: tuple[str, ...]
    hold: Hold | None


def look(
    store: Store, number: str, *, by: str, editing: bool = False, at: datetime | None = None
) -> Presence:
    """Tell that `by` has the ticket open; `editing` holds it if nobody else does. Returns the others."""
    moment = at or now()
    with store.write() as tx:
        ticket_row(tx, number)
        locks.lock_name(tx.connection, f"presence:{number}")
        rows.forget(tx.connection, moment - FORGET_AFTER)
        rows.see(tx.connection, number, by, editing, moment)
        hold = _hold(tx, number, moment)
        if editing and (hold is None or hold.staff_id == by):
            _keep(tx, number, by, moment, hold)
        return _presence(tx, number, by, moment)


def around(store: Store, number: str, *, by: str, at: datetime | None = None) -> Presence:
    """Return the others who have the ticket open and the hold on it, without telling of oneself."""
    with store.read() as tx:
        return _presence(tx, number, by, at or now())


def leave(store: Store, number: str, *, by: str) -> None:
    """The page was left: `by` neither looks nor holds any longer."""
    with store.write() as tx:
        rows.gone(tx.connection, number, by)
        rows.unlock(tx.connection, number, by)


def hold(store: Store, number: str, *, by: str, anyway: bool = False, at: datetime | None = None) -> Hold:
    """Hold the ticket; TicketHeld while a colleague does, unless `anyway`, which is recorded."""
    moment = at or now()
    with store.write() as tx:
        ticket_row(tx, number)
        locks.lock_name(tx.connection, f"presence:{number}")
        known = _hold(tx, number, moment)
        if known is not None and known.staff_id != by:
            if not anyway:
                raise TicketHeld(number, known.staff_id, known.until)
            history.record(tx, "ticket:hold:take", number, by=by, at=moment, held_by=known.staff_id)
        return _keep(tx, number, by, moment, known)


def require_free(store: Store, number: str, *, by: str, at: datetime | None = None) -> None:
    """Return if nobody else holds the ticket; TicketHeld otherwise."""
    with store.read() as tx:
        known = _hold(tx, number, at or now())
    if known is not None and known.staff_id != by:
        raise TicketHeld(number, known.staff_id, known.until)


def _keep(tx: Tx, number: str, by: str, at: datetime, known: Hold | None) -> Hold:
    since = known.since if known is not None and known.staff_id == by else at
    kept = Hold(by, since, at + HELD_FOR)
    rows.set_lock(tx.connection, number, vars(kept))
    return kept


def _hold(tx: Tx, number: str, at: datetime) -> Hold | None:
    row: Mapping[str, Any] | None = rows.lock(tx.connection, number)
    if row is None or row["until"] <= at:
        return None
    return Hold(row["staff_id"], row["since"], row["until"])


def _presence(tx: Tx, number: str, by: str, at: datetime) -> Presence:
    seen = rows.here(tx.connection, number, at - SEEN_FOR)
    looking = tuple(row["staff_id"] for row in seen if row["staff_id"] != by)
    return Presence(looking, _hold(tx, number, at))
