"""The consumer's own data, opened by number and code: a copy to read and to take away, and erasing it."""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import consumer_copy, erasure, wording
from desk.errors import ErasureRefused
from desk.tickets import Ticket, TicketKind

from . import limits
from .bot_connection import BotFailed
from .errors import sentence
from .limits import limiter
from .parts import parts
from .ticket_progress import status_label
from .tickets import few_wrong_codes, opened, ticket_pages
from .wording import say, section

log = logging.getLogger("weiquan.web")

COPIES = "20 per hour"


@ticket_pages.get("/<number>/data")
@few_wrong_codes
@limiter.limit(COPIES, key_func=limits.ticket_number)
def own_data(number: str) -> str:
    """Show everything that is kept about the person of the ticket."""
    code = request.args.get("code", "")
    ticket = opened(number, code)
    return render_template(
        "tickets/data.html",
        **shown_copy(ticket, by="consumer"),
        code=code,
        may_erase=erasure.may_erase(parts().store, ticket.conversation_id),
    )


@ticket_pages.get("/<number>/data.json")
@few_wrong_codes
@limiter.limit(COPIES, key_func=limits.ticket_number)
def own_data_file(number: str) -> Response:
    """Send the same as a file other programs can read."""
    ticket = opened(number, request.args.get("code", ""))
    return copy_file(ticket, by="consumer")


@ticket_pages.post("/<number>/erase")
@few_wrong_codes
def erase_own_data(number: str) -> BaseResponse | str:
    """Erase the person of the ticket; not while a complaint is under way."""
    code = request.form.get("code", "")
    ticket = opened(number, code)
    if request.form.get("sure") != "yes":
        flash(say("own_data.not_sure"), "error")
        return redirect(url_for(".own_data", number=ticket.number, code=code))
    try:
        erase_person(ticket, by="consumer", reason="asked")
    except ErasureRefused as error:
        flash(sentence(error.code), "error")
        return redirect(url_for(".own_data", number=ticket.number, code=code))
    return render_template("tickets/erased.html", number=ticket.number)


def copy_file(ticket: Ticket, *, by: str) -> Response:
    """Return the copy as a download; recorded."""
    content = consumer_copy.copy_of(parts().store, ticket.number, by=by)
    response = Response(json.dumps(content, ensure_ascii=False, indent=2), content_type="application/json")
    response.headers["Content-Disposition"] = f"attachment; filename={ticket.number}.json"
    response.headers["Cache-Control"] = "no-store"
    return response


def shown_copy(ticket: Ticket, *, by: str) -> dict[str, Any]:
    """Return the copy as a page shows it: labels instead of codes."""
    content = consumer_copy.copy_of(parts().store, ticket.number, by=by)
    labels = section("own_data")["labels"]
    shown = {**content["person"], **content["ticket"]}
    shown["kind"] = wording.say("kinds", TicketKind(shown["kind"]).value)
    shown["status"] = status_label(ticket)
    return {
        "ticket": ticket,
        "pairs": [(labels[name], str(shown[name])) for name in labels if shown.get(name)],
        "asked": content["questions"],
        "told": [*content["letters"], *content["requests"]],
        "given": [entry for entry in content["ratings"] if entry["text"]],
        "files": content["files"],
        "messages": content["messages"],
        "authors": section("own_data")["authors"],
    }


def erase_person(ticket: Ticket, *, by: str, reason: str) -> None:
    """Erase the person from the desk, and from the bot now or when it is back; ErasureRefused."""
    store = parts().store
    erasure.erase(store, parts().settings.evidence_dir, ticket.conversation_id, by=by, reason=reason)
    try:
        erasure.forget_pending(store, parts().bot.forget)
    except BotFailed as error:
        log.warning("the bot still remembers an erased conversation: %s", error.code)
