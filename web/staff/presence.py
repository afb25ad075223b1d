"""Colleagues on the same ticket: who looks, who works on it, and taking it anyway."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import presence
from desk.errors import TicketHeld
from desk.presence import Presence
from desk.staff import Permission

from ..answers import success
from ..beijing import short
from ..parts import parts
from ..request_fields import clean
from ..whence import came_from
from ..wording import say
from . import staff
from .access import me, needs
from .names import who
from .telling import tell
from .ticket_queue import readable

# Forms of a ticket that a colleague's work does not stand in the way of.
FREE = frozenset(
    f"staff.{name}"
    for name in (
        "tell_presence",
        "leave_ticket",
        "hold_ticket",
        "add_note",
        "reveal_personal",
        "call_consultation",
    )
)


@staff.before_request
def respect_holds() -> BaseResponse | None:
    """Warn whoever acts on a ticket a colleague is working on; they may take it and do it again."""
    number = (request.view_args or {}).get("number")
    if request.method != "POST" or not number or request.endpoint in FREE or g.get("member") is None:
        return None
    try:
        presence.require_free(parts().store, clean(str(number)).upper()[:40], by=me().id)
    except TicketHeld as error:
        flash(say("work.held", name=who(error.staff_id)), "error")
        return redirect(came_from(url_for(".ticket_page", number=error.number)))
    return None


@staff.post("/tickets/<number>/presence")
@needs(Permission.TICKET_READ)
def tell_presence(number: str) -> Response:
    """The page is open, perhaps being written on; answers who else is there."""
    ticket = readable(number)
    editing = request.form.get("editing") == "1"
    return success(_words(presence.look(parts().store, ticket, by=me().id, editing=editing)))


@staff.post("/tickets/<number>/presence/leave")
@needs(Permission.TICKET_READ)
def leave_ticket(number: str) -> Response:
    """The page was left."""
    presence.leave(parts().store, readable(number), by=me().id)
    return success({})


@staff.post("/tickets/<number>/hold")
@needs(Permission.TICKET_ADVANCE, Permission.TICKET_ASSIGN, Permission.REPORT_HANDLE)
def hold_ticket(number: str) -> BaseResponse:
    """Take the ticket although a colleague is working on it; that is recorded."""
    ticket = readable(number)
    return tell(
        lambda: presence.hold(parts().store, ticket, by=me().id, anyway=True),
        say("work.hold_taken"),
        came_from(url_for(".ticket_page", number=ticket)),
    )


def presence_panel(number: str) -> dict[str, Any]:
    """Return what the ticket page says about colleagues who are there when it opens."""
    return {"presence": _words(presence.around(parts().store, number, by=me().id))}


def _words(found: Presence) -> dict[str, str]:
    hold = found.hold if found.hold is not None and found.hold.staff_id != me().id else None
    others = [id for id in found.looking if hold is None or id != hold.staff_id]
    names = "、".join(who(id) for id in others)
    return {
        "looking": say("work.looking", names=names) if others else "",
        "held": say("work.held_since", name=who(hold.staff_id), since=short(hold.since)) if hold else "",
    }
