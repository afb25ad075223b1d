from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import dates

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("前天", "2026-11-19"),
        ("上个月初", "2026-10-01"),
        ("国庆节", "2026-10-01"),
        ("2025年3月", "2025-03-01"),
        ("去年双十一", "2025-11-11"),
        ("10.1", "2026-10-01"),
        ("618", "2026-06-18"),
        ("12月1号", "2025-12-01"),
        ("上周五买的", "2026-11-13"),
        ("2026-10-01", "2026-10-01"),
        ("三天前", "2026-11-18"),
        ("大概上个月初吧", "2026-10-01"),
        ("今年春节", "2026-02-17"),
        ("昨天下午", "2026-11-20"),
        ("26年3月5号", "2026-03-05"),
    ],
)
def test_a_reply_is_read_as_a_past_day(text: str, day: str) -> None:
    found = dates.parse(text, today=TODAY)
    assert found
    assert found.day.isoformat() == day


@pytest.mark.parametrize("text", ["3000", "不清楚", "没有", "孩子的", "", "明天", "下个月", "一直这样"])
def test_what_is_no_past_day_is_not_read(text: str) -> None:
    assert dates.parse(text, today=TODAY) is None


@settings(deadline=None)  # the first calls build the reader's tables
@given(st.dates(min_value=date(2021, 1, 1), max_value=TODAY))
def test_a_written_day_is_read_as_itself(day: date) -> None:
    for text in (
        f"{day.year}年{day.month}月{day.day}日",
        day.isoformat(),
        f"{day.year}.{day.month}.{day.day}",
    ):
        found = dates.parse(text, today=TODAY)
        assert found
        assert found.day == day


@settings(deadline=None)  # the first calls build the reader's tables
@given(st.integers(min_value=0, max_value=360))
def test_a_day_without_its_year_lies_in_the_last_twelve_months(back: int) -> None:
    day = TODAY - timedelta(days=back)
    found = dates.parse(f"{day.month}月{day.day}号", today=TODAY)
    assert found
    assert found.day == day


def test_days_are_found_inside_a_story() -> None:
    found = dates.find("我去年双十一买的手机，用了三天就坏了，前天商家拒绝退款", today=TODAY)
    assert [item.day.isoformat() for item in found] == ["2025-11-11", "2026-11-19"]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("昨天半夜付的", ["2026-11-20"]),
        ("昨天客服说不退", ["2026-11-20"]),
        ("3号客服说不退", []),
        ("11.15签收的", ["2026-11-15"]),
        ("11.5元签收的", []),
        ("从10月8号开始反映", ["2026-10-08"]),
        ("今天再看页面", []),
        ("今天点的外卖", ["2026-11-21"]),
        ("活动到12月底", []),
        ("收到11月3号的货", ["2026-11-03"]),
        ("三千八一次", []),
    ],
)
def test_a_day_is_found_where_something_happened_on_it(text: str, days: list[str]) -> None:
    assert [item.day.isoformat() for item in dates.find(text, today=TODAY)] == days


@pytest.mark.timeout(60)
@settings(deadline=None)  # the first calls build the reader's tables
@given(st.text(max_size=40))
def test_any_text_can_be_read(text: str) -> None:
    dates.parse(text, today=TODAY)
    dates.find(text, today=TODAY)
