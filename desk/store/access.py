"""Rows of staff sessions and invitations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from .tables import invitations, staff_sessions

Row = Mapping[str, Any]


def insert_session(connection: Connection, row: Row) -> None:
    connection.execute(insert(staff_sessions).values(**row))


def session(connection: Connection, digest: str) -> Row | None:
    query = select(staff_sessions).where(staff_sessions.c.digest == digest)
    return connection.execute(query).mappings().first()


def sessions_of(connection: Connection, staff_id: str) -> Sequence[Row]:
    """Return the sessions of an account, the latest used first."""
    query = select(staff_sessions).where(staff_sessions.c.staff_id == staff_id)
    return connection.execute(query.order_by(staff_sessions.c.seen_at.desc())).mappings().all()


def touch_session(connection: Connection, digest: str, at: datetime) -> None:
    change = update(staff_sessions).where(staff_sessions.c.digest == digest)
    connection.execute(change.values(seen_at=at))


def drop_session(connection: Connection, digest: str) -> bool:
    return connection.execute(delete(staff_sessions).where(staff_sessions.c.digest == digest)).rowcount == 1


def drop_sessions(
    connection: Connection, *, staff_id: str | None = None, seen_before: datetime | None = None
) -> int:
    """Drop the sessions of an account, or those not used since a moment; returns how many."""
    gone = delete(staff_sessions)
    if staff_id is not None:
        gone = gone.where(staff_sessions.c.staff_id == staff_id)
    if seen_before is not None:
        gone = gone.where(staff_sessions.c.seen_at < seen_before)
    return connection.execute(gone).rowcount


def insert_invitation(connection: Connection, row: Row) -> None:
    connection.execute(insert(invitations).values(**row))


def invitation(connection: Connection, id: str, *, lock: bool = False) -> Row | None:
    query = select(invitations).where(invitations.c.id == id)
    if lock:
        query = query.with_for_update()
    return connection.execute(query).mappings().first()


def change_invitation(connection: Connection, id: str, values: Row) -> None:
    connection.execute(update(invitations).where(invitations.c.id == id).values(**values))


def open_invitations(connection: Connection, now: datetime) -> Sequence[Row]:
    """Return the invitations nobody has used, withdrawn or let expire, newest first."""
    query = select(invitations).where(
        invitations.c.used_at.is_(None), invitations.c.withdrawn_at.is_(None), invitations.c.expires_at > now
    )
    return connection.execute(query.order_by(invitations.c.created_at.desc())).mappings().all()


def drop_invitations(connection: Connection, before: datetime) -> int:
    return connection.execute(delete(invitations).where(invitations.c.expires_at < before)).rowcount
