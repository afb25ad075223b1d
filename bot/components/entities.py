"""Entities of a message with normalised values: what actions and facts read.

money (float, yuan), time ({"from", "to"}, ISO dates in Asia/Shanghai), person_age (int), phone,
order_number, law_citation, platform, merchant, goods, place. Spans point into the cleaned text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components import amounts
from bot.components.patterns import find_names, forbidden_followers, open_ruler, read_endings
from knowledge import quiet_jionlp

CHINA = ZoneInfo("Asia/Shanghai")
READ_AT_MOST = 600
"""Characters in which times are looked for; jionlp needs 15 ms for a thousand."""

Entity = dict[str, Any]

_NUMERALS = "0-9零一二三四五六七八九十百千"
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d{9})(?!\d)|(?<!\d)(0\d{2,3}-?\d{7,8})(?!\d)")
_ORDER = re.compile(
    r"(?:订单编?号|订单|运单号|快递单号|单号|流水号|交易号)\s*(?:是|为|:|：)?\s*(?P<named>[A-Za-z0-9-]{6,32})|(?<![\w.])(?P<bare>\d{14,26}|[A-Z]{2}\d{9,15})(?!\w)"
)
_LAW = re.compile(
    rf"(?:《(?P<quoted>[^《》]{{2,40}})》|(?P<plain>[一-龥]{{2,12}}?(?:法典|条例|办法|规定|解释|法)))?的?"
    rf"第(?P<article>[{_NUMERALS}]{{1,7}})条(?:之[一二三])?(?:第[{_NUMERALS}]{{1,3}}款)?(?:第[{_NUMERALS}]{{1,3}}项)?"
)
_LAW_NOISE = re.compile(r"^.*?(?:根据|依据|按照|违反|适用|参照|按|和|与|及)(?=..)")
_MAY_HOLD_TIME = re.compile(
    rf"[{_NUMERALS}半两]\s*(?:年|月|日|号|天|周|星期|点|个月|小时|[./-]\d)|[今昨明前去后][天日年晚]|[上这本下]个?(?:月|周|星期|礼拜)|"
    r"周[一二三四五六日末天]|星期|礼拜|双十[一二]|双1[12]|春节|国庆|五一|元旦|中秋|端午|清明|过年|月初|月底|年初|年底|618"
)
_MONTH = re.compile(
    rf"(?P<far>上上|上|这|本)个?月(?:(?P<part>初|底|中旬)|(?P<day>[{_NUMERALS}]{{1,3}})[号日](?![楼线店馆门]))?(?!前)"
)
_NO_DAY = re.compile(r"^[楼线店馆门院栋幢机厅]")
_RECENT = re.compile(r"刚刚|刚才|前几天|前两天|这几天|这两天")
_ELAPSED_BEFORE = re.compile(r"(?:了|已经|都|快|将近|有)$")
_ELAPSED_AFTER = re.compile(r"^(?:多)?(?:了|都没|还没|没|仍|也没|不)")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class WeiquanEntities(GraphComponent, EntityExtractorMixin):
    """Adds entities to a message; later finders give way to earlier ones where spans overlap."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> WeiquanEntities:
        open_ruler()
        find(
            "昨天在京东花了5元", datetime.now(CHINA)
        )  # jionlp and the matcher load their tables at first use
        return cls()

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to refuse: there are no options."""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                known = message.get(ENTITIES) or []
                message.set(
                    ENTITIES, known + find(message.get(TEXT), datetime.now(CHINA)), add_to_output=True
                )
        return messages


def find(text: str, now: datetime) -> list[Entity]:
    """All entities of `text` by their start; `now` is aware and says what 昨天 means."""
    found: list[Entity] = []
    taken: list[tuple[int, int]] = []
    for finder in (_phones, _order_numbers, _laws, _money, _ages):
        _add(found, taken, finder(text))
    _add(found, taken, _times(text, now))
    names = [
        *_named(text),
        *_merchants_by_ending(text),
    ]  # the longest wins, a known name before a guessed one
    _add(found, taken, iter(sorted(names, key=lambda entity: entity["start"] - entity["end"])))
    return sorted(found, key=lambda entity: (entity["start"], entity["end"]))


def _add(found: list[Entity], taken: list[tuple[int, int]], new: Iterator[Entity]) -> None:
    for entity in new:
        start, end = entity["start"], entity["end"]
        if not any(start < other_end and other_start < end for other_start, other_end in taken):
            found.append(entity)
            taken.append((start, end))


def _entity(kind: str, start: int, end: int, value: Any) -> Entity:
    return {"entity": kind, "start": start, "end": end, "value": value, "extractor": "WeiquanEntities"}


def _phones(text: str) -> Iterator[Entity]:
    for match in _PHONE.finditer(text):
        group = 1 if match.group(1) else 2
        yield _entity("phone", match.start(group), match.end(group), match.group(group))


def _order_numbers(text: str) -> Iterator[Entity]:
    for match in _ORDER.finditer(text):
        group = "named" if match["named"] else "bare"
        if any(character.isdigit() for character in match[group]):
            yield _entity("order_number", match.start(group), match.end(group), match[group])


def _laws(text: str) -> Iterator[Entity]:
    for match in _LAW.finditer(text):
        start = match.start()
        if match["plain"]:
            noise = _LAW_NOISE.match(match["plain"])
            start += noise.end() if noise else 0
        yield _entity("law_citation", start, match.end(), text[start : match.end()].replace("的第", "第"))


def _money(text: str) -> Iterator[Entity]:
    for found in amounts.find_money(text):
        yield _entity("money", found.start, found.end, found.value)


def _ages(text: str) -> Iterator[Entity]:
    for found in amounts.find_ages(text):
        yield _entity("person_age", found.start, found.end, int(found.value))


def _times(text: str, now: datetime) -> Iterator[Entity]:
    head = text[:READ_AT_MOST]
    if not _MAY_HOLD_TIME.search(head) and not _RECENT.search(head):
        return
    local = now.astimezone(CHINA)
    for match in _MONTH.finditer(head):
        first, last = _month(local, match["far"], match["part"], match["day"])
        yield _entity("time", match.start(), match.end(), {"from": first, "to": last})
    for match in _RECENT.finditer(head):
        days = 0 if match[0].startswith("刚") else 5
        yield _entity("time", match.start(), match.end(), _span(local - timedelta(days=days), local))
    for item in _read_times(head, local):
        start, end = item["offset"]
        value = _time_value(item, head, local)
        if value is not None and not (head[end - 1] == "号" and _NO_DAY.match(head[end:])):
            yield _entity("time", start, end, value)


def _read_times(text: str, local: datetime) -> list[dict[str, Any]]:
    try:  # jionlp reads the machine's clock face, so it is handed Beijing's
        return (
            quiet_jionlp.load().ner.extract_time(text, time_base=local.replace(tzinfo=None).timestamp()) or []
        )
    except (
        ValueError,
        TypeError,
        IndexError,
        KeyError,
        OverflowError,
    ):  # it trips over odd figures such as 2月30日
        return []


def _time_value(item: dict[str, Any], text: str, local: datetime) -> dict[str, str] | None:
    detail = item["detail"]
    if item["type"] in {"time_point", "time_span"}:
        times = detail["time"]
        if not isinstance(times, list) or len(times) != 2:
            return None
        first, last = (moment[:10] for moment in times)
        if first == "-inf":
            first = last
        if last == "inf":
            last = first
        return {"from": first, "to": last} if _is_date(first) and _is_date(last) else None
    if item["type"] == "time_delta" and isinstance(detail["time"], dict):
        start, end = item["offset"]
        if _ELAPSED_BEFORE.search(text[:start]) or _ELAPSED_AFTER.match(text[end:]):
            ago = local - timedelta(days=_days(detail["time"]))
            return _span(ago, ago)
    return None


def _days(delta: dict[str, float]) -> float:
    units = {"year": 365.25, "month": 30.44, "day": 1.0, "hour": 1 / 24, "week": 7.0, "workday": 1.4}
    days = sum(units.get(unit, 0.0) * _lower(amount) for unit, amount in delta.items())
    return min(days, 36_500.0)


def _lower(amount: Any) -> float:
    return float(amount[0] if isinstance(amount, list) else amount)


def _is_date(text: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text))


def _span(first: datetime, last: datetime) -> dict[str, str]:
    return {"from": first.date().isoformat(), "to": last.date().isoformat()}


def _month(local: datetime, far: str, part: str | None, day: str | None) -> tuple[str, str]:
    back = {"上上": 2, "上": 1}.get(far, 0)
    month = local.year * 12 + local.month - 1 - back
    first = local.replace(year=month // 12, month=month % 12 + 1, day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    last = following - timedelta(days=1)
    number = amounts.read_amount(day) if day else None
    if number and 1 <= number <= last.day:
        first = last = first.replace(day=int(number))
    elif part == "初":
        last = first + timedelta(days=9)
    elif part == "中旬":
        first, last = first + timedelta(days=10), first + timedelta(days=19)
    elif part == "底":
        first = last - timedelta(days=9)
    if not part and not number and back == 0:
        last = local
    return first.date().isoformat(), last.date().isoformat()


def _merchants_by_ending(text: str) -> Iterator[Entity]:
    """…健身房, …有限公司: the run of letters before a known ending, cut at the last word no name contains."""
    endings = read_endings()
    for suffix in endings.suffixes:
        at = text.find(suffix)
        while at >= 0:
            start = at
            while start > 0 and at - start < 14 and text[start - 1].isalnum():
                start -= 1
            for stop in endings.stops:
                position = text.rfind(stop, start, at)
                if position >= 0:
                    start = max(start, position + len(stop))
            if at - start >= 2:
                yield _entity("merchant", start, at + len(suffix), text[start : at + len(suffix)])
            at = text.find(suffix, at + len(suffix))


def _named(text: str) -> Iterator[Entity]:
    followers = forbidden_followers()
    for span in find_names(text):
        value = span.id_ or span.text
        refused = followers.get((span.label_, value), ())
        if not any(text.startswith(word, span.end_char) for word in refused):
            yield _entity(span.label_, span.start_char, span.end_char, value)
