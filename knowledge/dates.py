"""Dates as people say them (前天, 上个月初, 去年双十一, 10.1), read against a given today in Beijing.

jionlp does the reading. It is loaded at the first date, not at import: it prints a banner and takes a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from knowledge import quiet_jionlp
from knowledge.figures import normal

BEIJING = timezone(timedelta(hours=8))
MONTH = 31
YEAR = 366
_NUMERIC = re.compile(
    r"(?<!\d)(?:(\d{4}|\d{2})[-/.年])?(1[0-2]|0?[1-9])[-/.月](3[01]|[12]\d|0?[1-9])(?:[日号])?(?!\d|\.\d)"
)
_SALES = {
    "618": (6, 18),
    "双11": (11, 11),
    "双12": (12, 12),
    "双十一": (11, 11),
    "双十二": (12, 12),
    "315": (3, 15),
}
_DATED = re.compile(r"年|今|明|后|下|\d{4}")
_EDGES = re.compile(r"^[\s,.。!?]+|[\s,.。!?]+$")
_WHOLE = re.compile(
    r"(?:大概|大约|好像|应该|差不多|可能|就|是|在|我)*(.+?)(?:左右|前后|吧|的时候|那天|买的|的|了|啊|那会儿?)*"
)
_NO_DAY = re.compile(
    r"^(?:现在|目前|当时|今后|以后|平时|每.*|至今|.*[前后内]$|(?:上午|下午|晚上|早上|中午|凌晨|早晨|傍晚).*|\d{1,2}[点:时].*|"
    r"第.*|[当次同翌隔头][日天年晚].*|前[一二两三四五六七八九十几\d]+[天日周].*|白天.*|(?:大|前|后|上|下)?半夜.*|[深夜]夜?间?.*|第一时间|[同一]时|同一天|一整天|前.+[月年钟时]|近.*|过去.*|首[月日].*|[一二三四五六七八九十]+日|[^天日号周月昨今前]*(?:点|分钟|小时).*|初[一二三四五六七八九十]+.*)$"
)
_WEEKDAY = re.compile(r"周|星期|礼拜")
_WEEKDAYS = re.compile(r"(?:周|星期|礼拜).[到至~-].*|周末")  # of which week is not said
_DAY_ALONE = re.compile(r"[^月]*[日号].*")  # 25号: of a month, not of a year
_NO_DAY_AFTER = re.compile(r"[楼线店机门桌房柜铺院厅库栋座馆]|员工|客服|技师|师傅|教练|选手|车厢")
_UNSAID = re.compile(
    rf"第[\d一二两三四五六七八九十几]+[天日]|[当次同翌隔头][日天年晚]|[天日时周月][之以]?内|\d[号日](?:{_NO_DAY_AFTER.pattern})"
)
_NOT_SO = re.compile(r"(?:不是|并非|不在)$")
_EVENT = r"(?:买|下单|下的?单|下了|签收|收到|收的|到货|到的|付|订|交|办|充|申请|报|拿到|提车|出事|出的|发生|发货|发的|退货|坏|摔|被)"
_POINTED = re.compile(  # 11.15签收的: with what happened right after it, a day and no sum
    rf"(?<![\d.])(?:(?:20)?\d\d\.)?(?:1[0-2]|0?[1-9])\.(?:3[01]|[12]\d|0?[1-9])(?=[号日]?(?:那天|当天|左右)?(?:刚|就|在[^,。]{{1,6}}?)?{_EVENT})"
)
_TODAY = re.compile(r"今[天早晚日]")
_TODAY_EVENT = re.compile(
    rf"(?:刚刚?|才|就|早上|上午|中午|下午|晚上|去|在[^,。;!?]{{1,8}}?|从[^,。;!?]{{1,8}}?)*(?:{_EVENT}|$|[,。;!?吃摔点坐住寄拍剪做修])"
)
_SINCE = re.compile(r"(?:从|自从?)?(.+?)(?:开始|起|以来|之后|以后)+")
_UNTIL = re.compile(r"(?<![收拿签等来寄送])[到至]$")  # 活动到12月底
_IN_NUMERAL = re.compile(r"[零〇一二两三四五六七八九十百千万个第\d]$")  # 三千八一次, 三个八的号
_AHEAD = re.compile(
    r"(?:说|讲|给|定在|排在|定于|排到|改在|延至)$|"
    r"(?:说好|说是|约定|承诺|答应|保证|预计|预约|最晚|最迟|到期|截止|改到|拖到|等到|推到|延到)[^,。;!?]{0,4}$"
)
_SUM = re.compile(r"\s*(?:元|块|包邮|折|万|千|倍|%|kg|斤|公斤|米|寸)")


@dataclass(frozen=True)
class FoundDate:
    """A day read from text. `days`: how wide the expression was (1 = one day, 30 = 上个月)."""

    day: date
    days: int
    start: int
    end: int


def warm() -> None:
    """Load the reader now rather than in front of the first consumer."""
    parse("昨天", today=date(2026, 1, 1))


def _base(today: date) -> float:
    return datetime.combine(today, time(12), BEIJING).timestamp()


def _span(times: list[str]) -> tuple[date, date] | None:
    try:
        first, last = (datetime.strptime(text[:10], "%Y-%m-%d").date() for text in times)
    except ValueError:
        return None
    return first, last


def _past(first: date, last: date, written: str, today: date) -> tuple[date, date] | None:
    """The days meant, when they lie behind. 12月5号 ahead was meant last year, 25号 last month.

    None for what is plainly ahead, and for a weekday ahead (周日): which one was meant is not said.
    """
    if first <= today:
        return first, last
    if _DATED.search(written) or _WEEKDAY.search(written) or (first.month, first.day) == (2, 29):
        return None
    if _DAY_ALONE.fullmatch(written):
        month_end = first.replace(day=1) - timedelta(days=1)
        return (
            (month_end.replace(day=first.day),) * 2 if first == last and first.day <= month_end.day else None
        )
    return first.replace(year=first.year - 1), last - timedelta(days=365)


def _from_jionlp(text: str, today: date) -> list[FoundDate]:
    found = []
    for item in quiet_jionlp.load().ner.extract_time(text, time_base=_base(today), with_parsing=True):
        start, end = item["offset"]
        if item["type"] not in ("time_point", "time_span") or _NO_DAY.match(item["text"]):
            continue
        if _is_no_day(item["text"], text, start, end):
            continue
        if since := _SINCE.fullmatch(item["text"]):
            first = _from_jionlp(since[1], today)
            found += [FoundDate(day.day, day.days, start, end) for day in first[:1]]
            continue
        span = _span(item["detail"]["time"])
        kept = span and _past(*span, item["text"], today)
        if kept and span and not (kept != span and _AHEAD.search(text, 0, start)):
            found.append(FoundDate(kept[0], (kept[1] - kept[0]).days + 1, start, end))
    return found


def _is_no_day(written: str, text: str, start: int, end: int) -> bool:
    """Whether what stands around it makes it none: 3号客服, 不是昨天, 活动到12月底, a figure cut in two, 周一到周五."""
    cut = _IN_NUMERAL.search(text, 0, start) and written[0] in "零一二三四五六七八九十"
    of_a_place = _DAY_ALONE.fullmatch(written) and _NO_DAY_AFTER.match(text, end)
    around = _NOT_SO.search(text, 0, start) or _UNTIL.search(text, 0, start)
    return bool(cut or of_a_place or around or _WEEKDAYS.fullmatch(written))


def _numeric(text: str, today: date) -> list[FoundDate]:
    found = []
    for match in _NUMERIC.finditer(text):
        if _SUM.match(text, match.end()):
            continue
        year = match[1] or str(today.year)
        try:
            day = date(int(year) + (2000 if len(year) == 2 else 0), int(match[2]), int(match[3]))
            if day > today and not match[1]:
                day = day.replace(year=day.year - 1)
        except ValueError:
            continue
        if day <= today:
            found.append(FoundDate(day, 1, match.start(), match.end()))
    return found


def _sale_day(text: str, today: date) -> FoundDate | None:
    if text not in _SALES:
        return None
    day = date(today.year, *_SALES[text])
    return FoundDate(day if day <= today else day.replace(year=today.year - 1), 1, 0, len(text))


def find(text: str, *, today: date) -> list[FoundDate]:
    """The past days a text speaks of, in order; today only when something happened on it. `today`: in Beijing."""
    text = normal(text)
    found = [
        day
        for day in _from_jionlp(text, today)
        if not _TODAY.match(text, day.start) or _TODAY_EVENT.match(text, day.end)
    ]
    for match in _POINTED.finditer(text):
        if not any(day.start < match.end() and match.start() < day.end for day in found):
            found += [
                FoundDate(day.day, day.days, match.start(), match.end()) for day in _numeric(match[0], today)
            ]
    return sorted(found, key=lambda day: day.start)


def parse(text: str, *, today: date) -> FoundDate | None:
    """A reply that is a date: '前天', '10.1', '大概上个月初吧'. The first day of what it spans; None if it is none."""
    text = _EDGES.sub("", normal(text))
    core = match[1] if (match := _WHOLE.fullmatch(text)) else text
    if _UNSAID.search(core):
        return None
    bare = {"月初": "这个月初", "月底": "上个月底", "年初": "今年年初", "年底": "去年年底"}.get(core, core)
    for found in (
        [day] if (day := _sale_day(bare, today)) else [],
        _numeric(bare, today),
        _from_jionlp(bare, today),
    ):
        if found:
            return found[0]
    return _parsed(bare, today)


def _parsed(text: str, today: date) -> FoundDate | None:
    """What jionlp reads of the whole text though it would not find it inside one (一个月前, 半个月前)."""
    try:
        read = quiet_jionlp.load().parse_time(text, time_base=_base(today))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return None
    if read.get("type") not in ("time_point", "time_span"):
        return None
    span = _span(read["time"])
    kept = span and _past(*span, text, today)
    return FoundDate(kept[0], (kept[1] - kept[0]).days + 1, 0, len(text)) if kept else None
