"""Which of our offices handles a ticket and its conversation: set when it is filed, moved when handed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import assignment, dispatch
from .conversation_rows import STAFF, keep_message, row_of
from .errors import DispatchRefused
from .office_directory import directory_in
from .store import Store, Tx
from .store import conversations as conversation_rows
from .store import tickets as rows
from .ticket import OPEN, Ticket, TicketStatus
from .ticket_rows import event_at_rest, existing, happened, locked, masked_ticket, now

MOVED = "ticket:office:move"

Row = Mapping[str, Any]


def place(tx: Tx, ticket: Row, conversation: Row, office: str) -> Row:
    """Give a ticket just filed to the office decided for it, if that is one of ours or below one; returns its row.

    Otherwise it is the default office's, or, filed by a colleague, the one their conversation is handled by.
    """
    offices = directory_in(tx)
    rest = conversation["handling_office"] if _held(conversation) else offices.default
    return _move(tx, ticket, conversation, offices.handler(office) or rest)


def hand_over(store: Store, number: str, *, to: str, by: str, at: datetime | None = None) -> Ticket:
    """Hand an open ticket to another of our offices; its clocks run on and the consumer is told.

    It goes into that office's queue, and from whoever had it. DispatchRefused: office (not one of
    ours), same (it is there), closed. Those of the old office do not see it any more.
    """
    moment = at or now()
    with store.write() as seen:
        ticket = locked(seen, number)
        offices = directory_in(seen)
        if to not in offices.ours:
            raise DispatchRefused("office")
        if to == ticket["handling_office"]:
            raise DispatchRefused("same")
        if TicketStatus(ticket["status"]) not in OPEN:
            raise DispatchRefused("closed")
        with store.everywhere().write() as tx:
            conversation = row_of(tx, ticket["conversation_id"], lock=True)
            words = dispatch.handled_words(offices.name(to))
            moved = _move(tx, ticket, conversation, to)
            came_from = {"from_office": ticket["handling_office"], "to_office": to}
            event = event_at_rest(ticket, MOVED, by=by, at=moment, text=words, **came_from)
            after = happened(tx, moved, event, {"assigned_to": ""})
            keep_message(tx, conversation, "system", "text", {"text": words}, None, None, moment)
            assignment.place_new(tx, after, at=moment)
            return masked_ticket(tx.seal, existing(rows.ticket(tx.connection, number), number))


def _move(tx: Tx, ticket: Row, conversation: Row, to: str) -> Row:
    """Whoever is talking with the consumer keeps the conversation; the new office sees it by the ticket."""
    number = ticket["number"]
    rows.change_ticket(tx.connection, number, {"handling_office": to})
    if not _held(conversation):
        conversation_rows.change_conversation(tx.connection, conversation["id"], {"handling_office": to})
    return existing(rows.ticket(tx.connection, number), number)


def _held(conversation: Row) -> bool:
    return str(conversation["owner"]).startswith(STAFF)
