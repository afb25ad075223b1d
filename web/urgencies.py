"""How urgent each waiting conversation is, read from its transcript once per message."""

from __future__ import annotations

import importlib
import re
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from desk import conversations
from desk.conversations import Conversation, Message
from desk.urgency import Signals, Urgency, assess
from desk.visibility import Waiter

READ = 60  # messages looked back on
KEPT = 2000  # conversations remembered
MONEY = re.compile(r"\d+\.\d{2}")  # how facts hold sums of money
LONGEST = 400  # characters of one message that are searched for figures


class Urgencies:
    """Remembers what a conversation's words came to until it has a newer message or another reason."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, int, str], Urgency] = OrderedDict()
        self._guard = threading.Lock()

    def of(self, conversation: Conversation) -> Urgency:
        """Return how urgent the conversation is."""
        key = (conversation.id, conversation.last_message_id, conversation.reason)
        with self._guard:
            if key in self._kept:
                return self._kept[key]
        messages = conversations.last_messages(self._store, conversation.id, limit=READ)
        found = assess(signals(messages, conversation.reason))
        with self._guard:
            self._kept[key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def waiters(self, waiting: Iterable[Conversation]) -> list[Waiter]:
        """Return the queue's conversations as the rules of the queue see them."""
        return [
            Waiter(found.id, found.waiting_since or found.updated_at, found.topic, self.of(found))
            for found in waiting
        ]


def signals(messages: Sequence[Message], handoff: str) -> Signals:
    """Return what the consumer's words and the assistant's decisions say about urgency."""
    texts = tuple(_texts(messages))
    decisions = [message.body["decision"] for message in messages if message.body.get("decision")]
    figures = importlib.import_module("knowledge.figures")  # slow to import, so not with this module
    ages = [int(found.value) for text in texts for found in figures.ages(text)]
    amounts = [found.value for text in texts for found in figures.money(text)]
    for name, value in ((name, value) for decided in decisions for name, value in _facts(decided)):
        if "age" in name.split("_") and isinstance(value, int):
            ages.append(value)
        elif isinstance(value, str) and MONEY.fullmatch(value):
            amounts.append(Decimal(value))
    acts = {str(decided.get(key)) for decided in decisions for key in ("act", "decision")}
    return Signals(texts, frozenset(acts), handoff, tuple(ages), tuple(amounts))


def _texts(messages: Iterable[Message]) -> Iterable[str]:
    for message in messages:
        if message.author == "consumer" and message.body.get("text"):
            yield str(message.body["text"])[:LONGEST]


def _facts(decision: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    return (decision.get("facts") or {}).items()
