"""The rows of the invented office that bench.desk measures: tickets, talks, events, notes, questions."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from desk import assignment_rules, search_words
from desk.personal import Seal, plain_name
from desk.store.tables import metadata, tickets
from desk.ticket import ENDED, OPEN, TicketStatus
from desk.ticket_rows import merchant_key, place
from desk.unanswered import Kind

SECRET = "a secret for measuring only"
PASSWORD = "correct-horse-42-measured"
DAYS = 1095
RECENT = 60  # days within which a ticket may still be open
TALKED = 10  # days within which bot messages are as long as real ones
LONG_TALK = 500  # messages of the one long conversation
MERCHANTS = 60_000
REPORTS = 0.1
HEAD, STATIONS = "310116", [f"310116-{letter}" for letter in "abcdefghijkl"]
PEOPLE_EACH = 5  # officers of an office
SUPERVISOR, OFFICER, CURATOR = "supervisor", "officer-310116-b-0", "curator"
KINDS = ("健身", "美容", "教育", "家政", "装饰", "汽车服务", "餐饮", "电器", "服装", "旅行社")
PLACES = ("石化街道", "朱泾镇", "枫泾镇", "亭林镇", "漕泾镇", "山阳镇", "金山卫镇", "张堰镇")
NAMES = ("王小明", "李秀英", "张伟", "刘洋", "陈静", "杨帆", "赵磊", "黄敏", "周杰", "吴桂芳")
TOPICS = (
    *("prepaid_card", "training_refund", "return_refund", "order_fulfilment", "platform_liability"),
    *("product_quality", "warranty_repair", "food_safety", "beauty_service", "catering_lodging"),
    *("decoration", "home_services", "property_parking", "telecom", "travel", "car_purchase_warranty"),
)
WORDS = (
    "办了年卡，三个月后门店关门，电话没人接，余额不退。",
    "买的空调装上就不制冷，修了两次还是老样子，要求换货。",
    "报名时说随时能退，上了两次课不想学了，只肯退三成。",
    "收到的衣服和直播间说的不一样，洗一次就掉色。",
    "交了定金，新车迟迟不到店，要求退还定金。",
    "外卖里吃出虫子，拉了两天肚子，商家只肯退餐费。",
    "物业停车费突然涨了一倍，没有公示，也没有征求意见。",
    "老人听了讲座，买了八千元的保健品，说能治高血压。",
)
LIVE = tuple(TicketStatus)
Rows = dict[str, list[dict[str, Any]]]


def moment(at: datetime) -> str:
    """Return a time as both drivers take it."""
    return at.replace(tzinfo=None).isoformat(" ", "microseconds")


def started(n: int, count: int, began: datetime) -> datetime:
    """Return when the n-th of `count` tickets was filed."""
    return began - timedelta(days=DAYS) * (1 - n / count)


def number_of(n: int, count: int, began: datetime) -> str:
    """Return the number of the n-th ticket."""
    return f"WQ{started(n, count, began):%Y%m%d}-{n:07d}"


def merchant(dice: random.Random) -> str:
    """Return a merchant's name: one in twelve complaints is about the busiest, half are about five hundred (Zipf)."""
    n = int(MERCHANTS ** dice.random())
    return f"第{n}号{KINDS[n % len(KINDS)]}有限公司"


@cache
def measuring_seal() -> Seal:
    return Seal(SECRET)


def words_told(ticket: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(word for name in search_words.SEARCHED for word in _cut(ticket[name])))


@cache
def _cut(text: str) -> list[str]:
    return search_words.of_ticket(dict.fromkeys(search_words.SEARCHED, "") | {"story": text})


@cache
def _skill(kind: str, topic: str) -> tuple[str, str]:
    matter = assignment_rules.Matter(kind, topic, "", HEAD, None, ())
    route = assignment_rules.policy().route(matter)
    return route.skill, route.rule


