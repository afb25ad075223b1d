"""The facts of a matter: reading them from what people write, and which one to ask next.

Values are JSON: integers as int, money as "3000.00", dates as ISO text, truth as 是/否, a choice as its own
words, 不清楚 where the person does not know. What is doubtful is not read: then the fact is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from knowledge import beside, dates, figures, wording
from knowledge.content import NO, UNKNOWN, YES, Case, Fact, FactType
from knowledge.figures import Found, normal
from knowledge.heard import heard_choice
from knowledge.outcomes import figure_facts, missing_facts
from knowledge.places import region

__all__ = [
    "UNKNOWN",
    "Fact",
    "FactType",
    "hint",
    "next_figure",
    "next_question",
    "parse_reply",
    "read_facts",
    "warm",
]

REPLY = 40  # a longer text is a story, not a reply to one question
_OPEN = re.compile(r"不是|不到|不满|未满|没满|快|左右|上下|以[上下]|虚")
_REFUSED = re.compile(
    rf"第|(?:{figures.NUMBER})\s*个?(?:岁|天|月|年)"
)  # read as such above, and left out for a reason
_NO_SUM = re.compile(r"[第岁天月年次日号]|不是|没花|没充|没付|没交")
_FILLERS = re.compile(r"[\s,。.!?！？,、~…]+|(?:吧|啊|呀|呢|哦|哈|嘛|了|的|啦|哎|额|呃|嗯)+$")
_ORDINAL = re.compile(r"(?:选|我选|是)?(?:第)?([1-9一二三四五六七八九两])(?:个|项|种|条|号)?(?:选项)?")
_LETTER = re.compile(r"(?:选)?([a-h])")


def next_question(case: Case, facts: Mapping[str, object]) -> Fact | None:
    """The fact to ask now, or None when no answer could change the outcome any more."""
    missing = missing_facts(case, facts)
    return case.facts[missing[0]] if missing else None


def next_figure(case: Case, facts: Mapping[str, object]) -> Fact | None:
    """The next fact that only an amount or a date needs; asked when the consumer says 能赔多少 or 什么时候."""
    return next((case.facts[id] for id in figure_facts(case) if facts.get(id) is None), None)


def hint(fact: Fact) -> str:
    """What to say when a reply was not understood; the fact's own help first."""
    return fact.help or wording.speech().hints.get(fact.type.value, "")


def warm() -> None:
    """Load what reading dates needs; call once when the process starts."""
    dates.warm()


# --- a reply to one question


def parse_reply(fact: Fact, text: str, *, today: date) -> object | None:
    """The value a reply gives to that very question, UNKNOWN for 不知道, None when it is no answer to it."""
    text = normal(text).strip()
    if not text:
        return None
    if fact.type is FactType.CHOICE:
        return _choice_reply(fact, text)
    if fact.type is FactType.BOOLEAN and (heard := heard_choice(fact, text)):
        return heard  # before 不知道: to "did you know" it means no
    if _is_unknown(text):
        return UNKNOWN
    if fact.type is FactType.BOOLEAN:
        return _boolean_reply(text)
    if fact.type is FactType.TEXT:
        return text
    if fact.type is FactType.REGION:
        return region(text)
    if len(text) > REPLY:
        return _single(fact, text, today)
    return _SHORT[fact.type](fact, text, today)


def _bare(text: str) -> str:
    return _FILLERS.sub("", text)


def _is_unknown(text: str) -> bool:
    said = wording.speech().unknown
    bare = _bare(text)
    return (
        text in said
        or bare in said
        or (
            len(bare) <= 10
            and any(bare.startswith(word) or bare.endswith(word) for word in said if len(word) > 2)
        )
    )


def _boolean_reply(text: str) -> str | None:
    speech, bare = wording.speech(), _bare(text)
    for value, words in ((NO, speech.no), (YES, speech.yes)):
        if bare in words or text in words:
            return value
    if len(bare) > 12:
        return None
    first = max((word for word in speech.no | speech.yes if bare.startswith(word)), key=len, default="")
    return (NO if first in speech.no else YES) if first else None


