"""Articles of Order 121 as people cite them: `16(3)` as the article and its item in Chinese numerals."""

from __future__ import annotations

import re

from . import wording

CITED = re.compile(r"(\d{1,2})(?:\((\d{1,2})\))?")


def named(cited: str) -> str:
    """Return the words for `16` or `16(3)`; ValueError for anything else."""
    found = CITED.fullmatch(cited)
    if found is None:
        raise ValueError(f"not an article: {cited!r}")
    article = wording.say("citing", "article").format(number=_numeral(int(found[1])))
    if found[2] is None:
        return article
    return article + wording.say("citing", "item").format(number=_numeral(int(found[2])))


def _numeral(number: int) -> str:
    """Return 1 to 99 in Chinese numerals."""
    numerals = wording.say("citing", "numerals")
    ten, ones = numerals[0], numerals[1:]
    tens, rest = divmod(number, 10)
    head = "" if tens == 0 else ten if tens == 1 else ones[tens - 1] + ten
    return head + (ones[rest - 1] if rest else "")
