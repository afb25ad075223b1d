"""Rows of trainings and of what was put in use."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from .conversations import GREATEST_ID
from .tables import model_moves, model_runs

Row = Mapping[str, Any]


def insert_run(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(model_runs).values(**row)).inserted_primary_key[0])


def run(connection: Connection, id: int, *, lock: bool = False) -> Row | None:
    query = select(model_runs).where(model_runs.c.id == max(0, min(id, GREATEST_ID)))
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def change_run(connection: Connection, id: int, values: Row, *, only_in: Collection[str] = ()) -> bool:
    """Change columns, with `only_in` only while it is in one of these states; False if nothing changed."""
    change = update(model_runs).where(model_runs.c.id == id)
    if only_in:
        change = change.where(model_runs.c.state.in_(list(only_in)))
    return connection.execute(change.values(**values)).rowcount == 1


def newest_runs(connection: Connection, limit: int) -> Sequence[Row]:
    return (
        connection.execute(select(model_runs).order_by(model_runs.c.id.desc()).limit(limit)).mappings().all()
    )


def runs_in(connection: Connection, state: str) -> Sequence[Row]:
    query = select(model_runs).where(model_runs.c.state == state).order_by(model_runs.c.id)
    return connection.execute(query).mappings().all()


def bury(connection: Connection, before: datetime, values: Row) -> int:
    """Change those under way that have shown no life since then; returns how many."""
    silent = (model_runs.c.state == "working") & (model_runs.c.seen_at < before)
    return connection.execute(update(model_runs).where(silent).values(**values)).rowcount


def insert_move(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(model_moves).values(**row)).inserted_primary_key[0])


def move(connection: Connection, id: int) -> Row | None:
    query = select(model_moves).where(model_moves.c.id == max(0, min(id, GREATEST_ID)))
    return connection.execute(query).mappings().first()


def settle_move(connection: Connection, id: int, values: Row) -> bool:
    """Say what became of a move that waits; False if it was settled already."""
    change = update(model_moves).where(model_moves.c.id == id, model_moves.c.state == "waiting")
    return connection.execute(change.values(**values)).rowcount == 1


def newest_moves(connection: Connection, limit: int) -> Sequence[Row]:
    query = select(model_moves).order_by(model_moves.c.id.desc()).limit(limit)
    return connection.execute(query).mappings().all()
