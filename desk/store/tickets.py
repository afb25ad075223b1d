"""Rows of tickets and their events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Text,
    any_,
    bindparam,
    cast,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from . import ticket_words
from .scope import kept
from .tables import NOT_CLOSED, conversations, ticket_events, tickets

Row = Mapping[str, Any]
MOST_ROWS = 500
MOST_COUNTED = (
    10_000  # a page says "more than" beyond; counting a million rows would take longer than reading one
)
DEEPEST_PAGE = 100_000
FULL_NUMBER = re.compile(r"WQ\d{8}-\d{4,}")
NOT_PLAIN = re.compile(r"[^0-9A-Z]")
CLOSED = "closed"
DAYS = {"due": tickets.c.due_on, "target": tickets.c.target_on}
URGENCY = (tickets.c.id, tickets.c.number, tickets.c.assigned_to, tickets.c.due_on, tickets.c.target_on)
KEPT_STATEMENTS = 100


@dataclass(frozen=True)
class Filter:
    """What a list of tickets is narrowed to; None and () do not narrow. `kind` always does."""

    kind: str
    statuses: tuple[str, ...] = ()
    assigned_to: str | None = None
    topic: str | None = None
    region: str | None = None  # beginning of a region code
    merchant_key: str | None = None
    phone_digests: tuple[str, ...] = ()  # of one number, under every key
    name_digests: tuple[str, ...] = ()
    due_before: date | None = None
    due_from: date | None = None  # a period that ends on that day or later, or none
    target_before: date | None = None
    number: str | None = None  # beginning of a ticket number
    words: tuple[str, ...] = ()  # all found in what the ticket says
    # What `found` returned for this filter: where there are words, whoever narrows by it must have asked.
    among: tuple[int, ...] | None = field(default=None, compare=False, repr=False)


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


def listed(
    connection: Connection, narrow: Filter, *, by: str = "newest", limit: int, offset: int
) -> Sequence[Row]:
    """Return tickets, the newest first, or by `due` or `target` the most urgent; those without one last."""
    limit, offset = max(1, min(limit, MOST_ROWS)), max(0, min(offset, DEEPEST_PAGE))
    day = DAYS.get(by)
    if day is None and narrow.among is not None:
        return by_ids(connection, narrow.among[offset : offset + limit])
    ids = _narrowed(connection.dialect.name, select(tickets.c.id), narrow)
    if day is None:
        return by_ids(connection, _ids(connection, ids.order_by(tickets.c.id.desc()), limit, offset))
    # Two queries that an index answers, instead of one that has to sort everything.
    dated = ids.where(day.isnot(None)).order_by(day, tickets.c.id)
    found = _ids(connection, dated, limit, offset)
    none_undated = (narrow.due_before if by == "due" else narrow.target_before) is not None
    if len(found) < limit and not none_undated:
        passed = 0 if found else max(0, offset - _counted(connection, dated))
        rest = ids.where(day.is_(None)).order_by(tickets.c.id)
        found += _ids(connection, rest, limit - len(found), passed)
    return by_ids(connection, found)


def found(connection: Connection, narrow: Filter) -> tuple[int, ...]:
    """Return the tickets that have the words of a filter and are narrowed by it, newest first."""
    having = replace(narrow, among=tuple(ticket_words.newest(connection, narrow.words)))
    ids = _narrowed(connection.dialect.name, select(tickets.c.id), having)
    return tuple(row[0] for row in connection.execute(ids.order_by(tickets.c.id.desc())).all())


def by_ids(connection: Connection, ids: Sequence[int]) -> Sequence[Row]:
    """Return these tickets in this order. Lists look for ids first: an index answers that, and rows are long."""
    if not ids:
        return []
    found = connection.execute(select(tickets).where(tickets.c.id.in_(list(ids)))).mappings()
    by_id = {row["id"]: row for row in found}
    return [by_id[id] for id in ids]


def by_numbers(connection: Connection, numbers: Sequence[str]) -> Sequence[Row]:
    """Return those of these tickets that are there, in the order of filing."""
    query = select(tickets).where(tickets.c.number.in_(list(numbers))).order_by(tickets.c.id)
    return connection.execute(query).mappings().all()


def count(connection: Connection, narrow: Filter) -> int:
    """Return how many tickets these are; MOST_COUNTED + 1 stands for all larger numbers."""
    return count_each(connection, [narrow])[narrow]


def count_each(connection: Connection, narrows: Iterable[Filter]) -> dict[Filter, int]:
    """Return for each of these lists how many tickets it has, as `count` does, in one statement."""
    asked = tuple(narrows)
    numbers = {one: min(len(one.among), MOST_COUNTED + 1) for one in asked if one.among is not None}
    if different := tuple(dict.fromkeys(one for one in asked if one not in numbers)):
        statement = _kept_counting(connection.dialect.name, different, MOST_COUNTED + 1)
        numbers |= zip(different, connection.execute(statement).one(), strict=True)
    return numbers


def first_of_each(connection: Connection, lists: Sequence[tuple[Filter, str]], limit: int) -> Sequence[Row]:
    """Return id, number, assigned_to, due_on and target_on of the first of each of these lists, each ticket once.

    A list is a filter and `due` or `target`, by which the most urgent come first; those without one are left out.
    """
    return connection.execute(_kept_first(connection.dialect.name, tuple(lists), limit)).mappings().all()


def how_many(connection: Connection) -> int:
    """Return how many tickets there are of any kind."""
    return int(connection.execute(select(func.count()).select_from(tickets)).scalar_one())


def beyond(connection: Connection, after: int, limit: int) -> Sequence[Row]:
    """Return the next tickets beyond id `after`, held until the transaction ends."""
    query = select(tickets).where(tickets.c.id > after).order_by(tickets.c.id).limit(limit)
    return connection.execute(query.with_for_update()).mappings().all()


def counts_by_status(connection: Connection, kind: str) -> dict[str, int]:
    query = select(tickets.c.status, func.count()).where(tickets.c.kind == kind).group_by(tickets.c.status)
    return {row[0]: row[1] for row in connection.execute(query)}


def insert_event(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(ticket_events).values(**row)).inserted_primary_key[0])


def events(connection: Connection, number: str) -> Sequence[Row]:
    """Return what happened to a ticket, oldest first."""
    query = select(ticket_events).where(ticket_events.c.number == number).order_by(ticket_events.c.id)
    return connection.execute(query).mappings().all()


def _ids(connection: Connection, query: Select, limit: int, offset: int) -> list[int]:
    return [row[0] for row in connection.execute(query.limit(limit).offset(offset))]


def _counted(connection: Connection, ids: Select) -> int:
    return int(connection.execute(select(func.count()).select_from(ids.subquery())).scalar_one())


@lru_cache(maxsize=KEPT_STATEMENTS)
def _kept_counting(dialect: str, narrows: tuple[Filter, ...], most: int) -> Select:
    few = [_narrowed(dialect, select(tickets.c.id), narrow).limit(most).subquery() for narrow in narrows]
    each = [select(func.count()).select_from(ids).scalar_subquery() for ids in few]
    return kept(select(*(number.label(f"list_{place}") for place, number in enumerate(each))))


@lru_cache(maxsize=KEPT_STATEMENTS)
def _kept_first(dialect: str, lists: tuple[tuple[Filter, str], ...], limit: int) -> Select:
    each = []
    for narrow, by in lists:
        dated = _narrowed(dialect, select(tickets.c.id), narrow).where(DAYS[by].isnot(None))
        each.append(select(dated.order_by(DAYS[by], tickets.c.id).limit(limit).subquery().c.id))
    return kept(select(*URGENCY).where(tickets.c.id.in_(union_all(*each))))


def _newest(query: Select, kind: str | None, limit: int) -> Select:
    if kind is not None:
        query = query.where(tickets.c.kind == kind)
    return query.order_by(tickets.c.id.desc()).limit(limit)


def _narrowed(dialect: str, query: Select, narrow: Filter) -> Select:
    query = query.where(tickets.c.kind == narrow.kind)
    if narrow.statuses:
        query = query.where(*in_states(narrow.statuses))
    for column, value in (
        (tickets.c.assigned_to, narrow.assigned_to),
        (tickets.c.topic, narrow.topic),
        (tickets.c.merchant_key, narrow.merchant_key),
    ):
        if value is not None:
            query = query.where(column == value)
    for column, digests in (
        (tickets.c.phone_digest, narrow.phone_digests),
        (tickets.c.name_digest, narrow.name_digests),
    ):
        if digests:
            query = query.where(column.in_(digests))
    if narrow.words and narrow.among is None:
        raise ValueError("a filter with words must say what was found for them")
    if narrow.among is not None:
        query = query.where(_among(dialect, narrow.among))
    if narrow.region is not None:
        query = query.where(tickets.c.region_code.startswith(narrow.region, autoescape=True))
    if narrow.number is not None:
        whole = FULL_NUMBER.fullmatch(narrow.number)
        beginning = tickets.c.number.startswith(narrow.number, autoescape=True)
        # By themselves first, in the index of numbers: beside a kind every ticket of that would be read.
        begun = select(tickets.c.id).where(beginning, *_between(narrow.number)).correlate(None)
        query = query.where(tickets.c.number == narrow.number if whole else tickets.c.id.in_(begun))
    if narrow.due_before is not None:
        query = query.where(tickets.c.due_on < narrow.due_before)
    if narrow.due_from is not None:
        query = query.where(or_(tickets.c.due_on.is_(None), tickets.c.due_on >= narrow.due_from))
    if narrow.target_before is not None:
        query = query.where(tickets.c.target_on < narrow.target_before)
    return query


def _among(dialect: str, ids: Sequence[int]) -> Any:
    """What holds for these tickets; thousands of them are one value of the statement, not thousands."""
    listed = ",".join(map(str, ids))
    if dialect == "sqlite":
        given = func.json_each(bindparam("among", f"[{listed}]", Text, unique=True))
        return tickets.c.id.in_(select(given.table_valued("value").c.value))
    return tickets.c.id == any_(
        cast(bindparam("among", f"{{{listed}}}", Text, unique=True), ARRAY(BigInteger))
    )


def in_states(statuses: Sequence[str]) -> tuple[Any, ...]:
    """What holds for tickets in these states; of those that are not closed there are indices of their own."""
    among = tickets.c.status.in_(list(statuses))
    return (among,) if CLOSED in statuses else (among, NOT_CLOSED)


def _between(beginning: str) -> tuple[Any, ...]:
    """Bounds of the numbers that begin so: LIKE alone would not use the index. In every collation digits rise."""
    plain = NOT_PLAIN.split(beginning, 1)[0]
    below = plain.rstrip("9Z")
    if not below:
        return ()
    return tickets.c.number >= plain, tickets.c.number < below[:-1] + chr(ord(below[-1]) + 1)
