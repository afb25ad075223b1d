"""What the ticket page shows beside a complaint: its group, the same problem of others, the signs of art. 17."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desk import related_claims, tickets, wording
from desk.staff import Permission
from desk.suspicion import Sign
from desk.tickets import Ticket, TicketKind

from ..parts import parts
from .access import me


@dataclass(frozen=True)
class Relative:
    """Another ticket and why it is shown: `phone`, `problem`, `merchant`."""

    ticket: Ticket
    why: list[str]


def related_panel(ticket: Ticket, group: Any) -> dict[str, Any]:
    """Return the other tickets of the same person or merchant, each once with why, and the signs of art. 17."""
    store = parts().store
    if ticket.kind is TicketKind.REPORT:
        return {"relatives": _relatives(ticket, ()), "same_problem": [], "suspicion": [], "group_state": ""}
    same = related_claims.same_problem(store, ticket.number)
    found = related_claims.signs(store, ticket.number) if me().can(Permission.TICKET_ADVANCE) else []
    return {
        "relatives": _relatives(ticket, same),
        "same_problem": same,
        "suspicion": [_shown(sign) for sign in found],
        "group_state": wording.say("group_states", group.state) if group else "",
    }


def _relatives(ticket: Ticket, same: Sequence[Ticket]) -> list[Relative]:
    found = tickets.related(parts().store, ticket.number)
    named: dict[str, Relative] = {}
    for why, others in (("phone", found.by_phone), ("problem", same), ("merchant", found.by_merchant)):
        for other in others:
            known = named.setdefault(other.number, Relative(other, []))
            if not (why == "merchant" and "problem" in known.why):
                known.why.append(why)
    return list(named.values())


def _shown(sign: Sign) -> dict[str, Any]:
    # The complaint itself counts where the sign is about how often the same person complained.
    count = len(sign.numbers) + (sign.code in ("frequency", "repeated"))
    words = wording.say("suspicion_signs", sign.code)
    return {
        "factor": wording.say("suspicion_factors", sign.factor),
        "words": words.format(quoted=sign.quoted, count=count, days=sign.days),
        "numbers": sign.numbers,
    }
