"""What working together adds to the page of one ticket."""

from __future__ import annotations

from typing import Any

from desk.tickets import Ticket

from .canned_texts import canned_panel
from .consultations import consultation_panel
from .mentions import notes_panel
from .presence import presence_panel
from .related import related_panel
from .ticket_queue import assignment_panel


def work_panels(ticket: Ticket) -> dict[str, Any]:
    """Return what the parts under templates/staff/work show on the ticket page."""
    consulting = consultation_panel(ticket)
    return {
        **assignment_panel(ticket.number),
        **notes_panel(ticket.number),
        **canned_panel(),
        **consulting,
        **related_panel(ticket, consulting["group_of"]),
        **presence_panel(ticket.number),
    }
