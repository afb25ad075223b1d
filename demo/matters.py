"""What happened to somebody: who, where, what, how much, drawn from the content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from desk.complaint import ComplaintDraft

from .days import BEIJING
from .office import Office


@dataclass(frozen=True)
class Consumer:
    """One invented person."""

    name: str
    phone: str
    address: str


@dataclass(frozen=True)
class Matter:
    """One dispute. `amount` is whole yuan; `story` and `request` are the consumer's words."""

    merchant: Mapping[str, Any]
    topic: str
    case_id: str
    amount: int
    story: str
    request: str


def consumer(office: Office, rng: Random) -> Consumer:
    """Return somebody new; the telephone numbers belong to a range that is not given out."""
    people = office.content.people
    name = rng.choice(people["surnames"]) + rng.choice(people["given"])
    home = f"{people['region']['name']}{rng.choice(people['streets'])}{rng.randint(1, 900)}弄{rng.randint(1, 60)}号"
    return Consumer(
        name, f"1380000{rng.randrange(10000):04d}", f"{home}{rng.randint(1, 6)}0{rng.randint(1, 4)}室"
    )


def matter(office: Office, rng: Random, merchant: Mapping[str, Any], at: datetime) -> Matter:
    """Return something this merchant did shortly before `at`."""
    topic = rng.choice(merchant["topics"])
    told = rng.choice(office.content.topics[topic]["stories"])
    amount = money(rng, told["from"], told["to"])
    story = told["story"].format(amount=amount, day=day_words(rng, at))
    if "habit" in merchant and rng.random() < 0.5:
        story = f"{story[:-1]}，{merchant['habit']}。"
    return Matter(merchant, topic, told["case"], amount, story, told["request"])


def merchant(office: Office, rng: Random) -> Mapping[str, Any]:
    """Return one of the businesses, by weight."""
    rows = office.content.merchants
    return rng.choices(rows, [row["weight"] for row in rows])[0]


def grows(office: Office, row: Mapping[str, Any]) -> float:
    """Return how much complaints about this business grow over the year."""
    return 0.9 if any(office.content.topics[topic].get("hot") for topic in row["topics"]) else 0.3


def draft(
    office: Office, rng: Random, who: Consumer, what: Matter, at: datetime, **more: Any
) -> ComplaintDraft:
    """Return the complaint as it is filed."""
    region = office.content.people["region"]
    happened = (at - timedelta(days=rng.randint(3, 70))).astimezone(BEIJING).date()
    fields: dict[str, Any] = {
        "name": who.name,
        "phone": who.phone,
        "address": who.address,
        "region_code": region["code"],
        "merchant_name": what.merchant["name"],
        "merchant_address": f"{region['name']}{what.merchant['street']}{1 + len(what.merchant['name']) * 17}号",
        "request": what.request,
        "story": what.story,
        "amount": Decimal(what.amount),
        "happened_on": happened,
        "known_on": happened,
        "topic": what.topic,
        "case_id": what.case_id,
        "office": "market_regulation",
        "handled_elsewhere": False,
        "daily_use": True,
        "mediation": True,
    }
    return ComplaintDraft(**{**fields, **more})


def money(rng: Random, least: int, most: int) -> int:
    """Return a sum as people pay it: round ones above a hundred, small ones more often."""
    sum_ = least + int((most - least) * rng.random() ** 2)
    step = 100 if sum_ >= 2000 else 10 if sum_ >= 100 else 1
    return max(least, sum_ // step * step)


def day_words(rng: Random, at: datetime) -> str:
    """Return how people name a day some weeks ago."""
    day = (at - timedelta(days=rng.randint(4, 60))).astimezone(BEIJING)
    return rng.choice([f"{day.month}月{day.day}号", f"{day.month}月{day.day}日", f"{day.month}月份"])
