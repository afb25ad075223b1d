"""News of a ticket for a consumer whose channel is sent its messages, kept with the step itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import wording
from .conversation_rows import PUSHED, keep_message, row_of
from .course import MERGED, UNMERGED
from .store import Tx
from .ticket import TicketEvent, TicketKind

CONSUMER = "consumer"
TOLD_APART = frozenset({MERGED, UNMERGED})  # a letter of their own says what it means


def tell_consumer(tx: Tx, ticket: Mapping[str, Any], event: TicketEvent) -> None:
    """Say in the conversation that the office moved the ticket on; pages look for themselves.

    A step that goes out with its own letter is told by the letter.
    """
    if not event.to_status or event.to_status == event.from_status or event.by in (CONSUMER, "bot"):
        return
    if event.event in TOLD_APART or event.detail.get("notice") or not event.from_status:
        return
    conversation = row_of(tx, ticket["conversation_id"], lock=True)
    if conversation["channel"] not in PUSHED:
        return
    news = news_of(ticket, event.to_status)
    text = wording.say("ticket_news", TicketKind(ticket["kind"]).value).format(**news)
    keep_message(
        tx, conversation, "system", "notice", {"text": text, "ticket_news": news}, None, None, event.at
    )


def news_of(ticket: Mapping[str, Any], status: str) -> dict[str, str]:
    """Return number and status in words, as a channel's own notice shows them."""
    labels = "statuses" if ticket["kind"] == TicketKind.COMPLAINT.value else "report_statuses"
    words = wording.section(labels).get(status) or wording.say("statuses", status)
    return {"number": ticket["number"], "status": words}
