"""One turn at a time for each conversation, in this process or, with Redis, in all of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TurnLocks:
    """Locks by conversation; `redis_url` makes them hold across processes."""

    def __init__(self, redis_url: str = "") -> None:
        self._guard = threading.Lock()
        self._held: dict[str, tuple[threading.Lock, int]] = {}
        self._redis: Any = None
        if redis_url:
            import redis

            self._redis = redis.Redis.from_url(redis_url)

    @contextmanager
    def turn(self, conversation: str, *, patience: float, lasts: float) -> Iterator[bool]:
        """Hold the conversation's turn; yield False when it did not come free within `patience` seconds.

        `lasts` is how many seconds the turn takes at most: the lock of a process that died ends then.
        """
        if self._redis is not None:
            lock = self._redis.lock(f"weiquan:turn:{conversation}", timeout=lasts)
            held = bool(lock.acquire(blocking_timeout=patience))
            try:
                yield held
            finally:
                if held and lock.owned():
                    lock.release()
            return
        local = self._borrow(conversation)
        held = local.acquire(timeout=patience)
        try:
            yield held
        finally:
            if held:
                local.release()
            self._return(conversation)

    def _borrow(self, conversation: str) -> threading.Lock:
        with self._guard:
            lock, users = self._held.get(conversation, (threading.Lock(), 0))
            self._held[conversation] = (lock, users + 1)
            return lock

    def _return(self, conversation: str) -> None:
        with self._guard:
            lock, users = self._held[conversation]
            if users == 1:
                del self._held[conversation]
            else:
                self._held[conversation] = (lock, users - 1)
