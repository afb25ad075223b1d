"""Which choice of a fact a text states in words: its `hear` phrases, unless negated or only asked."""

from __future__ import annotations

import re
from collections.abc import Mapping

from knowledge.content import UNKNOWN, Fact, FactType
from knowledge.figures import normal

BEHIND = 12  # how far back a negation or a question word may stand, in characters
_CLAUSE = re.compile(r"[,。;!?\n]")
_NEGATED = re.compile(r"(?:不是?|别|并非|(?:没有?|未|无)(?:任何|一个)?人?被?)$")
_UNSAID = re.compile(r"没有?人?(?:给我|跟我|告诉我)?(?:说过?|讲过?|承诺过?|保证过?)?$")  # 没说包过
_ASKED_BEFORE = re.compile(
    r"有没有|有木有|是不是|会不会|是否|有无|能不能|可不可以|可以不可以|要不要|算不算|该不该|能否"
)
_ASKED_AFTER = re.compile(r"[了的过啊]{0,2}(?:(?:吗|么)(?!的)|没有?(?=$|[,。;!?\n])|\?)")
_REFUSALS = ("没有", "不是", "不会", "不能", "不可", "不要", "不算", "不该")
_LIMIT = re.compile(r"超过|不到|以上|以下|以内|百分之|%")
_MAY_AFTER = re.compile(
    r"了?(?:能不能|可不可以|会不会|能否|是不是|能|可以)[^,。;!?\n]{0,4}(?:退|赔|换|解除|$|[,。;!?])"
)
_WHY = re.compile(r"为什么|为啥|怎么|凭什么|凭啥|难道|咋")  # 为什么不退? says that they do not


def heard_choice(fact: Fact, text: str) -> str | None:
    """The choice whose `hear` phrase (or own words) the text states; None when two are heard. `text` is normal."""
    heard: dict[str, int] = {}
    for choice, phrase in _phrases(fact):
        at = text.find(phrase)
        while at >= 0:
            if _is_stated(fact, phrase, text, at):
                heard[choice] = max(heard.get(choice, 0), len(phrase))
                break
            at = text.find(phrase, at + 1)
    if len(heard) > 1:
        longest = max(heard.values())
        heard = {
            choice: length
            for choice, length in heard.items()
            if length == longest and not _inside_other(choice, heard)
        }
    return next(iter(heard)) if len(heard) == 1 else None


def _is_stated(fact: Fact, phrase: str, text: str, start: int) -> bool:
    end = start + len(phrase)
    before = _CLAUSE.split(text[max(0, start - BEHIND) : start])[-1]
    if _NEGATED.search(before) or _is_half_a_question(before, phrase):
        return False
    if _LIMIT.search(phrase) and _MAY_AFTER.match(text, end):
        return False  # 超过百分之三能不能退 asks for the rule
    if fact.type is not FactType.BOOLEAN:
        return True  # 能不能取消, 中介费能退吗: who asks about a matter names it
    if _UNSAID.search(before):
        return False
    asked = _ASKED_BEFORE.search(before) or _ASKED_AFTER.match(text, end)
    return not asked or bool(_WHY.search(before))


def _is_half_a_question(before: str, phrase: str) -> bool:
    """不能退 inside 能不能退, 没有发票 inside 有没有发票."""
    return phrase[:2] in _REFUSALS and before.endswith(phrase[1])


def _phrases(fact: Fact) -> list[tuple[str, str]]:
    own = [(choice, normal(choice)) for choice in fact.choices if len(choice) >= 3 and choice != UNKNOWN]
    return own + [(choice, normal(phrase)) for choice, phrases in fact.hear.items() for phrase in phrases]


def _inside_other(choice: str, heard: Mapping[str, int]) -> bool:
    """Whether this choice's words are only part of another heard choice's words (上门 in 没上门)."""
    return any(choice != other and choice in other for other in heard)
