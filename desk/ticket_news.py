"""News of a ticket for a consumer whose channel is sent its messages, kept with the step itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import wording
from .conversation_rows import PUSHED, keep_message, row_of
from .store import Tx
from .ticket import TicketEvent, TicketKind

CONSUMER = "consumer"


def tell_consumer(tx: Tx, ticket: Mapping[str, Any], event: TicketEvent) -> None:
    """Say in the conversation that the office moved the ticket on; pages look for themselves."""
    if not event.to_status or event.to_status == event.from_status or event.by in (CONSUMER, "bot"):
        return
    conversation = row_of(tx, ticket["conversation_id"], lock=True)
    if conversation["channel"] not in PUSHED:
        return
    kind = TicketKind(ticket["kind"])
    labels = "statuses" if kind is TicketKind.COMPLAINT else "report_statuses"
    status = wording.section(labels).get(event.to_status, wording.say("statuses", event.to_status))
    text = wording.say("ticket_news", kind.value).format(number=ticket["number"], status=status)
    news = {"number": ticket["number"], "status": status}
    keep_message(
        tx, conversation, "system", "notice", {"text": text, "ticket_news": news}, None, None, event.at
    )
