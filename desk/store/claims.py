"""Rows of complaints around one complaint: by the same telephone number, and about the same merchant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Connection

from .tables import evidence, tickets

Row = Mapping[str, Any]
MOST_ROWS = 150
COMPARED = (
    *("id", "number", "phone_digest", "name_sealed", "address_sealed", "merchant_key", "topic", "case_id"),
    *("request", "story", "created_at", "facts", "flags"),
)


def around(
    connection: Connection, phone_digest: str, merchant_key: str, since: datetime, until: datetime
) -> Sequence[Row]:
    """Return complaints of that number and about that merchant in that time, the newest of each."""
    found: dict[int, Row] = {}
    for column, value in ((tickets.c.phone_digest, phone_digest), (tickets.c.merchant_key, merchant_key)):
        if not value:
            continue
        query = (
            select(*(tickets.c[name] for name in COMPARED))
            .where(tickets.c.kind == "complaint", column == value, tickets.c.created_at.between(since, until))
            .order_by(tickets.c.id.desc())
            .limit(MOST_ROWS)
        )
        found |= {row["id"]: row for row in connection.execute(query).mappings()}
    return list(found.values())


def same_problem(connection: Connection, row: Row, since: datetime, limit: int) -> Sequence[Row]:
    """Return other complaints about the same merchant and problem since then, the newest first."""
    problem = tickets.c.topic if row["topic"] else tickets.c.case_id
    query = (
        select(tickets)
        .where(
            tickets.c.kind == "complaint",
            tickets.c.merchant_key == row["merchant_key"],
            problem == (row["topic"] or row["case_id"]),
            tickets.c.number != row["number"],
            tickets.c.created_at >= since,
        )
        .order_by(tickets.c.id.desc())
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def count_files(connection: Connection, number: str) -> int:
    query = select(func.count()).select_from(evidence).where(evidence.c.number == number)
    return int(connection.execute(query).scalar_one())