def _choice_reply(fact: Fact, text: str) -> str | None:
    heard = heard_choice(fact, text)
    if heard:
        return heard
    if len(text) > REPLY:
        return None
    bare = _bare(text)
    exact = [choice for choice in fact.choices if normal(choice) in (bare, text)]
    if exact:
        return exact[0]
    index = _ordinal(bare)
    if index is not None and index < len(fact.choices):
        return fact.choices[index]
    if _is_unknown(text):
        return next((choice for choice in fact.choices if choice in wording.speech().unknown), UNKNOWN)
    return _near_choice(fact, bare)


def _ordinal(bare: str) -> int | None:
    """0-based position said as 2, 二, 第二个, 选2, b."""
    if match := _ORDINAL.fullmatch(bare):
        number = figures.value(match[1])
        return int(number) - 1 if number else None
    if match := _LETTER.fullmatch(bare):
        return ord(match[1]) - ord("a")
    return None


def _near_choice(fact: Fact, bare: str) -> str | None:
    """The one choice that begins with the reply, holds it, or shares most of its characters; None on a tie."""
    if len(bare) < 2:
        alone = [choice for choice in fact.choices if bare and bare in choice]
        return alone[0] if len(alone) == 1 else None
    for fits in (str.startswith, str.__contains__):
        matching = [choice for choice in fact.choices if fits(normal(choice), bare)]
        if len(matching) == 1:
            return matching[0]
    bare = bare.replace("没有", "没")
    negated = bool(re.search("[没不未无]", bare))
    scored = sorted(
        (
            (_overlap(bare, normal(choice)), choice)
            for choice in fact.choices
            if bool(re.search("[没不未无]", choice)) == negated
        ),
        reverse=True,
    )
    if scored and scored[0][0] >= 0.6 and (len(scored) < 2 or scored[0][0] - scored[1][0] >= 0.2):
        return scored[0][1]
    return None


def _overlap(reply: str, choice: str) -> float:
    """Share of the shorter text's character pairs found in the other."""
    left, right = ({text[i : i + 2] for i in range(len(text) - 1)} for text in (reply, choice))
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0


def _integer_short(fact: Fact, text: str, today: date) -> int | None:
    stated = _integers(fact, text)
    if stated:
        return int(value) if (value := _told(fact, stated, text)) is not None else None
    if re.search(r"年级|幼儿园|[小初高]\s*[一二三四五六123456](?!\d)|大班|中班|小班", text):
        return None
    number = figures.lone(text)
    other = re.search(r"[岁天月年元块]", text)
    if number is None or number != int(number) or (other and other[0] not in fact.unit):
        return None
    return None if _OPEN.search(text) or _REFUSED.search(text) else int(number)


def _money_short(fact: Fact, text: str, today: date) -> str | None:
    amounts = figures.money(text)
    if amounts:
        amount = _told(fact, amounts, text)
        return None if amount is None else money_text(amount)
    number = figures.lone(re.sub(r"[多来余几]+", "", text))
    if number is None or _NO_SUM.search(text):
        return None
    return money_text(number)


def _date_short(fact: Fact, text: str, today: date) -> str | None:
    found = dates.parse(text, today=today)
    return found.day.isoformat() if found and found.days <= dates.YEAR else None


_SHORT = {FactType.INTEGER: _integer_short, FactType.MONEY: _money_short, FactType.DATE: _date_short}


