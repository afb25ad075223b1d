"""The condition of an outcome in words a reader follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from knowledge.content import Case, Fact, FactType
from knowledge.saying import shown

Words = Mapping[str, Any]


def told(case: Case, when: Mapping[str, Any] | None, words: Words) -> list[str]:
    """One line a fact: 孩子充值时几周岁：不到8岁. Empty for an outcome without condition."""
    lines: list[str] = []
    for key, wanted in (when or {}).items():
        if key == "any":
            options = [words["joined"].join(told(case, option, words)) for option in wanted]
            lines.append(f"（{words['either'].join(options)}）")
        else:
            fact = case.facts.get(key)
            name = fact.ask.rstrip("？?") if fact else key
            lines.append(f"{name}：{_value(fact, wanted, words)}")
    return lines


def _value(fact: Fact | None, wanted: Any, words: Words) -> str:
    said: Mapping[str, str] = words["conditions"]
    if isinstance(wanted, Mapping):
        parts = [
            said[operator].format(value=_listed(fact, value, words)) for operator, value in wanted.items()
        ]
        return words["joined"].join(parts)
    return said["is"].format(value=_listed(fact, wanted, words))


def _listed(fact: Fact | None, value: Any, words: Words) -> str:
    values = value if isinstance(value, list) else [value]
    return str(words["either"]).join(_said(fact, one) for one in values)


def _said(fact: Fact | None, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if fact is None:
        return str(value)
    unit = "元" if fact.type is FactType.MONEY else fact.unit
    return f"{shown(fact, value)}{unit if fact.type in (FactType.MONEY, FactType.INTEGER) else ''}"
