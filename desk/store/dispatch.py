"""Rows of offices, of which office a ticket belongs to, and of disputes between offices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from .conversations import lock_name
from .tables import dispatches, office_disputes, offices

Row = Mapping[str, Any]


def offices_entered(connection: Connection) -> Sequence[Row]:
    return connection.execute(select(offices).order_by(offices.c.code)).mappings().all()


def lock_offices(connection: Connection) -> None:
    """Let one change of the directory at a time pass."""
    lock_name(connection, "offices")


def save_office(connection: Connection, row: Row) -> None:
    connection.execute(delete(offices).where(offices.c.code == row["code"]))
    connection.execute(insert(offices).values(**row))


def dispatch(connection: Connection, number: str) -> Row | None:
    return connection.execute(select(dispatches).where(dispatches.c.number == number)).mappings().first()


def save_dispatch(connection: Connection, row: Row) -> None:
    """Keep a decision; the ticket's row must be held, so that two do not decide at once."""
    connection.execute(delete(dispatches).where(dispatches.c.number == row["number"]))
    connection.execute(insert(dispatches).values(**row))


def insert_dispute(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(office_disputes).values(**row)).inserted_primary_key[0])


def dispute(connection: Connection, id: int) -> Row | None:
    query = select(office_disputes).where(office_disputes.c.id == id).with_for_update()
    return connection.execute(query).mappings().first()


def change_dispute(connection: Connection, id: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(office_disputes).where(office_disputes.c.id == id).values(**values))


def disputes_of(connection: Connection, number: str) -> Sequence[Row]:
    query = select(office_disputes).where(office_disputes.c.number == number)
    return connection.execute(query.order_by(office_disputes.c.id.desc())).mappings().all()


def open_disputes(connection: Connection, limit: int) -> Sequence[Row]:
    query = select(office_disputes).where(office_disputes.c.closed_at.is_(None))
    ordered = query.order_by(office_disputes.c.due_on, office_disputes.c.id).limit(limit)
    return connection.execute(ordered).mappings().all()
