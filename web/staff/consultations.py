"""Consultations on the desk: calling one, its minutes, its conclusion, and which are due."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from desk import consultation, group_matters, tickets, wording
from desk.consultation import Consultation
from desk.errors import WorkRefused
from desk.staff import Permission
from desk.ticket import OPEN
from desk.tickets import Ticket, TicketKind

from ..beijing import today
from ..errors import NotPermitted
from ..parts import parts
from ..request_fields import LARGEST_ID, clean
from ..ticket_progress import status_label
from ..wording import say
from . import staff
from .access import in_one_read, me, needs
from .colleagues import colleagues
from .names import who
from .telling import tell
from .ticket_queue import readable


@staff.get("/consultations")
@needs(Permission.TICKET_READ)
@in_one_read
def consultation_list() -> str:
    """List the open consultations, the most urgent first, and the concluded ones."""
    concluded = bool(request.args.get("concluded"))
    listed = consultation.listed(parts().store, concluded=concluded)
    about = tickets.several(parts().store, [one.number for one in listed])
    found = [(one, about[one.number]) for one in listed if one.number in about and _reads(about[one.number])]
    return render_template(
        "staff/work/consultations.html", found=found, concluded=concluded, today=today(), who=who, **_words()
    )


@staff.get("/consultations/<int:consultation_id>")
@needs(Permission.TICKET_READ)
@in_one_read
def consultation_page(consultation_id: int) -> str:
    """Show one consultation: question, members, deadline, minutes, conclusion."""
    found = consultation.get(parts().store, min(consultation_id, LARGEST_ID))
    ticket = tickets.get(parts().store, readable(found.number))
    return render_template(
        "staff/work/consultation.html",
        one=found,
        ticket=ticket,
        inside=me().id in (found.called_by, *found.members),
        status_label=status_label,
        today=today(),
        who=who,
        **_words(),
    )


@staff.post("/tickets/<number>/consultations")
@needs(Permission.CONSULTATION_HOLD)
def call_consultation(number: str) -> Response:
    """Call colleagues to consult on this ticket."""
    ticket = readable(number)

    def call() -> None:
        consultation.call(
            parts().store,
            ticket,
            kind=request.form.get("kind", ""),
            question=clean(request.form.get("question", "")),
            members=request.form.getlist("person"),
            due_on=_day(request.form.get("due_on", "")),
            by=me().id,
        )

    return tell(call, say("work.consultation_called"), url_for(".ticket_page", number=ticket))


@staff.post("/consultations/<int:consultation_id>/minutes")
@needs(Permission.TICKET_READ)
def write_minutes(consultation_id: int) -> Response:
    """Keep the minutes."""
    found = _readable(consultation_id)
    text = clean(request.form.get("minutes", ""))
    return tell(
        lambda: consultation.write_minutes(parts().store, found.id, text, by=me().id),
        say("work.minutes_kept"),
        url_for(".consultation_page", consultation_id=found.id),
    )


@staff.post("/consultations/<int:consultation_id>/conclusion")
@needs(Permission.TICKET_READ)
def conclude_consultation(consultation_id: int) -> Response:
    """Close it with its conclusion."""
    found = _readable(consultation_id)
    return tell(
        lambda: consultation.conclude(
            parts().store,
            found.id,
            conclusion=request.form.get("conclusion", ""),
            advice=clean(request.form.get("advice", "")),
            by=me().id,
        ),
        say("work.concluded"),
        url_for(".consultation_page", consultation_id=found.id),
    )


def consultation_panel(ticket: Ticket) -> dict[str, Any]:
    """Return what the ticket page shows of consultations, and what suggests one."""
    store = parts().store
    group = group_matters.of_ticket(store, ticket.number)
    inside = group_matters.members(store, group.number) if group and group.live else []
    signs = consultation.signs(ticket, consumers=len(inside), today=today())
    held = consultation.of_ticket(store, ticket.number)
    readers = [person for person in colleagues(Permission.TICKET_READ) if person.id != me().id]
    if ticket.kind is TicketKind.REPORT:
        readers = [person for person in readers if person.can(Permission.REPORT_READ)]
    return {
        "consultations": held,
        "may_consult": me().can(Permission.CONSULTATION_HOLD)
        and not any(one.is_open for one in held)
        and ticket.status in OPEN,
        "consultation_signs": [
            (sign.kind, wording.say("consultation_signs", sign.code).format(figure=sign.figure))
            for sign in signs
        ],
        "consultation_people": readers,
        "fewest_members": consultation.policy().members,
        "group_of": group,
        **_words(),
    }


def _words() -> dict[str, Any]:
    return {
        "consultation_kinds": wording.section("consultation_kinds"),
        "consultation_conclusions": wording.section("consultation_conclusions"),
    }


def _reads(ticket: Ticket) -> bool:
    """Tell whether the person signed in may read the ticket."""
    return ticket.kind is not TicketKind.REPORT or me().can(Permission.REPORT_READ)


def _readable(consultation_id: int) -> Consultation:
    found = consultation.get(parts().store, min(consultation_id, LARGEST_ID))
    if not _reads(tickets.get(parts().store, found.number)):
        raise NotPermitted(request.path)
    return found


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WorkRefused("consultation_due") from None
