"""Rows of messages out: one delivery each, claimed by one sender at a time, in order per conversation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from .tables import outbox

Row = Mapping[str, Any]
WAITING = "waiting"
NEXT = "next"
MOST_ROWS = 500


def insert_delivery(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(outbox).values(**row)).inserted_primary_key[0])


def enqueue(connection: Connection, outgoing: Iterable[tuple[str, int]], at: datetime) -> list[int]:
    """Keep one delivery for each conversation that was told something in this transaction."""
    told: dict[str, list[int]] = {}
    for conversation_id, message_id in outgoing:
        told.setdefault(conversation_id, []).append(message_id)
    return [
        insert_delivery(connection, fresh(conversation_id, ids, at=at))
        for conversation_id, ids in told.items()
    ]


def fresh(conversation_id: str, messages: Sequence[int], *, at: datetime, **more: Any) -> dict[str, Any]:
    """Return the row of a delivery nobody has begun."""
    row = {
        "conversation_id": conversation_id,
        "messages": list(messages),
        "inbound_id": None,
        "state": WAITING,
        "parts": None,
        "done": 0,
        "attempted": -1,
        "joined_to": None,
        "claimed_by": "",
        "claimed_until": None,
        "due_at": at,
        "tries": 0,
        "error": "",
        "created_at": at,
        "sent_at": None,
    }
    return {**row, **more}


def one(connection: Connection, id: int, *, lock: bool = False) -> Row | None:
    query = select(outbox).where(outbox.c.id == id)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def change(connection: Connection, id: int, values: Row, **only_if: Any) -> bool:
    """Change columns of one row while the columns in `only_if` hold these values; False if they do not."""
    query = update(outbox).where(outbox.c.id == id)
    for name, value in only_if.items():
        query = query.where(outbox.c[name] == value)
    return connection.execute(query.values(**values)).rowcount == 1


def _free(now: datetime) -> Any:
    return or_(outbox.c.claimed_until.is_(None), outbox.c.claimed_until <= now)


def due(connection: Connection, now: datetime, limit: int) -> Sequence[Row]:
    """Return unclaimed deliveries that may begin: the oldest waiting one of each conversation."""
    older = outbox.alias()
    blocked = exists(
        select(older.c.id).where(
            older.c.conversation_id == outbox.c.conversation_id,
            older.c.id < outbox.c.id,
            older.c.state == WAITING,
        )
    )
    query = (
        select(outbox)
        .where(outbox.c.state == WAITING, outbox.c.due_at <= now, _free(now), ~blocked)
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def claim(connection: Connection, id: int, claimant: str, now: datetime, until: datetime) -> bool:
    """Let `claimant` send this delivery until then; False if another was first."""
    query = update(outbox).where(outbox.c.id == id, outbox.c.state == WAITING, _free(now))
    return connection.execute(query.values(claimed_by=claimant, claimed_until=until)).rowcount == 1


def pending(
    connection: Connection, conversation_id: str, states: Sequence[str], *, lock: bool = False
) -> Sequence[Row]:
    """Return the conversation's deliveries in these states, oldest first; held if `lock`."""
    query = (
        select(outbox)
        .where(outbox.c.conversation_id == conversation_id, outbox.c.state.in_(list(states)))
        .order_by(outbox.c.id)
        .limit(MOST_ROWS)
    )
    return connection.execute(query.with_for_update() if lock else query).mappings().all()


def latest(connection: Connection, conversation_id: str, limit: int) -> Sequence[Row]:
    query = select(outbox).where(outbox.c.conversation_id == conversation_id).order_by(outbox.c.id.desc())
    return connection.execute(query.limit(min(limit, MOST_ROWS))).mappings().all()


def revive(connection: Connection, conversation_id: str, due_at: datetime) -> int:
    """Let what waited for the consumer's next message go from then on; returns how many deliveries that is."""
    query = update(outbox).where(outbox.c.conversation_id == conversation_id, outbox.c.state == NEXT)
    return int(connection.execute(query.values(state=WAITING, due_at=due_at)).rowcount)


def drop(connection: Connection, conversation_id: str, reason: str) -> int:
    """Give up what has not been sent in this conversation."""
    query = update(outbox).where(
        and_(outbox.c.conversation_id == conversation_id, outbox.c.state.in_([WAITING, NEXT]))
    )
    return int(connection.execute(query.values(state="dropped", error=reason)).rowcount)


def prune(connection: Connection, before: datetime) -> int:
    """Forget deliveries made before then that nobody has to deal with; returns how many."""
    over = outbox.c.state.in_(["sent", "joined", "dropped"])
    return int(connection.execute(delete(outbox).where(over, outbox.c.created_at < before)).rowcount)


def stuck(connection: Connection) -> tuple[int, datetime | None]:
    """Return how many waiting deliveries were refused at their last try, and when the oldest was made."""
    refused = and_(outbox.c.state == WAITING, outbox.c.tries > 0, outbox.c.error != "")
    number, oldest = connection.execute(
        select(func.count(), func.min(outbox.c.created_at)).where(refused)
    ).one()
    return int(number), oldest


def counts(connection: Connection) -> dict[str, int]:
    """Return how many deliveries are in each state."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {state: int(number) for state, number in connection.execute(query)}
