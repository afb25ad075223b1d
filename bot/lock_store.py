"""Locks for one process: turns of one conversation queue on an asyncio.Lock.

Rasa's own stores poll once a second (RASA.md, trap 11). Several processes need Redis instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore, RedisLockStore


@dataclass
class _Queue:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class LocalLockStore(LockStore):
    """Serves the turns of a conversation in the order in which they came, without polling."""

    def __init__(self) -> None:
        self._queues: dict[str, _Queue] = {}
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation's lock; raise LockError after `lock_lifetime` seconds of waiting."""
        queue = self._queues.setdefault(conversation_id, _Queue())
        queue.users += 1
        try:
            try:
                await asyncio.wait_for(queue.lock.acquire(), timeout=lock_lifetime)
            except asyncio.TimeoutError:
                raise LockError(
                    f"conversation {conversation_id} stayed locked for {lock_lifetime} s"
                ) from None
            try:
                yield TicketLock(conversation_id)
            finally:
                queue.lock.release()
        finally:
            queue.users -= 1
            if queue.users == 0:
                self._queues.pop(conversation_id, None)

    def get_lock(self, conversation_id: str) -> TicketLock | None:
        """A lock object while anyone holds or awaits it."""
        return TicketLock(conversation_id) if conversation_id in self._queues else None

    def save_lock(self, lock: TicketLock) -> None:
        """Nothing to save: the lock lives in this process only."""

    def delete_lock(self, conversation_id: str) -> None:
        """Nothing to delete: the last one out removes the queue."""


def open_lock_store(redis_url: str) -> LockStore:
    """The local store, or Rasa's Redis store when several processes share conversations."""
    if not redis_url:
        return LocalLockStore()
    parts = urlsplit(redis_url)
    database = parts.path.strip("/")
    return RedisLockStore(
        host=parts.hostname or "localhost",
        port=parts.port or 6379,
        db=int(database) if database else 1,
        username=parts.username,
        password=parts.password,
        use_ssl=parts.scheme == "rediss",
        key_prefix="weiquan",
    )
