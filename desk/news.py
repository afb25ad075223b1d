"""Telling waiting pages that a conversation has news, in this process at once and across processes soon.

A commit in this process wakes its waiters directly. What another process wrote is found by
looking at the conversations someone waits for, all in one query, at most every POLL_SECONDS.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

log = logging.getLogger("weiquan.news")

POLL_SECONDS = 0.5
Listener = Callable[[str, int], None]
Look = Callable[[Sequence[str]], Mapping[str, int]]


class News:
    """Newest message id by conversation, for those who wait or listen.

    `look` returns the newest message id of each of the given conversations.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._changed = threading.Condition()
        self._waiting: Counter[str] = Counter()
        self._newest: dict[str, int] = {}
        self._looked_at = 0.0
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(conversation_id, message_id)` after each commit here; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, conversation_id: str, message_id: int) -> None:
        """Say that `conversation_id` has news up to `message_id`; called after the commit."""
        with self._changed:
            self._note(conversation_id, message_id)
        for listener in list(self._listeners):
            listener(conversation_id, message_id)

    def wait(self, conversation_id: str, after: int, timeout: float) -> bool:
        """Return True once the conversation has a message beyond `after`, False when time is up."""
        until = time.monotonic() + timeout
        with self._changed:
            self._waiting[conversation_id] += 1
        try:
            return self._wait(conversation_id, after, until)
        finally:
            with self._changed:
                self._waiting[conversation_id] -= 1
                if not self._waiting[conversation_id]:
                    del self._waiting[conversation_id]
                    self._newest.pop(conversation_id, None)

    def _wait(self, conversation_id: str, after: int, until: float) -> bool:
        while True:
            with self._changed:
                if self._newest.get(conversation_id, 0) > after:
                    return True
                now = time.monotonic()
                if now >= until:
                    return False
                due = self._looked_at + POLL_SECONDS
                if now < due:
                    self._changed.wait(min(due, until) - now)
                    continue
                self._looked_at = now
                watched = list(self._waiting)
            found = self._look(watched)
            with self._changed:
                for conversation, newest in found.items():
                    self._note(conversation, newest)

    def _note(self, conversation_id: str, message_id: int) -> None:
        if conversation_id in self._waiting and message_id > self._newest.get(conversation_id, 0):
            self._newest[conversation_id] = message_id
            self._changed.notify_all()
