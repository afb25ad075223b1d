"""Access tokens, the stable token beside them, page tickets and the codes of page authorisation."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from random import Random
from string import ascii_letters, digits
from threading import RLock

from tests.wechat_platform.clock import SimulatedClock
from tests.wechat_platform.refusals import Refused

LIFETIME = 7200
OVERLAP = 300
CODE_LIFETIME = 300
FORCED_A_DAY = 20
FORCED_INTERVAL = 30


@dataclass
class AccessToken:
    value: str
    expires: float
    superseded: float | None = None  # until when the old one still works

    def left(self, now: float) -> int:
        return max(0, ceil(self.expires - now))


@dataclass
class AuthorisationCode:
    openid: str
    scope: str
    expires: float
    used: bool = False


class Tokens:
    """Two separate lines of access tokens, as Tencent keeps them. Thread-safe."""

    def __init__(self, clock: SimulatedClock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._lock = RLock()
        self._known: dict[str, AccessToken] = {}
        self._ordinary: AccessToken | None = None
        self._stable: AccessToken | None = None
        self._forced: list[float] = []
        self._codes: dict[str, AuthorisationCode] = {}
        self._ticket: AccessToken | None = None
        self.issued = 0

    def _text(self, length: int) -> str:
        return "".join(self._random.choices(ascii_letters + digits + "-_", k=length))

    def _issue(self) -> AccessToken:
        token = AccessToken(f"{self._random.randint(60, 99)}_{self._text(132)}", self._clock.now() + LIFETIME)
        self._known[token.value] = token
        self.issued += 1
        return token

    def _replace(self, old: AccessToken | None, overlap: float) -> AccessToken:
        if old is not None:
            old.superseded = min(old.expires, self._clock.now() + overlap)
        return self._issue()

    def ordinary(self) -> AccessToken:
        """`/cgi-bin/token`: always a new one; the one before works five minutes more."""
        with self._lock:
            self._ordinary = self._replace(self._ordinary, OVERLAP)
            return self._ordinary

    def stable(self, force: bool) -> AccessToken:
        """`/cgi-bin/stable_token`: the same while it is good; renewed in its last five minutes, or by force.

        Refused 45009 after twenty forced renewals within a day."""
        with self._lock:
            now = self._clock.now()
            current = self._stable
            good = current is not None and current.superseded is None and current.expires > now
            if force:
                self._forced = [at for at in self._forced if at > now - 86400]
                if good and self._forced and now - self._forced[-1] < FORCED_INTERVAL:
                    assert current is not None
                    return current
                if len(self._forced) >= FORCED_A_DAY:
                    raise Refused(45009)
                self._forced.append(now)
                self._stable = self._replace(current, 0)
            elif not good or (current is not None and current.expires - now <= OVERLAP):
                self._stable = self._replace(current, OVERLAP)
            assert self._stable is not None
            return self._stable

    def check(self, value: str | None) -> None:
        """Refused 41001 missing, 40014 malformed, 42001 expired, 40001 unknown or not the latest."""
        if not value:
            raise Refused(41001)
        with self._lock:
            token = self._known.get(value)
            if token is None:
                raise Refused(40014 if len(value) < 32 else 40001)
            now = self._clock.now()
            if token.expires <= now:
                raise Refused(42001)
            if token.superseded is not None and token.superseded <= now:
                raise Refused(40001)

    def expire_all(self) -> None:
        with self._lock:
            for token in self._known.values():
                token.expires = min(token.expires, self._clock.now())

    def invalidate_all(self) -> None:
        with self._lock:
            for token in self._known.values():
                token.superseded = self._clock.now()

    def page_ticket(self) -> AccessToken:
        """The ticket pages sign their scripts with; the same for two hours."""
        with self._lock:
            if self._ticket is None or self._ticket.expires <= self._clock.now():
                self._ticket = AccessToken(self._text(86), self._clock.now() + LIFETIME)
            return self._ticket

    def new_code(self, openid: str, scope: str) -> str:
        with self._lock:
            code = self._text(32)
            self._codes[code] = AuthorisationCode(openid, scope, self._clock.now() + CODE_LIFETIME)
            return code

    def use_code(self, code: str) -> AuthorisationCode:
        """Refused 40163 for a code used before, 40029 for an unknown or expired one."""
        with self._lock:
            known = self._codes.get(code)
            if known is None:
                raise Refused(40029)
            if known.used:
                raise Refused(40163)
            if known.expires <= self._clock.now():
                raise Refused(40029)
            known.used = True
            return known

    def session_token(self) -> str:
        """A page's own access token; no API call accepts it."""
        with self._lock:
            return f"{self._random.randint(60, 99)}_{self._text(86)}"
