"""What WeChat lets an account send one consumer, counted before WeChat counts it. Pure; no storage here.

A message of the consumer opens 48 hours for five messages; a menu tap, a follow or a scan opens one
minute for three. A new one renews its own window and nothing adds up. Where both are open, a message
sent counts against both: the narrowest reading of the published table. Each window is closed a little
early, since the two clocks differ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum


class Grant(str, Enum):
    """What opened a window."""

    MESSAGE = "message"
    TAP = "tap"


ALLOWED = {Grant.MESSAGE: 5, Grant.TAP: 3}
LASTS = {
    Grant.MESSAGE: timedelta(hours=48) - timedelta(minutes=2),
    Grant.TAP: timedelta(minutes=1) - timedelta(seconds=8),
}


@dataclass(frozen=True)
class Spent:
    """Which windows one message was counted in, each named by the moment it was opened; None: not in that one."""

    message_at: datetime | None = None
    tap_at: datetime | None = None


@dataclass(frozen=True)
class Ledger:
    """Both windows of one consumer: when each was opened and how many messages it has left."""

    message_at: datetime | None = None
    message_left: int = 0
    tap_at: datetime | None = None
    tap_left: int = 0

    def granted(self, grant: Grant, *, at: datetime) -> Ledger:
        """Return the ledger with the window of `grant` opened anew, never moved back."""
        since = self._since(grant)
        if since is not None and at < since:
            return self
        if grant is Grant.MESSAGE:
            return replace(self, message_at=at, message_left=ALLOWED[grant])
        return replace(self, tap_at=at, tap_left=ALLOWED[grant])

    def left(self, at: datetime) -> int:
        """Return how many messages may still be sent now."""
        return max((left for left, _ in self._open(at)), default=0)

    def until(self, at: datetime) -> datetime | None:
        """Return when the last usable window closes, None when there is none."""
        return max((until for left, until in self._open(at) if left > 0), default=None)

    def spent(self, at: datetime) -> Ledger:
        """Return the ledger after one message sent now; it must have one left."""
        return self.spend(at)[0]

    def spend(self, at: datetime) -> tuple[Ledger, Spent]:
        """Return the ledger after one message sent now, and which windows it was counted in."""
        if self.left(at) < 1:
            raise ValueError("nothing left to send")
        spent = Spent(
            self.message_at if self.message_left and self._is_open(Grant.MESSAGE, at) else None,
            self.tap_at if self.tap_left and self._is_open(Grant.TAP, at) else None,
        )
        after = replace(
            self,
            message_left=self.message_left - (spent.message_at is not None),
            tap_left=self.tap_left - (spent.tap_at is not None),
        )
        return after, spent

    def given_back(self, spent: Spent) -> Ledger:
        """Return the ledger after WeChat refused a message without counting it.

        Only the windows it was counted in get it back, and only while they are the same windows.
        """
        to_message = spent.message_at is not None and spent.message_at == self.message_at
        to_tap = spent.tap_at is not None and spent.tap_at == self.tap_at
        return replace(
            self,
            message_left=min(self.message_left + to_message, ALLOWED[Grant.MESSAGE]),
            tap_left=min(self.tap_left + to_tap, ALLOWED[Grant.TAP]),
        )

    def closed(self) -> Ledger:
        """Return the ledger of a consumer WeChat says nothing more may be sent to."""
        return replace(self, message_left=0, tap_left=0)

    def _since(self, grant: Grant) -> datetime | None:
        return self.message_at if grant is Grant.MESSAGE else self.tap_at

    def _is_open(self, grant: Grant, at: datetime) -> bool:
        since = self._since(grant)
        return since is not None and at < since + LASTS[grant]

    def _open(self, at: datetime) -> list[tuple[int, datetime]]:
        found = []
        for grant, left in ((Grant.MESSAGE, self.message_left), (Grant.TAP, self.tap_left)):
            since = self._since(grant)
            if since is not None and self._is_open(grant, at):
                found.append((left, since + LASTS[grant]))
        return found
