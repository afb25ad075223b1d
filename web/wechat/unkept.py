"""Messages the store did not take: WeChat is let deliver them again, and only the last try is owned up to."""

from __future__ import annotations

import threading
from collections import OrderedDict

WECHAT_TRIES = 3
MOST_REMEMBERED = 2000


class Unkept:
    """How often each message could not be kept by this process, the newest first to be remembered."""

    def __init__(self, *, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._guard = threading.Lock()
        self._failed: OrderedDict[str, int] = OrderedDict()

    def last_try(self, key: str) -> bool:
        """Count one more failure of message `key`; True when WeChat will not deliver it again."""
        with self._guard:
            failed = self._failed.pop(key, 0) + 1
            if failed >= WECHAT_TRIES:
                return True
            self._failed[key] = failed
            while len(self._failed) > self._most:
                self._failed.popitem(last=False)
            return False

    def kept(self, key: str) -> None:
        """Forget the failures of a message that was kept after all."""
        with self._guard:
            self._failed.pop(key, None)
