"""The consumer's ticket: the API's view and the status pages, both opened by number and code."""

from __future__ import annotations

import re

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import tickets
from desk.errors import NoteRefused, TicketNotFound, TransitionRefused
from desk.tickets import Ticket

from . import limits
from .answers import success
from .limits import limiter
from .parts import parts
from .request_fields import clean
from .ticket_progress import progress
from .wording import say

NUMBER = re.compile(r"[A-Za-z0-9-]{1,40}")
CODE = re.compile(r"[0-9]{6}")

ticket_api = Blueprint("ticket_api", __name__, url_prefix="/api/tickets")
ticket_pages = Blueprint("ticket_pages", __name__, url_prefix="/tickets")

few_wrong_codes = limiter.limit(
    limits.WRONG_CODES, key_func=limits.address, deduct_when=lambda response: response.status_code == 404
)


@ticket_api.get("/<number>")
@few_wrong_codes
def ticket_status(number: str) -> Response:
    """Return how the ticket stands; an unknown number and a wrong code get the same answer."""
    ticket = opened(number, request.args.get("code", ""))
    return success(progress(parts().store, ticket))


@ticket_pages.route("", methods=["GET", "POST"])
def ask_number() -> str | BaseResponse:
    """Ask for number and code."""
    if request.method == "GET":
        return render_template("tickets/ask.html", number=clean(request.args.get("number", ""))[:40])
    number = clean(request.form.get("number", "")).upper()
    code = re.sub(r"\s", "", clean(request.form.get("code", "")))
    if not NUMBER.fullmatch(number) or not CODE.fullmatch(code):
        return render_template("tickets/ask.html", number=number[:40], error=say("errors.ticket_not_found"))
    return redirect(url_for(".show", number=number, code=code))


@ticket_pages.get("/<number>")
@few_wrong_codes
def show(number: str) -> str | tuple[str, int]:
    """Show the status page."""
    code = request.args.get("code", "")
    try:
        ticket = opened(number, code)
    except TicketNotFound:
        sentence = say("errors.ticket_not_found") if code else None
        page = render_template("tickets/ask.html", number=clean(number)[:40], error=sentence)
        return page, 404
    return render_template(
        "tickets/show.html",
        ticket=progress(parts().store, ticket),
        events=_milestones(ticket),
        code=code,
        **ticket_additions.additions(ticket),
    )


@ticket_pages.post("/<number>/<act>")
@few_wrong_codes
def act_on(number: str, act: str) -> BaseResponse:
    """Add to the complaint, urge it or take it back."""
    code = request.form.get("code", "")
    ticket = opened(number, code)
    try:
        _act(ticket, act)
    except NoteRefused as error:
        flash(say(f"tickets.refused.{error.rule}"), "error")
    except TransitionRefused:
        flash(say("tickets.refused.closed"), "error")
    else:
        flash(say(f"tickets.done.{act}"), "done")
    return redirect(url_for(".show", number=ticket.number, code=code))


def _act(opened: Ticket, act: str) -> None:
    store = parts().store
    ticket = tickets.standing(store, opened)
    if act == "supplement":
        tickets.add_supplement(store, ticket.number, clean(request.form.get("text", "")))
    elif act == "urge":
        tickets.urge(store, ticket.number)
    elif act == "withdraw":
        tickets.withdraw(store, ticket.number, text=clean(request.form.get("text", "")))
    else:
        raise TicketNotFound(ticket.number)


def _milestones(ticket: Ticket) -> list[tickets.Milestone]:
    store = parts().store
    return tickets.timeline(store, tickets.standing(store, ticket).number)


def opened(number: str, code: str) -> Ticket:
    """Return the ticket of this number and code; TicketNotFound, TooManyTries."""
    if not NUMBER.fullmatch(number) or not CODE.fullmatch(code):
        raise TicketNotFound(clean(number)[:40])
    return tickets.by_number(parts().store, number, code)


from . import ticket_additions  # noqa: E402  (it adds its routes, and needs the ones above)