def ticket_row(
    n: int,
    count: int,
    at: datetime,
    began: datetime,
    people: Mapping[str, list[str]],
    dice: random.Random,
    seal: Seal,
) -> dict[str, Any]:
    number, kind = number_of(n, count, began), "report" if dice.random() < REPORTS else "complaint"
    status = dice.choice(LIVE) if began - at < timedelta(days=RECENT) else TicketStatus.CLOSED
    if kind == "report" and status not in (TicketStatus.CLOSED, TicketStatus.RECEIVED):
        status = TicketStatus.ACCEPTED
    running = status not in ENDED and status is not TicketStatus.DRAFT
    due = (at + timedelta(days=dice.randrange(3, 75))).date() if running else None
    office = dice.choice([HEAD, *STATIONS])
    called, person = merchant(dice), dice.choice(NAMES)
    phone = f"13{dice.randrange(max(1, count // 3)) * 2963 % 10**9:09d}"
    taken = status not in OPEN or dice.random() < 0.85
    topic = dice.choice(TOPICS)
    yuan = dice.randrange(50, 9000) * (10 if dice.random() < 0.05 else 1)
    day = due.isoformat() if due else None
    return {
        "id": n,
        "number": number,
        "kind": kind,
        "code_sealed": "",
        "code_failures": 0,
        "code_locked_until": None,
        "status": status.value,
        "conversation_id": f"c{n:08d}",
        "name_sealed": seal.close(person, place(number, "name")),
        "phone_sealed": seal.close(phone, place(number, "phone")),
        "address_sealed": seal.close("上海市金山区石化街道卫零路12号", place(number, "address")),
        "phone_digest": seal.digest(phone),
        "name_digest": seal.digest(plain_name(person)),
        "region_code": HEAD,
        "merchant_name": called,
        "merchant_address": f"上海市金山区{dice.choice(PLACES)}",
        "merchant_key": merchant_key(called),
        "request": f"退款{yuan}元",
        "story": dice.choice(WORDS) + dice.choice(WORDS),
        "amount": yuan * 100,
        "happened_on": at.date().isoformat(),
        "topic": topic,
        "case_id": "",
        "facts": "{}",
        "flags": "[]",
        "agent_for": "",
        "draft_digest": "",
        "assigned_to": dice.choice(people[office]) if taken else "",
        "office": "",
        "ground": "",
        "created_at": moment(at),
        "updated_at": moment(at),
        "accept_by": day,
        "mediate_by": day,
        "notify_by": None,
        "lead_check_by": None,
        "due_on": day,
        "urged": int(running and dice.random() < 0.1),
        "handling_office": office,
        "target_on": (due - timedelta(days=2)).isoformat() if due else None,
        "merged_into": "",
        **({"queue": _skill(kind, topic)[0]} if "queue" in tickets.c else {}),
    }


def conversation_row(
    n: int,
    last: int,
    at: datetime,
    began: datetime,
    ticket: Mapping[str, Any],
    people: Mapping[str, list[str]],
    dice: random.Random,
) -> dict[str, Any]:
    chance = dice.random() if began - at < timedelta(days=TALKED) else 1.0
    held = f"staff:{dice.choice(people[ticket['handling_office']])}"
    owner = "queue" if chance < 0.004 else held if chance < 0.015 else "bot"
    return {
        "id": ticket["conversation_id"],
        "channel": "h5" if n % 3 else "wechat",
        "visitor": f"v{n}",
        "owner": owner,
        "waiting_since": moment(at) if owner == "queue" else None,
        "reason": "asked" if owner != "bot" else "",
        "bot_may_finish": 0,
        "bot_since": 0,
        "topic": ticket["topic"],
        "case_id": "",
        "last_text": "想退卡，门店关了",
        "last_message_id": last,
        "unread": int(owner != "bot"),
        "created_at": moment(at),
        "updated_at": moment(at),
        "handling_office": ticket["handling_office"],
    }


def talk_rows(n: int, each: int, at: datetime, began: datetime) -> Iterator[dict[str, Any]]:
    first, long = (n - 1) * each + 1, began - at < timedelta(days=TALKED)
    for turn in range(each):
        yield message_row(first + turn, f"c{n:08d}", turn, at + timedelta(seconds=turn), long)


def message_row(id: int, conversation: str, turn: int, at: datetime, long: bool) -> dict[str, Any]:
    return {
        "id": id,
        "conversation_id": conversation,
        "author": "bot" if turn % 2 else "consumer",
        "kind": "card" if turn % 2 and long else "text",
        "body": _body(turn % 10, bool(turn % 2) and long),
        "by": None,
        "client_id": f"m{turn}",
        "at": moment(at),
    }


