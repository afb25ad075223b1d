"""Which skill a ticket needs and who in its queue has the least to do: pure functions over reviewed rules.

A queue is one of our offices and a skill; which office is no rule of this file but who handles the ticket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("assignment.yml")
MANUAL = "manual"  # the rule of a queue that a person chose
CONDITIONS = frozenset({"kind", "topic", "case", "region", "amount_from", "flags"})


@dataclass(frozen=True)
class Matter:
    """What the rules look at; `amount` is yuan."""

    kind: str
    topic: str
    case_id: str
    region_code: str
    amount: Decimal | None
    flags: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One line of the rules: it leads to `skill` when all conditions hold."""

    key: str
    skill: str
    because: str
    when: Mapping[str, Any]

    def fits(self, matter: Matter) -> bool:
        """Tell whether all conditions hold for this matter."""
        held = {
            "kind": lambda wanted: matter.kind == wanted,
            "topic": lambda wanted: matter.topic in wanted,
            "case": lambda wanted: matter.case_id in wanted,
            "region": lambda wanted: matter.region_code.startswith(tuple(wanted)),
            "amount_from": lambda wanted: matter.amount is not None and matter.amount >= Decimal(wanted),
            "flags": lambda wanted: bool(set(wanted) & set(matter.flags)),
        }
        return all(held[name](wanted) for name, wanted in self.when.items())


@dataclass(frozen=True)
class Share:
    """How a load is counted: points for each open ticket, and more for those due soon or overdue."""

    automatic: bool
    soon_days: int
    open: int
    soon: int
    overdue: int


@dataclass(frozen=True)
class Load:
    """What one person has: open tickets, of these due within the next days, of these overdue."""

    open: int = 0
    soon: int = 0
    overdue: int = 0

    def points(self, share: Share) -> int:
        """Return how heavy it is."""
        return self.open * share.open + self.soon * share.soon + self.overdue * share.overdue


@dataclass(frozen=True)
class Route:
    """The skill a ticket needs and the rule that decided."""

    skill: str
    rule: str


@dataclass(frozen=True)
class Policy:
    """The rules of one installation."""

    skills: Mapping[str, str]
    skill_rules: tuple[Rule, ...]
    share: Share

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> Policy:
        """Return the rules of a loaded file; ValueError names the line that does not fit."""
        skills = {key: str(entry["name"]) for key, entry in content["skills"].items()}
        return cls(
            skills,
            _rules(content["skill_rules"], skills),
            Share(**content["share"]),
        )

    def route(self, matter: Matter) -> Route:
        """Return the skill for a matter; the last rule always fits."""
        found = next(rule for rule in self.skill_rules if rule.fits(matter))
        return Route(found.skill, found.key)

    def because(self, rule_key: str) -> str:
        """Return the reason of a rule in words; '' for one that is no longer in the file."""
        for rule in self.skill_rules:
            if rule.key == rule_key:
                return rule.because
        return ""


@cache
def policy() -> Policy:
    """Return the reviewed rules of desk/assignment.yml."""
    return Policy.read(yaml.safe_load(FILE.read_text("utf-8")))


def least_loaded(loads: Mapping[str, Load], share: Share) -> str | None:
    """Return who has the least to do, the first by id among equals; None when there is nobody."""
    return min(loads, key=lambda id: (loads[id].points(share), id), default=None)


def _rules(lines: Sequence[Mapping[str, Any]], known: Mapping[str, str]) -> tuple[Rule, ...]:
    rules = []
    for line in lines:
        when = line.get("when", {})
        if line.keys() - {"key", "when", "because", "skill"} or when.keys() - CONDITIONS:
            raise ValueError(f"assignment {line.get('key')}: unknown part")
        if line["skill"] not in known:
            raise ValueError(f"assignment {line['key']}: no skill {line['skill']}")
        rules.append(Rule(line["key"], line["skill"], line["because"], when))
    if not rules or rules[-1].when or MANUAL in {rule.key for rule in rules}:
        raise ValueError(f"assignment: the last rule must have no condition, and none be {MANUAL}")
    if len({rule.key for rule in rules}) != len(rules):
        raise ValueError("assignment: a rule twice")
    return tuple(rules)
