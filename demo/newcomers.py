"""The twelve who work there: accounts with passwords, queues, rosters, and words of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from desk import assignment, attendance, canned, office_directory, passwords, staff
from desk.assignment_rules import policy
from desk.office_directory import directory
from desk.roles import Permission, Role
from desk.roster import Shift
from desk.staff import Staff

from .days import YEAR
from .office import Office

MORNING, EVENING = 9 * 60, 17 * 60 + 30
SYSTEM = "system"


def employ(office: Office) -> list[tuple[Staff, str]]:
    """Make the accounts and return each with its password, which is kept nowhere; UsernameTaken."""
    hired = office.until - timedelta(days=YEAR + 20)
    made = []
    for row in office.content.people["staff"]:
        member, once = staff.create(
            office.store, username=row["username"], name=row["name"], roles=row["roles"], by=SYSTEM, at=hired
        )
        password = passwords.one_time()
        member = staff.change_password(office.store, member.id, old=once, new=password, at=hired)
        made.append((member, password))
    office.staff = {member.username: member for member, _ in made}
    _home(office)
    _queues(office)
    _rosters(office)
    return made


def _home(office: Office) -> None:
    """Say in the directory which office this is."""
    ours = office_directory.seed()[office.content.people["region"]["code"]]
    entry = {name: getattr(ours, name) for name in ("code", "name", "region", "parent", "phone")}
    stations = [{"code": s.code, "name": s.name, "covers": list(s.covers)} for s in ours.stations]
    entry = {**entry, "covers": list(ours.covers), "stations": stations, "home": True}
    lead = office.with_role(Role.SUPERVISOR)[0].id
    office_directory.save(office.store, entry, by=lead, at=office.until - timedelta(days=YEAR + 20))


def _queues(office: Office) -> None:
    hired = office.until - timedelta(days=YEAR + 19)
    lead = office.with_role(Role.SUPERVISOR)[0].id
    ours = directory(office.store).default
    for skill in policy().skills:
        ids = [
            office.staff[row["username"]].id
            for row in office.content.people["staff"]
            if skill in row["queues"] and office.staff[row["username"]].can(Permission.TICKET_ADVANCE)
        ]
        assignment.set_queue_staff(office.store, ours, skill, ids, by=lead, at=hired)


def _rosters(office: Office) -> None:
    lead = office.with_role(Role.SUPERVISOR)[0].id
    for row in office.content.people["staff"]:
        _roster(office, row, lead)


def _roster(office: Office, row: Mapping[str, Any], lead: str) -> None:
    member = office.staff[row["username"]]
    if not member.can(Permission.CONVERSATION_TAKE):
        return
    hired = office.until - timedelta(days=YEAR + 18)
    if row.get("week"):
        week = {day: Shift(MORNING, EVENING) for day in row["week"]}
        attendance.set_week(office.store, member.id, week, by=lead, at=hired)
    if row.get("topics"):
        attendance.set_limits(office.store, member.id, capacity=3, skills=row["topics"], by=lead, at=hired)


def plan(office: Office) -> None:
    """What is planned from here: somebody's day off, and a frequent sentence of this office's own."""
    lead = office.with_role(Role.SUPERVISOR)[0].id
    away = office.with_role(Role.MEDIATOR)[-1]
    day = (office.until + timedelta(days=2)).date()
    attendance.set_day(office.store, away.id, day, None, by=lead, at=office.until)
    own = office.words["canned"]
    canned.change(office.store, "", title=own["title"], text=own["text"], by=lead, at=office.until)
