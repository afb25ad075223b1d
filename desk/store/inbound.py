"""Rows of messages in from channels that deliver more than once: each kept once, handled by one claimant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from .tables import inbound

Row = Mapping[str, Any]
OPEN = "received"


def by_key(connection: Connection, key: str) -> Row | None:
    return connection.execute(select(inbound).where(inbound.c.key == key)).mappings().first()


def by_proof(connection: Connection, proof: str) -> Row | None:
    return connection.execute(select(inbound).where(inbound.c.proof == proof).limit(1)).mappings().first()


def one(connection: Connection, id: int, *, lock: bool = False) -> Row | None:
    query = select(inbound).where(inbound.c.id == id)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def insert_inbound(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(inbound).values(**row)).inserted_primary_key[0])


def change(connection: Connection, id: int, values: Row, **only_if: Any) -> bool:
    """Change columns of one row while the columns in `only_if` hold these values; False if they do not."""
    query = update(inbound).where(inbound.c.id == id)
    for name, value in only_if.items():
        query = query.where(inbound.c[name] == value)
    return connection.execute(query.values(**values)).rowcount == 1


def abandoned(connection: Connection, now: datetime, limit: int) -> Sequence[Row]:
    """Return open messages whose claimant has not been heard of, oldest first."""
    query = (
        select(inbound)
        .where(inbound.c.state == OPEN, inbound.c.claimed_until <= now)
        .order_by(inbound.c.id)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def latest_claim_before(connection: Connection, sender: str, id: int, claimant: str) -> datetime | None:
    """Return until when `claimant` holds open messages of `sender` older than `id`, None if it holds none."""
    query = select(func.max(inbound.c.claimed_until)).where(
        inbound.c.state == OPEN,
        inbound.c.sender == sender,
        inbound.c.claimed_by == claimant,
        inbound.c.id < id,
    )
    found: datetime | None = connection.execute(query).scalar()
    return found


def renew(connection: Connection, ids: Sequence[int], claimant: str, until: datetime) -> None:
    """Lengthen the open claims of `claimant` on these messages."""
    for start in range(0, len(ids), 500):
        query = update(inbound).where(
            inbound.c.id.in_(list(ids[start : start + 500])),
            inbound.c.state == OPEN,
            inbound.c.claimed_by == claimant,
        )
        connection.execute(query.values(claimed_until=until))


def handed(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """Note that these passive replies have left this machine."""
    query = update(inbound).where(inbound.c.id.in_(list(ids)), inbound.c.handed_at.is_(None))
    connection.execute(query.values(handed_at=at))


def unhanded(connection: Connection, done_before: datetime, limit: int) -> Sequence[Row]:
    """Return passive replies of which nobody knows whether they left, decided before this time."""
    query = (
        select(inbound)
        .where(inbound.c.route == "passive", inbound.c.handed_at.is_(None), inbound.c.done_at < done_before)
        .order_by(inbound.c.id)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def prune(connection: Connection, before: datetime) -> int:
    """Forget handled messages received before then; returns how many."""
    query = delete(inbound).where(inbound.c.state != OPEN, inbound.c.received_at < before)
    return int(connection.execute(query).rowcount)
