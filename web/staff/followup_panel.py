"""What the ticket page shows of the consumer's questions and, to supervisors, of their ratings."""

from __future__ import annotations

from typing import Any

from desk import ticket_questions, ticket_ratings
from desk.staff import Permission
from desk.tickets import Ticket

from ..parts import parts
from ..wording import section
from .access import me
from .ticket_access import may_advance


def followup_panel(ticket: Ticket) -> dict[str, Any]:
    """Return the values of staff/followup/panel.html for one ticket."""
    store = parts().store
    seen = me().can(Permission.STATISTICS_READ)
    return {
        "ticket_questions": ticket_questions.of_ticket(store, ticket.number),
        "ticket_ratings": ticket_ratings.of_ticket(store, ticket.number) if seen else [],
        "rating_words": section("consumer_page")["scores"],
        "may_answer": may_advance(ticket),
    }
