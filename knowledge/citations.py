"""Citations of law: how an article is named in Chinese, and how such names are found in text.

Article numbers are written in arabic figures in the content files ('145', '145-1') and shown as the
statute prints them (第一百四十五条, 第一百四十五条之一).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from knowledge.content import Law

DIGITS = "零一二三四五六七八九"
PLACES = {"十": 10, "百": 100, "千": 1000}
STATE = "中华人民共和国"


@dataclass(frozen=True)
class Citation:
    """One article of one law (an id of knowledge/laws, or the name as written when nobody knows it)."""

    law: str
    article: str
    paragraph: int | None = None
    unverified: bool = False


def numeral(number: int) -> str:
    """Chinese numeral as statutes write it, 1 to 9999: 145 → 一百四十五, 12 → 十二, 110 → 一百一十."""
    if not 0 < number < 10_000:
        raise ValueError(f"no article number {number}: 1 to 9999 are possible")
    out, gap = "", False
    for place, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            out += ("零" if gap and out else "") + DIGITS[digit] + sign
        gap = digit == 0
    return out[1:] if out.startswith("一十") else out


def number_of(chinese: str) -> int:
    """The number a Chinese numeral up to 9999 means; 0 when it is empty. Arabic figures pass through."""
    if chinese.isdigit():
        return int(chinese)
    total, digit = 0, 0
    for sign in chinese.replace("〇", "零").replace("两", "二"):
        if sign in PLACES:
            total += (digit or 1) * PLACES[sign]
            digit = 0
        else:
            digit = DIGITS.index(sign)
    return total + digit


def article_words(article: str) -> str:
    """'145' → 第一百四十五条, '145-1' → 第一百四十五条之一."""
    base, _, part = str(article).partition("-")
    return f"第{numeral(int(base))}条" + (f"之{numeral(int(part))}" if part else "")


def article_order(article: str) -> tuple[int, int]:
    """What articles are sorted by: '145' → (145, 0), '145-1' → (145, 1)."""
    base, _, part = article.partition("-")
    return int(base), int(part or 0)


def _where(citation: Citation) -> str:
    paragraph = f"第{numeral(citation.paragraph)}款" if citation.paragraph else ""
    return article_words(citation.article) + paragraph


def _name(law: str, laws: Mapping[str, Law]) -> str:
    return laws[law].name if law in laws else law


def label(citation: Citation, laws: Mapping[str, Law]) -> str:
    """As shown to people: 《民法典》第一百四十五条. `laws` maps ids to register entries."""
    return f"《{_name(citation.law, laws)}》{_where(citation)}"


def plain(citation: Citation, laws: Mapping[str, Law]) -> str:
    """As compared and logged: 民法典第一百四十五条 (no paragraph)."""
    return _name(citation.law, laws) + article_words(citation.article)


_NUMBER = r"[零〇一二两三四五六七八九十百千\d]{1,7}"
_ARTICLE = re.compile(rf"第({_NUMBER})条(?:之([一二三四五六七八九十\d]+))?(?:第({_NUMBER})款)?")
_BRACKETED = re.compile(r"《([^《》]{2,60}(?:〈[^〉]*〉[^《》]{0,40})?)》(?:[（(][^（）()]{0,20}[）)])?")
_BETWEEN = re.compile(r"^[\s、，,和及与以至到的]*$")


def law_names(laws: Mapping[str, Law]) -> dict[str, str]:
    """Every title, name and short name of the register → law id, longest first."""
    names: dict[str, str] = {}
    for law in laws.values():
        for name in (law.title, law.name, *law.short, law.title.removeprefix(STATE)):
            names.setdefault(name, law.id)
    return dict(sorted(names.items(), key=lambda item: -len(item[0])))


def _mentions(text: str, names: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """(start, end, law) of every law named in the text, in order; known names also without brackets."""
    found: list[tuple[int, int, str]] = []
    for match in _BRACKETED.finditer(text):
        written = match[1].removeprefix(STATE)
        found.append((match.start(), match.end(), names.get(match[1]) or names.get(written) or written))
    taken = [(start, end) for start, end, _ in found]
    for name, law in names.items():
        for match in re.finditer(re.escape(name), text):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                taken.append((match.start(), match.end()))
                found.append((match.start(), match.end(), law))
    return sorted(found)


def parse(text: str, laws: Mapping[str, Law] | None = None) -> list[Citation]:
    """The citations in a text, in order, without doubles.

    A law in the register is given by its id, another by the name between 《》. Several articles after
    one name (第五条、第七条) all belong to it; an article with no law before it is left out.
    """
    names = law_names(laws or {})
    mentions = _mentions(text, names)
    found: list[Citation] = []
    law, reach = "", -1
    for match in _ARTICLE.finditer(text):
        before = [(start, end, name) for start, end, name in mentions if end <= match.start()]
        if before and before[-1][1] >= reach and _BETWEEN.match(text[before[-1][1] : match.start()]):
            law = before[-1][2]
        elif not (law and reach >= 0 and _BETWEEN.match(text[reach : match.start()])):
            continue
        reach = match.end()
        article = str(number_of(match[1])) + (f"-{number_of(match[2])}" if match[2] else "")
        cited = Citation(law, article, number_of(match[3]) if match[3] else None)
        if cited not in found:
            found.append(cited)
    return found
