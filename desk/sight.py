"""What a person sees: their offices, and whether something is there for them; what another office handles is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .errors import (
    ConsultationNotFound,
    ConversationNotFound,
    EvidenceNotFound,
    GroupNotFound,
    TicketNotFound,
)
from .office_directory import LOCAL, Offices, directory
from .roles import Role, sees_branch
from .staff import Staff
from .store import Store, consultations, conversations, evidence, groups, tickets

LARGEST_ID = 2**63 - 1

# What a route's argument names, how it is looked up, and what is said when it is not there.
LOOKUPS: Mapping[str, tuple[Any, type[Exception]]] = {
    "conversation_id": (conversations.conversation, ConversationNotFound),
    "number": (lambda connection, id: tickets.ticket(connection, id.strip().upper()[:40]), TicketNotFound),
    "evidence_id": (evidence.one, EvidenceNotFound),
    "group": (lambda connection, id: groups.group(connection, id.strip().upper()[:40]), GroupNotFound),
    "consultation_id": (
        lambda connection, id: consultations.consultation(connection, min(int(id), LARGEST_ID)),
        ConsultationNotFound,
    ),
}


def offices_of(store: Store, member: Staff) -> frozenset[str]:
    """Return the offices whose tickets and conversations this person sees: their own, and as a supervisor
    those below. Whoever sees the default office sees what was filed while it was being marked."""
    return offices_seen(directory(store), member.roles, member.offices)


def offices_seen(known: Offices, roles: Iterable[Role], belongs: Iterable[str]) -> frozenset[str]:
    """Return the offices someone with these roles who belongs to these offices sees."""
    seen = frozenset(belongs)
    if sees_branch(roles):
        seen = seen.union(*(known.within(office) for office in seen))
    return seen | {LOCAL} if known.default in seen else seen


def require(store: Store, named: Mapping[str, Any]) -> None:
    """Return if everything that `named` names is there, else its NotFound.

    `named` are the arguments of a route; those that name something else are not looked at.
    """
    wanted = [(LOOKUPS[name], str(value)) for name, value in named.items() if name in LOOKUPS]
    if not wanted:
        return
    with store.read() as tx:
        for (look_up, missing), id in wanted:
            if look_up(tx.connection, id) is None:
                raise missing(id)
