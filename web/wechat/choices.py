"""Which of the offered choices a consumer means by 「2」「二」「第二个」 or by its words. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

NUMERALS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
SIGNS = re.compile(r"[\s。．.，,、!！?？）)（(:：；;“”\"'【】\[\]\ufe0f\u20e3]+")
NUMBER = "[0-9]{1,2}|[一二两三四五六七八九十]{1,3}"
POSITION = re.compile(
    r"(?:我?(?:选择|选|要|点|回复)?)?"
    rf"(?:第({NUMBER})(?:个|号|项|条|种|款|选项)?|(?:no|选项)?({NUMBER}))(?:吧|的|哈|啊|呢)?"
)
LAST = frozenset({"最后一个", "最后那个", "最后一项", "最后一条", "倒数第一个"})


def picked(text: str, offered: Sequence[Mapping[str, str]]) -> Mapping[str, str] | None:
    """Return the offered choice that `text` names by number or words, None when it names none."""
    if not offered:
        return None
    plain = SIGNS.sub("", unicodedata.normalize("NFKC", text)).lower()
    if not plain:
        return None
    for place, choice in enumerate(offered, start=1):
        label = SIGNS.sub("", unicodedata.normalize("NFKC", choice["label"])).lower()
        if plain in (label, f"{place}{label}"):
            return choice
    if plain in LAST:
        return offered[-1]
    found = POSITION.fullmatch(plain)
    number = _number(found[1] or found[2]) if found else 0
    return offered[number - 1] if 1 <= number <= len(offered) else None


def _number(text: str) -> int:
    """Return 1 to 99 for digits or Chinese numerals, 0 for what is no such number."""
    if text.isdigit():
        return int(text)
    if text == "十":
        return 10
    tens, ten, ones = text.partition("十")
    if not ten:
        return NUMERALS.get(text, 0) if len(text) == 1 else 0
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return 10 * (NUMERALS.get(tens, 0) if tens else 1) + (NUMERALS.get(ones, 0) if ones else 0)
