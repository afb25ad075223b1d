"""By when something must be done. Each rule is a pure function of a start day that names its article.

A consumer's own time limits are given without the extension over rest days that 民法典 203 would add:
acting a day early never loses a right, and platforms do not wait. An authority's time limits follow
Order 121 art. 45: the first day is not counted, and an end on a public holiday moves behind it.
The words are in rules.yml.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge import wording
from knowledge.content import Rule
from knowledge.errors import RuleUnknown
from knowledge.saying import chinese_day
from knowledge.workdays import Day, add_months, add_working_days, after_holiday, working_days_between

__all__ = ["RULES", "Deadline", "add_working_days", "compute", "working_days_between"]


@dataclass(frozen=True)
class Deadline:
    """A time limit for a card. `date` is ISO or None while its start is unknown; `text` is shown.

    `estimated`: counted past the published holiday arrangement, so it may shift by some days.
    """

    rule: str
    label: str
    date: str | None
    text: str
    basis: str
    passed: bool = False
    estimated: bool = False


def _days(start: date, n: int) -> Day:
    return Day(start + timedelta(days=n), False)


def _months(start: date, n: int) -> Day:
    return Day(add_months(start, n), False)


def limitation_three_years(start: date) -> Day:
    """Limitation of action, three years from knowing the harm and who did it: 民法典 188, 202."""
    return _months(start, 36)


def complaint_three_years(start: date) -> Day:
    """A complaint is not accepted later than three years after knowing: Order 121 art. 16(4)."""
    return _months(start, 36)


def return_seven_days(start: date) -> Day:
    """Notice of return within seven days, counted from the day after signing: 消保法 25; 七日退货办法 10."""
    return _days(start, 7)


def quality_return_seven_days(start: date) -> Day:
    """Return of faulty goods within seven days of receipt where nothing else is laid down: 消保法 24."""
    return _days(start, 7)


def refund_seven_days(start: date) -> Day:
    """The seller pays back within seven days of receiving the goods: 消保法 25; 七日退货办法 13."""
    return _days(start, 7)


def refund_fifteen_days(start: date) -> Day:
    """Longer than fifteen days without reason counts as deliberate delay: 处罚办法 8, 9, 10."""
    return _days(start, 15)


def prepaid_cooling_off_seven_days(start: date) -> Day:
    """The prepaid principal back within seven days of paying: 预付式消费解释 14."""
    return _days(start, 7)


def revocation_one_year(start: date) -> Day:
    """Revocation for fraud or duress within a year of knowing: 民法典 152."""
    return _months(start, 12)


def termination_one_year(start: date) -> Day:
    """Termination within a year of knowing its ground, unless agreed otherwise: 民法典 564."""
    return _months(start, 12)


def air_carriage_two_years(start: date) -> Day:
    """An action against an air carrier within two years of arrival: 民用航空法 (2021) 135."""
    return _months(start, 24)


def tour_shopping_thirty_days(start: date) -> Day:
    """Return of goods from arranged shopping stops within thirty days of the tour's end: 旅游法 35(3)."""
    return _days(start, 30)


def accept_seven_working_days(start: date) -> Day:
    """Acceptance or refusal within seven working days of receipt: Order 121 art. 15, 45."""
    return add_working_days(start, 7)


def mediate_sixty_days(start: date) -> Day:
    """Mediation ends after sixty days from acceptance: Order 121 art. 23(5), 45."""
    return after_holiday(start + timedelta(days=60))


def car_warranty_seven_days(start: date) -> Day:
    """Exchange or return of a new car within seven days: 汽车三包规定 18, 22."""
    return _days(start, 7)


def car_warranty_sixty_days(start: date) -> Day:
    """Exchange or return for dangerous faults within sixty days (or 3,000 km): 汽车三包规定 23."""
    return _days(start, 60)


def car_warranty_two_years(start: date) -> Day:
    """The warranty runs at least two years (or 50,000 km): 汽车三包规定 18, 24."""
    return _months(start, 24)


def judicial_confirmation_thirty_days(start: date) -> Day:
    """Joint request for judicial confirmation within thirty days of the agreement: 人民调解法 33."""
    return _days(start, 30)


RULES: dict[str, Callable[[date], Day]] = {
    rule.__name__: rule
    for rule in (
        limitation_three_years,
        complaint_three_years,
        return_seven_days,
        quality_return_seven_days,
        refund_seven_days,
        refund_fifteen_days,
        prepaid_cooling_off_seven_days,
        revocation_one_year,
        termination_one_year,
        air_carriage_two_years,
        tour_shopping_thirty_days,
        accept_seven_working_days,
        mediate_sixty_days,
        car_warranty_seven_days,
        car_warranty_sixty_days,
        car_warranty_two_years,
        judicial_confirmation_thirty_days,
    )
}


def _start(spec: Rule, facts: Mapping[str, object]) -> date | None:
    try:
        return date.fromisoformat(str(facts.get(spec.facts.get("from", ""), "")))
    except ValueError:
        return None


def compute(spec: Rule, facts: Mapping[str, object], today: date) -> Deadline:
    """The time limit a case names; without its start day only the rule is told.

    Raises RuleUnknown for a rule nobody wrote.
    """
    if spec.rule not in RULES:
        raise RuleUnknown("deadline", spec.rule, RULES)
    words = wording.rules()["deadlines"][spec.rule]
    start = _start(spec, facts)
    if start is None:
        return Deadline(spec.rule, words.label, None, words.without, words.basis)
    end = RULES[spec.rule](start)
    passed = end.date < today
    shown = chinese_day(end.date)
    text = words.variants["passed" if passed else "text"].format(date=shown)
    return Deadline(spec.rule, words.label, end.date.isoformat(), text, words.basis, passed, end.estimated)
