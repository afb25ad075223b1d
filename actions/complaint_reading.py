"""Reading the lines of a complaint from free text: who, which number, which address, which merchant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import cpca

MOBILE = re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)(?:0\d{2,3}[- ]?)[2-9]\d{6,7}(?!\d)")
DIGITS = re.compile(r"\d[\d -]*\d")
SEGMENT = re.compile(r"[，,；;。\n\s、]+")
NAMED = re.compile(
    r"(?:我(?:的?名字)?叫|姓名|名字|投诉人)[是为叫:：\s]*([\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,6})?)"
)
BARE_NAME = re.compile(r"^[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,6})?$")
FOREIGN_NAME = re.compile(r"^[A-Za-z][A-Za-z .'-]{1,40}$")
FIELD_WORDS = re.compile(
    r"^(?:(?:姓名|名字|电话号码?|手机号?码?|联系方式|通讯地址|联系地址|家庭住址|地址|住址|店名|公司名称?|商家名称?)[是为叫:：\s]*"
    r"|(?:公司|商家|店)(?:[叫:：]|名叫)\s*)"
)
STREET = re.compile(r"(?:路|街|道|巷|弄|号|室|楼|层|栋|幢|村|组|小区|花园|广场|大厦|中心|商场|城|镇|乡)")
LEAD_IN = re.compile(r"^(?:我?(?:家?住在?|在)|位于|就是|是)(?=..)")
CORRECTABLE = {
    "merchant_address": ("商家地址", "店铺地址", "店的地址", "商家的地址", "店地址"),
    "merchant": ("商家", "店名", "商家名称", "店铺", "公司"),
    "address": ("通讯地址", "我的地址", "地址", "住址"),
    "phone": ("电话", "手机", "手机号", "电话号码", "联系电话"),
    "name": ("姓名", "名字"),
    "request": ("要求", "诉求"),
    "story": ("经过", "事情经过"),
}
CORRECTED = re.compile(
    r"(?P<field>" + "|".join(sorted((word for words in CORRECTABLE.values() for word in words), key=len, reverse=True))
    + r")(?:写)?(?:错了|不对)?[，,]?\s*(?:要|应该|应)?(?:改成|改为|换成|是|为|：|:)\s*(?P<value>\S.+)"
)  # fmt: skip
ORGANISATION = re.compile(
    r"(?:店|公司|超市|商场|酒店|饭店|宾馆|馆|院|所|行|厂|学校|中心|俱乐部|平台|健身|物业|药房|驾校|营业厅|铺|吧|坊|屋|城)$"
)
UNKNOWN = frozenset({"不知道", "不清楚", "不晓得", "记不得", "忘了", "没有"})
NO_NAME = frozenset({"匿名", "不想说", "保密", "不告诉你", "不知道", "没有", "无名氏"})
ONLINE = "（网店，地址以平台公示为准）"


@dataclass(frozen=True)
class Place:
    """An address as the region table reads it. `code` is the six-digit region code, "" when unknown."""

    text: str
    province: str
    city: str
    district: str
    code: str

    @property
    def known(self) -> bool:
        return bool(self.province or self.city)


def place(text: str) -> Place:
    """Find province, city and district of an address by the national region table (cpca)."""
    row = cpca.transform([text]).iloc[0]
    province, city, district = (row[name] or "" for name in ("省", "市", "区"))
    code = str(row["adcode"] or "")
    return Place(text.strip(), province, city, district, code if code.isdigit() else "")


def phone(text: str) -> str | None:
    """A mobile or landline number in the text, digits only (a landline keeps its dash)."""
    found = MOBILE.search(text)
    if found:
        return re.sub(r"[- ]", "", found[0])
    found = LANDLINE.search(text)
    return found[0].replace(" ", "-") if found else None


def looks_like_number(text: str) -> str | None:
    """Digits given where a phone number was asked, right or wrong; None when there are none."""
    found = DIGITS.search(text)
    return found[0] if found else None


def address(text: str) -> str | None:
    """The part of the text that is an address with a known city, joined as written; None without one."""
    parts = [part for part in _segments(text) if not phone(part)]
    located = [
        part for part in parts if place(part).known or (STREET.search(part) and not BARE_NAME.match(part))
    ]
    joined = "".join(located)
    return joined if joined and place(joined).known else None


def name(text: str, *, asked: bool, surnames: str) -> str | None:
    """A person's name: after 我叫/姓名, or, when it was asked for, a bare segment that can be one.

    `surnames` holds the first characters by which a bare Chinese word is taken for a name.
    """
    found = NAMED.search(text)
    if found and found[1] not in NO_NAME and found[1][0] in surnames:
        return found[1]
    if not asked:
        return None
    for part in _segments(text):
        if part in NO_NAME or place(part).known:
            continue
        if (BARE_NAME.match(part) and part[0] in surnames) or FOREIGN_NAME.match(part):
            return part
    return None


def merchant(text: str) -> tuple[str | None, str | None]:
    """Name and address of the business in a reply: (name, address), each None when not given."""
    parts = _segments(text)
    if len(parts) == 1:
        return _merchant_of_one(parts[0])
    located = [
        part for part in parts if (place(part).known and not ORGANISATION.search(part)) or _is_street(part)
    ]
    names = [part for part in parts if part not in located]
    if not names:
        return _merchant_of_one("".join(parts))
    where = "".join(located)
    return "".join(names)[:60], where if where and place(where).known else None


def _merchant_of_one(part: str) -> tuple[str | None, str | None]:
    found = re.match(r"^(.+?(?:号|路|街|弄|层|楼|室|广场|大厦|中心|商场|城|市|区|县|镇))的(.+)$", part)
    if found and place(found[1]).known:
        return found[2][:60], found[1]
    return (part[:60] or None), None


def _is_street(part: str) -> bool:
    return bool(re.search(r"(?:路|街|道|弄|村|镇).{0,12}\d+(?:号|弄|室|楼|层)", part))


def _segments(text: str) -> list[str]:
    parts = (LEAD_IN.sub("", FIELD_WORDS.sub("", part).strip("。.：:")) for part in SEGMENT.split(text))
    return [part for part in parts if part and part not in UNKNOWN]


def corrections(text: str) -> dict[str, str]:
    """Lines of the form a sentence corrects (电话改成…, 商家地址应该是…), by field; empty when it corrects none."""
    found = CORRECTED.search(text)
    if not found:
        return {}
    field = next(field for field, words in CORRECTABLE.items() if found["field"] in words)
    return {field: found["value"].strip("。.！! ")}


def online_address(entities: tuple[Mapping[str, object], ...]) -> str | None:
    """What stands for the address of a web shop whose platform was named."""
    platform = next((found["value"] for found in entities if found["entity"] == "platform"), None)
    return f"{platform}{ONLINE}" if platform else None
