"""Rows of tickets and their events."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from .tables import conversations, ticket_events, tickets

Row = Mapping[str, Any]
MOST_ROWS = 500
DEEPEST_PAGE = 100_000
FULL_NUMBER = re.compile(r"WQ\d{8}-\d{4,}")


@dataclass(frozen=True)
class Filter:
    """What a list of tickets is narrowed to; None and () do not narrow. `kind` always does."""

    kind: str
    statuses: tuple[str, ...] = ()
    assigned_to: str | None = None
    topic: str | None = None
    region: str | None = None  # beginning of a region code
    merchant_key: str | None = None
    phone_digest: str | None = None
    due_before: date | None = None
    number: str | None = None  # beginning of a ticket number


def insert_ticket(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(tickets).values(**row)).inserted_primary_key[0])


def ticket(connection: Connection, number: str, *, lock: bool = False) -> Row | None:
    query = select(tickets).where(tickets.c.number == number)
    if lock:
        query = query.with_for_update()
    return connection.execute(query).mappings().first()


def change_ticket(connection: Connection, number: str, values: Row) -> None:
    connection.execute(update(tickets).where(tickets.c.number == number).values(**values))


def same_draft(
    connection: Connection, conversation_id: str, draft_digest: str, statuses: Sequence[str]
) -> Row | None:
    """Return the ticket that this very draft made in this conversation, in one of these states."""
    query = (
        select(tickets)
        .where(
            tickets.c.conversation_id == conversation_id,
            tickets.c.draft_digest == draft_digest,
            tickets.c.status.in_(list(statuses)),
        )
        .order_by(tickets.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).mappings().first()


def of_conversation(
    connection: Connection, conversation_id: str, kind: str | None, limit: int
) -> Sequence[Row]:
    """Return its tickets, newest first."""
    query = select(tickets).where(tickets.c.conversation_id == conversation_id)
    return connection.execute(_newest(query, kind, limit)).mappings().all()


def of_visitor(
    connection: Connection, channel: str, visitor: str, kind: str | None, limit: int
) -> Sequence[Row]:
    """Return the tickets of all the visitor's conversations, newest first."""
    query = (
        select(tickets)
        .join(conversations, conversations.c.id == tickets.c.conversation_id)
        .where(conversations.c.channel == channel, conversations.c.visitor == visitor)
    )
    return connection.execute(_newest(query, kind, limit)).mappings().all()


def listed(connection: Connection, narrow: Filter, *, by_due: bool, limit: int, offset: int) -> Sequence[Row]:
    """Return tickets, the newest or the most urgent first; those without a running period last."""
    limit, offset = max(1, min(limit, MOST_ROWS)), max(0, min(offset, DEEPEST_PAGE))
    query = _narrowed(select(tickets), narrow)
    if not by_due:
        newest = query.order_by(tickets.c.id.desc()).limit(limit).offset(offset)
        return connection.execute(newest).mappings().all()
    # Two queries that an index answers, instead of one that has to sort everything.
    dated = tickets.c.due_on.isnot(None)
    urgent = query.where(dated).order_by(tickets.c.due_on, tickets.c.id).limit(limit).offset(offset)
    found = list(connection.execute(urgent).mappings())
    if len(found) < limit:
        passed = 0 if found else max(0, offset - _count(connection, narrow, dated))
        rest = query.where(tickets.c.due_on.is_(None)).order_by(tickets.c.id)
        found += connection.execute(rest.limit(limit - len(found)).offset(passed)).mappings().all()
    return found


def count(connection: Connection, narrow: Filter) -> int:
    """Return how many tickets these are."""
    return _count(connection, narrow)


def counts_by_status(connection: Connection, kind: str) -> dict[str, int]:
    query = select(tickets.c.status, func.count()).where(tickets.c.kind == kind).group_by(tickets.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def insert_event(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(ticket_events).values(**row)).inserted_primary_key[0])


def events(connection: Connection, number: str) -> Sequence[Row]:
    """Return what happened to a ticket, oldest first."""
    query = select(ticket_events).where(ticket_events.c.number == number).order_by(ticket_events.c.id)
    return connection.execute(query).mappings().all()


def _count(connection: Connection, narrow: Filter, *more: Any) -> int:
    query = _narrowed(select(func.count()).select_from(tickets), narrow).where(*more)
    return int(connection.execute(query).scalar_one())


def _newest(query: Select, kind: str | None, limit: int) -> Select:
    if kind is not None:
        query = query.where(tickets.c.kind == kind)
    return query.order_by(tickets.c.id.desc()).limit(limit)


def _narrowed(query: Select, narrow: Filter) -> Select:
    query = query.where(tickets.c.kind == narrow.kind)
    if narrow.statuses:
        query = query.where(tickets.c.status.in_(list(narrow.statuses)))
    for column, value in (
        (tickets.c.assigned_to, narrow.assigned_to),
        (tickets.c.topic, narrow.topic),
        (tickets.c.merchant_key, narrow.merchant_key),
        (tickets.c.phone_digest, narrow.phone_digest),
    ):
        if value is not None:
            query = query.where(column == value)
    if narrow.region is not None:
        query = query.where(tickets.c.region_code.startswith(narrow.region, autoescape=True))
    if narrow.number is not None:
        whole = FULL_NUMBER.fullmatch(narrow.number)
        beginning = tickets.c.number.startswith(narrow.number, autoescape=True)
        query = query.where(tickets.c.number == narrow.number if whole else beginning)
    if narrow.due_before is not None:
        query = query.where(tickets.c.due_on < narrow.due_before)
    return query
