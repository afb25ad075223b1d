"""The statutory clocks of Order 121 (市场监督管理投诉举报处理办法): pure functions over dates.

How periods are counted (art. 45): the first day does not count; counting begins with the next
working day or the next calendar day. A period that ends on a statutory holiday ends on the first
day after it. We read 法定节假日 as the announced holiday breaks and not as every weekend: that is
the narrower reading, so no date we name is later than the law allows.

Holidays come from chinesecalendar. Beyond the years it knows only weekends are taken into
account, and the result says so (`calendar_known` is False).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

import chinese_calendar

BEIJING = timezone(timedelta(hours=8))
ACCEPT_WORKING_DAYS = 7  # art. 15
NOTIFY_WORKING_DAYS = 7  # art. 23, last sentence
MEDIATE_DAYS = 60  # art. 23 (5)
LEAD_WORKING_DAYS = 15  # art. 27
LEAD_EXTENSION_WORKING_DAYS = 15  # art. 27, second sentence
CLAIM_YEARS = 3  # art. 16 (4)


@dataclass(frozen=True)
class Due:
    """The last day of a period (Beijing date).

    `calendar_known` is False when holidays of a year in it were not known. `running` is False
    while an expert examination stops the clock: then `day` is the earliest it can become.
    """

    day: date
    calendar_known: bool = True
    running: bool = True


@dataclass(frozen=True)
class Pause:
    """An expert examination, from its first day on; `end` None while it lasts."""

    start: date
    end: date | None = None


def beijing_day(moment: datetime | date) -> date:
    """Return the day in Beijing of an aware moment; a date stays what it is. Naive: ValueError."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("a naive time has no day in Beijing")
    return moment.astimezone(BEIJING).date()


def accept_by(received_at: datetime | date) -> Due:
    """Until when a complaint received then must be accepted or refused: seven working days (art. 15)."""
    return working_days_after(received_at, ACCEPT_WORKING_DAYS)


def notify_by(ended_at: datetime | date) -> Due:
    """Until when both sides must be told that the mediation was ended: seven working days (art. 23)."""
    return working_days_after(ended_at, NOTIFY_WORKING_DAYS)


def lead_check_by(found_at: datetime | date, *, extended: bool = False) -> Due:
    """Until when a lead must be checked: fifteen working days, fifteen more if extended (art. 27)."""
    days = LEAD_WORKING_DAYS + (LEAD_EXTENSION_WORKING_DAYS if extended else 0)
    return working_days_after(found_at, days)


def mediate_by(accepted_at: datetime | date, pauses: Iterable[Pause] = ()) -> Due:
    """Until when the mediation must have led to an agreement: sixty days from acceptance (art. 23 (5)).

    Days of expert examination do not count (art. 22); its first day does, as art. 45 counts.
    Examinations that overlap count once; one that begins on the last day or later changes nothing.
    """
    return days_after(accepted_at, MEDIATE_DAYS, pauses)


def days_after(started_at: datetime | date, days: int, pauses: Iterable[Pause] = ()) -> Due:
    """Return the last of `days` calendar days after that day, pauses not counted, holidays passed over."""
    start = beijing_day(started_at)
    last = start + timedelta(days=days)
    running = True
    for begin, end in _merged(pauses, start):
        if begin >= last:
            break
        if end is None:
            running = False
            break
        last += end - begin
    shifted = after_holiday(last)
    return Due(shifted.day, shifted.calendar_known, running)


def three_years_end(known_on: date) -> Due:
    """The last day on which a complaint is in time, three years from knowing of the harm (art. 16 (4))."""
    try:
        last = known_on.replace(year=known_on.year + CLAIM_YEARS)
    except ValueError:  # 29 February: the period ends with the month
        last = known_on.replace(year=known_on.year + CLAIM_YEARS, day=28)
    return after_holiday(last)


def working_days_after(start: datetime | date, days: int) -> Due:
    """Return the `days`-th working day after the day of `start`, which does not count itself."""
    if days < 1:
        raise ValueError("a period has at least one day")
    day, left, known = beijing_day(start), days, True
    while left:
        day += timedelta(days=1)
        working, day_known = is_working_day(day)
        known = known and day_known
        left -= working
    return Due(day, known)


def after_holiday(day: date) -> Due:
    """Return `day`, or the first day after the holiday break it falls into."""
    known = True
    while True:
        try:
            if not _in_holiday_break(day):
                return Due(day, known)
        except NotImplementedError:
            return Due(day, False)
        day += timedelta(days=1)


@lru_cache(maxsize=1000)
def is_working_day(day: date) -> tuple[bool, bool]:
    """Return whether people work on `day`, and whether that year's holidays are known."""
    try:
        return chinese_calendar.is_workday(day), True
    except NotImplementedError:
        return day.weekday() < 5, False


def _in_holiday_break(day: date) -> bool:
    is_off, holiday = chinese_calendar.get_holiday_detail(day)
    return bool(is_off and holiday)


def _merged(pauses: Iterable[Pause], start: date) -> list[tuple[date, date | None]]:
    """Return the pauses as disjoint spans from `start` on, in order; an open one has no end."""
    spans: list[tuple[date, date | None]] = []
    for pause in sorted(pauses, key=lambda pause: pause.start):
        begin, end = max(pause.start, start), pause.end
        if end is not None and end <= begin:
            continue
        if spans and (spans[-1][1] is None or begin <= spans[-1][1]):
            previous = spans[-1][1]
            joined = None if previous is None or end is None else max(previous, end)
            spans[-1] = (spans[-1][0], joined)
            continue
        spans.append((begin, end))
    return spans
