"""Rosters as they are kept: weeks, single days, capacity, skills and the switch of each person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from . import history, reviewed
from . import staff as accounts
from .clock import beijing_day
from .conversation_rows import STAFF
from .duty import Duty
from .errors import RosterRefused, StaffNotFound
from .roster import AWAY, HERE, Person, Shift, on_duty, switch_holds_until
from .staff import Permission, Staff
from .store import Store, Tx
from .store import conversations as locks
from .store import roster as rows
from .store import takeover as takeover_rows
from .visibility import Colleague

MOST_SKILLS = 40
FARTHEST = timedelta(days=400)


def who_may_take(store: Store, among: Iterable[Staff] | None = None) -> list[Staff]:
    """Return the active members of staff (among these) who may take conversations, by username."""
    everyone = accounts.everyone(store) if among is None else among
    return [member for member in everyone if member.can(Permission.CONVERSATION_TAKE)]


def people(
    store: Store,
    *,
    first: date | None = None,
    last: date | None = None,
    at: datetime | None = None,
    members: Iterable[Staff] | None = None,
) -> dict[str, Person]:
    """Return the roster of everyone (of `members`) who may take conversations, by id, for the days first to last.

    Without `first` and `last`: today's days only.
    """
    today = beijing_day(at or _now())
    first, last = first or today, last or today
    with store.read() as tx:
        found = {
            member.id: Person(member.id, capacity=usual_capacity(member))
            for member in who_may_take(store, members)
        }
        for row in rows.all_attendance(tx.connection):
            _put(found, row["staff_id"], **_settings(row))
        for row in rows.all_shifts(tx.connection):
            if row["staff_id"] in found:
                weekly = dict(found[row["staff_id"]].weekly)
                weekly[row["weekday"]] = Shift(row["begins"], row["ends"])
                _put(found, row["staff_id"], weekly=weekly)
        for row in rows.days_between(tx.connection, first, last):
            if row["staff_id"] in found:
                days = {**found[row["staff_id"]].days, row["day"]: _shift(row)}
                _put(found, row["staff_id"], days=days)
    return found


def usual_capacity(member: Staff) -> int:
    """Return how many conversations somebody with these roles handles at a time when nothing else is set."""
    by_role: dict[str, int] = reviewed.load("waiting")["capacity"]
    return max((by_role.get(role.value, 0) for role in member.roles), default=0)


def colleagues(
    store: Store, *, office: Duty, at: datetime | None = None, members: Iterable[Staff] | None = None
) -> list[Colleague]:
    """Return everyone (of `members`) who may take conversations: on duty or not, skills, what they have in hand."""
    moment = at or _now()
    with store.read() as tx:
        loads = takeover_rows.owned_by_staff(tx.connection)
        known = people(store, at=moment, members=members)
    return [
        Colleague(
            id=person.id,
            on_duty=on_duty(person, moment, office),
            skills=person.skills,
            capacity=max(1, person.capacity),
            load=loads.get(STAFF + person.id, 0),
        )
        for person in known.values()
    ]


def switch(store: Store, staff_id: str, to: str, *, by: str, at: datetime | None = None) -> None:
    """Put a person on duty (`here`) or off (`away`) for the rest of the day; '' follows the roster again."""
    if to not in ("", HERE, AWAY):
        raise RosterRefused("switch")
    moment = at or _now()
    until = switch_holds_until(moment) if to else None
    values = {"switched": to, "switched_until": until}
    with store.write() as tx:
        member = _known(tx, store, staff_id)
        rows.set_attendance(tx.connection, staff_id, values, _defaults(member))
        history.record(tx, "roster:switch:set", staff_id, by=by, at=at, to=to)


def set_week(
    store: Store, staff_id: str, week: Mapping[int, Shift], *, by: str, at: datetime | None = None
) -> None:
    """Make `week` (by weekday, 1 to 7) the person's pattern; none means the office hours. RosterRefused."""
    if not set(week) <= set(range(1, 8)):
        raise RosterRefused("weekday")
    kept = [
        {"weekday": day, "begins": shift.begins, "ends": shift.ends} for day, shift in sorted(week.items())
    ]
    with store.write() as tx:
        _known(tx, store, staff_id)
        rows.replace_shifts(tx.connection, staff_id, kept)
        history.record(tx, "roster:week:set", staff_id, by=by, at=at, week=kept)


def set_day(
    store: Store, staff_id: str, day: date, shift: Shift | None, *, by: str, at: datetime | None = None
) -> None:
    """Give one day a shift of its own, or None for a day off; RosterRefused for a day far away."""
    if abs(day - beijing_day(at or _now())) > FARTHEST:
        raise RosterRefused("day")
    values = {"begins": shift.begins if shift else None, "ends": shift.ends if shift else None}
    with store.write() as tx:
        _known(tx, store, staff_id)
        rows.set_day(tx.connection, staff_id, day, values)
        history.record(tx, "roster:day:set", staff_id, by=by, at=at, day=day.isoformat(), **values)


def forget_day(store: Store, staff_id: str, day: date, *, by: str, at: datetime | None = None) -> None:
    """Let the weekly pattern hold on that day again."""
    with store.write() as tx:
        _known(tx, store, staff_id)
        if rows.forget_day(tx.connection, staff_id, day):
            history.record(tx, "roster:day:forget", staff_id, by=by, at=at, day=day.isoformat())


def set_limits(
    store: Store,
    staff_id: str,
    *,
    capacity: int,
    skills: Iterable[str],
    by: str,
    at: datetime | None = None,
) -> None:
    """Say how many conversations a person handles at a time (0: none) and which topics are theirs (none: all)."""
    known = sorted({skill[:80] for skill in skills})
    if not 0 <= capacity <= reviewed.load("waiting")["most_capacity"] or len(known) > MOST_SKILLS:
        raise RosterRefused("capacity")
    with store.write() as tx:
        member = _known(tx, store, staff_id)
        values = {"capacity": capacity, "skills": known}
        rows.set_attendance(tx.connection, staff_id, values, _defaults(member))
        history.record(tx, "roster:limits:set", staff_id, by=by, at=at, **values)


def _known(tx: Tx, store: Store, staff_id: str) -> Staff:
    """Return the member if they may take conversations, holding the roster; StaffNotFound."""
    locks.lock_name(tx.connection, f"roster:{staff_id}")
    member = next((member for member in who_may_take(store) if member.id == staff_id), None)
    if member is None:
        raise StaffNotFound(staff_id)
    return member


def _defaults(member: Staff) -> dict[str, Any]:
    capacity = usual_capacity(member)
    return {"capacity": capacity, "skills": [], "switched": "", "switched_until": None}


def _put(found: dict[str, Person], id: str, **values: Any) -> None:
    if id in found:
        found[id] = replace(found[id], **values)


def _settings(row: Mapping[str, Any]) -> dict[str, Any]:
    same = {name: row[name] for name in ("capacity", "switched", "switched_until")}
    return {**same, "skills": frozenset(row["skills"])}


def _shift(row: Mapping[str, Any]) -> Shift | None:
    return None if row["begins"] is None else Shift(row["begins"], row["ends"])


def _now() -> datetime:
    return datetime.now(timezone.utc)
