"""Handling apart from the requests: one message at a time per sender and lane, many senders at once, and who waits.

What may have to wait for the bot or for WeChat takes the slow lane; what needs neither has threads of
its own, so that a 转人工 is never behind those who wait for a bot that is down.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger("weiquan.wechat.mailboxes")

Handle = Callable[[int], None]
Box = tuple[str, bool]


class Mailboxes:
    """Messages (by id) in the order they came, per sender and lane; `handle` is called on threads of each."""

    def __init__(self, handle: Handle, *, slow_threads: int, quick_threads: int) -> None:
        self._handle = handle
        self._pools = {
            False: ThreadPoolExecutor(slow_threads, thread_name_prefix="wechat-turn"),
            True: ThreadPoolExecutor(quick_threads, thread_name_prefix="wechat-quick"),
        }
        self._guard = threading.Lock()
        self._boxes: dict[Box, deque[int]] = {}
        self._in_hand: dict[int, str] = {}
        self._waiters: dict[int, list[threading.Event]] = {}

    def put(self, sender: str, id: int, *, quick: bool) -> bool:
        """Have a message handled in one of the lanes; False if it is in hand already."""
        name = (sender, quick)
        with self._guard:
            if id in self._in_hand:
                return False
            self._in_hand[id] = sender
            box = self._boxes.get(name)
            if box is not None:
                box.append(id)
                return True
            self._boxes[name] = deque([id])
        self._pools[quick].submit(self._empty, name)
        return True

    def in_hand(self) -> list[int]:
        """Return the ids of messages being handled or standing in line here."""
        with self._guard:
            return list(self._in_hand)

    def wait(self, id: int) -> threading.Event:
        """Return what is set when the message has been handled; end it with `leave`."""
        event = threading.Event()
        with self._guard:
            self._waiters.setdefault(id, []).append(event)
        return event

    def leave(self, id: int, event: threading.Event) -> None:
        """The request no longer waits."""
        with self._guard:
            waiting = self._waiters.get(id, [])
            if event in waiting:
                waiting.remove(event)
            if not waiting:
                self._waiters.pop(id, None)

    def someone_waits(self, id: int) -> bool:
        """Tell whether a request would still take the answer."""
        with self._guard:
            return bool(self._waiters.get(id))

    def stop(self) -> None:
        """Begin nothing more."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def _empty(self, name: Box) -> None:
        while True:
            with self._guard:
                box = self._boxes[name]
                if not box:
                    del self._boxes[name]
                    return
                id = box.popleft()
            try:
                self._handle(id)
            except (
                Exception
            ) as error:  # the outermost handler of this thread: the claim lapses, another tries
                log.error("message %s not handled: %s", id, _told(error))
            finally:
                with self._guard:
                    self._in_hand.pop(id, None)
                    waiting = self._waiters.pop(id, [])
                for event in waiting:
                    event.set()


def _told(error: BaseException) -> str:
    """Type and place of an error, without its message, which may quote what a consumer wrote."""
    frames, trace = [], error.__traceback__
    while trace is not None:
        frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return " > ".join([type(error).__name__, *frames[-6:]])
