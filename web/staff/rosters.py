"""Rosters: everyone's week at a glance, and one person's week, single days, capacity and topics."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import attendance, reviewed, wording
from desk.clock import after_holiday
from desk.errors import RosterRefused, StaffNotFound
from desk.roster import Person, Shift, shift_on
from desk.staff import Permission

from ..beijing import today
from ..parts import parts
from ..request_fields import clean
from ..standing import crew
from ..wording import say
from . import staff
from .access import in_one_read, me, needs
from .names import who

DAYS = 7
AHEAD = timedelta(days=60)  # single days shown on a person's page


@staff.get("/roster")
@needs(Permission.ROSTER_MANAGE, Permission.CONVERSATION_TAKE)
@in_one_read
def roster_page() -> str:
    """Show who works when this week or another, and who is on duty now."""
    monday = _monday(request.args.get("week", ""))
    week = [monday + timedelta(days=ahead) for ahead in range(DAYS)]
    people = attendance.people(parts().store, first=week[0], last=week[-1])
    now = {person.id: person for person in crew(parts())}
    rows = [
        {
            "id": id,
            "name": who(id),
            "now": now.get(id),
            "shifts": [_shown(person, day) for day in week],
            "skills": _topics(person.skills),
            "capacity": person.capacity,
        }
        for id, person in people.items()
    ]
    return render_template(
        "staff/roster.html",
        rows=rows,
        week=[{"day": day, "name": _weekday(day), "holiday": after_holiday(day).day != day} for day in week],
        today=today(),
        before=(monday - timedelta(days=DAYS)).isoformat(),
        after=(monday + timedelta(days=DAYS)).isoformat(),
        office=parts().settings.duty_hours,
    )


@staff.get("/roster/<staff_id>")
@needs(Permission.ROSTER_MANAGE)
def roster_of(staff_id: str) -> str:
    """Show one person's week, days that differ, capacity and topics, to be changed."""
    first = today()
    found = attendance.people(parts().store, first=first, last=first + AHEAD).get(staff_id)
    if found is None:
        raise StaffNotFound(staff_id)
    return render_template(
        "staff/roster_person.html",
        person=found,
        name=who(staff_id),
        weekdays=[(day, wording.say("weekdays", f"day{day}"), found.weekly.get(day)) for day in range(1, 8)],
        days=sorted(found.days.items()),
        weekday=_weekday,
        topics=sorted(parts().titles.topics().items(), key=lambda row: row[1]),
        most=reviewed.load("waiting")["most_capacity"],
        today=first.isoformat(),
    )


@staff.post("/roster/<staff_id>/week")
@needs(Permission.ROSTER_MANAGE)
def set_week(staff_id: str) -> Response:
    """Keep the weekly pattern; a day left empty is free."""
    try:
        week = {}
        for day in range(1, 8):
            begins, ends = request.form.get(f"begins{day}", ""), request.form.get(f"ends{day}", "")
            if begins or ends:
                week[day] = Shift.read(begins, "24:00" if ends == "00:00" else ends)
        attendance.set_week(parts().store, staff_id, week, by=me().id)
        flash(say("roster.saved"), "done")
    except RosterRefused as error:
        flash(say(f"roster.refused.{error.rule}"), "error")
    return _back(staff_id)


@staff.post("/roster/<staff_id>/day")
@needs(Permission.ROSTER_MANAGE)
def set_day(staff_id: str) -> Response:
    """Keep one day that differs: other hours, or off; or let the week hold again."""
    try:
        day = _day(request.form.get("day", ""))
        if request.form.get("what") == "forget":
            attendance.forget_day(parts().store, staff_id, day, by=me().id)
            flash(say("roster.forgotten"), "done")
            return _back(staff_id)
        shift = None
        if request.form.get("what") == "work":
            ends = request.form.get("ends", "")
            shift = Shift.read(request.form.get("begins", ""), "24:00" if ends == "00:00" else ends)
        attendance.set_day(parts().store, staff_id, day, shift, by=me().id)
        flash(say("roster.saved"), "done")
    except RosterRefused as error:
        flash(say(f"roster.refused.{error.rule}"), "error")
    return _back(staff_id)


@staff.post("/roster/<staff_id>/limits")
@needs(Permission.ROSTER_MANAGE)
def set_limits(staff_id: str) -> Response:
    """Keep how many conversations at a time and which topics."""
    given = clean(request.form.get("capacity", ""))
    known = set(parts().titles.topics())
    skills = [slug for slug in request.form.getlist("skills") if slug in known]
    try:
        capacity = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0
        attendance.set_limits(parts().store, staff_id, capacity=capacity, skills=skills, by=me().id)
        flash(say("roster.saved"), "done")
    except RosterRefused as error:
        flash(say(f"roster.refused.{error.rule}"), "error")
    return _back(staff_id)


def _shown(person: Person, day: date) -> dict[str, Any]:
    """One day of one person: its hours, or in words why there are none."""
    if not person.capacity:
        return {"text": "", "kind": "off", "own": False}
    if not person.weekly and day not in person.days:
        return {"text": say("roster.office"), "kind": "office", "own": False}
    shift = shift_on(person, day)
    own = day in person.days
    if shift is None:
        holiday = after_holiday(day).day != day and not own
        return {"text": say("roster.holiday" if holiday else "roster.free"), "kind": "off", "own": own}
    return {"text": "–".join(shift.words), "kind": "work", "own": own}


def _topics(skills: frozenset[str]) -> list[str]:
    return [parts().titles.topic(slug) for slug in sorted(skills)]


def _monday(text: str) -> date:
    try:
        day = date.fromisoformat(text) if text else today()
    except ValueError:
        day = today()
    if abs(day - today()) > attendance.FARTHEST:
        day = today()
    return day - timedelta(days=day.weekday())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RosterRefused("day") from None


def _weekday(day: date) -> str:
    return wording.say("weekdays", f"day{day.isoweekday()}")


def _back(staff_id: str) -> Response:
    return redirect(url_for(".roster_of", staff_id=staff_id))
