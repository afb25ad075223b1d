"""What a story says and what it only seems to say: one line each, with everything that is to be read from it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from knowledge.content import Case, Fact, FactType, case_from
from knowledge.facts import parse_reply, read_facts
from tests.knowledge.folders import topup

TODAY = date(2026, 11, 21)  # a Saturday


def make_case(**facts: dict[str, Any]) -> Case:
    return case_from(topup(facts=facts))


TOPUP = case_from(topup())
GOODS = make_case(
    amount={"ask": "付了多少钱？", "type": "money"},
    bought_on={"ask": "哪天买的？", "type": "date"},
)
DEPOSIT = make_case(
    deposit={"ask": "交了多少钱？", "type": "money"},
    price={"ask": "整个合同总价多少？", "type": "money"},
)
CARD = make_case(
    paid={"ask": "一共充了多少钱（不算赠送）？", "type": "money"},
    used={"ask": "已经用掉多少钱？", "type": "money"},
)
RENT = make_case(amount={"ask": "押金多少钱？", "type": "money"})
DISPUTE = make_case(amount={"ask": "涉及多少钱？", "type": "money"})
DEDUCTED = make_case(amount={"ask": "被多扣了多少钱？", "type": "money"})
TRIP = make_case(days_since={"ask": "旅游行程结束多少天了？", "type": "integer", "unit": "天"})
HOUSE = make_case(months_late={"ask": "到现在晚了几个月？", "type": "integer", "unit": "个月"})
PARCEL = make_case(
    order_date={"ask": "哪天下的单？", "type": "date"},
    promised_date={"ask": "说好哪天发货？", "type": "date"},
)
OVERCHARGED = make_case(overpaid={"ask": "被多收了多少钱？", "type": "money"})
LESSONS = make_case(
    paid={"ask": "一共交了多少钱？", "type": "money"},
    used={"ask": "已经上掉的课值多少钱？", "type": "money"},
)
SPOILED = make_case(amount={"ask": "坏掉的东西值多少钱？", "type": "money"})
CAR_REPAIR = make_case(amount={"ask": "修车一共付了多少钱？", "type": "money"})
LAWYER = make_case(fee={"ask": "律师费花了多少钱？", "type": "money"})
OWED = make_case(amount={"ask": "平台要退多少钱？", "type": "money"})
ROOM = make_case(booked_on={"ask": "是哪天入住的订单？", "type": "date"})
REFUND = make_case(asked_on={"ask": "哪天申请退费的？", "type": "date"})
EVENT = make_case(happened_on={"ask": "哪天的事？", "type": "date"})
NUISANCE = make_case(since={"ask": "哪天开始反映的？", "type": "date"})
CLOSED = make_case(closed_on={"ask": "哪天停办的？", "type": "date"})
RECEIVED = make_case(received_on={"ask": "哪天签收的？", "type": "date"})
REPAIR = make_case(times={"ask": "修了几次？", "type": "integer", "unit": "次"})

STORIES: list[tuple[Case, str, dict[str, object]]] = [
    # ordinals and what a delivery promises are no dates
    (GOODS, "第六天才给我发货", {}),
    (GOODS, "用到第三天就坏了", {}),
    (GOODS, "第二天就开胶了", {}),
    (GOODS, "说好次日达，到现在没影", {}),
    (GOODS, "次日就退给他了", {}),
    (GOODS, "当天就联系客服了", {}),
    (GOODS, "隔天再去人就不认账了", {}),
    (GOODS, "第十二天还没到", {}),
    (GOODS, "商家承诺三天内发货", {}),
    (GOODS, "48小时内不发货怎么赔", {}),
    (GOODS, "我家在3号楼，快递没送上来", {}),
    (GOODS, "坐1号线去的店里", {}),
    (GOODS, "8点去的就关门了", {}),
    (GOODS, "孩子初三了，买的平板坏了", {}),
    # weekdays: the one behind us this week is meant, one ahead is not last year's
    (GOODS, "上周三买的", {"bought_on": "2026-11-11"}),
    (GOODS, "这周一买的鞋", {"bought_on": "2026-11-16"}),
    (GOODS, "星期三买的", {"bought_on": "2026-11-18"}),
    (GOODS, "周日买的", {}),
    (GOODS, "礼拜天去店里买的", {}),
    (GOODS, "周末买的衣服", {}),
    (GOODS, "下周一给我答复", {}),
    (GOODS, "每周三去上课", {}),
    (GOODS, "周一到周五都打不通电话", {}),
    # days without their month or year
    (GOODS, "25号买的", {"bought_on": "2026-10-25"}),
    (GOODS, "说好25号给我", {}),
    (GOODS, "12月5号买的", {"bought_on": "2025-12-05"}),
    (GOODS, "预计12月5号到货", {}),
    (GOODS, "不是昨天买的，是前天买的", {"bought_on": "2026-11-19"}),
    (GOODS, "昨天买的，明天就到期", {"bought_on": "2026-11-20"}),
    (PARCEL, "11月1号下的单，说好11月10号发货", {"order_date": "2026-11-01", "promised_date": "2026-11-10"}),
    (PARCEL, "说好11月10号发货", {"promised_date": "2026-11-10"}),
    # days and months that passed, and those that are allowed
    (TRIP, "七天无理由能退吗", {}),
    (TRIP, "支持7天无理由退货", {}),
    (TRIP, "报了个七天的旅游团", {}),
    (TRIP, "旅游结束七天了才发现", {"days_since": 7}),
    (TRIP, "行程结束半个月了", {"days_since": 15}),
    (TRIP, "回来第三天投诉的", {}),
    (TRIP, "回来第十二天才投诉", {}),
    (TRIP, "周一周二都在旅游", {}),
    (TRIP, "说好三天内给答复", {}),
    (HOUSE, "晚了三个月还没交房", {"months_late": 3}),
    (HOUSE, "延期半年了", {"months_late": 6}),
    (HOUSE, "保修一年，房子漏水", {}),
    (HOUSE, "一个月三百的物业费", {}),
    (REPAIR, "修了三次还是坏", {"times": 3}),
    (REPAIR, "第十二次去修了", {}),
    (REPAIR, "第三次维修还收费", {}),
    # pieces, not yuan
    (GOODS, "一块八百多的手表", {"amount": "800.00"}),
    (GOODS, "花三千买了一块手表", {"amount": "3000.00"}),
    (GOODS, "买了两块电池都是坏的", {}),
    (GOODS, "我们一块去退的", {}),
    (GOODS, "花了三块五买的冰棍", {"amount": "3.50"}),
    (GOODS, "三十块五个的包子", {"amount": "30.00"}),
    (GOODS, "在100平的店里花了八百", {"amount": "800.00"}),
    (GOODS, "送我1000积分又收回去了", {}),
    (GOODS, "花了100美元", {}),
    (GOODS, "打了12315也没用", {}),
    (GOODS, "打12315投诉过，618活动时下的单", {}),
    (GOODS, "4k电视坏了", {}),
    (GOODS, "上千块就这么没了", {}),
    (GOODS, "花了2000", {"amount": "2000.00"}),
    (GOODS, "2024买的，花了128", {"amount": "128.00"}),
    # the sum that was paid, not the one beside it
    (GOODS, "退货要扣我五十块", {}),
    (GOODS, "让我再补五十块", {}),
    (GOODS, "补差价两百块", {}),
    (GOODS, "运费十块要我出", {}),
    (GOODS, "十块运费谁出", {}),
    (GOODS, "差价有三百", {}),
    (GOODS, "一个月三百", {}),
    (GOODS, "三百一个月的会员", {}),
    (GOODS, "工资才三千，花了八百买鞋", {"amount": "800.00"}),
    (GOODS, "手机花了三千，运费十块", {"amount": "3000.00"}),
    (GOODS, "三千买的手机，退货扣我五十块", {"amount": "3000.00"}),
    (GOODS, "价格三千二，客服只肯退五百", {"amount": "3200.00"}),
    (GOODS, "只赔我两百", {}),
    (GOODS, "降价了三百，我能要回来吗", {}),
    (GOODS, "优惠券少减了五十块", {}),
    (GOODS, "付了八百，后来又付了三百", {}),
    (GOODS, "付了八百，又付了三百，一共1100", {"amount": "1100.00"}),
    (GOODS, "一节课三百", {}),
    (GOODS, "一次性付了三千六", {"amount": "3600.00"}),
    (GOODS, "交了五千定金", {}),
    (GOODS, "押金两千不退", {}),
    (GOODS, "他收了我六百块", {"amount": "600.00"}),
    (GOODS, "多收了我六十块", {}),
    (GOODS, "值三千多的包弄丢了", {"amount": "3000.00"}),
    (RENT, "押金两千，月租三千", {"amount": "2000.00"}),
    (RENT, "房租三千一个月，押金没退", {}),
    (RENT, "交了两千押金", {"amount": "2000.00"}),
    (DEPOSIT, "交了五千定金，总价三万", {"deposit": "5000.00", "price": "30000.00"}),
    (CARD, "充了三千，用掉八百", {"paid": "3000.00", "used": "800.00"}),
    (CARD, "卡里还剩八百", {}),
    (DEDUCTED, "多扣了我八十块", {"amount": "80.00"}),
    (DISPUTE, "运费十块不退", {}),
    (DISPUTE, "就为了三百块钱", {"amount": "300.00"}),
    # sums under a hundred without 元, after what was handed over
    (GOODS, "花了六十八", {"amount": "68.00"}),
    (GOODS, "花了九十九", {"amount": "99.00"}),
    (GOODS, "付了九十六", {"amount": "96.00"}),
    (GOODS, "买烟花了八十六", {"amount": "86.00"}),
    (OVERCHARGED, "多花了八十", {"overpaid": "80.00"}),
    (OVERCHARGED, "多收了五十", {"overpaid": "50.00"}),
    (OVERCHARGED, "多收了二十五", {"overpaid": "25.00"}),
    (OVERCHARGED, "多扣我六块", {"overpaid": "6.00"}),
    (GOODS, "等了三十多分钟", {}),
    (GOODS, "花了十二天", {}),
    (GOODS, "充了二十次", {}),
    # the sum ends where the next word begins; the exact total stands for the rough one; bank numerals, 角 and 分
    (GOODS, "交了四千五一分不少", {"amount": "4500.00"}),
    (GOODS, "一共买了两千多，总共两千三", {"amount": "2300.00"}),
    (GOODS, "被收了三百六年费", {"amount": "360.00"}),
    (GOODS, "付了壹仟贰佰元整", {"amount": "1200.00"}),
    (GOODS, "花了三块五毛五", {"amount": "3.55"}),
    (GOODS, "花了五毛钱", {"amount": "0.50"}),
    (OWED, "要退二百一十七", {"amount": "217.00"}),
    # a name and its sum with a verb of paying between
    (DEPOSIT, "定金交了五千，合同价一共六万八", {"deposit": "5000.00", "price": "68000.00"}),
    (LESSONS, "交了六千八，上掉的课值四千二", {"paid": "6800.00", "used": "4200.00"}),
    (SPOILED, "值六千八", {"amount": "6800.00"}),
    (SPOILED, "值八十六", {"amount": "86.00"}),
    (CAR_REPAIR, "修车费八百", {"amount": "800.00"}),
    (CAR_REPAIR, "修车花了八百", {"amount": "800.00"}),
    (GOODS, "用红包付了三百", {"amount": "300.00"}),
    (LAWYER, "律师费要三千", {"fee": "3000.00"}),
    # figures that are no sums
    (GOODS, "十万八千里", {}),
    (GOODS, "解释了八百遍", {}),
    (GOODS, "离家二百多里地", {}),
    (GOODS, "掉了一块黑漆", {}),
    (GOODS, "挂了两块牌子", {}),
    (GOODS, "足金999", {}),
    (GOODS, "一百二的房子套内八十六", {}),
    (GOODS, "没少两万", {}),
    (GOODS, "每吨零点九元", {}),
    # unit prices, other people's sums, sums beside the matter
    (DISPUTE, "平时八块钱", {}),
    (DISPUTE, "低消一百九十九", {}),
    (DISPUTE, "一度电一块一", {}),
    (DISPUTE, "首重十二块", {}),
    (DISPUTE, "起步价九块", {}),
    (DISPUTE, "骑行费一块五", {}),
    (DISPUTE, "一克五十八元", {}),
    (DISPUTE, "一集三块", {}),
    (DISPUTE, "一位十块", {}),
    (DISPUTE, "每月零花钱两百", {}),
    (DISPUTE, "检测费花了六百", {}),
    (DISPUTE, "补色还要收六百", {}),
    (DISPUTE, "复电费一百", {}),
    (DISPUTE, "欠费二十八块", {}),
    (DISPUTE, "佣金四万二", {}),
    (DISPUTE, "律师费要三千", {}),
    (DISPUTE, "他欠医院十万块", {}),
    (DISPUTE, "他说能返两万", {}),
    (DISPUTE, "管理费每年四百", {}),
    (DISPUTE, "通一下收三百", {}),
    # asked what was taken beyond the price, a price is no answer
    (OVERCHARGED, "比预估多了二十块", {"overpaid": "20.00"}),
    (GOODS, "一毛钱都不退", {}),
    (GOODS, "一千九一盒买的", {}),
    (OVERCHARGED, "平时八块钱", {}),
    (OVERCHARGED, "收了三十", {}),
    (OVERCHARGED, "起步价九块", {}),
    (OVERCHARGED, "就二十块钱", {}),
    # days with what happened on them
    (GOODS, "昨天下的单", {"bought_on": "2026-11-20"}),
    (GOODS, "昨天半夜付的", {"bought_on": "2026-11-20"}),
    (GOODS, "今天刚买的", {"bought_on": "2026-11-21"}),
    (REFUND, "上周五申请退费的", {"asked_on": "2026-11-13"}),
    (REFUND, "3月20号提交的退费申请", {"asked_on": "2026-03-20"}),
    (CLOSED, "2026年11月2日停办的", {"closed_on": "2026-11-02"}),
    (ROOM, "订的11月3号的房", {"booked_on": "2026-11-03"}),
    (RECEIVED, "11.15签收的", {"received_on": "2026-11-15"}),
    (EVENT, "十一月五号客服跟我讲", {"happened_on": "2026-11-05"}),
    (EVENT, "11月2号发生的", {"happened_on": "2026-11-02"}),
    (NUISANCE, "从10月8号开始反映", {"since": "2026-10-08"}),
    (NUISANCE, "9月1日起反映", {"since": "2026-09-01"}),
    # days ahead, of something else, or none at all
    (EVENT, "活动到12月底", {}),
    (EVENT, "涨到正月十五", {}),
    (EVENT, "孩子2025年3月生的", {}),
    (EVENT, "2011年6月1号出生", {}),
    (EVENT, "9月1号开学", {}),
    (EVENT, "12月1日出国", {}),
    (EVENT, "统考定在12月13日", {}),
    (EVENT, "说25号给答复", {}),
    (EVENT, "商家说25号给换", {}),
    (EVENT, "说12月5号给我开", {}),
    (EVENT, "今天再看页面", {}),
    (EVENT, "三个八的号", {}),
    (EVENT, "三千八一次", {}),
    (EVENT, "前天买的", {}),
    (RECEIVED, "昨天刚买的", {}),
    (HOUSE, "二零二零年交房", {}),
    (HOUSE, "被收了三百六年费", {}),
    # denied
    (GOODS, "没花钱，是送的", {}),
    (GOODS, "没花五百", {}),
    (GOODS, "不是三千，是花了五千", {"amount": "5000.00"}),
    (TOPUP, "不是八岁", {}),
    (TOPUP, "孩子不是八岁，是九岁", {"child_age": 9}),
    # whose age
    (TOPUP, "我七十岁，被孩子充了钱", {}),
    (TOPUP, "我孙子六岁", {"child_age": 6}),
    (TOPUP, "我七十岁，我孙子六岁", {"child_age": 6}),
    (TOPUP, "孙子六岁，我都七十岁了", {"child_age": 6}),
    (TOPUP, "他爷爷七十岁了不会用手机", {}),
    (TOPUP, "我老公三十五岁", {}),
    (TOPUP, "我今年12岁，拿妈妈手机充的", {"child_age": 12}),
    (TOPUP, "孩子用我手机充的，才8岁", {"child_age": 8}),
    (TOPUP, "35岁了还上当", {}),
    (TOPUP, "儿子八岁，女儿十二岁", {}),
    (TOPUP, "8岁的孩子自己充的", {"child_age": 8}),
    # an age left open
    (TOPUP, "孩子不满八岁", {}),
    (TOPUP, "孩子快八岁了", {}),
    (TOPUP, "孩子八岁不到", {}),
    (TOPUP, "孩子虚岁九岁", {}),
    (TOPUP, "孩子8岁左右", {}),
    (TOPUP, "8岁以下的孩子充值能全退吗", {}),
    (TOPUP, "未满18岁的孩子能退吗", {}),
    (TOPUP, "孩子八、九岁", {}),
    (TOPUP, "孩子刚满八岁", {"child_age": 8}),
]


@pytest.mark.parametrize(("case", "text", "facts"), STORIES, ids=[text for _, text, _ in STORIES])
def test_a_story_gives_these_facts_and_no_others(case: Case, text: str, facts: dict[str, object]) -> None:
    assert read_facts(case, text, today=TODAY) == facts


AGE, AMOUNT = TOPUP.facts["child_age"], GOODS.facts["amount"]
BOUGHT, SINCE = GOODS.facts["bought_on"], TRIP.facts["days_since"]


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        (AGE, "我七十岁，孙子六岁", 6),
        (AGE, "我七十岁", None),
        (AGE, "不是八岁", None),
        (AGE, "不满八岁", None),
        (AGE, "八岁吧", 8),
        (AGE, "12周岁", 12),
        (AGE, "快8了", None),
        (AGE, "我12岁", 12),
        (AMOUNT, "一个月三百", None),
        (AMOUNT, "扣我五十块", None),
        (AMOUNT, "运费十块", None),
        (AMOUNT, "没花钱", None),
        (AMOUNT, "三千，运费另外十块", "3000.00"),
        (AMOUNT, "花了三千，运费十块", "3000.00"),
        (AMOUNT, "618", "618.00"),
        (AMOUNT, "2020", "2020.00"),
        (AMOUNT, "三千块吧", "3000.00"),
        (AMOUNT, "押金两千", None),
        (AMOUNT, "第三个", None),
        (RENT.facts["amount"], "押一付三，押金两千", "2000.00"),
        (RENT.facts["amount"], "两千", "2000.00"),
        (BOUGHT, "第六天", None),
        (BOUGHT, "次日", None),
        (BOUGHT, "周日", None),
        (BOUGHT, "上周日", "2026-11-15"),
        (BOUGHT, "25号", "2026-10-25"),
        (BOUGHT, "早上买的", "2026-11-21"),
        (BOUGHT, "12.5元", None),
        (BOUGHT, "12.5", "2025-12-05"),
        (BOUGHT, "七天内", None),
        (BOUGHT, "三天前", "2026-11-18"),
        (SINCE, "七天无理由", None),
        (SINCE, "七天", 7),
        (SINCE, "7", 7),
        (SINCE, "第七天", None),
        (SINCE, "一个星期", 7),
    ],
)
def test_a_reply_gives_what_was_asked_and_nothing_else(fact: Fact, text: str, value: object) -> None:
    assert parse_reply(fact, text, today=TODAY) == value


def test_the_table_is_about_every_kind_of_figure() -> None:
    kinds = {fact.type for case, _, _ in STORIES for fact in case.facts.values()}
    assert kinds >= {FactType.MONEY, FactType.DATE, FactType.INTEGER}
