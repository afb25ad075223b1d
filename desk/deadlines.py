"""Which statutory periods of a ticket run, from what happened to it. Pure; counting is in desk.clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from . import clock
from .clock import Pause
from .course import CONSUMER, MERCHANT, Course, Joined, course_of
from .ticket import TicketEvent, TicketKind, TicketStatus

BOTH = frozenset({CONSUMER, MERCHANT})


@dataclass(frozen=True)
class Deadlines:
    """Last days (Beijing dates) of a ticket's periods; `due_on` is the nearest that still runs."""

    accept_by: date | None = None
    mediate_by: date | None = None
    notify_by: date | None = None
    lead_check_by: date | None = None
    due_on: date | None = None


def deadlines_of(kind: TicketKind, events: Iterable[TicketEvent]) -> Deadlines:
    """Return the periods of a ticket from all its events, oldest first."""
    return periods(course_of(kind, events))


def periods(course: Course) -> Deadlines:
    """Return the periods of a course. Of merged complaints the earliest day governs.

    Merged reports are checked within fifteen working days of the last of them (art. 35).
    """
    if course.parked is not None:
        return replace(periods(course.parked), due_on=None)
    report = course.kind is TicketKind.REPORT
    found = Deadlines(
        accept_by=None if report else _accept_by(course),
        mediate_by=None if report else _mediate_by(course),
        notify_by=clock.notify_by(course.ended_on).day if course.ended_on else None,
        lead_check_by=_report_by(course) if report else _lead_by(course),
    )
    return replace(found, due_on=_due(course, found))


def _accept_by(course: Course) -> date | None:
    received = (course.received_on, *(one.received_on for one in course.joined))
    return min((clock.accept_by(day).day for day in received if day), default=None)


def _mediate_by(course: Course) -> date | None:
    if course.accepted_on is None:
        return None
    own = clock.mediate_by(course.accepted_on, course.pauses).day
    others = (
        clock.mediate_by(one.accepted_on, _pauses_of(course, one)).day
        for one in course.joined
        if one.accepted_on
    )
    return min((own, *others))


def _pauses_of(course: Course, one: Joined) -> Iterator[Pause]:
    """The examinations of a merged ticket: its own, and since the merge those of the one that stays."""
    yield from one.pauses
    for pause in course.pauses:
        if pause.end is None or pause.end > one.on:
            yield Pause(max(pause.start, one.on), pause.end)


def _lead_by(course: Course) -> date | None:
    leads = [(course.lead_on, course.lead_extended)]
    leads += [(one.lead_on, one.lead_extended) for one in course.joined]
    return min((clock.lead_check_by(on, extended=more).day for on, more in leads if on), default=None)


def _report_by(course: Course) -> date | None:
    received = [day for day in (course.received_on, *(one.received_on for one in course.joined)) if day]
    if not received:
        return None
    return clock.lead_check_by(max(received), extended=course.lead_extended).day


def _due(course: Course, found: Deadlines) -> date | None:
    to_tell = None if course.told >= BOTH else found.notify_by
    running = {
        TicketStatus.RECEIVED.value: found.accept_by,
        TicketStatus.ACCEPTED.value: found.mediate_by,
        TicketStatus.MEDIATING.value: found.mediate_by,
        TicketStatus.PAUSED.value: None if course.examining else found.mediate_by,
        TicketStatus.FAILED.value: to_tell,
        TicketStatus.WITHDRAWN.value: to_tell,
    }.get(course.status)
    lead_runs = course.status == TicketStatus.RECEIVED.value or course.kind is TicketKind.COMPLAINT
    days = [day for day in (running, found.lead_check_by if lead_runs else None) if day]
    return min(days, default=None)
