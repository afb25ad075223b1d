"""Which statutory periods of a ticket run, from what happened to it. Pure; counting is in desk.clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce

from . import clock
from .clock import Pause, beijing_day
from .ticket import TicketEvent, TicketKind, TicketStatus

LEAD_FOUND = "ticket:lead:find"
LEAD_EXTENDED = "ticket:lead:extend"
LEAD_CLOSED = "ticket:lead:close"
ENDS_MEDIATION = frozenset({TicketStatus.FAILED, TicketStatus.WITHDRAWN})


@dataclass(frozen=True)
class Deadlines:
    """Last days (Beijing dates) of a ticket's periods; `due_on` is the nearest that still runs."""

    accept_by: date | None = None
    mediate_by: date | None = None
    notify_by: date | None = None
    lead_check_by: date | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class Course:
    """What of a ticket's events matters to its clocks."""

    kind: TicketKind
    status: str = ""
    received_on: date | None = None
    accepted_on: date | None = None
    ended_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    lead_on: date | None = None
    lead_extended: bool = False

    def after(self, event: TicketEvent) -> Course:
        """Return the course with one more event."""
        day = beijing_day(event.at)
        if event.event == LEAD_FOUND:
            return replace(self, lead_on=day, lead_extended=False)
        if event.event == LEAD_EXTENDED:
            return replace(self, lead_extended=self.lead_on is not None)
        if event.event == LEAD_CLOSED:
            return replace(self, lead_on=None, lead_extended=False)
        if not event.to_status or event.to_status == event.from_status:
            return self
        return self._moved(event, day)

    def _moved(self, event: TicketEvent, day: date) -> Course:
        moved = replace(self, status=event.to_status)
        if self.pauses and self.pauses[-1].end is None:
            moved = replace(moved, pauses=(*self.pauses[:-1], Pause(self.pauses[-1].start, day)))
        if event.to_status == TicketStatus.RECEIVED.value:
            return Course(
                self.kind, event.to_status, day, lead_on=self.lead_on, lead_extended=self.lead_extended
            )
        if event.to_status == TicketStatus.ACCEPTED.value:
            return replace(moved, accepted_on=day)
        if event.to_status == TicketStatus.PAUSED.value and event.detail.get("reason") == "examination":
            return replace(moved, pauses=(*moved.pauses, Pause(day)))
        # Withdrawn before it was accepted there is no mediation to end, so nothing to give notice of.
        if event.to_status in ENDS_MEDIATION and self.accepted_on is not None:
            return replace(moved, ended_on=day)
        return moved

    def deadlines(self) -> Deadlines:
        """Return the periods of this course."""
        report = self.kind is TicketKind.REPORT
        accept_by = clock.accept_by(self.received_on).day if self.received_on and not report else None
        mediate_by = (
            clock.mediate_by(self.accepted_on, self.pauses).day if self.accepted_on and not report else None
        )
        notify_by = clock.notify_by(self.ended_on).day if self.ended_on else None
        lead_from = self.received_on if report else self.lead_on
        lead_by = clock.lead_check_by(lead_from, extended=self.lead_extended).day if lead_from else None
        found = Deadlines(accept_by, mediate_by, notify_by, lead_by)
        return replace(found, due_on=self._due(found))

    def _due(self, found: Deadlines) -> date | None:
        examining = bool(self.pauses) and self.pauses[-1].end is None
        running = {
            TicketStatus.RECEIVED.value: found.accept_by,
            TicketStatus.ACCEPTED.value: found.mediate_by,
            TicketStatus.MEDIATING.value: found.mediate_by,
            TicketStatus.PAUSED.value: None if examining else found.mediate_by,
            TicketStatus.FAILED.value: found.notify_by,
            TicketStatus.WITHDRAWN.value: found.notify_by,
        }.get(self.status)
        lead_runs = self.status == TicketStatus.RECEIVED.value or self.kind is TicketKind.COMPLAINT
        days = [day for day in (running, found.lead_check_by if lead_runs else None) if day]
        return min(days, default=None)


def course_of(kind: TicketKind, events: Iterable[TicketEvent]) -> Course:
    """Fold all events of a ticket, oldest first."""
    return reduce(Course.after, events, Course(kind))


def deadlines_of(kind: TicketKind, events: Iterable[TicketEvent]) -> Deadlines:
    """Return the periods of a ticket from all its events, oldest first."""
    return course_of(kind, events).deadlines()
