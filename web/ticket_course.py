"""What happens to a ticket by when, as plain steps: done, under way, still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from desk.tickets import Ticket, TicketKind, TicketStatus

from .beijing import BEIJING, long_date
from .wording import section

_S = TicketStatus
STAGES = {
    TicketKind.COMPLAINT: ("file", "decide", "mediate", "finish"),
    TicketKind.REPORT: ("file", "check", "finish"),
}
# How many stages lie behind a ticket in this state; one that ended before its way was done is in ENDED.
BEHIND = {
    TicketKind.COMPLAINT: {
        _S.DRAFT: 0,
        _S.RECEIVED: 1,
        _S.ACCEPTED: 2,
        _S.MEDIATING: 2,
        _S.PAUSED: 2,
        _S.SETTLED: 3,
        _S.BREACHED: 3,
        _S.FAILED: 3,
        _S.PERFORMED: 4,
    },
    TicketKind.REPORT: {_S.DRAFT: 0, _S.RECEIVED: 1, _S.ACCEPTED: 2},
}
DONE, NOW, LATER = "done", "now", "later"


@dataclass(frozen=True)
class CourseStep:
    """One step: `state` is done, now or later; `when` says by when, '' for what is done."""

    label: str
    when: str
    state: str


def course(ticket: Ticket) -> list[CourseStep]:
    """Return the steps of the ticket's way in their order; one that ended early ends with that."""
    words = section("ticket_course")
    behind = BEHIND[ticket.kind].get(ticket.status)
    named = words[ticket.kind.value]
    filed = CourseStep(named["file"]["label"], long_date(ticket.created_at.astimezone(BEIJING).date()), DONE)
    if behind is None:
        return [filed, CourseStep(words["ended"][ticket.status.value], "", DONE)]
    steps = []
    for place, stage in enumerate(STAGES[ticket.kind]):
        state = DONE if place < behind else NOW if place == behind else LATER
        when = "" if state == DONE else _when(named[stage], _last_day(ticket, stage))
        steps.append(CourseStep(named[stage]["label"], when, state))
    return [filed, *steps[1:]] if behind else steps


def _last_day(ticket: Ticket, stage: str) -> date | None:
    return {
        "decide": ticket.accept_by,
        "mediate": ticket.mediate_by,
        "finish": ticket.notify_by,
        "check": ticket.lead_check_by,
    }.get(stage)


def _when(words: dict[str, str], day: date | None) -> str:
    if day is not None and "dated" in words:
        return words["dated"].format(day=long_date(day))
    return words.get("plain", "")
