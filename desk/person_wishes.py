"""Whether a message asks for a person, or to leave the queue for the assistant, before any model is asked.

A message counts only when every word of it belongs to such a wish, so that 人工费太贵 or 商家客服不理我
never does; what is put in more words is for the assistant to understand. Words are in person_wishes.yml.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("person_wishes.yml")
LONGEST = 40  # characters; a wish said in more is a story
LONGEST_STORY = 3000
CLAUSE_ENDS = re.compile(r"[,，。.!！?？;；:：~～…\n]+")
NOT_WORDS = re.compile(r"[^\w]+|_")
BOT_CHOICE = "do:bot"
PERSON_CHOICE = "do:person"


def person_wanted(text: str) -> bool:
    """Tell whether the whole message is a wish for a person, typing errors included."""
    plain = _plain(text)
    return 0 < len(plain) <= LONGEST and not _refusal().search(plain) and bool(_wish().fullmatch(plain))


def person_demanded(text: str) -> bool:
    """Tell whether a longer message begins or ends with the demand for a person: 商家不退，给我转人工！

    Stricter than the wish alone: the clause must ask (转, 找, 要 …) for a person of ours (人工, not 客服,
    who may be the merchant's), and must be no question.
    """
    clauses = [clause for clause in CLAUSE_ENDS.split(text[:LONGEST_STORY]) if _plain(clause)]
    if len(clauses) < 2 or len(text) > LONGEST_STORY:
        return False
    return any(_demands(clause) for clause in (clauses[0], clauses[-1]))


def _demands(clause: str) -> bool:
    plain = _plain(clause)
    asks = bool(_demand().search(plain)) and not _no_demand().search(plain)
    return asks and not _refusal().search(plain) and person_wanted(clause)


def back_to_bot_wanted(text: str, choice: str | None) -> bool:
    """Tell whether someone who waits would rather talk to the assistant."""
    return choice == BOT_CHOICE or bool(_back().fullmatch(_plain(text)))


def _plain(text: str) -> str:
    """The words alone: half-width, lower case, misspellings put right, no signs and no spaces."""
    plain = NOT_WORDS.sub("", unicodedata.normalize("NFKC", text[:200]).lower())
    pattern, rights = _misspelt()
    return pattern.sub(lambda found: rights.get(found[0], found[0]), plain)


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return loaded


@lru_cache(maxsize=1)
def _misspelt() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds a misspelling, the longest first, and what each should be; right words stand for themselves."""
    pairs = {str(wrong): str(right) for right, wrongs in _words()["misspelt"].items() for wrong in wrongs}
    known = sorted({*pairs, *_words()["misspelt"]}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, known))), pairs


def _any(name: str) -> str:
    words = sorted((str(word) for word in _words()[name]), key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, words)) + ")"


@lru_cache(maxsize=1)
def _wish() -> re.Pattern[str]:
    around = f"(?:{_any('around')}|{_any('person')})*"
    return re.compile(f"{around}(?:{_any('person')}|{_any('whole')}){around}")


@lru_cache(maxsize=1)
def _demand() -> re.Pattern[str]:
    return re.compile(f"{_any('demand')}(?:{_any('around')})*(?:{_any('ours')})|{_any('demand_whole')}")


@lru_cache(maxsize=1)
def _no_demand() -> re.Pattern[str]:
    """What reports or asks about a person rather than demanding one."""
    return re.compile(f"{_any('question')}$|{_any('reported')}")


@lru_cache(maxsize=1)
def _refusal() -> re.Pattern[str]:
    return re.compile(f"{_any('refusal')}{_any('refused')}*{_any('person')}")


@lru_cache(maxsize=1)
def _back() -> re.Pattern[str]:
    return re.compile(f"{_any('back_around')}*{_any('back')}{_any('back_around')}*")
