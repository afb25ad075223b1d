"""What of a ticket's events matters to its clocks, folded one event at a time. Pure.

Merging two tickets keeps both clocks: the one that stays carries the dates of the other, the
duplicate keeps its own course so that undoing the merge gives it back as if nothing had happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import Any

from .clock import Pause, beijing_day
from .ticket import TicketEvent, TicketKind, TicketStatus

LEAD_FOUND = "ticket:lead:find"
LEAD_EXTENDED = "ticket:lead:extend"
LEAD_CLOSED = "ticket:lead:close"
MERGED = "ticket:merge:into"
UNMERGED = "ticket:merge:undo"
ABSORBED = "ticket:merge:add"
RELEASED = "ticket:merge:remove"
SPLIT_OFF = "ticket:split:begin"
CONTACTED = "ticket:contact:add"
NOTICE_SENT = "ticket:notice:send"
CONSUMER, MERCHANT = "consumer", "merchant"

_S = TicketStatus
ENDS_MEDIATION = frozenset({_S.FAILED.value, _S.WITHDRAWN.value})
BEGINS_MEDIATION = frozenset({_S.MEDIATING.value, _S.SETTLED.value})


@dataclass(frozen=True)
class Joined:
    """The clock of a ticket that was merged into this one on the day `on`."""

    number: str
    on: date
    received_on: date | None = None
    accepted_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    lead_on: date | None = None
    lead_extended: bool = False


@dataclass(frozen=True)
class Course:
    """The dates (Beijing) that a ticket's periods are counted from.

    `told` are the parties who know of its end, `joined` the tickets merged into it, `parked` the
    course of a ticket that is itself merged into another, as it was before.
    """

    kind: TicketKind
    status: str = ""
    received_on: date | None = None
    accepted_on: date | None = None
    begun_on: date | None = None
    ended_on: date | None = None
    settled_on: date | None = None
    contacted_on: date | None = None
    told: frozenset[str] = frozenset()
    pauses: tuple[Pause, ...] = ()
    lead_on: date | None = None
    lead_extended: bool = False
    joined: tuple[Joined, ...] = ()
    parked: Course | None = None

    @property
    def examining(self) -> bool:
        """Whether an expert examination stops the clock now (art. 22)."""
        return bool(self.pauses) and self.pauses[-1].end is None

    def after(self, event: TicketEvent) -> Course:
        """Return the course with one more event."""
        day = beijing_day(event.at)
        at_rest = _AT_REST.get(event.event)
        if at_rest is not None:
            return at_rest(self, day, event.detail)
        if event.event == MERGED:
            return Course(self.kind, event.to_status, parked=self)
        if event.event == UNMERGED:
            return self.parked or self
        if event.event == SPLIT_OFF:
            return _as_of(Course(self.kind, event.to_status), event.detail)
        if not event.to_status or event.to_status == event.from_status:
            return self
        return self._moved(event, day)

    def _moved(self, event: TicketEvent, day: date) -> Course:
        to = event.to_status
        if to == _S.RECEIVED.value:
            return self._anew(day)
        moved = replace(self, status=to, pauses=_ended(self.pauses, day))
        if to == _S.ACCEPTED.value:
            moved = replace(moved, accepted_on=day)
        if to == _S.PAUSED.value and event.detail.get("reason") == "examination":
            moved = replace(moved, pauses=(*moved.pauses, Pause(day)))
        if to in BEGINS_MEDIATION and moved.begun_on is None:
            moved = replace(moved, begun_on=day)
        if to == _S.SETTLED.value:
            moved = replace(moved, settled_on=day)
        if to == _S.MEDIATING.value:
            moved = replace(moved, ended_on=None, told=frozenset())
        # Withdrawn before it was accepted there is no mediation to end, so nothing to give notice of.
        if to in ENDS_MEDIATION and self.accepted_on is not None:
            moved = replace(moved, ended_on=day, told=frozenset())
        if event.detail.get("notice"):
            moved = _noticed(moved, day, {"party": CONSUMER, "kind": to})
        return moved

    def _anew(self, day: date) -> Course:
        """Received again: its periods begin again, and those of what was merged into it; leads go on."""
        return Course(
            self.kind,
            _S.RECEIVED.value,
            received_on=day,
            lead_on=self.lead_on,
            lead_extended=self.lead_extended,
            joined=tuple(
                replace(one, on=day, received_on=day, accepted_on=None, pauses=()) for one in self.joined
            ),
        )


def course_of(kind: TicketKind, events: Iterable[TicketEvent]) -> Course:
    """Fold all events of a ticket, oldest first."""
    return reduce(Course.after, events, Course(kind))


def carried(course: Course) -> dict[str, Any]:
    """Return the clock of a course as event detail: what another ticket needs to go on with it."""
    dates = {
        "received_on": course.received_on,
        "accepted_on": course.accepted_on,
        "lead_on": course.lead_on,
    }
    detail: dict[str, Any] = {name: day.isoformat() for name, day in dates.items() if day}
    if course.lead_extended:
        detail["lead_extended"] = True
    if course.pauses:
        detail["pauses"] = [
            [pause.start.isoformat(), pause.end.isoformat() if pause.end else None] for pause in course.pauses
        ]
    return detail


def _found(course: Course, day: date, detail: Mapping[str, Any]) -> Course:
    return replace(course, lead_on=day, lead_extended=False)


def _extended(course: Course, day: date, detail: Mapping[str, Any]) -> Course:
    joined = tuple(replace(one, lead_extended=one.lead_on is not None) for one in course.joined)
    running = course.lead_on is not None or course.kind is TicketKind.REPORT
    return replace(course, lead_extended=running, joined=joined)


def _lead_closed(course: Course, day: date, detail: Mapping[str, Any]) -> Course:
    joined = tuple(replace(one, lead_on=None, lead_extended=False) for one in course.joined)
    return replace(course, lead_on=None, lead_extended=False, joined=joined)


def _absorbed(course: Course, day: date, detail: Mapping[str, Any]) -> Course:
    one = Joined(str(detail["number"]), day, **_carried_fields(detail))
    return replace(course, joined=(*course.joined, one))


def _released(course: Course, day: date, detail: Mapping[str, Any]) -> Course:
    return replace(course, joined=tuple(one for one in course.joined if one.number != detail["number"]))


def _contacted(course: Course, day: date, detail: Mapping[str, Any]) -> Course:
    return replace(course, contacted_on=course.contacted_on or day)


def _noticed(course: Course, day: date, detail: Mapping[str, Any]) -> Course:
    party = detail.get("party")  # none for a letter that only tells of a merge or a split
    if party == CONSUMER:
        course = _contacted(course, day, detail)
    if party and course.ended_on is not None and _tells_the_end(str(detail.get("kind", ""))):
        course = replace(course, told=course.told | {party})
    return course


def _tells_the_end(kind: str) -> bool:
    return kind.removesuffix(f"_{MERCHANT}") in ENDS_MEDIATION


_AT_REST = {
    LEAD_FOUND: _found,
    LEAD_EXTENDED: _extended,
    LEAD_CLOSED: _lead_closed,
    ABSORBED: _absorbed,
    RELEASED: _released,
    CONTACTED: _contacted,
    NOTICE_SENT: _noticed,
}


def _as_of(course: Course, detail: Mapping[str, Any]) -> Course:
    return replace(course, **_carried_fields(detail))


def _carried_fields(detail: Mapping[str, Any]) -> dict[str, Any]:
    days = {
        name: date.fromisoformat(detail[name])
        for name in ("received_on", "accepted_on", "lead_on")
        if detail.get(name)
    }
    pauses = tuple(
        Pause(date.fromisoformat(start), date.fromisoformat(end) if end else None)
        for start, end in detail.get("pauses") or ()
    )
    return {**days, "pauses": pauses, "lead_extended": bool(detail.get("lead_extended"))}


def _ended(pauses: tuple[Pause, ...], day: date) -> tuple[Pause, ...]:
    if pauses and pauses[-1].end is None:
        return (*pauses[:-1], Pause(pauses[-1].start, day))
    return pauses
