"""What the words beside a figure say it is: whose age, which sum, which day. The words are in fact_types.yml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from knowledge import wording
from knowledge.content import Fact, FactType
from knowledge.figures import Found

NEAR = 10  # how far a word may stand from the figure it explains, in characters
ADULT = 18
_WITH = re.compile(r"(?:用|拿|凭|除了|不算|加|和)[^,]{0,6}$")  # 用红包付了三千, 学费加服务费三千
_STOP = re.compile(r"[。；;!?\n]")
PAUSE = re.compile(r"[,。；;!?\n]")


def question_of(fact: Fact) -> str:
    return f"{fact.id} {fact.ask} {fact.help}"


@lru_cache(maxsize=8)
def _near(kind: FactType) -> wording.Groups:
    """The groups of near words, those of what is set aside last."""
    speech = wording.speech()
    return speech.near[kind.value] + speech.aside.get(kind.value, ())


@lru_cache(maxsize=8)
def set_aside(kind: FactType) -> frozenset[int]:
    return frozenset(range(len(wording.speech().near[kind.value]), len(_near(kind))))


@lru_cache(maxsize=4096)
def groups_of(kind: FactType, question: str) -> frozenset[int]:
    """Numbers of the near-word groups a question belongs to."""
    held = [(i, word) for i, group in enumerate(_near(kind)) for word in group if word in question]
    return frozenset(
        i for i, word in held if word in _without_longer(word, question, [other for _, other in held])
    )


def _without_longer(word: str, text: str, words: Iterable[str]) -> str:
    """The text without the longer words that hold this one (收了 in 多收了)."""
    for longer in words:
        if word in longer and word != longer:
            text = text.replace(longer, " ")
    return text


def explained(fact: Fact, found: Found, text: str) -> frozenset[int]:
    """Groups of the word nearest to a figure, looking back first, then a little ahead; empty when none is near."""
    kind = fact.type
    if "岁" in fact.unit and _says_self(
        found, text
    ):  # 我12岁: the writer is the child; 我七十岁: somebody else
        return groups_of(kind, question_of(fact)) if found.value < ADULT else set_aside(kind)
    back = _STOP.split(text[max(0, found.start - NEAR) : found.start])[-1]
    ahead = PAUSE.split(text[found.end : found.end + NEAR // 2])[0]
    if back.endswith("值") and "值多少" in fact.ask and not _named(kind, back, ahead):
        return groups_of(kind, question_of(fact))
    if back.endswith(wording.speech().beyond) and asks_difference(question_of(fact)):
        return groups_of(kind, question_of(fact))
    return _spoken_of(kind, back, ahead)


@lru_cache(maxsize=512)
def _spoken_of(kind: FactType, back: str, ahead: str) -> frozenset[int]:
    if named := _named(kind, back, ahead):
        return named
    hits: list[tuple[int, int, int, int]] = []  # distance, start, end, group
    for i, word, plain in _words(kind):
        at = back.rfind(plain)
        gap = len(back) - at - len(plain)
        if at >= 0 and not word.startswith("_") and (gap == 0 or not word.endswith("_")):
            hits.append((gap, at, at + len(plain), i))
        after = ahead.find(plain)
        if after >= 0 and not word.endswith("_") and (after == 0 or not word.startswith("_")):
            hits.append((after + 2, NEAR + after, NEAR + after + len(plain), i))
    whole = [hit for hit in hits if not any(_holds(other, hit) for other in hits)]
    nearest = min((hit[0] for hit in whole), default=0)
    return frozenset(hit[3] for hit in whole if hit[0] == nearest)


@lru_cache(maxsize=8)
def _words(kind: FactType) -> tuple[tuple[int, str, str], ...]:
    """(group, word as listed, word without its mark) of all near words."""
    return tuple((i, word, word.strip("_")) for i, group in enumerate(_near(kind)) for word in group)


def _named(kind: FactType, back: str, ahead: str) -> frozenset[int]:
    """The groups of a sum's own name: right after it (五千定金), or before it across a verb of paying (定金交了五千)."""
    if kind is not FactType.MONEY:
        return frozenset()
    speech = wording.speech()
    name = next((name for name in speech.sums if ahead.removeprefix("的").startswith(name)), None)
    if not name:
        clause = PAUSE.split(back)[-1]
        stem = _paid().sub("", clause)
        names = [name for name in speech.sums + speech.carries if stem.endswith(name)]
        if stem != clause and names and not _WITH.search(stem):
            name = max(names, key=len)
    return frozenset(i for i, group in enumerate(_near(kind)) if name in group) if name else frozenset()


@lru_cache(maxsize=1)
def _paid() -> re.Pattern[str]:
    """Words that only say that money went, up to the figure."""
    return re.compile(rf"(?:{'|'.join(sorted(wording.speech().paid, key=len, reverse=True))})+$")


def _holds(other: tuple[int, int, int, int], hit: tuple[int, int, int, int]) -> bool:
    """Whether another word stands around this one (一次 in 一次性) or begins inside it first (多扣|我 in 多扣我)."""
    around = other[1] <= hit[1] and hit[2] <= other[2] and other[2] - other[1] > hit[2] - hit[1]
    return around or other[1] < hit[1] < other[2] < hit[2]


def _says_self(figure: Found, text: str) -> bool:
    before = text[: figure.start]
    return any(before.endswith(word.strip("_")) for word in wording.speech().self)


@lru_cache(maxsize=1)
def named_sums() -> frozenset[int]:
    """Groups of money that has a name of its own: a deposit, what is left, a bill for damage."""
    return frozenset(
        i for i, group in enumerate(_near(FactType.MONEY)) if set(group) & set(wording.speech().sums)
    )


@lru_cache(maxsize=4096)
def asks_difference(question: str) -> bool:
    """Whether only what was taken beyond the price is asked (多收了多少), so that a price is no answer."""
    groups = groups_of(FactType.MONEY, question)
    differences = {
        i for i, group in enumerate(_near(FactType.MONEY)) if set(group) & set(wording.speech().difference)
    }
    return bool(groups & differences) and groups <= set_aside(FactType.MONEY)
