"""Rows of weekly shifts, single days that differ, and attendance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection

from .tables import attendance, roster_days, shifts

Row = Mapping[str, Any]


def all_shifts(connection: Connection) -> Sequence[Row]:
    query = select(shifts).order_by(shifts.c.staff_id, shifts.c.weekday)
    return connection.execute(query).mappings().all()


def replace_shifts(connection: Connection, staff_id: str, rows: Sequence[Row]) -> None:
    """Make these the person's week."""
    connection.execute(delete(shifts).where(shifts.c.staff_id == staff_id))
    for row in rows:
        connection.execute(insert(shifts).values(staff_id=staff_id, **row))


def days_between(connection: Connection, first: date, last: date) -> Sequence[Row]:
    query = select(roster_days).where(roster_days.c.day >= first, roster_days.c.day <= last)
    return connection.execute(query.order_by(roster_days.c.day, roster_days.c.staff_id)).mappings().all()


def set_day(connection: Connection, staff_id: str, day: date, values: Row) -> None:
    forget_day(connection, staff_id, day)
    connection.execute(insert(roster_days).values(staff_id=staff_id, day=day, **values))


def forget_day(connection: Connection, staff_id: str, day: date) -> bool:
    gone = delete(roster_days).where(roster_days.c.staff_id == staff_id, roster_days.c.day == day)
    return connection.execute(gone).rowcount == 1


def all_attendance(connection: Connection) -> Sequence[Row]:
    return connection.execute(select(attendance)).mappings().all()


def set_attendance(connection: Connection, staff_id: str, values: Row, defaults: Row) -> None:
    """Change what is given; a new row has `defaults` for the rest."""
    change = update(attendance).where(attendance.c.staff_id == staff_id).values(**values)
    if connection.execute(change).rowcount == 0:
        connection.execute(insert(attendance).values(staff_id=staff_id, **{**defaults, **values}))
