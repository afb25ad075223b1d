"""Rows of group matters and of the complaints in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, func, insert, select, update
from sqlalchemy.engine import Connection

from .tables import group_matters, group_members, tickets
from .tickets import in_states

Row = Mapping[str, Any]
LIVE = ("forming", "joint")
SEEN = ("number", "merchant_key", "merchant_name", "topic", "case_id", "phone_digest", "created_at")
GLIMPSED = ("number", "name_sealed", "amount", "created_at", "request")
PROBLEM = case((tickets.c.topic != "", tickets.c.topic), else_=tickets.c.case_id)


def crowded(
    connection: Connection, statuses: Sequence[str], since: datetime, fewest: int
) -> Sequence[tuple[str, str, int]]:
    """Return merchants and problems with `fewest` or more complaints since then in these states, most first.

    How many they are: so many people at most can be in one cluster. To count the people would take longer.
    """
    complaints = func.count()
    query = (
        select(tickets.c.merchant_key, PROBLEM, complaints)
        .where(*_sighted(statuses, since))
        .group_by(tickets.c.merchant_key, PROBLEM)
        .having(complaints >= fewest)
    )
    found = [(row[0], row[1], int(row[2])) for row in connection.execute(query).all() if row[1]]
    return sorted(found, key=lambda row: (-row[2], row[0], row[1]))


def sightings(
    connection: Connection, about: Sequence[tuple[str, str]], statuses: Sequence[str], since: datetime
) -> dict[tuple[str, str], list[Row]]:
    """Return for each of these merchants and problems the complaints about it in these states since then.

    `taken` of each tells whether it is in a live group.
    """
    merchants, problems = ({pair[place] for pair in about} for place in (0, 1))
    among = (tickets.c.merchant_key.in_(sorted(merchants)), PROBLEM.in_(sorted(problems)))
    query = select(
        PROBLEM.label("problem"), _in_live_group().label("taken"), *(tickets.c[name] for name in SEEN)
    )
    found: dict[tuple[str, str], list[Row]] = {pair: [] for pair in about}
    for row in connection.execute(query.where(*among, *_sighted(statuses, since))).mappings().all():
        if (pair := (row["merchant_key"], row["problem"])) in found:
            found[pair].append(row)
    return found


def glimpses(connection: Connection, numbers: Sequence[str]) -> dict[str, Row]:
    """Return of each of these complaints that is there what tells it from the others in a cluster."""
    query = select(*(tickets.c[name] for name in GLIMPSED)).where(tickets.c.number.in_(list(numbers)))
    return {row["number"]: row for row in connection.execute(query).mappings().all()}


def insert_group(connection: Connection, row: Row) -> None:
    connection.execute(insert(group_matters).values(**row))


def change_group(connection: Connection, number: str, values: Row) -> None:
    connection.execute(update(group_matters).where(group_matters.c.number == number).values(**values))


def group(connection: Connection, number: str, *, lock: bool = False) -> Row | None:
    query = select(group_matters).where(group_matters.c.number == number)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def groups(connection: Connection, states: Sequence[str], limit: int) -> Sequence[Row]:
    """Return group matters in these states, newest first."""
    query = select(group_matters).where(group_matters.c.state.in_(list(states)))
    return connection.execute(query.order_by(group_matters.c.opened_at.desc()).limit(limit)).mappings().all()


def judged(
    connection: Connection, about: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Row | None, int]]:
    """Return what was judged about each of these merchants and problems.

    The newest live group matter, and with how many people it was found to be no group; 0 if it never was.
    """
    query = select(group_matters).where(
        group_matters.c.merchant_key.in_(sorted({merchant for merchant, _ in about})),
        group_matters.c.state.in_((*LIVE, "dismissed")),
    )
    found: dict[tuple[str, str], list[Row]] = {pair: [] for pair in about}
    for row in connection.execute(query.order_by(group_matters.c.opened_at.desc())).mappings():
        if (pair := (row["merchant_key"], row["problem"])) in found:
            found[pair].append(row)
    return {pair: _judgement(rows) for pair, rows in found.items()}


def live_of(connection: Connection, number: str) -> Row | None:
    """Return the live group matter this ticket is in."""
    query = (
        select(group_matters)
        .join(group_members, group_members.c.group_number == group_matters.c.number)
        .where(
            group_members.c.number == number,
            group_members.c.left_at.is_(None),
            group_matters.c.state.in_(LIVE),
        )
    )
    return connection.execute(query.limit(1)).mappings().first()


def latest_of(connection: Connection, number: str) -> Row | None:
    """Return the newest group matter this ticket is in, closed ones too."""
    query = (
        select(group_matters)
        .join(group_members, group_members.c.group_number == group_matters.c.number)
        .where(group_members.c.number == number, group_members.c.left_at.is_(None))
        .order_by(group_matters.c.opened_at.desc())
    )
    return connection.execute(query.limit(1)).mappings().first()


def insert_member(connection: Connection, row: Row) -> None:
    """Put a ticket into a group; one that left before comes back with its answers asked anew."""
    here = (group_members.c.group_number == row["group_number"], group_members.c.number == row["number"])
    again = update(group_members).where(*here).values(**row)
    if connection.execute(again).rowcount == 0:
        connection.execute(insert(group_members).values(**row))


def change_member(connection: Connection, group_number: str, number: str, values: Row) -> bool:
    change = update(group_members).where(
        group_members.c.group_number == group_number,
        group_members.c.number == number,
        group_members.c.left_at.is_(None),
    )
    return connection.execute(change.values(**values)).rowcount == 1


def change_members(connection: Connection, group_number: str, values: Row) -> None:
    """Change all who are in the group."""
    change = update(group_members).where(
        group_members.c.group_number == group_number, group_members.c.left_at.is_(None)
    )
    connection.execute(change.values(**values))


def members(connection: Connection, group_number: str) -> Sequence[Row]:
    """Return who is in the group, in the order of filing."""
    query = select(group_members).where(
        group_members.c.group_number == group_number, group_members.c.left_at.is_(None)
    )
    return connection.execute(query.order_by(group_members.c.number)).mappings().all()


def sizes(connection: Connection, numbers: Sequence[str]) -> dict[str, int]:
    """Return how many complaints each group holds."""
    query = (
        select(group_members.c.group_number, func.count())
        .where(group_members.c.group_number.in_(list(numbers)), group_members.c.left_at.is_(None))
        .group_by(group_members.c.group_number)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _judgement(rows: Sequence[Row]) -> tuple[Row | None, int]:
    live = next((row for row in rows if row["state"] in LIVE), None)
    return live, max((row["consumers"] for row in rows if row["state"] == "dismissed"), default=0)


def _in_live_group() -> Any:
    inside = (
        group_members.c.number == tickets.c.number,
        group_members.c.left_at.is_(None),
        group_matters.c.number == group_members.c.group_number,
        group_matters.c.state.in_(LIVE),
    )
    return exists().where(*inside)


def _sighted(statuses: Sequence[str], since: datetime) -> tuple[Any, ...]:
    """What holds for complaints that count: of a merchant and a telephone number, in these states since then."""
    named = (tickets.c.merchant_key != "", tickets.c.phone_digest != "")
    return tickets.c.kind == "complaint", *in_states(statuses), *named, tickets.c.created_at >= since
