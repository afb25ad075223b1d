"""Rows of handling times, offers between colleagues, whispers, and of what waiters were told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from .tables import conversations, handlings, offers, queue_told, whispers

Row = Mapping[str, Any]
MOST_ROWS = 500


def begin_handling(connection: Connection, row: Row) -> None:
    connection.execute(insert(handlings).values(ended_at=None, ended_by="", **row))


def end_handling(connection: Connection, conversation_id: str, at: datetime, ended_by: str) -> None:
    open_one = (handlings.c.conversation_id == conversation_id, handlings.c.ended_at.is_(None))
    connection.execute(update(handlings).where(*open_one).values(ended_at=at, ended_by=ended_by))


def recent_handlings(connection: Connection, after: datetime, limit: int) -> Sequence[Row]:
    """Return ended handlings, the latest first."""
    query = (
        select(handlings)
        .where(handlings.c.ended_at > after)
        .order_by(handlings.c.ended_at.desc())
        .limit(min(limit, MOST_ROWS))
    )
    return connection.execute(query).mappings().all()


def owned_by_staff(connection: Connection) -> dict[str, int]:
    """Return how many conversations each owner among the staff has, by owner (`staff:<id>`)."""
    query = (
        select(conversations.c.owner, func.count())
        .where(conversations.c.owner >= "staff:", conversations.c.owner < "staff;")
        .group_by(conversations.c.owner)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def insert_offer(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(offers).values(**row)).inserted_primary_key[0])


def offer(connection: Connection, id: int) -> Row | None:
    return connection.execute(select(offers).where(offers.c.id == id)).mappings().first()


def open_offers(
    connection: Connection, *, conversation_id: str | None = None, to_staff: str | None = None
) -> Sequence[Row]:
    """Return offers nobody has answered, oldest first."""
    query = select(offers).where(offers.c.state == "open")
    if conversation_id is not None:
        query = query.where(offers.c.conversation_id == conversation_id)
    if to_staff is not None:
        query = query.where(offers.c.to_staff == to_staff)
    return connection.execute(query.order_by(offers.c.id).limit(MOST_ROWS)).mappings().all()


def answer_offer(connection: Connection, id: int, state: str, at: datetime) -> bool:
    """Close an open offer; False if it was closed already."""
    change = update(offers).where(offers.c.id == id, offers.c.state == "open")
    return connection.execute(change.values(state=state, answered_at=at)).rowcount == 1


def withdraw_offers(connection: Connection, conversation_id: str, at: datetime) -> None:
    change = update(offers).where(offers.c.conversation_id == conversation_id, offers.c.state == "open")
    connection.execute(change.values(state="withdrawn", answered_at=at))


def latest_offer(connection: Connection, conversation_id: str) -> Row | None:
    query = select(offers).where(offers.c.conversation_id == conversation_id).order_by(offers.c.id.desc())
    return connection.execute(query.limit(1)).mappings().first()


def insert_whisper(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(whispers).values(**row)).inserted_primary_key[0])


def whispers_of(connection: Connection, conversation_id: str, limit: int) -> Sequence[Row]:
    """Return the latest whispers, oldest first."""
    query = (
        select(whispers)
        .where(whispers.c.conversation_id == conversation_id)
        .order_by(whispers.c.id.desc())
        .limit(min(limit, MOST_ROWS))
    )
    return list(reversed(connection.execute(query).mappings().all()))


def told(connection: Connection, conversation_id: str) -> Row | None:
    query = select(queue_told).where(queue_told.c.conversation_id == conversation_id)
    return connection.execute(query).mappings().first()


def set_told(connection: Connection, conversation_id: str, values: Row) -> None:
    change = update(queue_told).where(queue_told.c.conversation_id == conversation_id).values(**values)
    if connection.execute(change).rowcount == 0:
        connection.execute(insert(queue_told).values(conversation_id=conversation_id, **values))
