"""Rows of followers: who is reached under which openid, and what may still be sent to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from .tables import followers

Row = Mapping[str, Any]


def follower(connection: Connection, openid: str, *, lock: bool = False) -> Row | None:
    """Return the row, held until the end of the transaction if `lock`."""
    query = select(followers).where(followers.c.openid == openid)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def of_conversation(connection: Connection, conversation_id: str, *, lock: bool = False) -> Row | None:
    query = select(followers).where(followers.c.conversation_id == conversation_id)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def insert_follower(connection: Connection, row: Row) -> None:
    connection.execute(insert(followers).values(**row))


def change_follower(connection: Connection, openid: str, values: Row) -> None:
    connection.execute(update(followers).where(followers.c.openid == openid).values(**values))
