"""The rules of desk/life.yml: reopening, taking a merge back, splitting. Checked when first read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from .articles import CITED
from .ticket import FAILURE_GROUNDS, REFUSAL_GROUNDS, TicketKind, TicketStatus

FILE = Path(__file__).with_name("life.yml")
STATES = {
    "type": "array",
    "minItems": 1,
    "items": {"enum": [status.value for status in TicketStatus if status is not TicketStatus.CLOSED]},
}
RULE = {
    "type": "object",
    "required": ["of", "from", "to", "article"],
    "additionalProperties": False,
    "properties": {
        "of": {"enum": [kind.value for kind in TicketKind]},
        "from": STATES,
        "closed_only": STATES,
        "open_only": {"type": "boolean"},
        "grounds": {
            "type": "array",
            "minItems": 1,
            "items": {"enum": sorted({*REFUSAL_GROUNDS, *FAILURE_GROUNDS})},
        },
        "accepted": {"type": "boolean"},
        "in_time": {"type": "boolean"},
        "to": {"enum": ["received", "mediating", "breached"]},
        "article": {"type": "string", "pattern": f"^{CITED.pattern}$"},
    },
}
SCHEMA = {
    "type": "object",
    "required": ["reopening", "unmerge_within_days", "most_parts"],
    "additionalProperties": False,
    "properties": {
        "reopening": {"type": "object", "minProperties": 1, "additionalProperties": RULE},
        "unmerge_within_days": {"type": "integer", "minimum": 0, "maximum": 365},
        "most_parts": {"type": "integer", "minimum": 1, "maximum": 50},
    },
}


@dataclass(frozen=True)
class ReopenRule:
    """One ground for taking up an ended ticket again; the fields are explained in desk/life.yml."""

    code: str
    of: TicketKind
    sources: frozenset[TicketStatus]
    to: TicketStatus
    article: str
    closed_only: frozenset[TicketStatus] = frozenset()
    open_only: bool = False
    grounds: frozenset[str] = frozenset()
    accepted: bool | None = None
    in_time: bool = False


@dataclass(frozen=True)
class LifePolicy:
    """Everything desk/life.yml decides."""

    reopening: tuple[ReopenRule, ...]
    unmerge_within_days: int
    most_parts: int


def policy_of(loaded: Any) -> LifePolicy:
    """Return the policy of parsed YAML; ValueError saying what does not fit."""
    try:
        jsonschema.validate(loaded, SCHEMA)
    except jsonschema.ValidationError as error:
        raise ValueError(f"life: {'/'.join(map(str, error.absolute_path))}: {error.message}") from error
    rules = tuple(_rule(code, entry) for code, entry in loaded["reopening"].items())
    return LifePolicy(rules, loaded["unmerge_within_days"], loaded["most_parts"])


@cache
def policy() -> LifePolicy:
    """Return the rules in force, read once."""
    return policy_of(yaml.safe_load(FILE.read_text("utf-8")))


def _rule(code: str, entry: Mapping[str, Any]) -> ReopenRule:
    return ReopenRule(
        code=code,
        of=TicketKind(entry["of"]),
        sources=frozenset(map(TicketStatus, entry["from"])),
        to=TicketStatus(entry["to"]),
        article=entry["article"],
        closed_only=frozenset(map(TicketStatus, entry.get("closed_only", ()))),
        open_only=entry.get("open_only", False),
        grounds=frozenset(entry.get("grounds", ())),
        accepted=entry.get("accepted"),
        in_time=entry.get("in_time", False),
    )
