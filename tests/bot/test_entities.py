"""Entities: what is found, with which value, and that every span points at what was found."""

from __future__ import annotations

import itertools
from datetime import datetime, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cleaning import clean
from bot.components.amounts import find_money, read_amount
from bot.components.entities import find
from bot.components.patterns import read_endings, read_things
from knowledge import figures

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)


def found(text: str) -> dict[str, object]:
    return {
        f"{item['entity']}:{text[item['start'] : item['end']]}": item["value"] for item in find(text, NOW)
    }


@pytest.mark.parametrize(
    ("said", "yuan"),
    [
        ("花了三百五", 350.0),
        ("一共1.5万", 15000.0),
        ("5,000元", 5000.0),
        ("充了3k", 3000.0),
        ("才50多块", 50.0),
        ("大概五六百块", 500.0),
        ("￥299", 299.0),
        ("二十万块钱", 200000.0),
        ("八块八毛", 8.8),
        ("被骗了三万多", 30000.0),
        ("三千二", 3200.0),
        ("两万五", 25000.0),
        ("2万3", 23000.0),
        ("一千零五十元", 1050.0),
        ("三元六角五分", 3.65),
        ("壹仟贰佰元整", 1200.0),
        ("付了九十六", 96.0),
        ("付了１２００元", 1200.0),
    ],
)
def test_money_is_read_as_people_say_it(said, yuan):
    assert [item.value for item in find_money(clean(said, 100))] == [yuan]


@pytest.mark.parametrize(
    "said", ["300美元", "这家店有3个人", "7天无理由", "家住10号楼", "用了3次", "第55条", "等了15天"]
)
def test_other_figures_are_no_money(said):
    assert find_money(said) == []


@pytest.mark.parametrize(
    "said", ["花了三千二", "1.5万块", "没花五百", "一块八百多的手表", "足金999", "一共三块五毛五", "充了50"]
)
def test_the_bot_and_the_facts_read_the_same_sums(said):
    assert [item.value for item in find_money(said)] == [float(item.value) for item in figures.money(said)]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("三千二", 3200),
        ("一万零五百", 10500),
        ("十二", 12),
        ("一百二", 120),
        ("一百零二", 102),
        ("两亿", 200_000_000),
        ("5,000", 5000),
        ("二百五十", 250),
    ],
)
def test_numbers_are_read(said, number):
    assert read_amount(said) == number


@pytest.mark.parametrize(
    ("said", "span", "first", "last"),
    [
        ("前天在淘宝买的", "前天", "2026-11-19", "2026-11-19"),
        ("2026年5月1日到货", "2026年5月1日", "2026-05-01", "2026-05-01"),
        ("上个月充的", "上个月", "2026-10-01", "2026-10-31"),
        ("上个月20号充的", "上个月20号", "2026-10-20", "2026-10-20"),
        ("去年双十一买的", "去年双十一", "2025-11-11", "2025-11-11"),
        ("买了三个月就坏了", "三个月", "2026-08-21", "2026-08-22"),
    ],
)
def test_times_are_dates_in_beijing(said, span, first, last):
    value = found(said)[f"time:{span}"]
    assert first <= value["from"] <= value["to"] <= last


@pytest.mark.parametrize("said", ["7天无理由退货", "家住10号楼3单元", "你好"])
def test_periods_and_house_numbers_are_no_dates(said):
    assert not [key for key in found(said) if key.startswith("time:")]


def test_midnight_in_beijing_is_another_day_than_in_greenwich():
    late = datetime(2026, 11, 20, 17, 0, tzinfo=timezone.utc)  # already the 21st in Beijing
    assert find("昨天买的", late)[0]["value"]["from"] == "2026-11-20"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("孩子七岁半", {"person_age:七岁半": 7}),
        ("我妈68周岁", {"person_age:68周岁": 68}),
        ("电话１３８００１３８０００", {"phone:13800138000": "13800138000"}),
        ("座机021-12345678", {"phone:021-12345678": "021-12345678"}),
        ("订单号是20261120123456789", {"order_number:20261120123456789": "20261120123456789"}),
        ("根据民法典第一百四十五条", {"law_citation:民法典第一百四十五条": "民法典第一百四十五条"}),
        (
            "《消费者权益保护法》第55条第1款",
            {"law_citation:《消费者权益保护法》第55条第1款": "《消费者权益保护法》第55条第1款"},
        ),
        ("在楼下的金鼎健身房办的", {"merchant:金鼎健身房": "金鼎健身房"}),
        ("上海美美健身有限公司不退", {"merchant:上海美美健身有限公司": "上海美美健身有限公司"}),
        ("某宝上买的iPhone", {"platform:某宝": "淘宝", "goods:iPhone": "手机"}),
        ("住在浦东新区", {"place:浦东新区": "浦东新区"}),
        ("上海的店", {"place:上海": "上海市"}),
    ],
)
def test_things_are_found_with_their_value(said, expected):
    text = clean(said, 200)
    assert expected.items() <= found(text).items()


def test_a_phone_number_is_no_phone():
    assert "goods:手机" not in found("我的手机号换了")
    assert "goods:手机" in found("手机坏了")


@pytest.mark.parametrize("thing", read_things(), ids=lambda thing: f"{thing.label}-{thing.id}")
def test_every_name_in_the_patterns_is_found(thing):
    for name in thing.names:
        text = f"我买的{name}，坏了"
        spans = [(item["entity"], item["value"]) for item in find(text, NOW)]
        assert (thing.label, thing.id) in spans, f"{name}: {spans}"


def test_merchant_endings_are_distinct():
    endings = read_endings().suffixes
    assert len(endings) == len(set(endings)) > 40


words = st.sampled_from(
    [
        "前天",
        "３２００元",
        "淘宝",
        "7岁",
        "👨‍👩‍👧",
        "😡",
        "iPhone",
        "１３８００１３８０００",
        "\u200b",
        "《民法典》第１４５条",
        "上海",
        "abc",
        "\n",
        "。",
        "金鼎健身房",
        "订单号SF123456789",
        "ﬁ",
        "𠮷",
    ]
)


@given(st.lists(st.one_of(words, st.text(max_size=6)), max_size=12))
@settings(max_examples=200, deadline=None)
def test_spans_point_into_the_cleaned_text(pieces):
    text = clean("".join(pieces), 600)
    items = find(text, NOW)
    for item in items:
        assert 0 <= item["start"] < item["end"] <= len(text)
        if item["entity"] in {"phone", "order_number"}:
            assert text[item["start"] : item["end"]] == item["value"]
    for one, other in itertools.pairwise(items):
        assert one["end"] <= other["start"], "entities overlap"
