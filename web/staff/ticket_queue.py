"""One ticket's queue and who has it: moving it, giving it to a colleague, and what its page shows of both."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from desk import assignment, office_directory, sight, tickets
from desk.staff import Permission, Staff
from desk.tickets import TicketKind

from ..errors import NotPermitted
from ..parts import parts
from ..request_fields import clean
from ..wording import say
from . import staff
from .access import me, needs
from .colleagues import colleagues
from .telling import tell


@staff.post("/tickets/<number>/queue")
@needs(Permission.TICKET_ASSIGN)
def move_ticket(number: str) -> Response:
    """Put one ticket into another queue."""
    ticket = readable(number)
    office, _, skill = request.form.get("queue", "").partition("/")
    return tell(
        lambda: assignment.move(parts().store, ticket, office=office, skill=skill, by=me().id),
        say("work.moved"),
        url_for(".ticket_page", number=ticket),
    )


@staff.post("/tickets/<number>/give")
@needs(Permission.TICKET_ASSIGN)
def give_ticket(number: str) -> Response:
    """Give one ticket to a colleague."""
    ticket, to = readable(number), request.form.get("to", "")
    return tell(
        lambda: assignment.give(parts().store, ticket, to=to, by=me().id),
        say("work.given"),
        url_for(".ticket_page", number=ticket),
    )


def readable(number: str) -> str:
    """Return the number of a ticket this person may read; TicketNotFound, NotPermitted."""
    ticket = tickets.get(parts().store, clean(number).upper()[:40])
    if ticket.kind is TicketKind.REPORT and not me().can(Permission.REPORT_READ):
        raise NotPermitted(request.path)
    return ticket.number


def assignment_panel(number: str) -> dict[str, Any]:
    """Return what the ticket page shows about queue, reason and whom to give it to."""
    store = parts().store
    placed = assignment.placement(store, number)
    return {
        "placement": placed,
        "advice": assignment.advice(store, number) if placed else None,
        "queue_names": assignment.choices(store, number),
        "handlers": _handlers(number),
    }


def _handlers(number: str) -> list[Staff]:
    """Return the colleagues who handle tickets and see those of this one's office."""
    store = parts().store
    office, known = tickets.get(store, number).handling_office, office_directory.directory(store)
    people = colleagues(Permission.TICKET_ADVANCE)
    return [one for one in people if office in sight.offices_seen(known, one.roles, one.offices)]
