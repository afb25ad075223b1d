"""Rows of conversations and messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.engine import Connection

from .tables import conversations, messages
from .types import storable

Row = Mapping[str, Any]
MOST_ROWS = 1000
GREATEST_ID = 2**62


def lock_name(connection: Connection, name: str) -> None:
    """Let one transaction at a time pass for `name`; an SQLite writer is alone anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": storable(name)}
        )


def insert_conversation(connection: Connection, row: Row) -> None:
    connection.execute(insert(conversations).values(**row))


def conversation(connection: Connection, id: str, *, lock: bool = False) -> Row | None:
    """Return the row, held until the end of the transaction if `lock`."""
    query = select(conversations).where(conversations.c.id == id)
    if lock:
        query = query.with_for_update()
    return connection.execute(query).mappings().first()


def latest_of_visitor(connection: Connection, channel: str, visitor: str) -> Row | None:
    query = (
        select(conversations)
        .where(conversations.c.channel == channel, conversations.c.visitor == visitor)
        .order_by(conversations.c.created_at.desc(), conversations.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).mappings().first()


def change_conversation(
    connection: Connection, id: str, values: Row, *, only_if_owner: Collection[str] | None = None
) -> bool:
    """Change columns; with `only_if_owner` only while one of these owns it. False if nothing changed."""
    change = update(conversations).where(conversations.c.id == id)
    if only_if_owner is not None:
        change = change.where(conversations.c.owner.in_(list(only_if_owner)))
    return connection.execute(change.values(**values)).rowcount == 1


def in_queue(connection: Connection, limit: int) -> Sequence[Row]:
    """Return waiting conversations, the longest waiting first."""
    query = (
        select(conversations)
        .where(conversations.c.owner == "queue")
        .order_by(conversations.c.waiting_since, conversations.c.id)
        .limit(_bounded(limit))
    )
    return connection.execute(query).mappings().all()


def count_in_queue(connection: Connection, most: int) -> int:
    query = select(conversations.c.id).where(conversations.c.owner == "queue").limit(_bounded(most))
    return len(connection.execute(query).all())


def owned_by(connection: Connection, owner: str, limit: int) -> Sequence[Row]:
    query = (
        select(conversations)
        .where(conversations.c.owner == owner)
        .order_by(conversations.c.updated_at.desc(), conversations.c.id)
        .limit(_bounded(limit))
    )
    return connection.execute(query).mappings().all()


def with_staff(connection: Connection, limit: int) -> Sequence[Row]:
    """Return the conversations any member of staff owns, by owner."""
    query = (
        select(conversations)
        .where(conversations.c.owner >= "staff:", conversations.c.owner < "staff;")
        .order_by(conversations.c.owner, conversations.c.updated_at.desc())
        .limit(_bounded(limit))
    )
    return connection.execute(query).mappings().all()


def unread_with_staff(connection: Connection, limit: int) -> Sequence[Row]:
    """Return owner and updated_at of those conversations members of staff own that have unread words."""
    query = (
        select(conversations.c.owner, conversations.c.updated_at)
        .where(
            conversations.c.owner >= "staff:", conversations.c.owner < "staff;", conversations.c.unread > 0
        )
        .order_by(conversations.c.owner, conversations.c.updated_at.desc())
        .limit(_bounded(limit))
    )
    return connection.execute(query).mappings().all()


def recent(connection: Connection, limit: int, before: datetime | None) -> Sequence[Row]:
    query = select(conversations).order_by(conversations.c.updated_at.desc(), conversations.c.id)
    if before is not None:
        query = query.where(conversations.c.updated_at < before)
    return connection.execute(query.limit(_bounded(limit))).mappings().all()


def newest(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """Return the newest message id of each of these conversations."""
    found: dict[str, int] = {}
    for start in range(0, len(ids), 500):
        query = select(conversations.c.id, conversations.c.last_message_id).where(
            conversations.c.id.in_(list(ids[start : start + 500]))
        )
        found.update((row.id, row.last_message_id) for row in connection.execute(query))
    return found


def insert_message(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(messages).values(**row)).inserted_primary_key[0])


def message_by_client_id(connection: Connection, conversation_id: str, client_id: str) -> Row | None:
    query = select(messages).where(
        messages.c.conversation_id == conversation_id, messages.c.client_id == client_id
    )
    return connection.execute(query).mappings().first()


def messages_after(connection: Connection, conversation_id: str, after: int, limit: int) -> Sequence[Row]:
    """Return messages beyond `after`, oldest first."""
    query = (
        select(messages)
        .where(messages.c.conversation_id == conversation_id, messages.c.id > _id(after))
        .order_by(messages.c.id)
        .limit(_bounded(limit))
    )
    return connection.execute(query).mappings().all()


def message(connection: Connection, id: int) -> Row | None:
    """Return one message of any conversation."""
    return connection.execute(select(messages).where(messages.c.id == _id(id))).mappings().first()


def messages_by_id(connection: Connection, conversation_id: str, ids: Sequence[int]) -> Sequence[Row]:
    """Return messages of the conversation by their ids, oldest first."""
    query = (
        select(messages)
        .where(messages.c.conversation_id == conversation_id, messages.c.id.in_([_id(id) for id in ids]))
        .order_by(messages.c.id)
    )
    return connection.execute(query).mappings().all()


def last_messages(connection: Connection, conversation_id: str, before: int, limit: int) -> Sequence[Row]:
    """Return the newest messages up to but not including `before`, oldest first."""
    query = (
        select(messages)
        .where(messages.c.conversation_id == conversation_id, messages.c.id < _id(before))
        .order_by(messages.c.id.desc())
        .limit(_bounded(limit))
    )
    return list(reversed(connection.execute(query).mappings().all()))


def count_consumer_messages(connection: Connection, conversation_id: str, after: int) -> int:
    query = (
        select(func.count())
        .select_from(messages)
        .where(
            messages.c.conversation_id == conversation_id,
            messages.c.author == "consumer",
            messages.c.id > _id(after),
        )
    )
    return int(connection.execute(query).scalar_one())


def _bounded(limit: int) -> int:
    return max(1, min(limit, MOST_ROWS))


def _id(value: int) -> int:
    return max(0, min(value, GREATEST_ID))
