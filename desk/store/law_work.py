"""Rows of the work a changed law makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from .tables import law_editions, law_work

Row = Mapping[str, Any]


def find(connection: Connection, law: str, effective: str, case_id: str) -> Row | None:
    here = (law_work.c.law == law) & (law_work.c.effective == effective) & (law_work.c.case_id == case_id)
    return connection.execute(select(law_work).where(here)).mappings().first()


def one(connection: Connection, id: int) -> Row | None:
    return connection.execute(select(law_work).where(law_work.c.id == id)).mappings().first()


def insert_work(connection: Connection, row: Row) -> None:
    connection.execute(insert(law_work).values(**row))


def change_work(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(law_work).where(law_work.c.id == id).values(**values))


def listed(connection: Connection, *, done: bool, limit: int) -> list[Row]:
    """Return open work by its deadline, or what was done last."""
    query = select(law_work)
    if done:
        query = query.where(law_work.c.done_at.is_not(None)).order_by(law_work.c.done_at.desc())
    else:
        query = query.where(law_work.c.done_at.is_(None)).order_by(law_work.c.due_on, law_work.c.id)
    return list(connection.execute(query.limit(limit)).mappings())


def put_edition(connection: Connection, row: Row) -> None:
    """Keep what an edition dropped and renumbered, in place of what was held of it."""
    here = (law_editions.c.law == row["law"]) & (law_editions.c.effective == row["effective"])
    if connection.execute(update(law_editions).where(here).values(**row)).rowcount == 0:
        connection.execute(insert(law_editions).values(**row))


def editions(connection: Connection) -> list[Row]:
    query = select(law_editions).order_by(law_editions.c.law, law_editions.c.effective)
    return list(connection.execute(query).mappings())
