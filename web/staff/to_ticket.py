"""From a chat to a complaint: the form filled from the transcript, checked with the consumer, filed and told."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import admissibility, conversations, evidence, history, tickets, wording
from desk.complaint import ComplaintDraft
from desk.conversation_rows import STAFF
from desk.conversations import Conversation
from desk.errors import DraftIncomplete, NotOwner
from desk.staff import Permission
from desk.tickets import Ticket

from ..errors import NotPermitted
from ..parts import parts
from ..request_fields import clean
from ..ticket_prefill import FIELDS, facts_of, prefill
from ..ticket_progress import what_next
from ..wording import say
from . import staff
from .access import me, needs

LOOKED_BACK = 400  # messages


@staff.get("/conversations/<conversation_id>/ticket")
@needs(Permission.CONVERSATION_TAKE)
def ticket_form(conversation_id: str) -> str | Response:
    """Show the complaint as far as the chat tells it; only to who owns the conversation."""
    found = conversations.get(parts().store, conversation_id)
    if found.staff != me().id:
        flash(say("staff.not_owner"), "error")
        return _back(conversation_id)
    if not me().can(Permission.PERSONAL_READ):
        raise NotPermitted(request.path)
    messages = conversations.last_messages(parts().store, conversation_id, limit=LOOKED_BACK)
    with parts().store.write() as tx:  # the form shows in full what the transcript masks
        history.record(tx, "conversation:personal:read", conversation_id, by=me().id, purpose="ticket")
    return _form(found, prefill(messages), missing=[])


@staff.post("/conversations/<conversation_id>/ticket")
@needs(Permission.CONVERSATION_TAKE)
def file_from_chat(conversation_id: str) -> str | Response:
    """File the complaint and put number and code into the chat, both or neither."""
    found = conversations.get(parts().store, conversation_id)
    given = {name: clean(request.form.get(name, "")) for name in FIELDS}
    if request.form.get("checked") != "yes":
        flash(say("takeover.ticket.unchecked"), "error")
        return _form(found, given, missing=[])
    try:
        ticket = _filed(found, given)
    except ValueError:
        flash(say("takeover.ticket.date"), "error")
        return _form(found, given, missing=[])
    except DraftIncomplete as error:
        labels = [wording.section("findings").get(finding.code, finding.code) for finding in error.findings]
        return _form(found, given, missing=labels)
    except NotOwner:
        flash(say("staff.not_owner"), "error")
        return _back(conversation_id)
    flash(say("takeover.ticket.done", number=ticket.number), "done")
    return _back(conversation_id)


def _filed(found: Conversation, given: dict[str, str]) -> Ticket:
    store = parts().store
    messages = conversations.last_messages(store, found.id, limit=LOOKED_BACK)
    sent_by_us = {
        (message.body.get("evidence") or {}).get("id") for message in messages if message.author == "staff"
    }
    files = [kept.id for kept in evidence.for_conversation(store, found.id) if kept.id not in sent_by_us]
    draft = ComplaintDraft(
        **given,  # type: ignore[arg-type]
        topic=found.topic,
        case_id=found.case_id,
        office=parts().titles.office_of(found.case_id),
        facts=facts_of(messages, found.case_id),
        evidence=tuple(files),
    )
    with store.write():
        owner = conversations.get(store, found.id)
        if owner.staff != me().id:
            raise NotOwner(found.id, STAFF + me().id, owner.owner)
        ticket = tickets.file_ticket(store, conversation_id=found.id, draft=draft, by=me().id)
        conversations.add_message(
            store, found.id, author="staff", kind="ticket", body=_told(ticket), by=me().id
        )
    return ticket


def _told(ticket: Ticket) -> dict[str, Any]:
    return {
        "text": say("takeover.ticket.sent"),
        "ticket": {
            "number": ticket.number,
            "code": ticket.code,
            "accept_by": ticket.accept_by.isoformat() if ticket.accept_by else None,
            "status_url": f"/tickets/{ticket.number}?code={ticket.code}",
            "text": what_next(ticket),
        },
    }


def _form(found: Conversation, given: dict[str, str], *, missing: list[str]) -> str:
    return render_template(
        "staff/to_ticket.html",
        conversation=found,
        given=given,
        missing=missing,
        most=admissibility.MOST,
        files=evidence.for_conversation(parts().store, found.id),
    )


def _back(conversation_id: str) -> Response:
    return redirect(url_for(".conversation_page", conversation_id=conversation_id) + "#end")
