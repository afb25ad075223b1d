"""What an officer does with a consumer's personal data at their request: a copy for them, and erasing it."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import erasure, tickets
from desk.errors import ErasureRefused
from desk.staff import Permission
from desk.tickets import Ticket, TicketKind

from ..errors import NotPermitted, sentence
from ..own_data import copy_file, erase_person
from ..parts import parts
from ..request_fields import clean
from ..wording import say
from . import staff
from .access import me, needs


@staff.post("/tickets/<number>/personal/copy")
@needs(Permission.PERSONAL_READ)
def copy_for_consumer(number: str) -> Response:
    """Make the consumer's copy as a file; that and by whom is recorded."""
    return copy_file(_readable(number), by=me().id)


@staff.post("/tickets/<number>/personal/erase")
@needs(Permission.PERSONAL_ERASE)
def erase_for_consumer(number: str) -> BaseResponse:
    """Erase the person of a ticket that has ended."""
    ticket = _readable(number)
    try:
        if request.form.get("sure") != "yes":
            flash(say("own_data.not_sure"), "error")
        else:
            erase_person(ticket, by=me().id, reason="desk")
            flash(say("own_data.erased"), "done")
    except ErasureRefused as error:
        flash(sentence(error.code), "error")
    return redirect(url_for(".ticket_page", number=ticket.number))


def personal_panel(ticket: Ticket) -> dict[str, bool]:
    """Return what the panel of the ticket page needs to know."""
    return {"may_erase_person": erasure.may_erase(parts().store, ticket.conversation_id)}


def _readable(number: str) -> Ticket:
    ticket = tickets.get(parts().store, clean(number).upper()[:40])
    if ticket.kind is TicketKind.REPORT and not me().can(Permission.REPORT_READ):
        raise NotPermitted(request.path)
    return ticket
