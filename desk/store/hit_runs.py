"""Rows of hit tests: a run, and each question of its sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection

from .conversations import GREATEST_ID
from .tables import hit_rows, hit_runs

Row = Mapping[str, Any]
AT_ONCE = 500


def insert_run(connection: Connection, row: Row, rows: Sequence[Row]) -> int:
    id = int(connection.execute(insert(hit_runs).values(**row)).inserted_primary_key[0])
    for start in range(0, len(rows), AT_ONCE):
        part = [{**one, "run_id": id} for one in rows[start : start + AT_ONCE]]
        connection.execute(insert(hit_rows), part)
    return id


def run(connection: Connection, id: int, *, lock: bool = False) -> Row | None:
    query = select(hit_runs).where(hit_runs.c.id == max(0, min(id, GREATEST_ID)))
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def change_run(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(hit_runs).where(hit_runs.c.id == id).values(**values))


def latest_runs(connection: Connection, limit: int) -> Sequence[Row]:
    return connection.execute(select(hit_runs).order_by(hit_runs.c.id.desc()).limit(limit)).mappings().all()


def run_before(connection: Connection, id: int, sheet: str) -> Row | None:
    """Return the last finished run of the same sheet before this one."""
    query = (
        select(hit_runs)
        .where(hit_runs.c.sheet == sheet, hit_runs.c.id < id, hit_runs.c.state == "done")
        .where(~hit_runs.c.pinned)
        .order_by(hit_runs.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).mappings().first()


def run_of_release(connection: Connection, sheet: str, release: int, alone: bool) -> Row | None:
    """Return the last run of the sheet on that release's own file."""
    query = (
        select(hit_runs)
        .where(hit_runs.c.sheet == sheet, hit_runs.c.release == release, hit_runs.c.alone == alone)
        .where(hit_runs.c.pinned)
        .order_by(hit_runs.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).mappings().first()


def rows_of(connection: Connection, run_id: int) -> Sequence[Row]:
    query = select(hit_rows).where(hit_rows.c.run_id == run_id).order_by(hit_rows.c.line)
    return connection.execute(query).mappings().all()


def untried(connection: Connection, run_id: int, limit: int) -> Sequence[Row]:
    query = (
        select(hit_rows)
        .where(hit_rows.c.run_id == run_id, hit_rows.c.decision.is_(None))
        .order_by(hit_rows.c.line)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def keep_row(connection: Connection, id: int, decision: str, found: Sequence[Mapping[str, Any]]) -> None:
    connection.execute(
        update(hit_rows).where(hit_rows.c.id == id).values(decision=decision, found=list(found))
    )


def count_tried(connection: Connection, run_id: int) -> int:
    query = (
        select(func.count())
        .select_from(hit_rows)
        .where(hit_rows.c.run_id == run_id, hit_rows.c.decision.isnot(None))
    )
    return int(connection.execute(query).scalar_one())
