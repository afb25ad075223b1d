"""Rows of imports: what was brought, what was told about it, and whether it was taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from .conversations import GREATEST_ID
from .tables import library_imports

Row = Mapping[str, Any]
SHORT = (
    library_imports.c.id,
    library_imports.c.name,
    library_imports.c.by,
    library_imports.c.at,
    library_imports.c.taken_at,
    library_imports.c.taken_by,
)


def insert_import(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(library_imports).values(**row)).inserted_primary_key[0])


def import_row(connection: Connection, id: int, *, lock: bool = False) -> Row | None:
    query = select(library_imports).where(library_imports.c.id == max(0, min(id, GREATEST_ID)))
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def change_import(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(library_imports).where(library_imports.c.id == id).values(**values))


def latest(connection: Connection, limit: int) -> Sequence[Row]:
    """Return imports without their documents, newest first."""
    return (
        connection.execute(select(*SHORT).order_by(library_imports.c.id.desc()).limit(limit)).mappings().all()
    )
