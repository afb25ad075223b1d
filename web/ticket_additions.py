"""What a consumer adds on the status page: files, questions, ratings. Each needs number and code."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import conversations, dispatch, evidence, materials, ticket_questions, ticket_ratings, tickets
from desk.errors import EvidenceError, NoteRefused, QuestionRefused, RatingRefused
from desk.tickets import Ticket, TicketStatus

from . import limits
from .errors import sentence
from .evidence_files import read_upload, sent_file
from .limits import limiter
from .parts import parts
from .request_fields import clean
from .ticket_course import course
from .ticket_progress import CLOSED_TO_CONSUMER
from .tickets import few_wrong_codes, opened, ticket_pages
from .wording import say, section


def additions(ticket: Ticket) -> dict[str, Any]:
    """Return the values of the parts of the status page that are about adding."""
    store = parts().store
    given = {rating.stage: rating for rating in ticket_ratings.of_ticket(store, ticket.number)}
    reached = ticket_ratings.stages(tickets.events(store, ticket.number))
    asked = materials.open_request(store, ticket.number)
    hows = {item.item: item.how for item in parts().titles.evidence(ticket.case_id)}
    return {
        "steps": course(ticket),
        "office": _office(ticket),
        "files": evidence.for_ticket(store, ticket.number),
        "asked": asked,
        "asked_items": [(name, hows.get(name, "")) for name in asked.items] if asked else [],
        "may_add": ticket.status not in CLOSED_TO_CONSUMER,
        "questions": ticket_questions.of_ticket(store, ticket.number),
        "to_rate": [stage for stage in reached if stage not in given],
        "scores": sorted(section("consumer_page")["scores"].items(), reverse=True),
    }


@ticket_pages.post("/<number>/evidence")
@limiter.limit(limits.UPLOADS)
@few_wrong_codes
def add_evidence(number: str) -> BaseResponse:
    """Take a file for the ticket; it is kept in its conversation too."""
    ticket = opened(number, request.form.get("code", ""))
    name, data = read_upload()
    try:
        flash(_kept(ticket, name, data), "done")
    except EvidenceError as error:
        flash(sentence(error.code), "error")
    except NoteRefused as error:
        flash(say(f"tickets.refused.{error.rule}"), "error")
    return _back(ticket, "materials")


@ticket_pages.get("/<number>/evidence/<evidence_id>")
@few_wrong_codes
def read_evidence(number: str, evidence_id: str) -> Response:
    """Send back one of the ticket's files."""
    ticket = opened(number, request.args.get("code", ""))
    return sent_file(evidence_id, conversation=ticket.conversation_id)


@ticket_pages.post("/<number>/question")
@limiter.limit(limits.HANDOFFS)
@few_wrong_codes
def ask_question(number: str) -> BaseResponse:
    """Keep a question for the officer."""
    ticket = opened(number, request.form.get("code", ""))
    try:
        ticket_questions.ask(parts().store, ticket.number, clean(request.form.get("text", "")))
    except QuestionRefused as error:
        flash(say(f"consumer_page.question_refused.{error.rule}"), "error")
    else:
        flash(say("consumer_page.asked"), "done")
    return _back(ticket, "questions")


@ticket_pages.post("/<number>/rating")
@few_wrong_codes
def rate_ticket(number: str) -> BaseResponse:
    """Keep how content the consumer is with a stage."""
    ticket = opened(number, request.form.get("code", ""))
    score = request.form.get("score", "")
    try:
        ticket_ratings.rate(
            parts().store,
            ticket.number,
            request.form.get("stage", ""),
            int(score) if score in set("12345") else 0,
            text=clean(request.form.get("text", "")),
        )
    except RatingRefused as error:
        flash(say(f"consumer_page.rating_refused.{error.rule}"), "error")
    else:
        flash(say("consumer_page.rated"), "done")
    return _back(ticket, "course")


def _office(ticket: Ticket) -> str:
    """Name the office the ticket was transferred to, else the one decided for it; '' while unknown."""
    if ticket.status is TicketStatus.TRANSFERRED and ticket.office:
        return ticket.office
    return dispatch.of(parts().store, ticket.number).office_name


def _kept(ticket: Ticket, name: str, data: bytes) -> str:
    """Keep the file, hang it on the ticket and show it in the conversation; all or nothing of the last two."""
    store, settings = parts().store, parts().settings
    if ticket.status in CLOSED_TO_CONSUMER:
        raise NoteRefused("closed")
    kept = evidence.add(
        store,
        settings.evidence_dir,
        ticket.conversation_id,
        filename=name,
        data=data,
        max_bytes=settings.max_upload_bytes,
    )
    if kept.number == ticket.number:
        return say("consumer_page.sent_already")
    shown = {"id": kept.id, "name": kept.name, "type": kept.type, "size": kept.size}
    owner = conversations.get(store, ticket.conversation_id).owner
    with store.write():
        tickets.add_supplement(store, ticket.number, "", evidence=[kept.id])
        conversations.add_message(
            store,
            ticket.conversation_id,
            author="consumer",
            kind="evidence",
            body={"text": kept.name, "evidence": shown, "to": owner},
        )
    return say("consumer_page.sent")


def _back(ticket: Ticket, part: str) -> BaseResponse:
    code = request.form.get("code", "")
    return redirect(url_for("ticket_pages.show", number=ticket.number, code=code) + f"#{part}")
