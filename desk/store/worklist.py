"""Rows of queues, of who works in them, and lists of tickets by queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import case, delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from .tables import queue_staff, ticket_work, tickets
from .tickets import by_ids, in_states

Row = Mapping[str, Any]
MOST_ROWS = 500
MOST_COUNTED = 10_000  # a page says "more than" beyond
DEEPEST_PAGE = 100_000
KINDS = ("complaint", "report")
QUEUE = (tickets.c.handling_office.label("office"), tickets.c.queue.label("skill"))


@dataclass(frozen=True)
class Narrow:
    """What a list of work is narrowed to; None and () do not narrow. `assigned_to` '' means nobody."""

    statuses: tuple[str, ...]
    kind: str = "complaint"
    office: str | None = None
    skill: str | None = None
    assigned_to: str | None = None
    topic: str | None = None
    region: str | None = None  # beginning of a region code
    merchant_key: str | None = None
    due_before: date | None = None
    amount_from: Decimal | None = None
    urged: bool = False


def set_work(connection: Connection, number: str, skill: str, why: Row) -> None:
    """Put a ticket into its office's queue of that skill and keep why, whether it had one or not."""
    connection.execute(update(tickets).where(tickets.c.number == number).values(queue=skill))
    change = update(ticket_work).where(ticket_work.c.number == number)
    if connection.execute(change.values(**why)).rowcount == 0:
        connection.execute(insert(ticket_work).values(number=number, **why))


def work(connection: Connection, number: str) -> Row | None:
    """Return office and skill of a ticket's queue and why it is there; None for one that was never sorted."""
    query = select(*QUEUE, ticket_work.c.office_rule, ticket_work.c.skill_rule, ticket_work.c.at)
    query = query.join_from(ticket_work, tickets, tickets.c.number == ticket_work.c.number)
    return connection.execute(query.where(tickets.c.number == number)).mappings().first()


def queues_of(connection: Connection, numbers: Sequence[str]) -> dict[str, Row]:
    """Return number, office and skill of those of these tickets that are in a queue."""
    query = select(tickets.c.number, *QUEUE).where(tickets.c.number.in_(list(numbers)), tickets.c.queue != "")
    return {row["number"]: row for row in connection.execute(query).mappings()}


def unrouted(connection: Connection, statuses: Sequence[str], limit: int) -> Sequence[Row]:
    """Return tickets in these states that are in no queue, the oldest first."""
    ids = [row[0] for row in connection.execute(_unrouted(statuses).order_by(tickets.c.id).limit(limit))]
    return by_ids(connection, ids)


def count_unrouted(connection: Connection, statuses: Sequence[str]) -> int:
    return _counted(connection, _unrouted(statuses))


def listed(connection: Connection, narrow: Narrow, limit: int, offset: int) -> Sequence[Row]:
    """Return tickets, the most urgent first, those without a running period last."""
    limit, offset = max(1, min(limit, MOST_ROWS)), max(0, min(offset, DEEPEST_PAGE))
    # Two queries that an index answers, and the page's ids first: sorting whole rows would be slow.
    dated = _ids(narrow).where(tickets.c.due_on.isnot(None)).order_by(tickets.c.due_on, tickets.c.id)
    ids = [row[0] for row in connection.execute(dated.limit(limit).offset(offset))]
    if len(ids) < limit:
        passed = 0 if ids else max(0, offset - _counted(connection, dated))
        undated = _ids(narrow).where(tickets.c.due_on.is_(None)).order_by(tickets.c.id)
        ids += [row[0] for row in connection.execute(undated.limit(limit - len(ids)).offset(passed))]
    return by_ids(connection, ids)


def count(connection: Connection, narrow: Narrow) -> int:
    """Return how many tickets these are; MOST_COUNTED + 1 stands for all larger numbers."""
    return _counted(connection, _ids(narrow).limit(MOST_COUNTED + 1))


def queue_counts(
    connection: Connection, statuses: Sequence[str], kinds: Sequence[str], today: date
) -> Sequence[Row]:
    """Return for each queue with tickets in these states: open, of these unassigned, overdue, reports."""
    query = (
        select(
            *QUEUE,
            func.count().label("open"),
            func.sum(case((tickets.c.assigned_to == "", 1), else_=0)).label("unassigned"),
            func.sum(case((tickets.c.due_on < today, 1), else_=0)).label("overdue"),
            func.sum(case((tickets.c.kind == "report", 1), else_=0)).label("reports"),
        )
        .where(tickets.c.kind.in_(list(kinds)), *in_states(statuses), tickets.c.queue != "")
        .group_by(tickets.c.handling_office, tickets.c.queue)
    )
    return connection.execute(query).mappings().all()


def loads(
    connection: Connection, ids: Sequence[str], statuses: Sequence[str], today: date, soon: date
) -> dict[str, Row]:
    """Return open, soon due and overdue tickets of these people; who has none is left out."""
    query = (
        select(
            tickets.c.assigned_to,
            func.count().label("open"),
            func.sum(case((tickets.c.due_on.between(today, soon), 1), else_=0)).label("soon"),
            func.sum(case((tickets.c.due_on < today, 1), else_=0)).label("overdue"),
        )
        .where(tickets.c.assigned_to.in_(list(ids)), *in_states(statuses))
        .group_by(tickets.c.assigned_to)
    )
    return {row["assigned_to"]: row for row in connection.execute(query).mappings()}


def staff_of(connection: Connection, office: str, skill: str) -> list[str]:
    query = select(queue_staff.c.staff_id).where(queue_staff.c.office == office, queue_staff.c.skill == skill)
    return [row[0] for row in connection.execute(query.order_by(queue_staff.c.staff_id))]


def all_staff(connection: Connection) -> Sequence[Row]:
    return connection.execute(select(queue_staff)).mappings().all()


def set_staff(connection: Connection, office: str, skill: str, ids: Sequence[str]) -> None:
    here = (queue_staff.c.office == office, queue_staff.c.skill == skill)
    connection.execute(delete(queue_staff).where(*here))
    for id in ids:
        connection.execute(insert(queue_staff).values(office=office, skill=skill, staff_id=id))


def _unrouted(statuses: Sequence[str]) -> Select:
    return select(tickets.c.id).where(tickets.c.kind.in_(KINDS), *in_states(statuses), tickets.c.queue == "")


def _counted(connection: Connection, ids: Select) -> int:
    return int(connection.execute(select(func.count()).select_from(ids.subquery())).scalar_one())


def _ids(narrow: Narrow) -> Select:
    query = select(tickets.c.id).where(*in_states(narrow.statuses))
    for column, value in (
        (tickets.c.kind, narrow.kind),
        (tickets.c.handling_office, narrow.office),
        (tickets.c.queue, narrow.skill),
        (tickets.c.assigned_to, narrow.assigned_to),
        (tickets.c.topic, narrow.topic),
        (tickets.c.merchant_key, narrow.merchant_key),
    ):
        if value is not None:
            query = query.where(column == value)
    if narrow.region is not None:
        query = query.where(tickets.c.region_code.startswith(narrow.region, autoescape=True))
    if narrow.due_before is not None:
        query = query.where(tickets.c.due_on < narrow.due_before)
    if narrow.amount_from is not None:
        query = query.where(tickets.c.amount >= narrow.amount_from)
    return query.where(tickets.c.urged > 0) if narrow.urged else query
