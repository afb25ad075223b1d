from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import deadline, wording
from knowledge.content import Rule
from knowledge.errors import RuleUnknown
from knowledge.workdays import (
    add_months,
    add_working_days,
    after_holiday,
    arranged,
    is_statutory_holiday,
    is_working_day,
    working_days_between,
)

DAYS = st.dates(min_value=date(2015, 1, 1), max_value=date(2032, 12, 31))
KNOWN = st.dates(min_value=date(2015, 1, 1), max_value=date(2026, 9, 30))


@given(DAYS, st.integers(min_value=0, max_value=40))
def test_working_days_forward_and_between_agree(start: date, n: int) -> None:
    end = add_working_days(start, n).date
    assert working_days_between(start, end) == n
    assert n == 0 or is_working_day(end)


@given(DAYS, st.integers(min_value=1, max_value=30))
def test_more_working_days_end_later(start: date, n: int) -> None:
    assert add_working_days(start, n).date > add_working_days(start, n - 1).date


@given(DAYS, st.integers(min_value=0, max_value=60))
def test_months_keep_the_day_or_take_the_last(start: date, n: int) -> None:
    end = add_months(start, n)
    assert (end.year - start.year) * 12 + end.month - start.month == n
    assert end.day == start.day or (end + timedelta(days=1)).day == 1


@given(DAYS)
def test_a_period_never_ends_on_a_public_holiday(day: date) -> None:
    moved = after_holiday(day)
    assert moved.date >= day
    assert not is_statutory_holiday(moved.date)


@pytest.mark.parametrize(
    ("filed", "answer"),
    [
        (date(2026, 11, 20), date(2026, 12, 1)),  # Friday; the day itself is not counted
        (
            date(2025, 9, 29),
            date(2025, 10, 15),
        ),  # over National Day and its swapped Saturday (11 October worked)
    ],
)
def test_seven_working_days_skip_what_the_state_council_took_off(filed: date, answer: date) -> None:
    assert deadline.accept_seven_working_days(filed).date == answer


def test_sixty_days_that_end_in_the_holiday_move_behind_it() -> None:
    assert deadline.mediate_sixty_days(date(2025, 8, 5)).date == date(2025, 10, 9)


def test_beyond_the_published_calendar_the_answer_says_so() -> None:
    far = add_working_days(date(2031, 1, 1), 5)
    assert far.estimated
    assert not arranged(far.date)
    assert not add_working_days(date(2026, 3, 2), 5).estimated


@given(KNOWN)
def test_seven_days_to_return_start_the_day_after_signing(signed: date) -> None:
    assert deadline.return_seven_days(signed).date - signed == timedelta(days=7)
    assert deadline.prepaid_cooling_off_seven_days(signed).date - signed == timedelta(days=7)
    assert deadline.refund_fifteen_days(signed).date - signed == timedelta(days=15)


@given(DAYS)
def test_three_years_are_calendar_years(start: date) -> None:
    for rule in (deadline.limitation_three_years, deadline.complaint_three_years):
        end = rule(start).date
        assert end.year == start.year + 3
        assert (end.month, end.day) in {(start.month, start.day), (2, 28)}


@given(DAYS, DAYS, st.sampled_from(sorted(deadline.RULES)))
def test_every_rule_speaks_in_all_its_states(start: date, today: date, rule: str) -> None:
    known = deadline.compute(Rule(rule, {"from": "d"}), {"d": start.isoformat()}, today)
    bare = deadline.compute(Rule(rule, {"from": "d"}), {}, today)
    assert known.date
    assert known.passed == (date.fromisoformat(known.date) < today)
    assert bare.date is None
    assert "{" not in known.text + bare.text
    assert known.date > start.isoformat()


def test_an_unknown_rule_is_named_with_the_known_ones() -> None:
    with pytest.raises(RuleUnknown, match="limitation_three_years"):
        deadline.compute(Rule("limitation_five_years"), {}, date(2026, 11, 21))


def test_every_rule_has_words_and_every_word_a_rule() -> None:
    assert set(wording.rules()["deadlines"]) == set(deadline.RULES)
