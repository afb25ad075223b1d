"""Rows of what files prove and of what consumers were asked to send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from .tables import evidence_marks, evidence_requests

Row = Mapping[str, Any]


def marks(connection: Connection, number: str) -> Sequence[Row]:
    query = select(evidence_marks).where(evidence_marks.c.number == number)
    return connection.execute(query.order_by(evidence_marks.c.item)).mappings().all()


def replace_marks(connection: Connection, number: str, items: Sequence[str], kept: Sequence[Row]) -> None:
    """Keep exactly these marks for these items; marks of other items stay."""
    gone = (evidence_marks.c.number == number) & evidence_marks.c.item.in_(list(items))
    connection.execute(delete(evidence_marks).where(gone))
    if kept:
        connection.execute(insert(evidence_marks), list(kept))


def insert_request(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(evidence_requests).values(**row)).inserted_primary_key[0])


def requests_of(connection: Connection, number: str) -> Sequence[Row]:
    query = select(evidence_requests).where(evidence_requests.c.number == number)
    return connection.execute(query.order_by(evidence_requests.c.id.desc())).mappings().all()
