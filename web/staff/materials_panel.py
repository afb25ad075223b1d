"""What the ticket page shows of the materials: each item with the files that prove it, the score, what is missing."""

from __future__ import annotations

from typing import Any

from desk import evidence, materials, ticket_links
from desk.completeness import Completeness, measure
from desk.staff import Staff
from desk.tickets import Ticket

from ..parts import parts
from ..ticket_progress import CLOSED_TO_CONSUMER
from .ticket_access import may_advance


def materials_panel(ticket: Ticket) -> dict[str, Any]:
    """Return the values of staff/materials/panel.html for one ticket."""
    store = parts().store
    found = completeness(ticket)
    numbers = [ticket.number, *ticket_links.merged_numbers(store, ticket.number)]
    return {
        "material_files": [file for number in numbers for file in evidence.for_ticket(store, number)],
        "completeness": found,
        "material_requests": materials.requests(store, ticket.number),
        "may_mark": may_advance(ticket),
        "may_ask": may_advance(ticket) and ticket.status not in CLOSED_TO_CONSUMER,
    }


def completeness(ticket: Ticket) -> Completeness:
    """Measure the ticket's files by the evidence list of its case."""
    items = parts().titles.evidence(ticket.case_id)
    return measure(items, materials.marks(parts().store, ticket.number))


def added_by(by: str, member: Staff) -> str:
    """Return whose file it is: `consumer`, `me` or `colleague`."""
    return "consumer" if by == "consumer" else "me" if by == member.id else "colleague"
