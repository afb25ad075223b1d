"""How a ticket stands, in the consumer's words: for the status page and for the API."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from desk import tickets, wording
from desk.tickets import Milestone, Ticket, TicketKind, TicketStatus

from .beijing import long_date
from .public_messages import iso
from .wording import section

# Until when the consumer may still add to the complaint, and take it back.
CLOSED_TO_CONSUMER = frozenset(
    {
        TicketStatus.REFUSED,
        TicketStatus.TRANSFERRED,
        TicketStatus.FAILED,
        TicketStatus.WITHDRAWN,
        TicketStatus.PERFORMED,
        TicketStatus.CLOSED,
    }
)


def status_label(ticket: Ticket) -> str:
    """Return the status in one or two words."""
    if ticket.merged_into:
        return wording.say("merged", "status")
    reports = wording.section("report_statuses") if ticket.kind is TicketKind.REPORT else {}
    return reports.get(ticket.status.value) or wording.say("statuses", ticket.status.value)


def what_next(ticket: Ticket) -> str:
    """Say what happens next and by when; the day is left out when none runs."""
    say = section("tickets")["next"][ticket.status.value]
    due = ticket.due_on
    if due is None:
        return str(say["plain"])
    return str(say.get("dated", say["plain"])).format(day=long_date(due))


def own_ticket(ticket: Ticket) -> dict[str, Any]:
    """Return the line of a ticket in its owner's list."""
    return {
        "number": ticket.number,
        "status": ticket.status.value,
        "status_label": status_label(ticket),
        "accept_by": _day(ticket.accept_by),
        "status_url": f"/tickets/{ticket.number}?code={ticket.code}",
    }


def progress(store: Any, ticket: Ticket) -> dict[str, Any]:
    """Return the whole public view: status, what comes next, the periods of the law, the timeline.

    A ticket that was merged shows how the one it was merged into stands, under its own number.
    """
    if ticket.merged_into:
        stands = progress(store, tickets.standing(store, ticket))
        told = wording.say("merged", "told").format(number=stands["number"])
        return {**stands, "number": ticket.number, "next": told + stands["next"]}
    open_still = ticket.status not in CLOSED_TO_CONSUMER
    return {
        "number": ticket.number,
        "kind": ticket.kind.value,
        "status": ticket.status.value,
        "status_label": status_label(ticket),
        "next": what_next(ticket),
        "other_ways": wording.section("other_ways").get(ticket.status.value, ""),
        "created_at": iso(ticket.created_at),
        "accept_by": _day(ticket.accept_by),
        "mediate_by": _day(ticket.mediate_by),
        "merchant_name": ticket.merchant_name,
        "request": ticket.request,
        "timeline": [_milestone(step) for step in tickets.timeline(store, ticket.number)],
        "can": {
            "supplement": open_still,
            "urge": open_still,
            "withdraw": TicketStatus.WITHDRAWN in ticket.next_statuses,
        },
    }


def _milestone(step: Milestone) -> dict[str, Any]:
    return {
        "at": iso(step.at),
        "event": step.event,
        "label": milestone_label(step),
        "by": step.by,
        "ground": ground_label(step.detail),
        "text": step.text,
    }


def milestone_label(step: Milestone) -> str:
    """Say what happened: a change of status by its new status, anything else by its name."""
    if step.event == "ticket:status:advance":
        return str(section("tickets")["became"][step.status.value])
    return wording.section("events").get(step.event, wording.say("statuses", step.status.value))


def ground_label(detail: Mapping[str, Any]) -> str:
    """Say on what ground or for what reason a step was taken; '' when it needs none."""
    for name, words in (("ground", "grounds"), ("reason", "reasons")):
        if detail.get(name):
            return wording.section(words).get(str(detail[name]), str(detail[name]))
    return str(detail.get("office", ""))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
