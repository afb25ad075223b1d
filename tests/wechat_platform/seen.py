"""What one person sees in the conversation with the account, in order."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from tests.wechat_platform.replies import Article

PASSIVE = "passive"
CUSTOMER_SERVICE = "customer-service"
TEMPLATE = "template"
SUBSCRIPTION = "subscription"
FAILURE = "failure"
FAILURE_WORDS = "该公众号提供的服务出现故障，请稍后再试"


@dataclass(frozen=True)
class Seen:
    """One message on this person's screen. `at` is the platform's clock, `wall` real time."""

    kind: str
    message_type: str
    text: str = ""
    articles: tuple[Article, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    media_id: str = ""
    msg_id: int | None = None
    at: float = 0.0
    wall: float = field(default_factory=time.time)
    raw: Any = None

    @property
    def words(self) -> str:
        """Everything there is to read, articles line by line."""
        lines = [self.text] if self.text else []
        for article in self.articles:
            lines += [part for part in (article.title, article.description, article.url) if part]
        if not lines and self.media_id:
            lines.append(f"[{self.message_type}]")
        return "\n".join(lines)


Wanted = str | Callable[[Seen], bool]


class Screen:
    """The growing list of what is seen; other threads may wait for it."""

    def __init__(self) -> None:
        self._grown = Condition()
        self._seen: list[Seen] = []

    def show(self, seen: Seen) -> None:
        with self._grown:
            self._seen.append(seen)
            self._grown.notify_all()

    def all(self) -> list[Seen]:
        with self._grown:
            return list(self._seen)

    def wait_for(self, wanted: Wanted, timeout: float) -> Seen:
        """The first message containing those words or meeting the condition; AssertionError in the end."""

        def meets(seen: Seen) -> bool:
            return wanted in seen.words if isinstance(wanted, str) else bool(wanted(seen))

        def found() -> Seen | None:
            return next((seen for seen in self._seen if meets(seen)), None)

        with self._grown:
            seen = self._grown.wait_for(found, timeout)
            if seen is None:
                raise AssertionError(f"waited {timeout} s for {wanted!r}; saw {self._told()}")
            return seen

    def wait_for_count(self, number: int, timeout: float) -> list[Seen]:
        """Everything seen, once it is at least that many; AssertionError in the end."""
        with self._grown:
            if not self._grown.wait_for(lambda: len(self._seen) >= number, timeout):
                raise AssertionError(f"waited {timeout} s for {number} messages; saw {self._told()}")
            return list(self._seen)

    def _told(self) -> list[tuple[str, str]]:
        return [(seen.kind, seen.words) for seen in self._seen]
