"""Tickets on the desk: the list with its clocks, one ticket, its next steps, its personal data."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import tickets, wording
from desk.errors import GroundRefused, NoteRefused, TransitionRefused
from desk.staff import Permission
from desk.tickets import Ticket, TicketKind, TicketStatus

from ..errors import sentence
from ..parts import parts
from ..request_fields import clean, whole_number
from ..ticket_progress import ground_label, status_label
from ..wording import say
from . import staff
from .access import in_one_read, me, needs
from .agenda import INTERNAL, STATUTORY, counts, narrowed, today_box
from .consents import consent_panel
from .dispatch_panel import dispatch_panel
from .due import due_words
from .followup_panel import followup_panel
from .materials_panel import materials_panel
from .names import who
from .personal_data import personal_panel
from .ticket_access import readable, to_advance
from .ticket_family import family_panel
from .ticket_steps import has_letter, steps_panel
from .ticket_work import work_panels

PAGE = 50


@staff.get("/tickets")
@needs(Permission.TICKET_READ)
@in_one_read
def ticket_list() -> str:
    """List tickets by kind, status and clock; a number or a phone number finds its tickets."""
    kind, narrow = _narrowed()
    offset = whole_number("offset", largest=10_000_000)
    store = parts().store
    found = tickets.list_tickets(store, kind=kind, **narrow, limit=PAGE, offset=offset)
    total, counted = counts(kind, narrow)
    return render_template(
        "staff/tickets.html",
        tickets=found,
        total=total,
        offset=offset,
        page=PAGE,
        kind=kind.value,
        due=_due_filter(),
        status=request.args.get("status", ""),
        query=clean(request.args.get("q", ""))[:40],
        counts=counted,
        today=today_box(),
        statuses=[(status.value, wording.say("statuses", status.value)) for status in TicketStatus],
        status_label=status_label,
        due_words=due_words,
        may_see_reports=me().can(Permission.REPORT_READ),
    )


@staff.get("/tickets/<number>")
@needs(Permission.TICKET_READ)
@in_one_read
def ticket_page(number: str) -> str:
    """Show one ticket with masked personal data."""
    return _page(readable(number), personal=None)


@staff.post("/tickets/<number>/reveal")
@needs(Permission.PERSONAL_READ)
def reveal_personal(number: str) -> str:
    """Show name, phone and address in full; that and by whom is recorded."""
    ticket = readable(number)
    personal = tickets.reveal(parts().store, ticket.number, by=me().id, purpose="desk")
    return _page(ticket, personal=personal)


@staff.post("/tickets/<number>/advance")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def advance_ticket(number: str) -> Response:
    """Move the ticket to its next state; one that goes out with a letter is composed first."""
    ticket = to_advance(number)
    if has_letter(ticket, request.form.get("to", "")):
        asked: dict[str, Any] = {
            name: clean(request.form.get(name, "")) for name in ("to", "ground", "office", "reason", "rule")
        }
        return redirect(url_for(".compose_step", number=ticket.number, **asked))
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
    ticket = readable(number)
    to = "" if ticket.assigned_to == me().id else me().id
    tickets.assign(parts().store, ticket.number, to=to, by=me().id)
    flash(say("staff.assigned" if to else "staff.released"), "done")
    return redirect(url_for(".ticket_page", number=ticket.number))


@in_one_read
def _page(ticket: Ticket, *, personal: Any) -> str:
    store = parts().store
    happened = tickets.events(store, ticket.number)
    return render_template(
        "staff/ticket.html",
        ticket=ticket,
        personal=personal,
        label=status_label(ticket),
        due=due_words(ticket.due_on),
        events=happened,
        event_label=lambda name: wording.section("events").get(name, name),
        ground_label=ground_label,
        status_of=lambda value: wording.section("statuses").get(value, value),
        findings=[wording.section("findings").get(flag, flag) for flag in ticket.flags],
        case_title=parts().titles.of(ticket.case_id),
        facts=[(parts().titles.fact(ticket.case_id, name), value) for name, value in ticket.facts.items()],
        mine=ticket.assigned_to == me().id,
        who=who,
        status_label=status_label,
        **personal_panel(ticket),
        **steps_panel(ticket, happened),
        **consent_panel(ticket, happened),
        **family_panel(ticket),
        **dispatch_panel(ticket),
        **materials_panel(ticket),
        **followup_panel(ticket),
        **work_panels(ticket),
    )


def _due_filter() -> str:
    due = request.args.get("due", "open")
    return due if due in (*STATUTORY, *INTERNAL) else "open"


def _narrowed() -> tuple[TicketKind, dict[str, Any]]:
    """Read the filters of the list; what is not known is left out."""
    kind = TicketKind.COMPLAINT
    if request.args.get("kind") == "report" and me().can(Permission.REPORT_READ):
        kind = TicketKind.REPORT
    narrow = narrowed(_due_filter())
    if request.args.get("status") in {status.value for status in TicketStatus}:
        narrow["status"] = TicketStatus(request.args["status"])
    if request.args.get("mine"):
        narrow["assigned_to"] = me().id
    query = clean(request.args.get("q", ""))[:40]
    if query.upper().startswith("WQ"):
        narrow["number"] = query
    elif query.replace("-", "").isdigit():
        narrow["phone"] = query
    elif query:
        by_name = tickets.count_tickets(parts().store, kind=kind, name=query)
        narrow["name" if by_name else "words"] = query
    return kind, narrow
