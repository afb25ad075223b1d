"""Rows of evidence; the bytes lie on disk, named by their hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from .tables import evidence

Row = Mapping[str, Any]


def insert_evidence(connection: Connection, row: Row) -> None:
    connection.execute(insert(evidence).values(**row))


def one(connection: Connection, id: str) -> Row | None:
    return connection.execute(select(evidence).where(evidence.c.id == id)).mappings().first()


def of_conversation(connection: Connection, conversation_id: str) -> Sequence[Row]:
    query = select(evidence).where(evidence.c.conversation_id == conversation_id)
    return connection.execute(query.order_by(evidence.c.at, evidence.c.id)).mappings().all()


def of_ticket(connection: Connection, number: str) -> Sequence[Row]:
    query = select(evidence).where(evidence.c.number == number)
    return connection.execute(query.order_by(evidence.c.at, evidence.c.id)).mappings().all()


def same_file(connection: Connection, conversation_id: str, original_sha256: str) -> Row | None:
    query = select(evidence).where(
        evidence.c.conversation_id == conversation_id, evidence.c.original_sha256 == original_sha256
    )
    return connection.execute(query).mappings().first()


def count_in_conversation(connection: Connection, conversation_id: str) -> int:
    query = select(func.count()).select_from(evidence).where(evidence.c.conversation_id == conversation_id)
    return int(connection.execute(query).scalar_one())


def link(connection: Connection, conversation_id: str, ids: Sequence[str], number: str) -> int:
    """Hang these pieces of the conversation on the ticket; returns how many belonged to it."""
    change = update(evidence).where(
        evidence.c.conversation_id == conversation_id, evidence.c.id.in_(list(ids))
    )
    return connection.execute(change.values(number=number)).rowcount
