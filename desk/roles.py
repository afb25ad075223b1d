"""What staff may do: permissions by role, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum


class Role(str, Enum):
    ADMINISTRATOR = "administrator"
    CURATOR = "curator"
    MEDIATOR = "mediator"
    OFFICER = "officer"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"


class Permission(str, Enum):
    CASE_EDIT = "case:edit"
    CASE_PUBLISH = "case:publish"
    CASE_REVIEW = "case:review"
    CONVERSATION_READ = "conversation:read"
    CONVERSATION_REQUEUE = "conversation:requeue"
    CONVERSATION_TAKE = "conversation:take"
    HISTORY_READ = "history:read"
    PERSONAL_ERASE = "personal:erase"
    PERSONAL_READ = "personal:read"
    REPORT_HANDLE = "report:handle"
    REPORT_READ = "report:read"
    STAFF_MANAGE = "staff:manage"
    STATISTICS_READ = "statistics:read"
    TICKET_ADVANCE = "ticket:advance"
    TICKET_ASSIGN = "ticket:assign"
    TICKET_READ = "ticket:read"
    UNANSWERED_HANDLE = "unanswered:handle"
    UNANSWERED_READ = "unanswered:read"


_P = Permission
_LIBRARY = {_P.CASE_EDIT, _P.UNANSWERED_HANDLE, _P.UNANSWERED_READ}
_TALK = {_P.CONVERSATION_READ, _P.CONVERSATION_TAKE}

# An administrator looks after accounts and the history and has no business with consumers' data.
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset({_P.HISTORY_READ, _P.STAFF_MANAGE, _P.STATISTICS_READ}),
    Role.CURATOR: frozenset(_LIBRARY),
    Role.MEDIATOR: frozenset({*_TALK, _P.TICKET_READ, _P.TICKET_ADVANCE, _P.PERSONAL_READ}),
    Role.OFFICER: frozenset(
        {
            *_TALK,
            _P.PERSONAL_READ,
            _P.REPORT_HANDLE,
            _P.REPORT_READ,
            _P.TICKET_ADVANCE,
            _P.TICKET_ASSIGN,
            _P.TICKET_READ,
            _P.UNANSWERED_READ,
        }
    ),
    Role.REVIEWER: frozenset({_P.CASE_PUBLISH, _P.CASE_REVIEW, _P.UNANSWERED_READ}),
    Role.SUPERVISOR: frozenset(
        {
            *_TALK,
            _P.CONVERSATION_REQUEUE,
            _P.HISTORY_READ,
            _P.PERSONAL_ERASE,
            _P.PERSONAL_READ,
            _P.REPORT_HANDLE,
            _P.REPORT_READ,
            _P.STATISTICS_READ,
            _P.TICKET_ADVANCE,
            _P.TICKET_ASSIGN,
            _P.TICKET_READ,
            _P.UNANSWERED_READ,
        }
    ),
}


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything these roles together may do."""
    return frozenset().union(*(PERMISSIONS[role] for role in roles))
