"""What a chat already says of a complaint: the lines of a form, read from the transcript. Nothing is invented."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from desk.conversations import Message
from desk.person_wishes import person_wanted

FIELDS = (
    "name",
    "phone",
    "address",
    "merchant_name",
    "merchant_address",
    "request",
    "story",
    "amount",
    "happened_on",
)
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
MONEY = re.compile(r"\d+\.\d{2}")
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
SHORTEST_STORY = 6  # characters; less is an answer to a question, not a story
LONGEST_STORY = 3000


def prefill(messages: Sequence[Message]) -> dict[str, str]:
    """Return the lines of the form, '' for what was not said.

    What the consumer saw and could correct in a summary goes before what is read from their words.
    """
    found = dict.fromkeys(FIELDS, "")
    found.update({name: value for name, value in _from_words(messages).items() if value})
    found.update({name: value for name, value in _from_facts(messages).items() if value})
    found.update({name: value for name, value in _from_summaries(messages).items() if value})
    return found


def facts_of(messages: Iterable[Message], case_id: str) -> dict[str, Any]:
    """Return the facts the assistant last held for a case."""
    held: dict[str, Any] = {}
    for message in messages:
        decision = message.body.get("decision") or {}
        if case_id and decision.get("case") == case_id:
            held = dict(decision.get("facts") or {})
    return held


def _from_summaries(messages: Iterable[Message]) -> dict[str, str]:
    lines: dict[str, str] = {}
    for message in messages:
        for line in (message.body.get("summary") or {}).get("lines") or []:
            if line.get("field") in FIELDS:
                lines[str(line["field"])] = str(line.get("value") or "")
    if not MONEY.fullmatch(lines.get("amount", "0.00")):
        lines.pop("amount")
    if not ISO_DAY.fullmatch(lines.get("happened_on", "2000-01-01")):
        lines.pop("happened_on")
    return lines


def _from_facts(messages: Iterable[Message]) -> dict[str, str]:
    """A sum and a day, where the assistant's facts hold exactly one of a kind."""
    facts: dict[str, Any] = {}
    for message in messages:
        facts.update((message.body.get("decision") or {}).get("facts") or {})
    sums = {value for value in facts.values() if isinstance(value, str) and MONEY.fullmatch(value)}
    days = {value for value in facts.values() if isinstance(value, str) and ISO_DAY.fullmatch(value)}
    return {
        "amount": sums.pop() if len(sums) == 1 else "",
        "happened_on": days.pop() if len(days) == 1 and _is_day(days) else "",
    }


def _is_day(days: Iterable[str]) -> bool:
    try:
        return all(date.fromisoformat(day) for day in days)
    except ValueError:
        return False


def _from_words(messages: Iterable[Message]) -> dict[str, str]:
    texts = [
        str(message.body.get("text") or "")
        for message in messages
        if message.author == "consumer" and message.kind == "text" and not message.body.get("choice")
    ]
    story = [
        text
        for text in texts
        if len(text) >= SHORTEST_STORY and not person_wanted(text) and not PHONE.fullmatch(text.strip())
    ]
    phones = [phone for text in texts for phone in PHONE.findall(text)]
    return {
        "story": "\n".join(story)[:LONGEST_STORY],
        "phone": phones[-1] if phones else "",
        "amount": _only_sum(texts),
    }


def _only_sum(texts: Iterable[str]) -> str:
    """The sum of money, if only one was ever named."""
    figures = importlib.import_module("knowledge.figures")  # slow to import, so not with this module
    sums: set[Decimal] = {found.value for text in texts for found in figures.money(text[:400])}
    return f"{sums.pop():.2f}" if len(sums) == 1 else ""
