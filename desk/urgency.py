"""How urgently someone who waits needs a person, and why. Pure; the words and levels are in urgency.yml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from functools import cache
from typing import Any

from . import reviewed


class Level(IntEnum):
    USUAL = 0
    RAISED = 1
    HIGH = 2
    GRAVE = 3

    @property
    def word(self) -> str:
        """The key of its label: usual, raised, high, grave."""
        return self.name.lower()


@dataclass(frozen=True)
class Signals:
    """What is known of someone: their words, acts the assistant recognised, ages (years), sums (yuan).

    `handoff` is the code of why the conversation left the assistant.
    """

    texts: tuple[str, ...] = ()
    acts: frozenset[str] = frozenset()
    handoff: str = ""
    ages: tuple[int, ...] = ()
    amounts: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Urgency:
    """The level, and the codes of its reasons, the gravest first."""

    level: Level = Level.USUAL
    reasons: tuple[str, ...] = ()


USUAL = Urgency()


def assess(signals: Signals) -> Urgency:
    """Return how urgent this is; more signals never make it less urgent."""
    found = [(level, name) for name, (level, rule) in _rules().items() if _speaks_for(name, rule, signals)]
    found.sort(key=lambda row: -row[0])
    covered = {other for _, name in found for other in _rules()[name][1].get("covers", ())}
    reasons = tuple(name for _, name in found if name not in covered)
    return Urgency(found[0][0] if found else Level.USUAL, reasons)


def place(urgency: Urgency, since: datetime) -> tuple[int, datetime]:
    """Return what the queue is sorted by: grave before all, then by time with the credit of the level.

    Whoever waits keeps their place towards everyone who comes later than the largest credit.
    """
    if urgency.level is Level.GRAVE:
        return 0, since
    credit = reviewed.load("urgency")["credit_minutes"][urgency.level.word]
    return 1, since - timedelta(minutes=credit)


def _speaks_for(name: str, rule: Mapping[str, Any], signals: Signals) -> bool:
    words, others = _patterns(name)
    return (
        bool(signals.acts & set(rule.get("acts", ())))
        or signals.handoff in (*rule.get("handoffs", ()), name)
        or any(age >= rule.get("ages_from", 1000) for age in signals.ages)
        or any(amount >= rule.get("yuan_from", 10**15) for amount in signals.amounts)
        or any(words.search(others.sub("", text)) for text in signals.texts)
    )


@cache
def _rules() -> dict[str, tuple[Level, Mapping[str, Any]]]:
    raw = reviewed.load("urgency")["reasons"]
    return {name: (Level[rule["level"].upper()], rule) for name, rule in raw.items()}


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What shows the reason, and what only looks like it; an empty list never matches."""
    rule = _rules()[name][1]
    return _any(rule.get("words", ())), _any(rule.get("not_in", ()))


def _any(words: Any) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))) or r"(?!)")
