"""What is known of the account: its right to customer-service messages, its day's limit, its public address."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from desk.clock import BEIJING
from desk.store import Store
from desk.store import account as rows

REMEMBERED = 2.0  # seconds a note is trusted before the store is asked again
TRY_AGAIN = timedelta(hours=24)  # after WeChat said the account lacks the right
RIGHT, PAUSE, ADDRESS, VERIFIED = "customer_service", "paused", "public_url", "verified"
TROUBLE = "trouble"
VERIFICATION_KEPT = timedelta(minutes=30)  # longer than a signature is good for


class Account:
    """Notes shared between processes. `mode` is yes, no or auto; `now` the clock."""

    def __init__(self, store: Store, *, mode: str, public_url: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._mode = mode
        self._public_url = public_url
        self._now = now
        self._guard = threading.Lock()
        self._known: dict[str, tuple[float, Any]] = {}

    def may_serve(self) -> bool:
        """Tell whether customer-service messages may be tried now."""
        if self._mode == "no" or self.paused_until() is not None:
            return False
        refused = self._note(RIGHT)
        if self._mode == "yes" or not refused:
            return True
        return self._now() - datetime.fromisoformat(refused) > TRY_AGAIN

    def lacks_right(self) -> None:
        """WeChat says the account may not send customer-service messages."""
        self._put(RIGHT, self._now().isoformat())

    def paused_until(self) -> datetime | None:
        """Return until when WeChat takes no more calls, None when it does."""
        noted = self._note(PAUSE)
        until = datetime.fromisoformat(noted) if noted else None
        return until if until is not None and until > self._now() else None

    def pause_for_today(self) -> datetime:
        """The day's calls are used up; they are counted anew after midnight in Beijing."""
        there = self._now().astimezone(BEIJING)
        midnight = (there + timedelta(days=1)).replace(hour=0, minute=1, second=0, microsecond=0)
        self._put(PAUSE, midnight.isoformat())
        return midnight

    def address(self) -> str:
        """Return the public address of our pages, '' while it is not known."""
        return self._public_url or str(self._note(ADDRESS) or "")

    def seen_at(self, address: str) -> None:
        """WeChat reached us at this address (from a signed request only)."""
        if not self._public_url and self._note(ADDRESS) != address:
            self._put(ADDRESS, address)

    def note_verification(self, proof: str) -> None:
        """A signature verified our address: no message may come with it."""
        self._put(f"{VERIFIED}:{proof}", True)

    def forget_verifications(self) -> int:
        """Forget signatures too old to come again; returns how many."""
        with self._store.write() as tx:
            before = self._now() - VERIFICATION_KEPT
            return rows.prune_notes(tx.connection, f"{VERIFIED}:", before)

    def needs_mending(self, errcode: int) -> None:
        """WeChat takes nothing from us until somebody mends the settings; keeps since when."""
        before = self._note(TROUBLE)
        if not before or before["errcode"] != errcode:
            self._put(TROUBLE, {"errcode": errcode, "since": self._now().isoformat()})

    def works(self) -> None:
        """WeChat took something from us: what was to mend has been mended."""
        if self._note(TROUBLE):
            self._put(TROUBLE, {})

    def trouble(self) -> int | None:
        """Return WeChat's number for what somebody has to mend, None while all is well."""
        noted = self._note(TROUBLE)
        return int(noted["errcode"]) if noted else None

    def verified_with(self, proof: str) -> bool:
        """Tell whether this signature verified our address."""
        with self._store.read() as tx:
            return rows.note(tx.connection, f"{VERIFIED}:{proof}") is not None

    def _note(self, name: str) -> Any:
        with self._guard:
            at, value = self._known.get(name, (-REMEMBERED, None))
        if time.monotonic() - at < REMEMBERED:
            return value
        with self._store.read() as tx:
            row = rows.note(tx.connection, name)
        value = row["value"] if row is not None else None
        with self._guard:
            self._known[name] = (time.monotonic(), value)
        return value

    def _put(self, name: str, value: Any) -> None:
        with self._store.write() as tx:
            rows.put_note(tx.connection, name, value, self._now())
        with self._guard:
            self._known[name] = (time.monotonic(), value)