@cache
def _body(turn: int, long: bool) -> str:
    """What is said; a long one is an answer of the assistant with its decision."""
    said: dict[str, Any] = {"text": f"第{turn}句：{WORDS[turn % len(WORDS)]}"}
    if long:
        basis = ["《消费者权益保护法》第五十三条", "《上海市单用途预付消费卡管理规定》第二十条"]
        said["card"] = {
            **{"case": "prepaid_card_closed_shop", "title": "办卡的门店关门了", "topic": "prepaid_card"},
            **{"answer": "".join(WORDS), "strength": "strong", "release": 1, "evidence": list(WORDS)},
            **{"basis": [{"label": label, "gist": WORDS[0]} for label in basis], "steps": list(WORDS[:4])},
        }
        hits = [{"id": f"case_{rank}", "score": 0.9 - rank / 10} for rank in range(5)]
        said["decision"] = {
            **{"decision": "answer", "act": "ask", "case": "prepaid_card_closed_shop", "cases": hits},
            **{"facts": {"amount": "3200.00", "paid_on": "2026-05-01", "closed": True}, "basis": basis},
        }
        said["choices"] = [{"label": word[:8], "value": f"choose:{word[:3]}"} for word in WORDS[:4]]
    return json.dumps(said, ensure_ascii=False)


def work_row(ticket: Mapping[str, Any]) -> dict[str, Any]:
    skill, rule = _skill(ticket["kind"], ticket["topic"])
    row = {"number": ticket["number"], "office": ticket["handling_office"], "skill": skill}
    row |= {"office_rule": "handling", "skill_rule": rule, "at": ticket["created_at"]}
    known = metadata.tables["ticket_work"].c
    return {name: value for name, value in row.items() if name in known}


def event_rows(ticket: Mapping[str, Any], at: datetime) -> Iterator[dict[str, Any]]:
    steps = [("file", "", "received", "consumer")]
    if ticket["status"] == "closed":
        steps += [("accept", "received", "accepted", "staff"), ("close", "accepted", "closed", "staff")]
    for day, (event, before, after, by) in enumerate(steps):
        yield {
            "number": ticket["number"],
            "event": f"ticket:{ticket['kind']}:{event}",
            "from_status": before,
            "to_status": after,
            "by": "consumer" if by == "consumer" else ticket["assigned_to"],
            "at": moment(at + timedelta(days=day)),
            "detail": "{}",
            "text": "",
        }


def history_rows(n: int, ticket: Mapping[str, Any], at: datetime, each: int) -> Iterator[dict[str, Any]]:
    events = [
        (f"ticket:{ticket['kind']}:file", "consumer"),
        ("ticket:queue:route", "system"),
        ("ticket:personal:read" if n % 40 else "staff:account:change", ticket["assigned_to"] or "system"),
    ]
    for place_, (event, by) in enumerate(events):
        seq = (n - 1) * len(events) + place_ + 1
        yield {
            "seq": seq,
            "event": event,
            "subject": ticket["number"],
            "by": by,
            "at": moment(at + timedelta(seconds=place_)),
            "detail": '{"to": "received"}',
            "prev_hash": f"{seq - 1:064x}",
            "hash": f"{seq:064x}",
        }


def note_row(n: int, ticket: Mapping[str, Any]) -> dict[str, Any]:
    by = ticket["assigned_to"] or "system"
    return {
        "id": n // 5,
        "number": ticket["number"],
        "by": by,
        "text": "商家答应回电",
        "at": ticket["created_at"],
    }


def mention_row(
    n: int, ticket: Mapping[str, Any], at: datetime, began: datetime, people: Mapping[str, list[str]]
) -> dict[str, Any]:
    one = people[ticket["handling_office"]][n % PEOPLE_EACH]
    seen = None if began - at < timedelta(days=TALKED) else ticket["created_at"]
    return {"note_id": n // 5, "staff_id": one, "seen_at": seen}


def question_row(n: int, at: datetime, began: datetime) -> dict[str, Any]:
    open_, kind = began - at < timedelta(days=30), tuple(Kind)[n % len(Kind)]
    return {
        "id": n // 6,
        "conversation_id": f"c{n:08d}",
        "text": WORDS[n % len(WORDS)],
        "decision": '{"decision": "ask", "act": "ask", "cases": [{"id": "a", "score": 0.4}]}',
        "at": moment(at),
        "handled_by": None if open_ else CURATOR,
        "handled_at": None if open_ else moment(at),
        "case_id": "",
        "kind": kind.value,
        "reason": "",
        "assigned_to": "",
        "outcome": "" if open_ else "case",
        "group_id": n % 600 + 1 if open_ else None,
    }


def asked_row(ticket: Mapping[str, Any], at: datetime, began: datetime) -> dict[str, Any]:
    waits = began - at < timedelta(days=3)
    return {
        "number": ticket["number"],
        "text": "请问办到哪一步了？",
        "at": moment(at),
        "answer": "" if waits else "已经联系商家，三天内回复您。",
        "answered_by": "" if waits else ticket["assigned_to"],
        "answered_at": None if waits else moment(at),
    }
