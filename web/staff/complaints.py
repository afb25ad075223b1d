"""Tickets on the desk: the list with its clocks, one ticket, its next steps, its personal data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import evidence, tickets, wording
from desk.errors import GroundRefused, NoteRefused, TransitionRefused
from desk.staff import Permission
from desk.ticket import FAILURE_GROUNDS, OPEN, PAUSE_REASONS, REFUSAL_GROUNDS, REPORT_REFUSAL_GROUNDS
from desk.tickets import Ticket, TicketKind, TicketStatus

from ..beijing import today
from ..errors import NotPermitted, sentence
from ..parts import parts
from ..request_fields import clean, whole_number
from ..ticket_progress import ground_label, status_label
from ..wording import say
from . import staff
from .access import me, needs

PAGE = 50
SOON = 3  # days
DUE_FILTERS = ("open", "overdue", "soon", "all")


@staff.get("/tickets")
@needs(Permission.TICKET_READ)
def ticket_list() -> str:
    """List tickets by kind, status and clock; a number or a phone number finds its tickets."""
    kind, narrow = _narrowed()
    offset = whole_number("offset", largest=10_000_000)
    store = parts().store
    found = tickets.list_tickets(store, kind=kind, **narrow, limit=PAGE, offset=offset)
    narrow.pop("order")
    return render_template(
        "staff/tickets.html",
        tickets=found,
        total=tickets.count_tickets(store, kind=kind, **narrow),
        offset=offset,
        page=PAGE,
        kind=kind.value,
        due=_due_filter(),
        status=request.args.get("status", ""),
        query=clean(request.args.get("q", ""))[:40],
        counts=_clock_counts(kind),
        statuses=[(status.value, wording.say("statuses", status.value)) for status in TicketStatus],
        status_label=status_label,
        due_words=due_words,
        may_see_reports=me().can(Permission.REPORT_READ),
    )


@staff.get("/tickets/<number>")
@needs(Permission.TICKET_READ)
def ticket_page(number: str) -> str:
    """Show one ticket with masked personal data."""
    return _page(_readable(number), personal=None)


@staff.post("/tickets/<number>/reveal")
@needs(Permission.PERSONAL_READ)
def reveal_personal(number: str) -> str:
    """Show name, phone and address in full; that and by whom is recorded."""
    ticket = _readable(number)
    personal = tickets.reveal(parts().store, ticket.number, by=me().id, purpose="desk")
    return _page(ticket, personal=personal)


@staff.post("/tickets/<number>/advance")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def advance_ticket(number: str) -> Response:
    """Move the ticket to its next state."""
    ticket = _readable(number)
    if not _may_advance(ticket):
        raise NotPermitted(request.path)
    given = {name: clean(request.form.get(name, "")) for name in ("to", "ground", "office", "reason", "text")}
    try:
        tickets.advance(
            parts().store,
            ticket.number,
            given["to"],
            by=me().id,
            ground=given["ground"],
            office=given["office"],
            reason=given["reason"],
            text=given["text"],
        )
    except (TransitionRefused, GroundRefused) as error:
        flash(sentence(error.code), "error")
    except NoteRefused as error:
        flash(say(f"tickets.refused.{error.rule}"), "error")
    else:
        flash(say("staff.moved"), "done")
    return redirect(url_for(".ticket_page", number=ticket.number))


@staff.post("/tickets/<number>/assign")
@needs(Permission.TICKET_ASSIGN)
def assign_ticket(number: str) -> Response:
    """Take the ticket on oneself, or let go of it."""
    ticket = _readable(number)
    to = "" if ticket.assigned_to == me().id else me().id
    tickets.assign(parts().store, ticket.number, to=to, by=me().id)
    flash(say("staff.assigned" if to else "staff.released"), "done")
    return redirect(url_for(".ticket_page", number=ticket.number))


def due_words(day: date | None) -> dict[str, str] | None:
    """Say how near the last day is, with a level for its colour; None when no period runs."""
    if day is None:
        return None
    days = (day - today()).days
    level = "overdue" if days < 0 else "today" if days == 0 else "soon" if days <= SOON else "later"
    return {"level": level, "text": say(f"staff.due.{level}", days=days)}


def _page(ticket: Ticket, *, personal: Any) -> str:
    store = parts().store
    return render_template(
        "staff/ticket.html",
        ticket=ticket,
        personal=personal,
        label=status_label(ticket),
        due=due_words(ticket.due_on),
        events=tickets.events(store, ticket.number),
        event_label=lambda name: wording.section("events").get(name, name),
        ground_label=ground_label,
        status_of=lambda value: wording.section("statuses").get(value, value),
        findings=[wording.section("findings").get(flag, flag) for flag in ticket.flags],
        files=evidence.for_ticket(store, ticket.number),
        related=tickets.related(store, ticket.number),
        case_title=parts().titles.of(ticket.case_id),
        facts=[(parts().titles.fact(ticket.case_id, name), value) for name, value in ticket.facts.items()],
        moves=_moves(ticket) if _may_advance(ticket) else [],
        mine=ticket.assigned_to == me().id,
        status_label=status_label,
    )


def _moves(ticket: Ticket) -> list[dict[str, Any]]:
    """Return the next states on offer, each with the codes its ground or reason is chosen from."""
    refusals = REPORT_REFUSAL_GROUNDS if ticket.kind is TicketKind.REPORT else REFUSAL_GROUNDS
    grounds = {TicketStatus.REFUSED: refusals, TicketStatus.FAILED: FAILURE_GROUNDS}
    moves = []
    for status in TicketStatus:
        if status not in ticket.next_statuses:
            continue
        reasons = PAUSE_REASONS if status is TicketStatus.PAUSED else {}
        moves.append(
            {
                "to": status.value,
                "label": say(f"staff.moves.{status.value}"),
                "grounds": [
                    (code, wording.say("grounds", code), article)
                    for code, article in grounds.get(status, {}).items()
                ],
                "reasons": [(code, wording.say("reasons", code)) for code in reasons],
                "needs_office": status is TicketStatus.TRANSFERRED,
                "grave": status in (TicketStatus.REFUSED, TicketStatus.FAILED, TicketStatus.WITHDRAWN),
            }
        )
    return moves


def _may_advance(ticket: Ticket) -> bool:
    report = ticket.kind is TicketKind.REPORT
    return me().can(Permission.REPORT_HANDLE if report else Permission.TICKET_ADVANCE)


def _readable(number: str) -> Ticket:
    ticket = tickets.get(parts().store, clean(number).upper()[:40])
    if ticket.kind is TicketKind.REPORT and not me().can(Permission.REPORT_READ):
        raise NotPermitted(request.path)
    return ticket


def _due_filter() -> str:
    due = request.args.get("due", "open")
    return due if due in DUE_FILTERS else "open"


def _narrowed() -> tuple[TicketKind, dict[str, Any]]:
    """Read the filters of the list; what is not known is left out."""
    kind = TicketKind.COMPLAINT
    if request.args.get("kind") == "report" and me().can(Permission.REPORT_READ):
        kind = TicketKind.REPORT
    due = _due_filter()
    narrow: dict[str, Any] = {"order": "newest" if due == "all" else "due"}
    if request.args.get("status") in {status.value for status in TicketStatus}:
        narrow["status"] = TicketStatus(request.args["status"])
    elif due == "open":
        narrow["status"] = sorted(OPEN)
    if due in ("overdue", "soon"):
        narrow["due_before"] = _before(due)
    if request.args.get("mine"):
        narrow["assigned_to"] = me().id
    query = clean(request.args.get("q", ""))[:40]
    if query.upper().startswith("WQ"):
        narrow["number"] = query
    elif query.replace("-", "").isdigit():
        narrow["phone"] = query
    elif query:
        narrow["merchant"] = query
    return kind, narrow


def _before(due: str) -> date:
    return today() if due == "overdue" else today() + timedelta(days=SOON + 1)


def _clock_counts(kind: TicketKind) -> dict[str, int]:
    store = parts().store
    return {
        "open": tickets.count_tickets(store, kind=kind, status=sorted(OPEN)),
        "overdue": tickets.count_tickets(store, kind=kind, due_before=_before("overdue")),
        "soon": tickets.count_tickets(store, kind=kind, due_before=_before("soon")),
        "all": tickets.count_tickets(store, kind=kind),
    }
