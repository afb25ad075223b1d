from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import figures
from knowledge.citations import numeral


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("三千多", 3000),
        ("小两千", 2000),
        ("1.5w", 15000),
        ("3k", 3000),
        ("5,000元", 5000),
        ("两百五", 250),
        ("一万二", 12000),
        ("８００元", 800),
        ("三千八百块", 3800),
        ("2万多", 20000),
        ("一千块钱左右", 1000),
        ("398", 398),
        ("400块5毛", 400.5),
        ("一百来块", 100),
        ("十几万", 100000),
        ("1万8千", 18000),
        ("1万2", 12000),
        ("三万六", 36000),
        ("一共花了4980", 4980),
        ("¥59.9", 59.9),
        ("三块五", 3.5),
        ("两千零五十元", 2050),
        ("一百零五块", 105),
        ("20元", 20),
        ("零点九元", 0.9),
        ("三点五万", 35000),
        ("一千五百零三元六角五分", 1503.65),
        ("12块9毛9", 12.99),
        ("叁佰伍拾元整", 350),
        ("三百六年费", 360),
    ],
)
def test_money_is_read_as_people_write_it(text: str, yuan: float) -> None:
    assert [float(found.value) for found in figures.money(text)] == [yuan]


@pytest.mark.parametrize(
    "text",
    [
        "我3月5号买的",
        "2025年买的",
        "打了12315电话",
        "电话13800138000",
        "买了2台手机",
        "第三次维修",
        "用了300天",
        "孩子上三年级",
        "订单号20261121123456",
        "走了500公里",
        "充了好几次",
        "两百斤",
        "高一",
        "统一回复",
        "1990年",
        "一点都不好",
        "千万别买",
        "百分之百",
        "十万八千里",
        "说了八百遍",
        "足金999",
        "100块美金",
        "付了八成",
        "A4区考拉789小区宽带被垄断",
        "在某某1912街的酒吧",
        "万达666广场二楼",
    ],
)
def test_what_is_no_money_is_not_read(text: str) -> None:
    assert figures.money(text) == []


@given(st.integers(min_value=1, max_value=9999))
def test_every_regular_numeral_reads_as_itself(number: int) -> None:
    assert figures.value(numeral(number)) == number


@given(st.integers(min_value=100, max_value=99_999_999))
def test_an_amount_with_its_unit_is_found_with_its_place(number: int) -> None:
    found = figures.money(f"我交了{number:,}元定金")
    assert [item.value for item in found] == [number]
    assert f"{number:,}元" == f"我交了{number:,}元定金"[found[0].start : found[0].end]


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    figures.money(text)
    figures.ages(text)
    figures.lengths(text, "天")
    assert len(figures.normal(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "years"),
    [("8岁", [8]), ("八岁", [8]), ("满10周岁", [10]), ("孩子十二岁我爸七十三岁", [12, 73]), ("8岁半", [8])],
)
def test_ages(text: str, years: list[int]) -> None:
    assert [int(found.value) for found in figures.ages(text)] == years


@pytest.mark.parametrize("text", ["七八岁", "7-8岁", "十七八岁", "上三年级", "一年级", "7到8岁", "3000岁"])
def test_an_age_left_open_is_not_guessed(text: str) -> None:
    assert figures.ages(text) == []


@pytest.mark.parametrize(
    ("text", "unit", "length"),
    [
        ("用了三天就坏了", "天", 3),
        ("半个月", "天", 15),
        ("一周多", "天", 7),
        ("一年半", "月", 18),
        ("半年", "月", 6),
        ("两个多月", "月", 2),
        ("三个月了", "个月", 3),
    ],
)
def test_lengths_of_time(text: str, unit: str, length: int) -> None:
    assert [int(found.value) for found in figures.lengths(text, unit)] == [length]


@pytest.mark.parametrize("text", ["2025年3月", "去年3月", "3月5日", "第三天", "昨天", "二零二零年"])
def test_a_date_is_no_length(text: str) -> None:
    assert figures.lengths(text, "天") == []
