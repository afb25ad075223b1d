"""The office in whose name a letter about a ticket goes out."""

from __future__ import annotations

from desk import office_directory
from desk.tickets import Ticket

from ..parts import parts


def our_office(ticket: Ticket) -> str:
    """Return the full name of the office that handles it; the one of the settings while none is marked as ours."""
    known = office_directory.directory(parts().store)
    return known.name(ticket.handling_office) if known.marked else parts().settings.office_name
