"""Internal targets of the office: what it expects of itself, from a ticket's course. Pure.

The figures stand in desk/targets.yml. They are shown beside the periods of the law, never as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from . import clock
from .course import Course
from .deadlines import BOTH
from .ticket import ENDED, TicketKind, TicketStatus

FILE = Path(__file__).with_name("targets.yml")
DAYS = {"type": "integer", "minimum": 1, "maximum": 365}
CODES = {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}
SCHEMA = {
    "type": "object",
    "required": ["targets", "special"],
    "additionalProperties": False,
    "properties": {
        "targets": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "required": ["of", "from", "until", "days", "unit"],
                "additionalProperties": False,
                "properties": {
                    "of": {"enum": [kind.value for kind in TicketKind]},
                    "from": {"enum": ["received", "accepted", "ended", "settled"]},
                    "until": {"enum": ["contacted", "decided", "begun", "finished", "told", "followed_up"]},
                    "days": DAYS,
                    "unit": {"enum": ["working", "calendar"]},
                },
            },
        },
        "special": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["days"],
                "additionalProperties": False,
                "properties": {
                    "topics": CODES,
                    "offices": CODES,
                    "days": {"type": "object", "additionalProperties": DAYS, "minProperties": 1},
                },
            },
        },
    },
}

_S = TicketStatus
RUNS_IN = {
    "contacted": frozenset(status.value for status in TicketStatus if status not in ENDED),
    "decided": frozenset({_S.RECEIVED.value}),
    "begun": frozenset({_S.ACCEPTED.value}),
    "finished": frozenset({_S.ACCEPTED.value, _S.MEDIATING.value, _S.PAUSED.value}),
    "told": frozenset({_S.FAILED.value, _S.WITHDRAWN.value}),
    "followed_up": frozenset({_S.SETTLED.value}),
}


@dataclass(frozen=True)
class Target:
    """One target that is not met yet; `day` is its last day (Beijing date)."""

    key: str
    day: date


@dataclass(frozen=True)
class Policy:
    """The figures of desk/targets.yml."""

    targets: Mapping[str, Mapping[str, Any]]
    special: tuple[Mapping[str, Any], ...]

    def days(self, key: str, *, topic: str, office: str) -> int:
        """Return how many days this target has for a ticket of that topic at that office."""
        for entry in self.special:
            fits = topic in entry.get("topics", (topic,)) and office in entry.get("offices", (office,))
            if fits and key in entry["days"]:
                return int(entry["days"][key])
        return int(self.targets[key]["days"])


def policy_of(loaded: Any) -> Policy:
    """Return the policy of parsed YAML; ValueError saying what does not fit."""
    try:
        jsonschema.validate(loaded, SCHEMA)
    except jsonschema.ValidationError as error:
        raise ValueError(f"targets: {'/'.join(map(str, error.absolute_path))}: {error.message}") from error
    for entry in loaded["special"]:
        if unknown := entry["days"].keys() - loaded["targets"].keys():
            raise ValueError(f"targets: special names no target: {sorted(unknown)}")
    return Policy(loaded["targets"], tuple(loaded["special"]))


@cache
def policy() -> Policy:
    """Return the office's policy, read once."""
    return policy_of(yaml.safe_load(FILE.read_text("utf-8")))


def running(course: Course, policy: Policy, *, topic: str, office: str) -> list[Target]:
    """Return the targets that run now and are not met, the nearest first."""
    found = []
    for key, rule in policy.targets.items():
        start = getattr(course, f"{rule['from']}_on")
        if rule["of"] != course.kind.value or start is None or not _runs(course, rule["until"]):
            continue
        found.append(
            Target(key, _last_day(course, rule, start, policy.days(key, topic=topic, office=office)))
        )
    return sorted(found, key=lambda target: (target.day, target.key))


def nearest(course: Course, policy: Policy, *, topic: str, office: str) -> date | None:
    """Return the last day of the nearest target, None when none runs."""
    found = running(course, policy, topic=topic, office=office)
    return found[0].day if found else None


def _runs(course: Course, until: str) -> bool:
    if course.status not in RUNS_IN[until]:
        return False
    if until == "contacted":
        return course.contacted_on is None
    if until == "told":
        return not course.told >= BOTH
    return not course.examining


def _last_day(course: Course, rule: Mapping[str, Any], start: date, days: int) -> date:
    if rule["unit"] == "working":
        return clock.working_days_after(start, days).day
    return clock.days_after(start, days, course.pauses).day
