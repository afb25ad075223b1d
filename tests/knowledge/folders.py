"""A small, sound content folder to build and to spoil."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

TODAY = "2026-11-21"

TOPICS = {
    "minors_consumption": {"title": "未成年人消费", "about": "充值打赏退款", "office": "market_regulation"},
    "deposit_earnest": {"title": "定金订金押金", "about": "定金不退", "office": "market_regulation"},
}
OFFICES = {"market_regulation": {"name": "市场监管部门", "phone": "12315", "when": "全天", "bring": "订单"}}
REFERRALS = {"labour": {"title": "劳动争议", "text": "这是劳动方面的事。", "doors": ["market_regulation"]}}
STEPS = {
    "negotiate": {
        "title": "先跟商家谈",
        "text": "写清要求。",
        "basis": [{"law": "civil-code", "article": 577}],
    },
    "court": {"title": "起诉", "text": "到法院。"},
}
CIVIL_CODE = {
    "id": "civil-code",
    "title": "中华人民共和国民法典",
    "name": "民法典",
    "level": "法律",
    "issuer": "全国人民代表大会",
    "editions": [{"effective": "2021-01-01", "articles": 1260, "text": "民法典.md"}],
    "gists": {
        20: "不满八周岁的孩子做的交易不算数",
        145: "八周岁以上的孩子做大额交易要家长认",
        587: "收定金的违约要双倍还",
    },
}
REGISTER = {
    "consumer-law": ("消费者权益保护法", 63),
    "food-safety-law": ("食品安全法", 154),
    "prepaid-interpretation": ("最高人民法院关于审理预付式消费民事纠纷案件适用法律若干问题的解释", 27),
    "complaint-handling-measures": ("市场监督管理投诉举报处理办法", 46),
    "price-law": ("价格法", 48),
    "civil-aviation-law": ("民用航空法", 215),
    "tourism-law": ("旅游法", 112),
    "seven-day-return-measures": ("网络购买商品七日无理由退货暂行办法", 38),
    "peoples-mediation-law": ("人民调解法", 35),
    "consumer-infringement-penalty-measures": ("侵害消费者权益行为处罚办法", 22),
    "car-warranty-provisions": ("家用汽车产品修理更换退货责任规定", 42),
}

TOPUP: dict[str, Any] = {
    "id": "minor-game-topup",
    "title": "未成年人游戏充值退款",
    "topic": "minors_consumption",
    "audience": ["guardian"],
    "summary": "孩子背着家长给游戏充的钱，多半可以要回来，关键看年龄和证据。",
    "ask": [
        "孩子偷偷用我手机给游戏充了三千多能退吗",
        "儿子玩王者充值四千怎么追回来",
        "未成年充值退款怎么申请",
        "小孩偷拿奶奶手机给游戏充钱",
        "我家娃八岁给游戏买皮肤花了好多钱",
        "熊孩子游戏氪金能不能退",
        "女儿在游戏里买装备花了两千块客服不给退",
        "孩子游戏消费家长不知情",
        "游戏公司说没证据是孩子充的",
        "上小学的孩子充了游戏币怎么办",
        "暑假孩子在家玩手游充了五千",
        "用我身份证注册的号孩子充值了还能退不",
        "给孩子玩手机结果扣了一千多都是游戏",
    ],
    "facts": {
        "child_age": {"ask": "孩子充值时几周岁？", "type": "integer", "unit": "岁"},
        "registered_as": {
            "ask": "游戏账号是用谁的身份实名的？",
            "type": "choice",
            "choices": ["孩子", "家长", "没实名"],
            "hear": {"孩子": ["孩子的身份证实名"], "家长": ["用我的身份证", "用我身份证"]},
        },
        "amount": {"ask": "一共花了多少钱？", "type": "money"},
        "purchase_date": {"ask": "哪天充的？", "type": "date"},
    },
    "outcomes": [
        {
            "id": "under-eight",
            "when": {"child_age": {"lt": 8}},
            "strength": "strong",
            "answer": "不满八周岁的孩子充的钱可以全部要求退回，先把能证明是孩子操作的证据留好。",
            "basis": [{"law": "civil-code", "article": 20}],
        },
        {
            "id": "own-account",
            "when": {"child_age": {"lt": 18}, "registered_as": "孩子"},
            "strength": "fair",
            "answer": "账号实名是孩子本人的，可以要求游戏公司退还与孩子年龄不相称的充值。",
            "basis": [{"law": "civil-code", "article": 145}],
        },
        {
            "id": "otherwise",
            "strength": "weak",
            "answer": "账号不是孩子实名的，要靠其他证据证明是孩子自己操作的充值。",
            "basis": [{"law": "civil-code", "article": 145}],
        },
    ],
    "evidence": [
        {"item": "实名认证截图", "proves": "谁在用账号", "how": "游戏内账号页截图", "weight": 3},
        {"item": "充值记录", "proves": "金额和时间", "how": "支付软件账单", "weight": 2},
        {"item": "聊天记录", "proves": "孩子承认", "how": "截图", "weight": 1},
    ],
    "steps": [
        {"step": "negotiate", "say": "您好，我的孩子今年{child_age}岁，充值了{amount}元，请退款。"},
        "court",
    ],
    "remedy": {"rule": "refund", "amount": "amount"},
    "deadlines": [{"rule": "limitation_three_years", "from": "purchase_date"}],
    "office": "market_regulation",
    "merchant": "核实身份后及时退还。",
    "precedents": [],
    "comment": "看证据。",
    "related": ["deposit-not-returned"],
    "review": {"by": "维权助手编辑部", "on": "2026-11-21", "due": "2027-05-21"},
}
DEPOSIT: dict[str, Any] = {
    "id": "deposit-not-returned",
    "title": "定金不退",
    "topic": "deposit_earnest",
    "audience": ["consumer"],
    "summary": "商家违约要双倍还定金，你自己反悔一般要不回来。",
    "ask": [
        "定金能退吗",
        "交了定金商家说没货了",
        "买家具交了五千定金不想要了能退吗",
        "商家违约定金双倍返还",
        "订金和定金有什么区别",
        "看车交了定金后来不买了",
        "婚庆公司收了定金又说档期没了",
        "装修公司定金不给退",
        "意向金交了两千销售说不退",
        "我付了定金他卖给别人了",
        "定金条写的是订金",
        "商铺订货付定金迟迟不交货",
    ],
    "facts": {
        "fault": {
            "ask": "是谁不履行？",
            "type": "choice",
            "choices": ["商家", "自己"],
            "hear": {"商家": ["没货了", "卖给别人了"], "自己": ["我不想要了"]},
        },
        "deposit": {"ask": "定金交了多少？", "type": "money"},
        "price": {"ask": "合同总价多少？", "type": "money"},
    },
    "outcomes": [
        {
            "id": "seller",
            "when": {"fault": "商家"},
            "strength": "strong",
            "answer": "商家不履行约定，你可以要求双倍返还定金，先书面告知对方。",
            "basis": [{"law": "civil-code", "article": 587}],
        },
        {
            "id": "otherwise",
            "strength": "weak",
            "answer": "自己反悔的，定金一般要不回来，可以和商家商量改期或换货。",
            "basis": [{"law": "civil-code", "article": 587}],
            "remedy": {"rule": "none"},
        },
    ],
    "evidence": TOPUP["evidence"],
    "steps": ["negotiate", "court"],
    "remedy": {"rule": "double_deposit", "amount": "deposit", "price": "price"},
    "office": "market_regulation",
    "related": [],
    "review": TOPUP["review"],
}


def topup(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy({**TOPUP, **changes})


def deposit(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy({**DEPOSIT, **changes})


def _dump(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(data, file)


def _law(id: str, name: str, articles: int) -> dict[str, Any]:
    return {
        "id": id,
        "title": name,
        "name": name,
        "editions": [{"effective": "2014-03-15", "articles": articles}],
    }


def write_folder(root: Path, *cases: dict[str, Any], **whole: Any) -> Path:
    """Write a content folder under `root`; `whole` replaces topics, offices, referrals, steps or civil_code."""
    source = root / "knowledge"
    for kind, default in (
        ("topics", TOPICS),
        ("offices", OFFICES),
        ("referrals", REFERRALS),
        ("steps", STEPS),
    ):
        _dump(source / f"{kind}.yml", copy.deepcopy(whole.get(kind, default)))
    _dump(source / "laws" / "civil-code.yml", copy.deepcopy(whole.get("civil_code", CIVIL_CODE)))
    for id, (name, articles) in REGISTER.items():
        _dump(source / "laws" / f"{id}.yml", _law(id, name, articles))
    for case in cases or (topup(), deposit()):
        _dump(source / "cases" / case["topic"] / f"{case['id']}.yml", case)
    return source
