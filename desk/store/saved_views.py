"""Rows of saved views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.engine import Connection

from .tables import saved_views

Row = Mapping[str, Any]


def insert_view(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(saved_views).values(**row)).inserted_primary_key[0])


def view(connection: Connection, id: int) -> Row | None:
    return connection.execute(select(saved_views).where(saved_views.c.id == id)).mappings().first()


def of_person(connection: Connection, owner: str) -> Sequence[Row]:
    """Return a person's own views and the shared ones, in the order they were made."""
    query = select(saved_views).where(or_(saved_views.c.owner == owner, saved_views.c.shared.is_(True)))
    return connection.execute(query.order_by(saved_views.c.id)).mappings().all()


def count(connection: Connection, owner: str) -> int:
    query = select(func.count()).select_from(saved_views).where(saved_views.c.owner == owner)
    return int(connection.execute(query).scalar_one())


def delete_view(connection: Connection, id: int) -> None:
    connection.execute(delete(saved_views).where(saved_views.c.id == id))
