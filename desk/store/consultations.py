"""Rows of consultations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from .tables import consultations

Row = Mapping[str, Any]


def insert_consultation(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(consultations).values(**row)).inserted_primary_key[0])


def change_consultation(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(consultations).where(consultations.c.id == id).values(**values))


def consultation(connection: Connection, id: int, *, lock: bool = False) -> Row | None:
    query = select(consultations).where(consultations.c.id == id)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def of_ticket(connection: Connection, number: str) -> Sequence[Row]:
    """Return the consultations on a ticket, newest first."""
    query = select(consultations).where(consultations.c.number == number)
    return connection.execute(query.order_by(consultations.c.id.desc())).mappings().all()


def listed(connection: Connection, concluded: bool, limit: int) -> Sequence[Row]:
    """Return open consultations, the most urgent first, or concluded ones, newest first."""
    mark = consultations.c.conclusion != "" if concluded else consultations.c.conclusion == ""
    order = consultations.c.id.desc() if concluded else consultations.c.due_on
    query = select(consultations).where(mark).order_by(order, consultations.c.id).limit(limit)
    return connection.execute(query).mappings().all()
