"""Words to paste, with their {fact} places filled; a clause whose fact is unknown is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from knowledge.content import UNKNOWN, Case, Fact, FactType
from knowledge.remedy import yuan

_CLAUSE = re.compile(r"[^，。；！？\n]*[，。；！？\n]?")
_PLACE = re.compile(r"\{([a-z0-9_]+)\}")
_ENDS = "。！？\n"


def chinese_day(day: date) -> str:
    """2026年10月1日."""
    return f"{day.year}年{day.month}月{day.day}日"


def shown(fact: Fact, value: object) -> str:
    """A fact's value as a person writes it: 2026年10月1日, 3000, 8."""
    text = str(value)
    if fact.type is FactType.DATE:
        try:
            return chinese_day(date.fromisoformat(text))
        except ValueError:
            return text
    if fact.type is FactType.MONEY:
        try:
            return yuan(Decimal(text))
        except InvalidOperation:
            return text
    return text


def fill(text: str, case: Case, facts: Mapping[str, object]) -> str:
    """The text with every known fact in its place; clauses with an unknown one are dropped, stops kept."""
    out = ""
    for clause in _CLAUSE.findall(text):
        missing = [id for id in _PLACE.findall(clause) if facts.get(id) in (None, UNKNOWN)]
        if missing:
            if clause[-1:] in _ENDS and out and out[-1] not in _ENDS:
                out = out.rstrip("，；") + clause[-1]
            continue
        out += _PLACE.sub(lambda match: shown(case.facts[match[1]], facts[match[1]]), clause)
    return out
