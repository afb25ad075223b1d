"""What the ticket page shows of its office: the rule that decided, what is missing, and disputes with their clock."""

from __future__ import annotations

from typing import Any

from desk import dispatch, office_directory, office_disputes, wording
from desk.competence import RespondentKind, Route
from desk.respondents import platforms
from desk.ticket import OPEN
from desk.tickets import Ticket, TicketKind, TicketStatus

from ..parts import parts
from .due import due_words
from .ticket_access import may_advance

INSIDE = (Route.OURS, Route.SISTER)


def dispatch_panel(ticket: Ticket) -> dict[str, Any]:
    """Return the values of staff/dispatch/competence.html for one ticket."""
    store = parts().store
    found, known = dispatch.of(store, ticket.number), office_directory.directory(store)
    may_act = may_advance(ticket)
    report = ticket.kind is TicketKind.REPORT
    moves_on = TicketStatus.TRANSFERRED in ticket.next_statuses
    return {
        "dispatch": found,
        "dispatch_asks": [wording.say("dispatch_asks", code) for code in found.asks],
        "dispatch_kinds": kinds(),
        "dispatch_kind": wording.say("respondent_kinds", found.told.kind.value),
        "dispatch_route": wording.say("dispatch_routes", found.route.value),
        "dispatch_others": [known.name(code) for code in found.competent if code != found.office],
        "dispatch_platforms": list(platforms().values()),
        "dispatch_unverified": dispatch.by_unverified_seat(found.rule, found.told),
        "dispatch_marked": known.marked,
        "dispatch_tells": report and found.route is not Route.BELOW,
        "may_dispatch": may_act,
        "may_transfer": may_act and moves_on and bool(found.office) and found.route not in INSIDE,
        "may_hand_over": may_act and ticket.status in OPEN and len(known.ours) > 1,
        "sister_offices": [(code, known.name(code)) for code in known.ours if code != ticket.handling_office],
        "handling_name": known.name(ticket.handling_office) if len(known.ours) > 1 else "",
        "office_choices": _choices(known, found.competent),
        "office_name": known.name,
        "disputes": [
            {"of": found, "due": due_words(found.due_on)}
            for found in office_disputes.of_ticket(store, ticket.number)
        ],
    }


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of respondents with their names."""
    return [(kind.value, wording.say("respondent_kinds", kind.value)) for kind in RespondentKind]


def _choices(known: office_directory.Offices, competent: tuple[str, ...]) -> list[tuple[str, str]]:
    listed = [(office.code, office.name) for office in known.listed()]
    return [*((code, known.name(code)) for code in competent if code not in known.entries), *listed]
