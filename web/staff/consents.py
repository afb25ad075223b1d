"""Consent to mediation on the ticket page: what each side answered, and recording it (Order 121, art. 18, 19)."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from desk import articles, consents
from desk.staff import Permission
from desk.ticket import OPEN, TicketEvent
from desk.tickets import Ticket, TicketKind

from ..parts import parts
from ..request_fields import clean
from ..wording import say
from . import staff
from .access import me, needs
from .telling import tell
from .ticket_access import may_advance, to_advance


@staff.post("/tickets/<number>/consents")
@needs(Permission.TICKET_ADVANCE)
def record_consent(number: str) -> Response:
    """Record what a side answered."""
    ticket = to_advance(number)
    names = ("party", "matter", "answer", "how")
    party, matter, answer, how = (clean(request.form.get(name, ""))[:20] for name in names)
    return tell(
        lambda: consents.record(
            parts().store, ticket.number, party=party, matter=matter, answer=answer, how=how, by=me().id
        ),
        say("life.consents.kept"),
        url_for(".ticket_page", number=ticket.number) + "#consents",
    )


def consent_panel(ticket: Ticket, events: list[TicketEvent]) -> dict[str, Any]:
    """Return what the ticket page shows of consent; nothing for a report."""
    if ticket.kind is not TicketKind.COMPLAINT:
        return {"consents": []}
    found = consents.given(events)
    rows = [
        {"party": party, "matter": matter, "given": found.get((party, matter))}
        for matter in consents.MATTERS
        for party in consents.PARTIES
        if matter == consents.MEDIATION or any((side, matter) in found for side in consents.PARTIES)
    ]
    return {
        "consents": rows,
        "consent_articles": {matter: articles.named(no) for matter, no in consents.ARTICLES.items()},
        "consent_choices": {
            "party": consents.PARTIES,
            "matter": consents.MATTERS,
            "answer": consents.ANSWERS,
            "how": consents.WAYS,
        },
        "may_record_consent": may_advance(ticket) and ticket.status in OPEN,
    }
