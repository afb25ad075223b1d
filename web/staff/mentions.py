"""Internal notes on a ticket, and the inbox of notes that mention the person signed in."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import notes
from desk.staff import Permission, Staff

from ..parts import parts
from ..request_fields import LARGEST_ID, clean
from ..wording import say
from . import staff
from .access import in_one_read, me, needs
from .colleagues import colleagues
from .names import who
from .telling import tell
from .ticket_queue import readable


@staff.get("/mentions")
@needs(Permission.TICKET_READ)
@in_one_read
def mention_list() -> str:
    """List the notes that mention me: those still to be seen, or the seen ones."""
    seen = bool(request.args.get("seen"))
    found = notes.inbox(parts().store, me().id, seen=seen)
    return render_template("staff/work/mentions.html", notes=found, seen=seen, who=who)


@staff.post("/mentions/seen")
@needs(Permission.TICKET_READ)
def see_mentions() -> Response:
    """Mark one note, or all of them, as seen."""
    given = request.form.get("note", "")
    note_id = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
    if note_id is None and given:
        note_id = LARGEST_ID  # nobody's note: nothing is marked
    return tell(
        lambda: notes.mark_seen(parts().store, me().id, note_id=note_id),
        say("work.seen"),
        url_for(".mention_list"),
    )


@staff.post("/tickets/<number>/notes")
@needs(Permission.TICKET_READ)
def add_note(number: str) -> Response:
    """Leave an internal note and call the colleagues it names."""
    ticket = readable(number)
    text, mention = clean(request.form.get("text", "")), request.form.getlist("mention")
    return tell(
        lambda: notes.add(parts().store, ticket, text, by=me().id, mention=mention),
        say("work.noted"),
        url_for(".ticket_page", number=ticket) + "#notes",
    )


@staff.context_processor
def unseen_mentions() -> dict[str, Any]:
    """Give every staff page the number of notes that wait for this person."""
    member: Staff | None = g.get("member")
    if member is None or not member.can(Permission.TICKET_READ):
        return {"unseen_mentions": 0}
    return {"unseen_mentions": notes.count_unseen(parts().store, member.id)}


def notes_panel(number: str) -> dict[str, Any]:
    """Return what the ticket page shows of the internal notes."""
    found = notes.of_ticket(parts().store, number)
    unseen = {note.id for note in notes.inbox(parts().store, me().id)} if found else set()
    others = [person for person in colleagues(Permission.TICKET_READ) if person.id != me().id]
    return {"notes": found, "unseen_notes": unseen, "note_readers": others}
