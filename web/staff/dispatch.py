"""Dispatch on the desk: correcting and carrying out a decision, disputes between offices, the directory of offices."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import dispatch, handling, office_directory, office_disputes, sight, wording
from desk.competence import RespondentKind
from desk.errors import DispatchRefused, NotFound, OfficeRefused, TransitionRefused
from desk.office_directory import Office, Offices
from desk.respondents import Told, platforms
from desk.staff import Permission
from desk.tickets import Ticket

from ..errors import InvalidField, sentence
from ..parts import parts
from ..request_fields import LARGEST_ID, clean
from ..wording import say
from . import staff
from .access import in_one_read, me, needs
from .dispatch_panel import kinds
from .due import due_words
from .ticket_access import to_advance

NEW = "new"
STATION = re.compile(r"(?P<code>\S+)\s+(?P<name>[^\s：:]+)\s*[：:]\s*(?P<covers>.+)")
BETWEEN = re.compile(r"[、，,；;\s]+")
HANDLES = (Permission.TICKET_ADVANCE, Permission.REPORT_HANDLE)


@staff.get("/dispatch")
@needs(Permission.TICKET_READ)
@in_one_read
def dispatch_page() -> str:
    """Show disputes with their clocks, a trial of an address, and the directory of offices."""
    known = office_directory.directory(parts().store)
    running = office_disputes.running(parts().store)
    told = _told(request.args) if request.args.get("kind") else None
    return render_template(
        "staff/dispatch/page.html",
        disputes=[{"of": found, "due": due_words(found.due_on)} for found in running],
        directory=known,
        offices=known.listed(),
        kinds=kinds(),
        platforms=list(platforms().values()),
        told=told,
        tried=_tried(told, known) if told else None,
    )


@staff.post("/tickets/<number>/dispatch")
@needs(*HANDLES)
def correct_dispatch(number: str) -> Response:
    """Decide anew from what the officer found out about the respondent."""
    ticket = to_advance(number)
    return _done(
        ticket,
        "decided",
        lambda: dispatch.correct(parts().store, ticket.number, _told(request.form), by=me().id),
    )


@staff.post("/tickets/<number>/dispatch/hand-over")
@needs(*HANDLES)
def hand_over_ticket(number: str) -> Response:
    """Hand the ticket to another of our offices; whoever does not see that one's tickets is back at the list."""
    ticket, to = to_advance(number), request.form.get("office", "")
    try:
        moved = handling.hand_over(parts().store, ticket.number, to=to, by=me().id)
    except DispatchRefused as error:
        flash(say(f"dispatch_page.refused.{error.rule}"), "error")
        return redirect(url_for(".ticket_page", number=ticket.number) + "#office")
    name = office_directory.directory(parts().store).name(moved.handling_office)
    flash(say("dispatch_page.handed_over", number=moved.number, office=name), "done")
    if moved.handling_office in sight.offices_of(parts().store, me()):
        return redirect(url_for(".ticket_page", number=moved.number))
    return redirect(url_for(".ticket_list"))


@staff.post("/tickets/<number>/disputes")
@needs(*HANDLES)
def open_dispute(number: str) -> Response:
    """Begin a dispute with another office."""
    ticket = to_advance(number)
    known = office_directory.directory(parts().store)
    ours = ticket.handling_office if known.marked else request.form.get("office", "")
    return _done(
        ticket,
        "dispute_opened",
        lambda: office_disputes.open_dispute(
            parts().store,
            ticket.number,
            office=ours,
            other=request.form.get("other", ""),
            reason=clean(request.form.get("reason", "")),
            by=me().id,
        ),
    )


@staff.post("/tickets/<number>/disputes/<int:dispute_id>/refer")
@needs(*HANDLES)
def refer_dispute(number: str, dispute_id: int) -> Response:
    """Hand a dispute to the common superior."""
    ticket = to_advance(number)
    _belongs(ticket, dispute_id)
    return _done(
        ticket, "dispute_referred", lambda: office_disputes.refer(parts().store, dispute_id, by=me().id)
    )


@staff.post("/tickets/<number>/disputes/<int:dispute_id>/close")
@needs(*HANDLES)
def close_dispute(number: str, dispute_id: int) -> Response:
    """End a dispute with the office that handles the ticket."""
    ticket = to_advance(number)
    _belongs(ticket, dispute_id)
    decided = request.form.get("decided", "")
    return _done(
        ticket,
        "dispute_closed",
        lambda: office_disputes.close(parts().store, dispute_id, decided=decided, by=me().id),
    )


