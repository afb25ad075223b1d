"""正在输入 in WeChat while staff write to a follower. WeChat tells us nothing of the kind about the consumer.

The command is cgi-bin/message/custom/typing: WeChat shows it for fifteen seconds, takes none while it shows, and
only where a customer-service message might be sent. It is no message, costs nothing of the ledger, and whatever
goes wrong with it is no matter.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from queue import SimpleQueue

from desk import followers
from desk.errors import StoreError
from desk.store import Store

from ..typing_marks import STAFF
from .account import Account
from .api import Api
from .errors import ApiRefused, ApiSilent
from .typing_shown import Shown

log = logging.getLogger("weiquan.wechat")


class TypingSign:
    """Tells WeChat, on a thread of its own, that staff write; a page never waits for it."""

    def __init__(
        self, store: Store, api: Api, account: Account, shown: Shown, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._api = api
        self._account = account
        self._now = now
        self._shown = shown
        self._due: SimpleQueue[tuple[str, bool] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="wechat-typing", daemon=True)

    def start(self) -> None:
        """Begin telling."""
        self._thread.start()

    def stop(self) -> None:
        """Tell nothing more."""
        self._due.put(None)
        if self._thread.is_alive():
            self._thread.join(10)

    def noted(self, conversation_id: str, side: str, typing: bool) -> None:
        """Somebody writes, or has stopped; only staff count."""
        if side == STAFF:
            self._due.put((conversation_id, typing))

    def _work(self) -> None:
        while (due := self._due.get()) is not None:
            try:
                self._take(*due)
            except (ApiRefused, ApiSilent, StoreError, OSError) as error:
                log.info("typing not shown: %s", type(error).__name__)
            except Exception as error:  # the outermost handler of this thread: the next sign goes out
                log.warning("typing not shown: %s", type(error).__name__)

    def _take(self, conversation_id: str, typing: bool) -> None:
        """Tell it, but only as often as WeChat takes it, however many processes staff write through."""
        changed = self._shown.begin if typing else self._shown.end
        if changed(conversation_id):
            self._tell(conversation_id, typing)

    def _tell(self, conversation_id: str, typing: bool) -> None:
        found = followers.of_conversation(self._store, conversation_id)
        if found is None or not found.following or not self._account.may_serve():
            return
        if found.ledger.left(self._now()) < 1:
            return
        command = "Typing" if typing else "CancelTyping"
        self._api.post("message/custom/typing", {"touser": found.openid, "command": command})
