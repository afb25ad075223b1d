"""Rows of the links between tickets and of what was told about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.engine import Connection

from .tables import ticket_links, ticket_notices

Row = Mapping[str, Any]


def insert_link(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(ticket_links).values(**row)).inserted_primary_key[0])


def link(connection: Connection, id: int, *, lock: bool = False) -> Row | None:
    query = select(ticket_links).where(ticket_links.c.id == id)
    if lock:
        query = query.with_for_update()
    return connection.execute(query).mappings().first()


def links_of(connection: Connection, number: str) -> Sequence[Row]:
    """Return the links of a ticket that stand, either way round, oldest first."""
    query = select(ticket_links).where(
        or_(ticket_links.c.number == number, ticket_links.c.other == number),
        ticket_links.c.undone_at.is_(None),
    )
    return connection.execute(query.order_by(ticket_links.c.id)).mappings().all()


def change_link(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(ticket_links).where(ticket_links.c.id == id).values(**values))


def insert_notice(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(ticket_notices).values(**row)).inserted_primary_key[0])


def change_notice(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(ticket_notices).where(ticket_notices.c.id == id).values(**values))


def notices_of(connection: Connection, number: str) -> Sequence[Row]:
    """Return what was told about a ticket, oldest first."""
    query = select(ticket_notices).where(ticket_notices.c.number == number).order_by(ticket_notices.c.id)
    return connection.execute(query).mappings().all()


def notice(connection: Connection, number: str, id: int) -> Row | None:
    query = select(ticket_notices).where(ticket_notices.c.number == number, ticket_notices.c.id == id)
    return connection.execute(query).mappings().first()