@staff.get("/dispatch/offices/<code>")
@needs(Permission.DISPATCH_MANAGE)
def office_page(code: str) -> str:
    """Show the form of one office, or an empty one."""
    found = None if code == NEW else office_directory.directory(parts().store).get(clean(code)[:20])
    return _office_form(found)


@staff.post("/dispatch/offices")
@needs(Permission.DISPATCH_MANAGE)
def save_office() -> Response | tuple[str, int]:
    """Enter or change an office."""
    entry = _entry()
    try:
        office_directory.save(parts().store, entry, by=me().id)
    except OfficeRefused as error:
        flash(say(f"dispatch_page.office_fields.{error.field}"), "error")
        return _office_form(None, sent=True), 422
    flash(say("dispatch_page.office_saved"), "done")
    return redirect(url_for(".dispatch_page"))


def _done(ticket: Ticket, what: str, act: Callable[[], Any]) -> Response:
    try:
        act()
    except DispatchRefused as error:
        flash(say(f"dispatch_page.refused.{error.rule}"), "error")
    except TransitionRefused as error:
        flash(sentence(error.code), "error")
    else:
        flash(say(f"dispatch_page.{what}"), "done")
    return redirect(url_for(".ticket_page", number=ticket.number) + "#office")


def _belongs(ticket: Ticket, dispute_id: int) -> None:
    ours = office_disputes.of_ticket(parts().store, ticket.number)
    if min(dispute_id, LARGEST_ID) not in {found.id for found in ours}:
        raise NotFound(str(dispute_id))


def _told(fields: Any) -> Told:
    try:
        kind = RespondentKind(fields.get("kind", ""))
    except ValueError:
        raise InvalidField("kind") from None
    return Told(
        kind=kind,
        address=clean(fields.get("address", "")),
        platform=fields.get("platform", "") if fields.get("platform", "") in platforms() else "",
        platform_seat=clean(fields.get("platform_seat", "")),
        reachable=not fields.get("unreachable"),
    )


def _tried(told: Told, known: Offices) -> dict[str, Any]:
    decided = dispatch.try_address(known, told)
    name = known.name(decided.office) if decided.office else ""
    return {
        "office": known.get(decided.office),
        "station": known.station(decided.office, told.address) if decided.office else None,
        "why": dispatch.reason(decided.rule, name),
        "article": decided.article,
        "unverified": dispatch.by_unverified_seat(decided.rule, told),
        "others": [known.name(code) for code in decided.competent if code != decided.office],
        "asks": [wording.say("dispatch_asks", code) for code in decided.asks],
    }


def _office_form(found: Office | None, *, sent: bool = False) -> str:
    values = dict(request.form) if sent else _values(found)
    return render_template("staff/dispatch/office.html", office=found, values=values)


def _values(found: Office | None) -> dict[str, str]:
    if found is None:
        return {}
    stations = [f"{place.code} {place.name}：{'、'.join(place.covers)}" for place in found.stations]
    return {
        "code": found.code,
        "name": found.name,
        "region": found.region,
        "parent": found.parent,
        "phone": found.phone,
        "covers": "\n".join(found.covers),
        "stations": "\n".join(stations),
        "home": "1" if found.home else "",
    }


def _entry() -> dict[str, Any]:
    """Read the office form; what a line of stations cannot mean is refused with the field's name."""
    given = {
        name: clean(request.form.get(name, "")) for name in ("code", "name", "region", "parent", "phone")
    }
    entry: dict[str, Any] = {
        name: value for name, value in given.items() if value or name in ("code", "name")
    }
    entry["covers"] = _lines("covers")
    entry["stations"] = [
        {
            "code": line["code"],
            "name": line["name"],
            "covers": [w for w in BETWEEN.split(line["covers"]) if w],
        }
        if (line := STATION.fullmatch(raw))
        else {}
        for raw in _lines("stations")
    ]
    entry["home"] = bool(request.form.get("home"))
    return entry


def _lines(name: str) -> list[str]:
    return [line.strip() for line in clean(request.form.get(name, "")).splitlines() if line.strip()]
