"""Sessions of the staff desk: they end by time, by idleness, by signing out and with the account's epoch."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .store import Store
from .store import access as rows

NOTED_EVERY = timedelta(minutes=1)  # how exactly we know when a session was last used
LONGEST_DEVICE = 40


@dataclass(frozen=True)
class Session:
    """One browser signed in. `digest` names it; the secret itself is only in the browser."""

    digest: str
    staff_id: str
    device: str
    began_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Limits:
    """How long a session lasts in all, and without anybody using it."""

    whole: timedelta
    idle: timedelta


def begin(store: Store, staff_id: str, *, device: str = "", at: datetime | None = None) -> str:
    """Begin a session and return its secret for the browser's cookie."""
    secret, moment = secrets.token_urlsafe(24), at or _now()
    row = {
        "digest": digest_of(secret),
        "staff_id": staff_id,
        "device": device[:LONGEST_DEVICE],
        "began_at": moment,
        "seen_at": moment,
    }
    with store.write() as tx:
        rows.insert_session(tx.connection, row)
    return secret


def current(
    store: Store, secret: str, limits: Limits, *, used: bool = True, at: datetime | None = None
) -> Session | None:
    """Return the session of a secret, None once it has ended. `used`: someone is there, not a waiting page."""
    moment = at or _now()
    with store.read() as tx:
        row = rows.session(tx.connection, digest_of(secret))
    if row is None:
        return None
    if moment - row["began_at"] > limits.whole or moment - row["seen_at"] > limits.idle:
        end(store, row["digest"])
        return None
    if used and moment - row["seen_at"] > min(NOTED_EVERY, limits.idle / 4):
        with store.write() as tx:
            rows.touch_session(tx.connection, row["digest"], moment)
    return Session(**row)


def of_member(store: Store, staff_id: str, limits: Limits, *, at: datetime | None = None) -> list[Session]:
    """Return where an account is signed in, the latest used first."""
    moment = at or _now()
    with store.read() as tx:
        found = [Session(**row) for row in rows.sessions_of(tx.connection, staff_id)]
    return [
        session
        for session in found
        if moment - session.began_at <= limits.whole and moment - session.seen_at <= limits.idle
    ]


def end(store: Store, digest: str) -> None:
    """End one session."""
    with store.write() as tx:
        rows.drop_session(tx.connection, digest)


def end_all(store: Store, staff_id: str) -> None:
    """End every session of an account."""
    with store.write() as tx:
        rows.drop_sessions(tx.connection, staff_id=staff_id)


def digest_of(secret: str) -> str:
    """Return the name of the session with this secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _now() -> datetime:
    return datetime.now(timezone.utc)