def money_text(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _single(fact: Fact, text: str, today: date) -> object | None:
    """A long text answers one question only when it states exactly one such value."""
    if fact.type is FactType.DATE:
        days = {item.day.isoformat() for item in dates.find(text, today=today) if item.days <= dates.MONTH}
        return days.pop() if len(days) == 1 else None
    found = figures.money(text) if fact.type is FactType.MONEY else _integers(fact, text)
    value = _told(fact, found, text)
    return None if value is None else _as_json(fact.type, value)


def _told(fact: Fact, found: Sequence[Found], text: str) -> Decimal | None:
    """The value a reply to this very question gives: the one whose words fit it, else the only one not set aside."""
    value = _fitting(fact, found, text)
    if value is not None:
        return value
    own = beside.groups_of(fact.type, beside.question_of(fact))
    told = [(figure, beside.explained(fact, figure, text)) for figure in found]
    if any(words & own for _, words in told):
        return None  # several fit
    silent = {figure.value for figure, words in told if not _anothers(fact, words)}
    return silent.pop() if len(silent) == 1 and not _too_old(fact, silent) else None


# --- facts stated in free text


def read_facts(
    case: Case, text: str, *, today: date, entities: Iterable[Mapping[str, object]] = ()
) -> dict[str, object]:
    """The facts of this case that a free text states without doubt.

    `entities` are the pipeline's (entity, value); an age or amount found only by it is used when the case
    has one fact of that kind. Several candidates for one fact are left to be asked.
    """
    text = normal(text)
    facts: dict[str, object] = {}
    for fact in case.facts.values():
        if fact.type in (FactType.CHOICE, FactType.BOOLEAN):
            heard = heard_choice(fact, text)
            if heard:
                facts[fact.id] = heard
    if sums := _of(case, FactType.MONEY):
        said = figures.money(text)
        facts.update(_placed(case, FactType.MONEY, {f.id: said for f in sums}, text))
    facts.update(
        _placed(case, FactType.INTEGER, {f.id: _integers(f, text) for f in _of(case, FactType.INTEGER)}, text)
    )
    if _of(case, FactType.DATE):
        days = [
            Found(Decimal(found.day.toordinal()), found.start, found.end)
            for found in dates.find(text, today=today)
            if found.days <= dates.MONTH
        ]
        facts.update(_placed(case, FactType.DATE, {f.id: days for f in _of(case, FactType.DATE)}, text))
    for fact in _of(case, FactType.REGION):
        place = region(text[:200])
        if place:
            facts[fact.id] = place
    return {**_from_entities(case, entities, facts), **facts}


def _of(case: Case, kind: FactType) -> list[Fact]:
    return [fact for fact in case.facts.values() if fact.type is kind]


def _integers(fact: Fact, text: str) -> list[Found]:
    if "岁" in fact.unit:
        return figures.ages(text)
    if fact.unit in ("天", "日", "个月", "月", "年"):
        return figures.lengths(text, fact.unit)
    return figures.counts(text, fact.unit) if fact.unit else []


def _fitting(
    fact: Fact, found: Sequence[Found], text: str, rivals: Mapping[str, frozenset[int]] | None = None
) -> Decimal | None:
    """The one value whose near words fit the fact's question; of several the one said to be the total."""
    groups = beside.groups_of(fact.type, beside.question_of(fact))
    fitting = []
    for figure in found:
        words = beside.explained(fact, figure, text)
        if words & groups and not _elsewhere(words, rivals or {}, fact):
            fitting.append(figure)
    values = {figure.value for figure in fitting}
    if len(values) > 1 and fact.type is FactType.MONEY:
        totals = [figure for figure in fitting if _is_total(figure, text)]
        values = {figure.value for figure in totals if not _rounded(figure, totals, text)}
    return values.pop() if len(values) == 1 else None


def _is_total(figure: Found, text: str) -> bool:
    before = beside.PAUSE.split(text[max(0, figure.start - 6) : figure.start])[-1]
    return any(word in before for word in wording.speech().total)


def _rounded(figure: Found, others: Sequence[Found], text: str) -> bool:
    """Whether another sum says exactly what this one says about (两千多, then 两千三)."""
    about = bool(re.search("[多来余几]", text[figure.start : figure.end]))
    return about and any(figure.value < other.value < figure.value * 2 for other in others)


def _anothers(fact: Fact, words: frozenset[int]) -> bool:
    """Whether near words give the figure to somebody or something the question is not about."""
    if not words or words & beside.groups_of(fact.type, beside.question_of(fact)):
        return False
    return (
        "岁" in fact.unit
        or bool(words & beside.set_aside(fact.type))
        or (fact.type is FactType.MONEY and bool(words & beside.named_sums()))
    )


def _too_old(fact: Fact, values: Iterable[Decimal]) -> bool:
    """An age of eighteen or more without a word whose it is, asked of a child."""
    return (
        "岁" in fact.unit
        and bool(beside.groups_of(fact.type, beside.question_of(fact)))
        and any(value >= beside.ADULT for value in values)
    )


def _placed(case: Case, kind: FactType, found: Mapping[str, list[Found]], text: str) -> dict[str, object]:
    """Give each figure to the fact its near words speak of; a lone figure to the lone fact of its kind."""
    groups = {id: beside.groups_of(kind, beside.question_of(case.facts[id])) for id in found}
    facts: dict[str, object] = {}
    for id, figures_found in found.items():
        fact = case.facts[id]
        told = [(figure, beside.explained(fact, figure, text)) for figure in figures_found]
        value = _fitting(fact, figures_found, text, groups)
        if value is None and len(found) == 1 and not any(words & groups[id] for _, words in told):
            value = _lone(fact, told)
        if value is not None:
            facts[id] = _as_json(kind, value)
    return facts


def _lone(fact: Fact, told: Sequence[tuple[Found, frozenset[int]]]) -> Decimal | None:
    """The only figure of a text, when nothing near says it is something else. A length of time must be explained."""
    values = {figure.value for figure, _ in told}
    explained = any(words for _, words in told)
    if fact.type is FactType.MONEY and beside.asks_difference(beside.question_of(fact)):
        return None
    groups = beside.groups_of(fact.type, beside.question_of(fact))
    if (
        len(values) != 1
        or _too_old(fact, values)
        or (fact.type is FactType.INTEGER and "岁" not in fact.unit and groups)
    ):
        return None
    others = groups or fact.type is FactType.DATE
    if explained and (others or any(words & beside.set_aside(fact.type) for _, words in told)):
        return None
    return values.pop()


def _elsewhere(words: frozenset[int], rivals: Mapping[str, frozenset[int]], fact: Fact) -> bool:
    """Whether another fact of the case fits these words better than this one."""
    own = len(words & beside.groups_of(fact.type, beside.question_of(fact)))
    return any(len(words & other) > own for id, other in rivals.items() if id != fact.id)


def _as_json(kind: FactType, value: Decimal) -> object:
    if kind is FactType.MONEY:
        return money_text(value)
    return date.fromordinal(int(value)).isoformat() if kind is FactType.DATE else int(value)


_ENTITY_TYPES = {"person_age": FactType.INTEGER, "money": FactType.MONEY}


def _from_entities(
    case: Case, entities: Iterable[Mapping[str, object]], known: Mapping[str, object]
) -> dict[str, object]:
    """Ages and amounts only the pipeline saw, when the case has just one such fact and one value is given."""
    facts: dict[str, object] = {}
    given = list(entities)
    for name, kind in _ENTITY_TYPES.items():
        values = {str(entity.get("value")) for entity in given if entity.get("entity") == name}
        wanted = [f for f in _of(case, kind) if kind is not FactType.INTEGER or "岁" in f.unit]
        if len(values) == 1 and len(wanted) == 1 and wanted[0].id not in known and not _said(kind, given):
            amount = figures.value(values.pop())
            if amount is not None:
                facts[wanted[0].id] = _as_json(kind, amount)
    return facts


def _said(kind: FactType, entities: Iterable[Mapping[str, object]]) -> bool:
    """Whether our own reader also sees these words, and so already judged them."""
    read = figures.money if kind is FactType.MONEY else figures.ages
    return any(read(str(entity.get("text", ""))) for entity in entities)
