"""What the stand-in bot says: one game top-up from question to ticket. Invented, not from the library."""

from __future__ import annotations

from typing import Any

CARD: dict[str, Any] = {
    "case": "minor-game-topup",
    "title": "未成年人游戏充值退款",
    "topic": "minors_consumption",
    "strength": "strong",
    "answer": "孩子满八周岁、不满十八周岁，没有您的同意花大额的钱充值，这笔充值不算数，可以要求退还。\n"
    "关键是证明钱是孩子花的，不是您自己花的。",
    "basis": [
        {
            "law": "civil-code",
            "name": "民法典",
            "article": "19",
            "label": "《民法典》第十九条",
            "gist": "八岁以上的孩子只能独立做和年龄相称的小事，大额花钱要家长点头。",
            "effective": "2021-01-01",
            "unverified": False,
        },
        {
            "law": "civil-code",
            "name": "民法典",
            "article": "145",
            "label": "《民法典》第一百四十五条",
            "gist": "家长不认的，这笔交易从头就没有效力。",
            "effective": "2021-01-01",
            "unverified": True,
        },
    ],
    "evidence": [
        {"item": "实名认证信息截图", "proves": "账号实际由谁使用", "how": "游戏内「账号与安全」页面截图"},
        {"item": "付款记录", "proves": "什么时候花了多少钱", "how": "支付软件的账单，导出成文件"},
        {"item": "孩子的作息和聊天记录", "proves": "操作的人是孩子", "how": "课表、游戏里的聊天截图"},
    ],
    "steps": [
        {
            "title": "先跟客服说",
            "text": "把下面这段话发给游戏客服，留好回复。",
            "say": "您好，我的孩子今年10岁，用我的手机在贵平台充值3200元，我没有同意，现在要求全部退还，请在三个工作日内答复。",
        },
        {"title": "客服不理再投诉", "text": "打 12315，或者在这里直接提交投诉。"},
        {"title": "还可以起诉", "text": "到您住的地方的法院，起诉状法院有样子可以照着填。"},
    ],
    "remedy": {
        "label": "退还充值款",
        "amount": "3200.00",
        "formula": "充值总额 3200 元，全部退还",
        "label_basis": "《民法典》第一百五十七条",
    },
    "deadlines": [
        {
            "label": "最晚起诉",
            "date": "2029-09-30",
            "text": "从知道那天起算三年。",
            "basis": "《民法典》第一百八十八条",
        }
    ],
    "office": {
        "id": "market_regulation",
        "name": "市场监督管理局",
        "phone": "12315",
        "when": "全天可打，工作日有人接",
        "bring": "付款记录和聊天截图",
        "url": "https://www.12315.cn/",
    },
    "precedents": [],
    "note": None,
    "release": 3,
}

SUMMARY: dict[str, Any] = {
    "title": "请核对投诉内容",
    "lines": [
        {"field": "name", "label": "您的姓名", "value": "王秀英", "edit": "edit:name"},
        {"field": "phone", "label": "电话", "value": "13812345678", "edit": "edit:phone"},
        {
            "field": "merchant_name",
            "label": "被投诉人",
            "value": "某某网络科技有限公司",
            "edit": "edit:merchant_name",
        },
        {"field": "merchant_address", "label": "对方地址", "value": "", "edit": "edit:merchant_address"},
        {"field": "request", "label": "您的要求", "value": "退还充值款3200元", "edit": "edit:request"},
        {
            "field": "story",
            "label": "经过",
            "value": "2026年9月30日，10岁的孩子拿我的手机给游戏充值3200元，客服不同意退。",
            "edit": "edit:story",
        },
    ],
    "warnings": ["没有对方地址，可能会转给平台所在地的部门处理。"],
}
TICKET: dict[str, Any] = {
    "number": "WQ20261121-0007",
    "code": "482913",
    "accept_by": "2026-12-01",
    "status_url": "/tickets/WQ20261121-0007?code=482913",
    "text": "市场监管部门会在七个工作日内告诉您受不受理。",
}
DECISION: dict[str, Any] = {
    "decision": "answer",
    "act": "ask",
    "act_confidence": 0.93,
    "topic": {"minors_consumption": 0.91, "online_shopping": 0.04},
    "cases": [
        {"id": "minor-game-topup", "topic": "minors_consumption", "score": 0.94},
        {"id": "minor-live-tip", "topic": "minors_consumption", "score": 0.41},
    ],
    "basis": ["民法典第十九条", "民法典第一百四十五条"],
    "case": "minor-game-topup",
    "facts": {"child_age": 10, "amount": "3200.00", "registered_as": "家长"},
}


def answer(turn: dict[str, Any]) -> dict[str, Any]:
    """Return replies and decision for one turn."""
    replies, decision = _replies(turn), None
    if any(reply["kind"] == "card" for reply in replies):
        decision = DECISION
    return {"replies": replies, "decision": decision}


def _replies(turn: dict[str, Any]) -> list[dict[str, Any]]:
    text, choice, event = turn["text"], turn["choice"], turn["event"] or {}
    if event.get("type") == "evidence":
        return [said(f"收到「{event['name']}」，已放进您的材料。")]
    if event.get("type") == "returned":
        return [said("我回来了，刚才说的我都记得，接着来。")]
    if choice == "fact:parent":
        return [said("明白了，帮您查好了："), {"kind": "card", "text": "", "choices": NEXT, "card": CARD}]
    if choice == "confirm:yes":
        return [{"kind": "ticket", "text": "已经替您提交了。", "choices": [], "ticket": TICKET}]
    if choice == "next:complain" or "投诉" in text:
        return [{"kind": "summary", "text": "", "choices": CONFIRM, "summary": SUMMARY}]
    if "充" in text:
        return [said("孩子这种情况多半能退。先问一句：游戏账号是用谁的身份实名的？", WHO)]
    return [said(f"您说的是：{text[:200]}")]


def said(text: str, choices: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """Return a plain message."""
    return {"kind": "text", "text": text, "choices": choices or []}


WHO = [
    {"label": "孩子", "value": "fact:child"},
    {"label": "家长", "value": "fact:parent"},
    {"label": "没实名", "value": "fact:none"},
    {"label": "不清楚", "value": "fact:unknown"},
]
NEXT = [
    {"label": "我要投诉", "value": "next:complain"},
    {"label": "怎么跟商家说", "value": "next:write"},
    {"label": "去哪里处理", "value": "next:where"},
]
CONFIRM = [{"label": "确认提交", "value": "confirm:yes"}, {"label": "先不提交", "value": "confirm:no"}]
