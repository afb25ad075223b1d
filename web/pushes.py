"""Letting pages wait for news without letting them take every thread of the server.

The store says when a conversation has news (`store.news`); what another process wrote it finds
by looking again twice a second. Staff pages wait for news of any kind and look again here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

LOOK_AGAIN = 0.7
LONGEST_WAIT = 25.0
# Waiting pages each hold a server thread, so some threads are always left for those who write.
MOST_WAITERS = 44


class Pushes:
    """Seats for waiting pages, and one bell that rings with every commit of this process."""

    def __init__(self, store: Any, *, most_waiters: int = MOST_WAITERS) -> None:
        self._rung = threading.Condition()
        self._rings = 0
        self._seats = threading.Semaphore(most_waiters)
        store.news.subscribe(lambda conversation, message: self.ring())

    def ring(self) -> None:
        """Wake whoever waits for any news."""
        with self._rung:
            self._rings += 1
            self._rung.notify_all()

    @contextmanager
    def seat(self) -> Iterator[bool]:
        """Yield whether one may wait; when every seat is taken, look once and come back later."""
        taken = self._seats.acquire(blocking=False)
        try:
            yield taken
        finally:
            if taken:
                self._seats.release()

    def wait_for(self, look: Callable[[], T | None], *, seconds: float) -> T | None:
        """Return the first `look()` that is not None, or None after `seconds`."""
        with self.seat() as seated:
            until = time.monotonic() + (min(seconds, LONGEST_WAIT) if seated else 0)
            while True:
                seen = self._rings
                found = look()
                left = until - time.monotonic()
                if found is not None or left <= 0:
                    return found
                self._wait_for_ring(seen, min(left, LOOK_AGAIN))

    def _wait_for_ring(self, seen: int, seconds: float) -> None:
        with self._rung:
            self._rung.wait_for(lambda: self._rings != seen, timeout=seconds)
