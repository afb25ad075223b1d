"""Rows of the canned texts that supervisors changed or added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from .tables import canned_texts

Row = Mapping[str, Any]


def changed(connection: Connection) -> Sequence[Row]:
    return connection.execute(select(canned_texts).order_by(canned_texts.c.key)).mappings().all()


def set_text(connection: Connection, key: str, values: Row) -> None:
    change = update(canned_texts).where(canned_texts.c.key == key).values(**values)
    if connection.execute(change).rowcount == 0:
        connection.execute(insert(canned_texts).values(key=key, **values))
