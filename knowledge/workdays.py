"""Working days and days off in China, as the State Council arranges them (package chinesecalendar).

The arrangement is known only up to a certain year. Beyond it weekends alone are days off, and every
answer carries a flag that says so.
"""

from __future__ import annotations

import calendar
import logging
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Day:
    """A counted day. `estimated`: the holiday arrangement of some day on the way is not published to us."""

    date: date
    estimated: bool


@lru_cache(maxsize=1)
def _known_years() -> tuple[int, int]:
    from chinese_calendar import constants

    return min(constants.holidays).year, max(constants.holidays).year


def arranged(day: date) -> bool:
    """Whether the State Council's arrangement for that year is known here."""
    first, last = _known_years()
    return first <= day.year <= last


def is_working_day(day: date) -> bool:
    """Working days include swapped weekends; beyond the known arrangement Monday to Friday."""
    if not arranged(day):
        return day.weekday() < 5
    import chinese_calendar

    return bool(chinese_calendar.is_workday(day))


def is_statutory_holiday(day: date) -> bool:
    """A day off that belongs to a named public holiday (plain weekends do not); False when not known."""
    if not arranged(day):
        return False
    import chinese_calendar

    off, name = chinese_calendar.get_holiday_detail(day)
    return bool(off and name)


def add_working_days(day: date, n: int) -> Day:
    """The n-th working day after `day`, which is itself not counted (Order 121 art. 45). n ≥ 0."""
    if n < 0:
        raise ValueError(f"cannot count {n} working days forward")
    estimated = False
    while n:
        day += timedelta(days=1)
        estimated = estimated or not arranged(day)
        n -= is_working_day(day)
    return Day(day, estimated)


def working_days_between(start: date, end: date) -> int:
    """How many working days lie after `start` up to and with `end`; 0 when end is not later."""
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=step)) for step in range(1, days + 1))


def add_months(day: date, months: int) -> date:
    """The corresponding day so many months later, or that month's last (民法典 202)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def after_holiday(day: date) -> Day:
    """That day, or the first day after the public holiday it falls in (Order 121 art. 45)."""
    while is_statutory_holiday(day):
        day += timedelta(days=1)
    return Day(day, not arranged(day))
