"""Rows of internal notes and of who is mentioned in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from .scope import kept
from .tables import mentions, notes, tickets

Row = Mapping[str, Any]


def insert_note(connection: Connection, row: Row, mentioned: Sequence[str]) -> int:
    id = int(connection.execute(insert(notes).values(**row)).inserted_primary_key[0])
    for staff_id in mentioned:
        connection.execute(insert(mentions).values(note_id=id, staff_id=staff_id, seen_at=None))
    return id


def of_ticket(connection: Connection, number: str) -> Sequence[Row]:
    """Return the notes of a ticket, newest first."""
    query = select(notes).where(notes.c.number == number).order_by(notes.c.id.desc())
    return connection.execute(query).mappings().all()


def mentioned_in(connection: Connection, note_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return who is mentioned in each of these notes."""
    if not note_ids:
        return {}
    query = select(mentions).where(mentions.c.note_id.in_(list(note_ids))).order_by(mentions.c.staff_id)
    found: dict[int, list[str]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["note_id"], []).append(row["staff_id"])
    return found


def inbox(
    connection: Connection, staff_id: str, kinds: Sequence[str], seen: bool, limit: int
) -> Sequence[Row]:
    """Return the notes on such tickets that mention someone, newest first, seen or not yet seen ones."""
    mark = mentions.c.seen_at.isnot(None) if seen else mentions.c.seen_at.is_(None)
    query = (
        select(notes, mentions.c.seen_at)
        .join(mentions, mentions.c.note_id == notes.c.id)
        .join(tickets, tickets.c.number == notes.c.number)
        .where(mentions.c.staff_id == staff_id, tickets.c.kind.in_(list(kinds)), mark)
        .order_by(mentions.c.note_id.desc())
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def count_unseen(connection: Connection, staff_id: str, kinds: Sequence[str]) -> int:
    """Return how many notes on such tickets wait to be seen by someone; every page asks."""
    return int(connection.execute(_unseen(tuple(kinds)), {"reader": staff_id}).scalar_one())


def mark_seen(
    connection: Connection, staff_id: str, at: datetime, *, note_id: int | None, number: str | None
) -> None:
    """Mark one note, or all of a ticket, as seen by someone."""
    change = update(mentions).where(mentions.c.staff_id == staff_id, mentions.c.seen_at.is_(None))
    if note_id is not None:
        change = change.where(mentions.c.note_id == note_id)
    if number is not None:
        change = change.where(mentions.c.note_id.in_(select(notes.c.id).where(notes.c.number == number)))
    connection.execute(change.values(seen_at=at))


@lru_cache(maxsize=8)
def _unseen(kinds: tuple[str, ...]) -> Select:
    query = (
        select(func.count())
        .select_from(mentions)
        .join(notes, notes.c.id == mentions.c.note_id)
        .join(tickets, tickets.c.number == notes.c.number)
        .where(mentions.c.staff_id == bindparam("reader"), mentions.c.seen_at.is_(None))
    )
    return kept(query.where(tickets.c.kind.in_(kinds)))
