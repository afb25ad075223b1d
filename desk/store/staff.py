"""Rows of staff accounts and of failed logins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from .tables import login_failures, staff

Row = Mapping[str, Any]


def insert_staff(connection: Connection, row: Row) -> None:
    connection.execute(insert(staff).values(**row))


def by_id(connection: Connection, id: str) -> Row | None:
    return connection.execute(select(staff).where(staff.c.id == id)).mappings().first()


def by_ids(connection: Connection, ids: Sequence[str]) -> dict[str, Row]:
    """Return those of these members of staff that there are, by id."""
    found = connection.execute(select(staff).where(staff.c.id.in_(list(ids)))).mappings()
    return {row["id"]: row for row in found}


def by_username(connection: Connection, username: str) -> Row | None:
    return connection.execute(select(staff).where(staff.c.username == username)).mappings().first()


def everyone(connection: Connection) -> Sequence[Row]:
    return connection.execute(select(staff).order_by(staff.c.username)).mappings().all()


def count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(staff)).scalar_one())


def change_staff(connection: Connection, id: str, values: Row) -> bool:
    return connection.execute(update(staff).where(staff.c.id == id).values(**values)).rowcount == 1


def failures(connection: Connection, username: str) -> Row | None:
    query = select(login_failures).where(login_failures.c.username == username)
    return connection.execute(query).mappings().first()


def set_failures(connection: Connection, username: str, values: Row) -> None:
    change = update(login_failures).where(login_failures.c.username == username).values(**values)
    if connection.execute(change).rowcount == 0:
        connection.execute(insert(login_failures).values(username=username, **values))


def forget_failures(
    connection: Connection, *, username: str | None = None, before: datetime | None = None
) -> None:
    """Forget one name's failures, or all whose last was before a moment."""
    gone = delete(login_failures)
    if username is not None:
        connection.execute(gone.where(login_failures.c.username == username))
    if before is not None:
        connection.execute(gone.where(login_failures.c.last_at < before))
