"""Which outcome of a case holds for what is known, and whether more must be asked.

A condition is data (see schemas/case.json): several keys are joined by and, `any` by or, a list means
any of its values, and {lt, le, gt, ge, not, in} compare. Each condition is true, false or open (None):
open while a fact it needs has not been asked yet. A fact its owner does not know (不清楚) makes a
condition false, unless the condition asks for 不清楚 itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from knowledge.citations import Citation
from knowledge.content import NO, UNKNOWN, YES, Case, Outcome, Rule

COMPARISONS = ("lt", "le", "gt", "ge", "not", "in")
Facts = Mapping[str, object]
Condition = Mapping[str, Any]


def _comparable(value: object) -> object:
    """Numbers and money as Decimal, truth values as 是/否, everything else as text (ISO dates sort as text)."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, (int, float, Decimal)):
        return Decimal(str(value))
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return str(value)


def _values(wanted: object) -> list[object]:
    return [_comparable(value) for value in (wanted if isinstance(wanted, (list, tuple)) else [wanted])]


def _compares(operator: str, held: object, bound: object) -> bool:
    if operator == "not":
        return held not in _values(bound)
    if operator == "in":
        return held in _values(bound)
    limit = _comparable(bound)
    if isinstance(held, Decimal) != isinstance(limit, Decimal):
        return False
    left: Any = held
    return bool(
        left < limit
        if operator == "lt"
        else left <= limit
        if operator == "le"
        else left > limit
        if operator == "gt"
        else left >= limit
    )


def _leaf(fact: str, wanted: object, facts: Facts) -> bool | None:
    if facts.get(fact) is None:
        return None
    held = _comparable(facts[fact])
    if isinstance(wanted, Mapping):
        if held == UNKNOWN:
            return UNKNOWN in _values(wanted.get("in", []))
        return all(_compares(operator, held, bound) for operator, bound in wanted.items())
    return held in _values(wanted)


def _parts(condition: Condition, facts: Facts) -> Iterator[bool | None]:
    for key, wanted in condition.items():
        if key == "any":
            yield _either([holds(option, facts) for option in wanted])
        else:
            yield _leaf(key, wanted, facts)


def _either(options: list[bool | None]) -> bool | None:
    if True in options:
        return True
    return None if None in options else False


def holds(condition: Condition | None, facts: Facts) -> bool | None:
    """True, False, or None while a missing fact still decides it. No condition holds always."""
    if condition is None:
        return True
    parts = list(_parts(condition, facts))
    if False in parts:
        return False
    return None if None in parts else True


def facts_in(condition: Condition | None) -> Iterator[str]:
    """Ids of all facts a condition names, in order, doubles included."""
    for key, wanted in (condition or {}).items():
        if key == "any":
            for option in wanted:
                yield from facts_in(option)
        else:
            yield key


def open_facts(condition: Condition, facts: Facts) -> Iterator[str]:
    """Ids of the missing facts that keep a condition open; those of a settled part are left out."""
    for key, wanted in condition.items():
        if key == "any":
            for option in wanted:
                if holds(option, facts) is None:
                    yield from open_facts(option, facts)
        elif _leaf(key, wanted, facts) is None:
            yield key


def decide(case: Case, facts: Facts) -> Outcome:
    """The first outcome whose condition holds; what is not known does not hold. The last always does."""
    for outcome in case.outcomes:
        if holds(outcome.when, facts) is True:
            return outcome
    return case.outcomes[-1]


def settled(case: Case, facts: Facts) -> bool:
    """Whether no further answer could change the outcome."""
    return next(_undecided(case, facts), None) is None


def _undecided(case: Case, facts: Facts) -> Iterator[str]:
    """Missing facts of the first condition that is still open, provided nothing above it holds."""
    for outcome in case.outcomes:
        state = holds(outcome.when, facts)
        if state is True:
            return
        if state is None and outcome.when is not None:
            yield from open_facts(outcome.when, facts)
            return


def missing_facts(case: Case, facts: Facts) -> list[str]:
    """Ids of the facts the next outcome in question waits for, in the order the case declares them."""
    wanted = set(_undecided(case, facts))
    return [id for id in case.facts if id in wanted]


def basis_of(case: Case, outcome: Outcome | None) -> tuple[Citation, ...]:
    """The outcome's citations; for None the union over all outcomes, first mention first."""
    outcomes = case.outcomes if outcome is None else (outcome,)
    return tuple(dict.fromkeys(cited for item in outcomes for cited in item.basis))


def remedy_of(case: Case, outcome: Outcome | None) -> Rule | None:
    """The outcome's own remedy, else the case's."""
    return case.remedy if outcome is None or outcome.remedy is None else outcome.remedy


def deadlines_of(case: Case, outcome: Outcome | None) -> tuple[Rule, ...]:
    """The outcome's own time limits, else the case's."""
    return case.deadlines if outcome is None or outcome.deadlines is None else outcome.deadlines


def rules_of(case: Case) -> Iterator[Rule]:
    """Every remedy and deadline a case can show, in all its outcomes."""
    for outcome in (None, *case.outcomes):
        remedy = remedy_of(case, outcome)
        if remedy:
            yield remedy
        yield from deadlines_of(case, outcome)


def figure_facts(case: Case) -> list[str]:
    """Facts that only feed an amount or a date: never asked before the answer, in declared order."""
    deciding = {fact for outcome in case.outcomes for fact in facts_in(outcome.when)}
    fed = {fact for rule in rules_of(case) for fact in rule.facts.values()}
    return [id for id in case.facts if id in fed - deciding]
