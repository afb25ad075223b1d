"""Sums of money and ages as people say them: 三千二, 1.5万, 3k, 五六百块, 七岁半. Pure.

jionlp knows written amounts (三千二百元整); people who are angry write differently, so the reading
here is our own. Offsets point into the text that was given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
UNITS = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10_000,
    "亿": 100_000_000,
    "k": 1000,
    "K": 1000,
    "w": 10_000,
    "W": 10_000,
}

_NUMERAL = "零〇一二两俩三四五六七八九十百千万亿"
_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:\.\d+)?"
_AMOUNT = rf"(?:(?:{_ARABIC})[百千万亿kKwW]*(?:\d{{1,3}}(?=[^\d.,号个天年月日岁]|$))?|[{_NUMERAL}]+)"
_MORE = r"(?:多万|来万|多|来|几|余)?"
_CURRENCY = r"(?:元|块钱|块|圆|人民币|rmb|RMB)"
_FOREIGN = re.compile(r"^(?:美元|美金|日元|欧元|英镑|港币|韩元|泰铢)|^(?:根|个月|个|天|年|岁|斤|件|米|次|人)")
_SMALL = rf"(?:[{_NUMERAL}\d]毛(?:[{_NUMERAL}\d]分?)?|[{_NUMERAL}\d](?![\d个张片家天年月次号岁]))?"
_CUE = (
    r"(?:花了|花费|花|交了|交的|缴了|付了|支付了?|支付|充值了?|充了|充|转了|转账|打赏了?|刷了|收了|收费|收取|扣了|扣费|要价|"
    r"价格是?|价值|售价|原价|总价|一共|总共|共计|合计|大概|大约|将近|差不多|退我|退了|赔我|赔了|赔偿|押金|定金|订金|首付|"
    r"损失了?|被骗了?|骗了|每月|每年|买了|卖了|才|就)"
)
_WITH_CURRENCY = re.compile(rf"(?P<amount>{_AMOUNT})(?P<more>{_MORE})(?:大洋)?{_CURRENCY}(?P<small>{_SMALL})")
_WITH_SIGN = re.compile(rf"[¥￥](?P<amount>{_ARABIC}[万千wWkK]?)(?P<more>)(?P<small>)")
_WITH_CUE = re.compile(rf"{_CUE}(?:我|了|的|是|要|:|：|\s)?(?P<amount>{_AMOUNT})(?P<more>{_MORE})(?P<small>)")
_WHOLE = re.compile(
    rf"^(?:大概|大约|差不多|一共|总共|也就)?(?P<amount>\d+(?:\.\d+)?[百千万kKwW]\d?|[{_NUMERAL}]*[百千万][{_NUMERAL}]*)(?P<more>{_MORE})(?P<small>)(?:吧|左右|的样子|买的|啊|呢)*[。.]?$"
)
_AGE = re.compile(rf"(?P<age>\d{{1,3}}|[{_NUMERAL}]{{1,3}})(?:周岁|岁半|多岁|来岁|岁)")
_PLAIN_COUNT = re.compile(r"^[个次天年月日号人件条盒瓶斤岁周小节份张家台套]")


@dataclass(frozen=True)
class Found:
    """A value and where it stands; `end` is exclusive."""

    start: int
    end: int
    value: float


def find_money(text: str) -> list[Found]:
    """Amounts in yuan, in the order of the text, without overlaps. Foreign currency is left out."""
    found: list[Found] = []
    for pattern in (_WITH_SIGN, _WITH_CURRENCY, _WITH_CUE, _WHOLE):
        for match in pattern.finditer(text):
            value = read_amount(match["amount"])
            after = text[match.end() : match.end() + 4]
            if value is None or value <= 0 or _FOREIGN.match(after):
                continue
            if pattern is _WITH_CUE and (_PLAIN_COUNT.match(after) or not _stands_alone(match["amount"])):
                continue
            start = match.start() if pattern is _WITH_SIGN else match.start("amount")
            if match["more"].endswith("万"):
                value *= 10_000
            value += _small(match["small"])
            if not any(other.start < match.end() and start < other.end for other in found):
                found.append(Found(start, match.end(), round(value, 2)))
    return sorted(found, key=lambda item: item.start)


def find_ages(text: str) -> list[Found]:
    """Ages in whole years, 0 to 120."""
    found = []
    for match in _AGE.finditer(text):
        value = read_amount(match["age"])
        if value is not None and value <= 120:
            found.append(Found(match.start(), match.end(), int(value)))
    return found


def read_amount(text: str) -> float | None:
    """The number meant: '1.5万' 15000, '三千二' 3200, '五六百' 500 (the lower), '5,000' 5000; None if none."""
    text = text.replace(",", "")
    arabic = re.fullmatch(r"(\d+(?:\.\d+)?)([百千万亿kKwW]*)(\d{1,3})?", text)
    if arabic:
        value = float(arabic[1])
        last = 1
        for unit in arabic[2]:
            last = UNITS[unit]
            value *= last
        if arabic[3]:  # 2万3: the rest counts one unit lower
            value += int(arabic[3]) * (last / 10 if len(arabic[3]) == 1 and last > 1 else 1)
        return value
    return _read_chinese(text)


def _read_chinese(text: str) -> float | None:
    total = section = 0.0
    digit: int | None = None
    last_unit = 1
    zero = False
    for character in text:
        if character in DIGITS:
            value = DIGITS[character]
            if value == 0:
                zero = True
            elif digit is None:  # 五六百 is at least five hundred
                digit = value
        elif character in UNITS:
            unit = UNITS[character]
            if unit >= 10_000:
                total = (total + section + (digit or 0) or 1) * unit
                section = 0.0
            else:
                section += (1 if digit is None else digit) * unit
            digit, last_unit, zero = None, unit, False
        else:
            return None
    if digit is not None:
        section += digit * (last_unit / 10 if last_unit >= 100 and not zero else 1)
    return total + section


def _stands_alone(amount: str) -> bool:
    """With a cue but no currency, 三 or 2 alone is a count, not a price."""
    value = read_amount(amount)
    return value is not None and value >= 10


def _small(text: str | None) -> float:
    """八块八毛 or 八块八: the tenths and hundredths."""
    if not text:
        return 0.0
    figures = [DIGITS.get(character, int(character) if character.isdigit() else None) for character in text]
    numbers = [figure for figure in figures if figure is not None]
    return sum(number / 10 ** (place + 1) for place, number in enumerate(numbers[:2]))
