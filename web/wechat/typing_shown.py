"""In which conversations 正在输入 is shown just now: known to this process or, with Redis, to all of them."""

from __future__ import annotations

import time
from typing import Any

EVERY = 16.0  # seconds between two commands for one conversation; WeChat shows one for fifteen
MOST = 1000  # conversations remembered


class Shown:
    """The sign of each conversation; it ends by itself. Used by one thread of each process."""

    def __init__(self, redis_url: str = "", *, lasts: float = EVERY) -> None:
        self._lasts = lasts
        self._until: dict[str, float] = {}
        self._redis: Any = None
        if redis_url:
            import redis

            self._redis = redis.Redis.from_url(redis_url)

    def begin(self, conversation_id: str) -> bool:
        """Note that it is shown from now on; False when it is shown already, whichever process had it shown."""
        if self._redis is not None:
            return bool(self._redis.set(_key(conversation_id), b"1", px=int(self._lasts * 1000), nx=True))
        now = time.monotonic()
        if self._until.get(conversation_id, 0.0) > now:
            return False
        if len(self._until) > MOST:
            self._until = {id: end for id, end in self._until.items() if end > now}
        self._until[conversation_id] = now + self._lasts
        return True

    def end(self, conversation_id: str) -> bool:
        """Note that it is shown no more; False when it was not."""
        if self._redis is not None:
            return bool(self._redis.delete(_key(conversation_id)))
        return self._until.pop(conversation_id, 0.0) > time.monotonic()


def _key(conversation_id: str) -> str:
    return f"weiquan:wechat-typing:{conversation_id}"
