"""How many customer-service messages a person may still be sent, and how many calls a day are left.

A message opens 48 hours and five messages; tapping the menu or a menu message, following and scanning open
three within one minute. A new message renews its allowance, nothing adds up. Where two allowances are open, a
send counts against both: the narrowest reading of the published table.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from threading import Lock

from tests.wechat_platform.clock import SimulatedClock
from tests.wechat_platform.refusals import Refused

MESSAGE = "message"
INTERACTION = "interaction"
GRANTS = {MESSAGE: (5, 48 * 3600), INTERACTION: (3, 60)}

CALLS_A_DAY = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 500_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/custom/typing": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/menu/create": 1_000,
    "/cgi-bin/menu/get": 10_000,
    "/cgi-bin/menu/delete": 1_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
    "/cgi-bin/qrcode/create": 100_000,
    "/cgi-bin/user/info": 5_000_000,
}


@dataclass(frozen=True)
class Allowance:
    """What may still be sent to one person; `reason` is "message", "interaction" or "closed"."""

    left: int
    until: float
    reason: str


@dataclass
class _Grant:
    left: int
    until: float


class CustomerServiceQuota:
    """Allowances per person. Thread-safe."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._grants: dict[str, dict[str, _Grant]] = defaultdict(dict)

    def grant(self, openid: str, kind: str) -> None:
        count, seconds = GRANTS[kind]
        with self._lock:
            self._grants[openid][kind] = _Grant(count, self._clock.now() + seconds)

    def close(self, openid: str) -> None:
        with self._lock:
            self._grants.pop(openid, None)

    def _open(self, openid: str) -> dict[str, _Grant]:
        now = self._clock.now()
        return {kind: grant for kind, grant in self._grants[openid].items() if grant.until > now}

    def allowance(self, openid: str) -> Allowance:
        with self._lock:
            usable = self._open(openid)
            if not usable:
                return Allowance(0, 0.0, "closed")
            kind = max(usable, key=lambda name: (usable[name].left, usable[name].until))
            return Allowance(usable[kind].left, usable[kind].until, kind)

    def spend(self, openid: str) -> None:
        """Count one send; Refused 45015 with no window open, 45047 with every open window used up."""
        with self._lock:
            usable = self._open(openid)
            if not usable:
                raise Refused(45015)
            if not any(grant.left > 0 for grant in usable.values()):
                raise Refused(45047)
            for grant in usable.values():
                grant.left = max(0, grant.left - 1)


class DailyCalls:
    """Calls of each path within one day of Beijing. Thread-safe."""

    def __init__(self, clock: SimulatedClock, limits: dict[str, int]) -> None:
        self._clock = clock
        self._limits = limits
        self._lock = Lock()
        self._calls: Counter[tuple[int, str]] = Counter()

    def _day(self) -> int:
        return int((self._clock.now() + 8 * 3600) // 86400)

    def count(self, path: str) -> None:
        """Refused 45009 past the day's limit."""
        with self._lock:
            key = (self._day(), path)
            if self._calls[key] >= self._limits.get(path, 10_000_000):
                raise Refused(45009)
            self._calls[key] += 1

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()


class Acceptances:
    """Subscription notices a person has agreed to: one send each. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: Counter[tuple[str, str]] = Counter()

    def add(self, openid: str, template_id: str) -> None:
        with self._lock:
            self._left[openid, template_id] += 1

    def withdraw(self, openid: str, template_id: str) -> None:
        with self._lock:
            self._left.pop((openid, template_id), None)

    def left(self, openid: str, template_id: str) -> int:
        return self._left[openid, template_id]

    def spend(self, openid: str, template_id: str) -> None:
        """Refused 43101 when nothing was agreed to or all of it is used."""
        with self._lock:
            if self._left[openid, template_id] <= 0:
                raise Refused(43101)
            self._left[openid, template_id] -= 1
