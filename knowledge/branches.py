"""Whether a case's conditions make sense: values of the right kind, and every outcome reachable."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from knowledge.content import NO, UNKNOWN, YES, Case, Fact, FactType
from knowledge.outcomes import COMPARISONS, decide

MOST = 40_000  # combinations tried per case
NUMERIC = (FactType.INTEGER, FactType.MONEY)


def _leaves(condition: Mapping[str, Any] | None) -> Iterator[tuple[str, Any]]:
    for key, wanted in (condition or {}).items():
        if key == "any":
            for option in wanted:
                yield from _leaves(option)
        else:
            yield key, wanted


def _named(wanted: Any) -> Iterator[tuple[str, Any]]:
    """(operator, value) of every value a leaf compares with; '' for equality."""
    if isinstance(wanted, Mapping):
        for operator, bound in wanted.items():
            for value in bound if isinstance(bound, list) else [bound]:
                yield operator, value
    else:
        for value in wanted if isinstance(wanted, list) else [wanted]:
            yield "", value


def _spoken(value: Any) -> str:
    return (YES if value else NO) if isinstance(value, bool) else str(value)


def condition_problems(case: Case, condition: Mapping[str, Any] | None) -> Iterator[str]:
    """What is wrong with a condition, each with what to do."""
    for id, wanted in _leaves(condition):
        fact = case.facts.get(id)
        if fact is None:
            known = ", ".join(case.facts) or "none declared"
            yield f"when: {id!r} is no fact of this case ({known}); declare it under facts or correct the id"
            continue
        for operator, value in _named(wanted):
            problem = _value_problem(fact, operator, value)
            if problem:
                yield f"when: {id}: {problem}"


def _value_problem(fact: Fact, operator: str, value: Any) -> str | None:
    ordering = operator in COMPARISONS[:4]
    if fact.type in NUMERIC:
        numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
        return (
            None
            if numeric or value == UNKNOWN
            else f"{value!r} is no number; compare {fact.type.value} with numbers"
        )
    if ordering and fact.type is not FactType.DATE:
        return f"{operator} compares numbers, but the fact is {fact.type.value}; use equality or a list"
    allowed = {FactType.CHOICE: fact.choices, FactType.BOOLEAN: (YES, NO)}.get(fact.type)
    if allowed is not None and _spoken(value) not in (*allowed, UNKNOWN):
        return f"{_spoken(value)!r} is no choice; use one of {', '.join(allowed)}"
    return None


def _samples(case: Case) -> dict[str, list[object]]:
    """Values worth trying for each fact that a condition names, not knowing it included."""
    samples: dict[str, list[object]] = {}
    for outcome in case.outcomes:
        for id, wanted in _leaves(outcome.when):
            fact = case.facts[id]
            tried = samples.setdefault(
                id, [UNKNOWN, *fact.choices, *((YES, NO) if fact.type is FactType.BOOLEAN else ())]
            )
            for _, value in _named(wanted):
                tried += _around(value)
    return {id: list(dict.fromkeys(values)) for id, values in samples.items()}


def _around(value: Any) -> list[object]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return [_spoken(value)]
    number = Decimal(str(value))
    return [str(number - 1), str(number), str(number + 1)]


def unreachable(case: Case) -> list[int]:
    """Positions of outcomes that no combination of fact values leads to."""
    samples = _samples(case)
    combinations = itertools.islice(itertools.product(*samples.values()), MOST)
    reached = {decide(case, dict(zip(samples, values, strict=True))).id for values in combinations}
    return [i for i, outcome in enumerate(case.outcomes) if outcome.id not in reached]
