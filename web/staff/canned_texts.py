"""Canned texts: filling one for a ticket, sending it, and changing the texts themselves."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import canned, tickets, wording
from desk.errors import CannedUnfilled, WorkRefused
from desk.staff import Permission

from ..parts import parts
from ..request_fields import clean
from ..wording import say
from . import staff
from .access import me, needs
from .names import name_of, who
from .telling import tell
from .ticket_queue import readable

LONGEST_PLACE = 200


@staff.get("/canned")
@needs(Permission.TICKET_READ)
def canned_list() -> str:
    """Show all texts; whoever may, changes them here."""
    return render_template(
        "staff/work/canned.html",
        texts=canned.texts(parts().store, inactive=me().can(Permission.CANNED_MANAGE)),
        known=[*canned.shipped().variables, *canned.shipped().fixed],
        uses=[(use, say(f"work.canned_uses.{use}")) for use in canned.USES],
        who=who,
    )


@staff.post("/canned")
@needs(Permission.CANNED_MANAGE)
def change_canned() -> Response:
    """Change a text, switch it off or on, or add one."""
    key, title, text, used_in = (
        clean(request.form.get(name, "")) for name in ("key", "title", "text", "used_in")
    )
    active = request.form.get("active") == "1"
    return tell(
        lambda: canned.change(
            parts().store, key, title=title, text=text, used_in=used_in, active=active, by=me().id
        ),
        say("work.text_kept"),
        url_for(".canned_list"),
    )


@staff.get("/tickets/<number>/canned/<key>")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def fill_canned(number: str, key: str) -> str:
    """Show a text filled from the ticket, and ask for what it cannot know."""
    ticket = tickets.get(parts().store, readable(number))
    text = canned.get(parts().store, clean(key)[:80])
    title = parts().titles.of(ticket.case_id)
    values = canned.values_of(ticket, case_title=title, handler=name_of(me()))
    asked = [place for place in text.places if not values.get(place, "").strip()]
    answers = {place: clean(request.args.get(place, ""))[:LONGEST_PLACE] for place in asked}
    filled = canned.fill(text.text, {**values, **answers})
    return render_template(
        "staff/work/fill.html",
        ticket=ticket,
        text=text,
        asked=answers,
        filled=filled,
        missing=canned.places(filled),
    )


@staff.post("/tickets/<number>/canned/<key>")
@needs(Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)
def send_canned(number: str, key: str) -> Response:
    """Send the filled text into the consumer's chat; one with a place left unfilled is not sent."""
    ticket, text = readable(number), clean(request.form.get("text", ""))
    known = canned.get(parts().store, clean(key)[:80])
    try:
        canned.send(parts().store, ticket, text, key=known.key, by=me().id)
    except CannedUnfilled as error:
        flash(say("work.unfilled", places="、".join(error.places)), "error")
        return redirect(url_for(".fill_canned", number=ticket, key=known.key))
    except WorkRefused as error:
        flash(wording.say("work_rules", error.rule), "error")
        return redirect(url_for(".fill_canned", number=ticket, key=known.key))
    flash(say("work.message_sent"), "done")
    return redirect(url_for(".ticket_page", number=ticket))


def canned_panel() -> dict[str, Any]:
    """Return the texts the ticket page offers."""
    return {"canned_texts": canned.texts(parts().store, used_in=canned.TICKET)}
