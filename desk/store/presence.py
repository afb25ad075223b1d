"""Rows of who looks at a ticket now and who holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from .tables import presence, ticket_locks

Row = Mapping[str, Any]


def see(connection: Connection, number: str, staff_id: str, editing: bool, at: datetime) -> None:
    change = update(presence).where(presence.c.number == number, presence.c.staff_id == staff_id)
    if connection.execute(change.values(editing=editing, seen_at=at)).rowcount == 0:
        row = {"number": number, "staff_id": staff_id, "editing": editing, "seen_at": at}
        connection.execute(insert(presence).values(**row))


def gone(connection: Connection, number: str, staff_id: str) -> None:
    connection.execute(delete(presence).where(presence.c.number == number, presence.c.staff_id == staff_id))


def forget(connection: Connection, before: datetime) -> None:
    """Delete who was last seen before then, anywhere."""
    connection.execute(delete(presence).where(presence.c.seen_at < before))


def here(connection: Connection, number: str, since: datetime) -> Sequence[Row]:
    query = select(presence).where(presence.c.number == number, presence.c.seen_at >= since)
    return connection.execute(query.order_by(presence.c.staff_id)).mappings().all()


def lock(connection: Connection, number: str) -> Row | None:
    query = select(ticket_locks).where(ticket_locks.c.number == number)
    return connection.execute(query).mappings().first()


def set_lock(connection: Connection, number: str, values: Row) -> None:
    change = update(ticket_locks).where(ticket_locks.c.number == number)
    if connection.execute(change.values(**values)).rowcount == 0:
        connection.execute(insert(ticket_locks).values(number=number, **values))


def unlock(connection: Connection, number: str, staff_id: str) -> bool:
    gone = delete(ticket_locks).where(ticket_locks.c.number == number, ticket_locks.c.staff_id == staff_id)
    return connection.execute(gone).rowcount == 1
