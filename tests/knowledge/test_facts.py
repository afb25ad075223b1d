from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.content import UNKNOWN, Fact, FactType, case_from
from knowledge.facts import hint, parse_reply, read_facts
from knowledge.saying import fill
from tests.knowledge.folders import deposit, topup

TODAY = date(2026, 11, 21)
TOPUP, DEPOSIT = case_from(topup()), case_from(deposit())
AGE, OWNER, AMOUNT, DAY = TOPUP.facts.values()
OPENED = Fact("opened", "拆封了吗？", FactType.BOOLEAN, hear={"是": ("已经拆了",), "否": ("没拆",)})
DAYS = Fact("days", "用了多少天？", FactType.INTEGER, "天")
TIMES = Fact("times", "修了几次？", FactType.INTEGER, "次")
PLACE = Fact("place", "在哪里买的？", FactType.REGION)


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        (AGE, "8", 8),
        (AGE, "八岁", 8),
        (AGE, "满10周岁了", 10),
        (AGE, "刚过完8岁生日", 8),
        (AGE, "七八岁", None),
        (AGE, "上三年级", None),
        (AGE, "一年级", None),
        (AGE, "3000元", None),
        (AGE, "什么意思", None),
        (AGE, "记不得了", UNKNOWN),
        (AGE, "我不知道", UNKNOWN),
        (AMOUNT, "三千多", "3000.00"),
        (AMOUNT, "大概小两千吧", "2000.00"),
        (AMOUNT, "50", "50.00"),
        (AMOUNT, "1万2", "12000.00"),
        (AMOUNT, "充了3次，一共2800", "2800.00"),
        (AMOUNT, "不记得了", UNKNOWN),
        (AMOUNT, "八岁", None),
        (DAY, "上个月初", "2026-10-01"),
        (DAY, "忘了", UNKNOWN),
        (DAY, "三千", None),
        (OWNER, "2", "家长"),
        (OWNER, "第二个", "家长"),
        (OWNER, "二", "家长"),
        (OWNER, "b", "家长"),
        (OWNER, "孩子的", "孩子"),
        (OWNER, "用我的身份证实名的", "家长"),
        (OWNER, "没实名认证", "没实名"),
        (OWNER, "没有实名", "没实名"),
        (OWNER, "不清楚", UNKNOWN),
        (OWNER, "你说呢", None),
        (OWNER, "第五个", None),
        (OPENED, "是的", "是"),
        (OPENED, "没有", "否"),
        (OPENED, "还没呢", "否"),
        (OPENED, "已经拆了", "是"),
        (OPENED, "没拆", "否"),
        (OPENED, "嗯嗯", "是"),
        (OPENED, "我要投诉他们", None),
        (OPENED, "不清楚", UNKNOWN),
        (DAYS, "半个月", 15),
        (DAYS, "3", 3),
        (DAYS, "用了三天", 3),
        (TIMES, "修了两次", 2),
        (TIMES, "三次了", 3),
        (PLACE, "上海浦东新区", "上海市浦东新区"),
        (PLACE, "不告诉你", None),
    ],
)
def test_a_reply_is_read_for_the_question_it_answers(fact: Fact, text: str, value: object) -> None:
    assert parse_reply(fact, text, today=TODAY) == value


def test_a_long_story_is_no_reply_to_a_choice_unless_it_says_it() -> None:
    story = "充值的时候商家也没有说清楚现在找他们退款他们不理我应该怎么办才能把钱要回来呢家长真的很着急啊你们能不能管一管"
    assert parse_reply(OWNER, story, today=TODAY) is None
    assert parse_reply(OWNER, story + "游戏号是用孩子的身份证实名的", today=TODAY) == "孩子"


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("孩子8岁偷偷充了三千多元", {"child_age": 8, "amount": "3000.00"}),
        (
            "我儿子七八岁，前天用我手机充了1.5w，游戏是用我的身份证注册的",
            {"registered_as": "家长", "amount": "15000.00", "purchase_date": "2026-11-19"},
        ),
        ("孩子上三年级，游戏充值能退吗", {}),  # a school year is not an age
        ("充了五百又充了八百", {}),  # two amounts: to be asked
        ("我今年65岁，孙子10岁，他充了600块", {"child_age": 10, "amount": "600.00"}),
        ("怎么办", {}),
    ],
)
def test_facts_stated_in_a_story_are_read(text: str, facts: dict[str, object]) -> None:
    assert read_facts(TOPUP, text, today=TODAY) == facts


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "交了5000定金，总价三万，商家说没货了",
            {"fault": "商家", "deposit": "5000.00", "price": "30000.00"},
        ),
        ("定金两千，现在我不想要了", {"fault": "自己", "deposit": "2000.00"}),
        ("车的总价是12万8，付了一万定金", {"price": "128000.00", "deposit": "10000.00"}),
    ],
)
def test_amounts_go_to_the_fact_their_neighbours_speak_of(text: str, facts: dict[str, object]) -> None:
    assert read_facts(DEPOSIT, text, today=TODAY) == facts


def test_a_negated_phrase_is_not_heard() -> None:
    assert "registered_as" not in read_facts(TOPUP, "游戏没有用我的身份证", today=TODAY)


def test_the_pipelines_entities_help_where_our_reader_saw_nothing() -> None:
    entities = [{"entity": "person_age", "value": 9, "text": "九周"}]
    assert read_facts(TOPUP, "娃九周", today=TODAY, entities=entities) == {"child_age": 9}


@settings(max_examples=60)
@given(st.text(max_size=80))
def test_what_is_read_is_json_and_only_declared_facts(text: str) -> None:
    facts = read_facts(TOPUP, text, today=TODAY)
    assert json.loads(json.dumps(facts)) == facts
    assert facts.keys() <= TOPUP.facts.keys()


@settings(max_examples=40)
@given(st.text(max_size=60), st.sampled_from([AGE, OWNER, AMOUNT, DAY, OPENED]))
def test_any_reply_gives_a_value_unknown_or_none(text: str, fact: Fact) -> None:
    value = parse_reply(fact, text, today=TODAY)
    assert value is None or isinstance(value, (str, int))
    if fact.type is FactType.CHOICE:
        assert value in (None, UNKNOWN, *fact.choices)


def test_every_type_has_a_hint() -> None:
    for kind in FactType:
        assert hint(Fact("x", "？", kind))


def test_words_to_paste_drop_the_clause_they_cannot_fill() -> None:
    words = "您好，我的孩子今年{child_age}岁，充值了{amount}元，请退款。"
    assert fill(words, TOPUP, {"amount": "3000.00"}) == "您好，充值了3000元，请退款。"
    assert fill(words, TOPUP, {"child_age": 8, "amount": UNKNOWN}) == "您好，我的孩子今年8岁，请退款。"
    assert fill("{purchase_date}充的。", TOPUP, {"purchase_date": "2026-10-01"}) == "2026年10月1日充的。"
