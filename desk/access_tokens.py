"""The account's access token, shared by all processes: refreshed early, by one of them, once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import PersonalDataUnreadable, TokenUnavailable
from .store import Store
from .store import account as rows

log = logging.getLogger("weiquan.tokens")

EARLY = timedelta(minutes=4)  # inside the last five minutes, when WeChat hands out the next one
LEASE = timedelta(seconds=15)
PATIENCE = 12.0
LOOK_AGAIN = 0.1
PLACE = "access_token"


@dataclass(frozen=True)
class Fetched:
    """A token as the channel gave it; `lasts` from now."""

    value: str
    lasts: timedelta


Fetch = Callable[[bool], Fetched]


class SharedToken:
    """The token of `account`. `fetch(force)` asks the channel for one; `now` is the clock."""

    def __init__(
        self, store: Store, account: str, who: str, fetch: Fetch, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._account = account
        self._who = who
        self._fetch = fetch
        self._now = now

    def current(self) -> str:
        """Return a token that is good; TokenUnavailable when none can be had."""
        value, expires_at = self._kept()
        moment = self._now()
        if value and expires_at is not None and expires_at - moment > EARLY:
            return value
        if value and expires_at is not None and expires_at > moment:
            return self._early(value)
        return self._renewed(value, force=False, wait=True)

    def _early(self, old: str) -> str:
        """Return the next token; the old one serves while another renews it, or when that fails."""
        try:
            return self._renewed(old, force=False, wait=False)
        except Exception as error:  # whatever the channel answers, the old one is still good
            log.warning("token not renewed early: %s", type(error).__name__)
            return old

    def replace(self, bad: str) -> str:
        """Return another token than `bad`, which the channel refused."""
        value, _ = self._kept()
        if value and value != bad:
            return value
        return self._renewed(bad, force=True, wait=True)

    def _renewed(self, old: str, *, force: bool, wait: bool) -> str:
        until = time.monotonic() + PATIENCE
        while True:
            if self._may_fetch():
                return self._fetched(old, force=force)
            if not wait:
                return old
            if time.monotonic() > until:
                raise TokenUnavailable("another process has been fetching it for too long")
            time.sleep(LOOK_AGAIN)
            value, expires_at = self._kept()
            if value and value != old and expires_at is not None and expires_at > self._now():
                return value

    def _may_fetch(self) -> bool:
        moment = self._now()
        with self._store.write() as tx:
            return rows.claim_refresh(tx.connection, self._account, self._who, moment, moment + LEASE)

    def _fetched(self, old: str, *, force: bool) -> str:
        """Fetch a token; one that was refused a moment ago is asked for again by force."""
        try:
            value, expires_at = self._kept()
            if value and value != old and expires_at is not None and expires_at - self._now() > EARLY:
                self._release({})
                return value  # someone renewed it between our look and our turn
            found = self._fetch(False)
            if force and found.value == old:
                found = self._fetch(True)
        except BaseException:
            self._release({})
            raise
        with self._store.read() as tx:
            sealed = tx.seal.close(found.value, f"{PLACE}:{self._account}")
        self._release({"token_sealed": sealed, "expires_at": self._now() + found.lasts})
        return found.value

    def _release(self, values: dict[str, object]) -> None:
        with self._store.write() as tx:
            free = {"refreshing_by": "", "refreshing_until": None}
            rows.change_token(tx.connection, self._account, {**values, **free}, refreshing_by=self._who)

    def _kept(self) -> tuple[str, datetime | None]:
        with self._store.read() as tx:
            row = rows.token(tx.connection, self._account)
            if row is None or not row["token_sealed"]:
                return "", None
            try:
                return tx.seal.open(row["token_sealed"], f"{PLACE}:{self._account}"), row["expires_at"]
            except PersonalDataUnreadable:  # sealed with an earlier secret key: as good as none
                return "", None
