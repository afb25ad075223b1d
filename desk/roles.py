"""What staff may do: roles and their permissions, read from roles.yml and checked there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from .errors import RolesRefused

FILE = Path(__file__).with_name("roles.yml")
REACHES = ("office", "branch")


class Role(str, Enum):
    ADMINISTRATOR = "administrator"
    CURATOR = "curator"
    MEDIATOR = "mediator"
    OFFICER = "officer"
    REVIEWER = "reviewer"
    SUPERVISOR = "supervisor"


class Permission(str, Enum):
    CANNED_MANAGE = "canned:manage"
    CASE_EDIT = "case:edit"
    CASE_PUBLISH = "case:publish"
    CASE_REVIEW = "case:review"
    CONSULTATION_HOLD = "consultation:hold"
    CONVERSATION_READ = "conversation:read"
    CONVERSATION_REQUEUE = "conversation:requeue"
    CONVERSATION_TAKE = "conversation:take"
    CONVERSATION_WATCH = "conversation:watch"
    DISPATCH_MANAGE = "dispatch:manage"
    HISTORY_READ = "history:read"
    LAW_IMPORT = "law:import"
    MODEL_PROMOTE = "model:promote"
    MODEL_TRAIN = "model:train"
    PERSONAL_ERASE = "personal:erase"
    PERSONAL_READ = "personal:read"
    REPORT_HANDLE = "report:handle"
    REPORT_READ = "report:read"
    ROSTER_MANAGE = "roster:manage"
    STAFF_MANAGE = "staff:manage"
    STATISTICS_READ = "statistics:read"
    TICKET_ADVANCE = "ticket:advance"
    TICKET_ASSIGN = "ticket:assign"
    TICKET_READ = "ticket:read"
    UNANSWERED_HANDLE = "unanswered:handle"
    UNANSWERED_READ = "unanswered:read"
    UTTERANCE_DECIDE = "utterance:decide"
    UTTERANCE_LABEL = "utterance:label"


_PERMISSION = {"enum": [permission.value for permission in Permission]}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["roles", "apart"],
    "properties": {
        "roles": {
            "type": "object",
            "additionalProperties": False,
            "required": [role.value for role in Role],
            "properties": {
                role.value: {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["reach", "may"],
                    "properties": {
                        "reach": {"enum": list(REACHES)},
                        "may": {"type": "array", "minItems": 1, "uniqueItems": True, "items": _PERMISSION},
                    },
                }
                for role in Role
            },
        },
        "apart": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["one", "other", "why"],
                "properties": {"one": _PERMISSION, "other": _PERMISSION, "why": {"type": "string"}},
            },
        },
    },
}


@dataclass(frozen=True)
class Apart:
    """Two permissions that one person should not hold together, and why."""

    one: Permission
    other: Permission
    why: str


@dataclass(frozen=True)
class Roles:
    """The content of roles.yml. `branch` are the roles that see the offices below their own."""

    may: Mapping[Role, frozenset[Permission]]
    branch: frozenset[Role]
    apart: tuple[Apart, ...]


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return everything these roles together may do."""
    return _held(frozenset(roles))


@cache
def _held(roles: frozenset[Role]) -> frozenset[Permission]:
    return frozenset().union(*(_ROLES.may[role] for role in roles))


def sees_branch(roles: Iterable[Role]) -> bool:
    """Tell whether one of these roles sees the offices below its own."""
    return not _ROLES.branch.isdisjoint(roles)


def held_together(roles: Iterable[Role]) -> list[Apart]:
    """Return the duties these roles join that should be apart, for the page of staff."""
    held = permissions_of(roles)
    return [pair for pair in _ROLES.apart if {pair.one, pair.other} <= held]


def read(text: str) -> Roles:
    """Return the roles of a file's text; RolesRefused says what in it cannot be."""
    content = yaml.safe_load(text)
    try:
        jsonschema.validate(content, SCHEMA)
    except jsonschema.ValidationError as error:
        place = "/".join(str(part) for part in error.absolute_path)
        raise RolesRefused(f"{place}: {error.message}") from None
    may = {
        Role(name): frozenset(Permission(value) for value in row["may"])
        for name, row in content["roles"].items()
    }
    apart = tuple(Apart(Permission(r["one"]), Permission(r["other"]), r["why"]) for r in content["apart"])
    for role, granted in may.items():
        for pair in apart:
            if {pair.one, pair.other} <= granted:
                raise RolesRefused(f"{role.value} holds {pair.one.value} and {pair.other.value}: {pair.why}")
    branch = frozenset(Role(name) for name, row in content["roles"].items() if row["reach"] == "branch")
    return Roles(may, branch, apart)


_ROLES = read(FILE.read_text("utf-8"))
PERMISSIONS = _ROLES.may
