"""Which tickets the signed-in person may read, and which they may move on."""

from __future__ import annotations

from flask import request

from desk import evidence, tickets
from desk.evidence import Evidence
from desk.staff import Permission
from desk.tickets import Ticket, TicketKind

from ..errors import NotPermitted
from ..parts import parts
from ..request_fields import clean
from .access import me


def readable(number: str) -> Ticket:
    """Return the ticket; NotPermitted for a report that is not this person's business."""
    ticket = tickets.get(parts().store, clean(number).upper()[:40])
    if not may_read(ticket):
        raise NotPermitted(request.path)
    return ticket


def may_read(ticket: Ticket) -> bool:
    """Tell whether this person may read the ticket."""
    return ticket.kind is not TicketKind.REPORT or me().can(Permission.REPORT_READ)


def may_advance(ticket: Ticket) -> bool:
    """Tell whether this person may decide about the ticket."""
    report = ticket.kind is TicketKind.REPORT
    return me().can(Permission.REPORT_HANDLE if report else Permission.TICKET_ADVANCE)


def to_advance(number: str) -> Ticket:
    """Return a ticket this person may decide about; NotPermitted otherwise."""
    ticket = readable(number)
    if not may_advance(ticket):
        raise NotPermitted(request.path)
    return ticket


def readable_file(evidence_id: str) -> Evidence:
    """Return a piece of evidence; NotPermitted for one of a report that is not this person's business."""
    kept = evidence.get(parts().store, clean(evidence_id)[:60])
    if kept.number:
        readable(kept.number)
    return kept
