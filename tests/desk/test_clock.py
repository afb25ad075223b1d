"""The statutory clocks: Order 121, art. 15, 16, 22, 23, 27, counted by art. 45."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import clock
from desk.clock import Due, Pause

KNOWN_DAYS = st.dates(date(2015, 1, 1), date(2026, 6, 30))
ANY_DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2030, 1, 1), timezones=st.just(timezone.utc))
PAUSES = st.lists(
    st.builds(
        lambda start, days: Pause(start, start + timedelta(days=days)),
        st.dates(date(2026, 3, 1), date(2026, 7, 1)),
        st.integers(0, 30),
    ),
    max_size=4,
)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 11, 20), date(2026, 12, 1)),  # Friday: Monday is the first day
        (date(2026, 11, 21), date(2026, 12, 1)),  # Saturday: the same
        (date(2026, 11, 22), date(2026, 12, 1)),  # Sunday: the same
        (date(2026, 11, 23), date(2026, 12, 2)),  # Monday does not count itself
        (date(2026, 9, 29), date(2026, 10, 14)),  # National Day break, Saturday 10 October is worked
        (date(2026, 2, 12), date(2026, 2, 28)),  # Spring Festival; both swapped Saturdays are worked
    ],
)
def test_acceptance_is_due_on_the_seventh_working_day(received: date, due: date) -> None:
    assert clock.accept_by(received) == Due(due)


def test_the_day_is_the_one_in_beijing() -> None:
    evening = datetime(2026, 11, 22, 16, 30, tzinfo=timezone.utc)  # half past midnight on Monday
    assert clock.beijing_day(evening) == date(2026, 11, 23)
    assert clock.accept_by(evening).day == date(2026, 12, 2)
    with pytest.raises(ValueError, match="naive"):
        clock.accept_by(datetime(2026, 11, 22))


@pytest.mark.parametrize(
    ("accepted", "due", "why"),
    [
        (date(2026, 3, 2), date(2026, 5, 6), "1 May falls into the Labour Day break: the day after it"),
        (date(2026, 3, 10), date(2026, 5, 9), "a worked Saturday is an ordinary day"),
        (date(2026, 3, 18), date(2026, 5, 17), "a Sunday is no statutory holiday"),
        (date(2026, 8, 3), date(2026, 10, 8), "2 October falls into the National Day break"),
    ],
)
def test_mediation_ends_sixty_days_after_acceptance(accepted: date, due: date, why: str) -> None:
    assert clock.mediate_by(accepted) == Due(due), why


def test_an_examination_does_not_count() -> None:
    accepted = date(2026, 5, 20)
    assert clock.mediate_by(accepted) == Due(date(2026, 7, 19))
    ten_days = Pause(date(2026, 6, 1), date(2026, 6, 11))
    assert clock.mediate_by(accepted, [ten_days]) == Due(date(2026, 7, 29))
    assert clock.mediate_by(accepted, [ten_days, ten_days]) == Due(date(2026, 7, 29)), "overlap counts once"


def test_while_an_examination_lasts_the_clock_stands_still() -> None:
    due = clock.mediate_by(date(2026, 5, 20), [Pause(date(2026, 6, 1))])
    assert due == Due(date(2026, 7, 19), running=False)


def test_an_examination_after_the_last_day_changes_nothing() -> None:
    late = Pause(date(2026, 7, 25), date(2026, 8, 20))
    assert clock.mediate_by(date(2026, 5, 20), [late]) == Due(date(2026, 7, 19))


def test_beyond_the_known_calendar_the_result_says_so() -> None:
    assert clock.accept_by(date(2026, 12, 29)) == Due(date(2027, 1, 7), calendar_known=False)
    assert clock.accept_by(date(2031, 3, 3)).calendar_known is False
    assert clock.mediate_by(date(2026, 12, 1)).calendar_known is False
    assert clock.mediate_by(date(2026, 5, 20)).calendar_known is True


def test_a_lead_is_checked_in_fifteen_working_days_or_thirty() -> None:
    assert clock.lead_check_by(date(2026, 3, 2)).day == date(2026, 3, 23)
    assert clock.lead_check_by(date(2026, 3, 2), extended=True).day == date(2026, 4, 14)


def test_the_end_of_a_mediation_is_told_in_seven_working_days() -> None:
    assert clock.notify_by(date(2026, 11, 23)).day == date(2026, 12, 2)


@pytest.mark.parametrize(
    ("known_on", "end"),
    [
        (date(2023, 3, 10), date(2026, 3, 10)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2023, 10, 1), date(2026, 10, 8)),
    ],
    ids=["plain", "29 February", "ends in a holiday"],
)
def test_three_years_end_on_the_same_day(known_on: date, end: date) -> None:
    assert clock.three_years_end(known_on).day == end


@given(KNOWN_DAYS, st.integers(1, 40))
def test_as_many_working_days_lie_between_as_were_counted(start: date, days: int) -> None:
    due = clock.working_days_after(start, days)
    between = [start + timedelta(days=n) for n in range(1, (due.day - start).days + 1)]
    assert sum(chinese_calendar.is_workday(day) for day in between) == days
    assert chinese_calendar.is_workday(due.day)


@given(ANY_DAYS, ANY_DAYS)
def test_later_received_is_never_due_earlier(one: date, other: date) -> None:
    first, second = sorted((one, other))
    assert clock.accept_by(first).day <= clock.accept_by(second).day
    assert clock.mediate_by(first).day <= clock.mediate_by(second).day


@given(ANY_DAYS)
def test_no_period_ends_on_a_known_holiday_or_too_early(start: date) -> None:
    due = clock.mediate_by(start)
    assert due.day - start >= timedelta(days=clock.MEDIATE_DAYS)
    if due.calendar_known:
        off, holiday = chinese_calendar.get_holiday_detail(due.day)
        assert not (off and holiday)


@given(MOMENTS)
def test_the_hour_of_a_day_does_not_matter(moment: datetime) -> None:
    day = moment.astimezone(clock.BEIJING).date()
    assert clock.accept_by(moment) == clock.accept_by(day)
    assert clock.mediate_by(moment) == clock.mediate_by(day)


@given(PAUSES)
def test_pauses_add_the_days_they_cover_and_no_others(pauses: list[Pause]) -> None:
    accepted = date(2026, 3, 1)
    covered = {
        pause.start + timedelta(days=n)
        for pause in pauses
        for n in range(((pause.end or pause.start) - pause.start).days)
    }
    # Day by day: a day counts unless an examination that began before it still ran.
    day, counted = accepted, 0
    while counted < clock.MEDIATE_DAYS:
        counted += day not in covered
        day += timedelta(days=1)
    assert clock.mediate_by(accepted, pauses) == clock.after_holiday(day)
    assert clock.mediate_by(accepted, pauses[::-1]) == clock.after_holiday(day)
