"""Who is writing just now in a conversation: kept for seconds, in this process or, with Redis, in all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

LASTS = 6.0  # seconds after the last sign
CONSUMER, STAFF = "consumer", "staff"
MOST = 10_000


class TypingMarks:
    """Marks by conversation and side. A mark that is not renewed goes away by itself."""

    def __init__(self, redis_url: str = "", *, lasts: float = LASTS) -> None:
        self._lasts = lasts
        self._until: dict[str, float] = {}
        self._guard = threading.Lock()
        self._listeners: list[Callable[[str, str, bool], None]] = []
        self._redis: Any = None
        if redis_url:
            import redis

            self._redis = redis.Redis.from_url(redis_url)

    def subscribe(self, listener: Callable[[str, str, bool], None]) -> None:
        """Have `listener(conversation, side, typing)` told of every mark set in this process; it must not wait."""
        self._listeners.append(listener)

    def set(self, conversation_id: str, side: str, typing: bool) -> None:
        """Note that this side is writing, or has stopped."""
        for listener in self._listeners:
            listener(conversation_id, side, typing)
        key = f"weiquan:typing:{side}:{conversation_id}"
        if self._redis is not None:
            if typing:
                self._redis.set(key, b"1", px=int(self._lasts * 1000))
            else:
                self._redis.delete(key)
            return
        with self._guard:
            if len(self._until) > MOST:
                self._until = {mark: end for mark, end in self._until.items() if end > time.monotonic()}
            if typing:
                self._until[key] = time.monotonic() + self._lasts
            else:
                self._until.pop(key, None)

    def seen(self, conversation_id: str, side: str) -> bool:
        """Tell whether this side is writing."""
        key = f"weiquan:typing:{side}:{conversation_id}"
        if self._redis is not None:
            return bool(self._redis.exists(key))
        with self._guard:
            return self._until.get(key, 0.0) > time.monotonic()
