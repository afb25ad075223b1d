"""One reading for what is written in many ways: traditional characters, dialect words, spoken fillers, sound."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from knowledge.wording import varieties

FIRST, LAST = 0x4E00, 0x9FFF  # the common Chinese characters


@lru_cache(maxsize=1)
def _converter():  # type: ignore[no-untyped-def]
    from opencc import OpenCC  # loads its tables at first use

    return OpenCC("t2s")


@lru_cache(maxsize=16384)
def simplified(sign: str) -> str:
    """One character in simplified form; itself where it has none."""
    converted: str = _converter().convert(sign)
    return converted if len(converted) == 1 else sign


@lru_cache(maxsize=1)
def _rewriting() -> tuple[re.Pattern[str], Mapping[str, str]]:
    held = varieties()
    table = {**held.words, **dict.fromkeys(held.fillers, "")}
    return re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True))), table


def standard(text: str) -> str:
    """The text in standard words, without fillers. Lengths change: for comparing, not for finding places."""
    pattern, table = _rewriting()
    return pattern.sub(lambda found: table[found[0]], text)


# What ears and southern tongues do not tell apart: flat and curled initials, n and ng at the end, l and n.
_MERGED = (("zh", "z"), ("ch", "c"), ("sh", "s"))


@lru_cache(maxsize=1)
def _readings() -> Mapping[int, str]:
    """Code point → its commonest syllable without tone, with sounds merged that people confuse."""
    from pypinyin.contrib.tone_convert import to_normal
    from pypinyin.pinyin_dict import pinyin_dict

    return {
        code: _merged(to_normal(readings.split(",")[0]))
        for code, readings in pinyin_dict.items()
        if FIRST <= code <= LAST
    }


def _merged(syllable: str) -> str:
    for curled, flat in _MERGED:
        if syllable.startswith(curled):
            syllable = flat + syllable[len(curled) :]
    if syllable.startswith("n") and len(syllable) > 1:
        syllable = "l" + syllable[1:]
    return syllable[:-1] if syllable.endswith("ng") else syllable


def sounds(text: str) -> list[str]:
    """The syllable of each Chinese character; other characters as they are."""
    readings = _readings()
    return [readings.get(ord(sign), sign) for sign in text]
