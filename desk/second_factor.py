"""A second factor at login: one-time codes of an app (RFC 6238), and recovery codes for a lost phone."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timezone

import pyotp

from . import history, passwords, staff, wording
from .errors import SecondFactorRefused, StaffNotFound
from .staff import Staff
from .store import Store, Tx
from .store import staff as rows

STEP = 30  # seconds a code is shown
EARLIER_AND_LATER = (-1, 0, 1)  # steps a clock may be off
RECOVERY_CODES = 8
RECOVERY_GROUPS = 4


def new_secret() -> str:
    """Return a secret for an app, base32; it counts once a code made with it has been given."""
    return pyotp.random_base32()


def address(secret: str, username: str) -> str:
    """Return the otpauth:// address an app reads from a QR code."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(
        name=username, issuer_name=wording.say("second_factor", "issuer")
    )


def set_up(store: Store, id: str, *, secret: str, code: str, at: datetime | None = None) -> list[str]:
    """Make `secret` the second factor of an account whose app shows `code`; returns the recovery codes, once.

    SecondFactorRefused: present (one is set up), wrong.
    """
    moment = at or datetime.now(timezone.utc)
    step = _step(secret, code, moment)
    if step is None:
        raise SecondFactorRefused("wrong")
    recovery = [_recovery_code() for _ in range(RECOVERY_CODES)]
    with store.write() as tx:
        if _row(tx, id)["totp_sealed"]:
            raise SecondFactorRefused("present")
        values = {
            "totp_sealed": tx.seal.close(secret, place(id)),
            "totp_step": step,
            "recovery": [_hashed(code) for code in recovery],
        }
        rows.change_staff(tx.connection, id, values)
        history.record(tx, "staff:second_factor:set_up", id, by=id, at=moment)
    return recovery


def check(store: Store, id: str, code: str, *, at: datetime | None = None) -> Staff:
    """Return the member of staff whose code this is; each code works once.

    SecondFactorRefused (wrong, missing); a wrong one counts like a wrong password: AccountLocked.
    """
    moment = at or datetime.now(timezone.utc)
    with store.write() as tx:
        row = _row(tx, id)
        staff.refuse_locked(tx, row["username"], moment)
        if not row["totp_sealed"]:
            raise SecondFactorRefused("missing")
        right = _takes_code(tx, row, code, moment) or _takes_recovery(tx, row, code, moment)
        if right:
            rows.forget_failures(tx.connection, username=row["username"])
    if not right:
        staff.count_failure(store, row["username"], row, moment)
        raise SecondFactorRefused("wrong")
    return staff.get(store, id)


def remove(store: Store, id: str, *, by: str, at: datetime | None = None) -> None:
    """Take the second factor off an account and sign it out: a phone is lost or changed."""
    with store.write() as tx:
        values = {"totp_sealed": "", "totp_step": 0, "recovery": [], "epoch": _row(tx, id)["epoch"] + 1}
        rows.change_staff(tx.connection, id, values)
        history.record(tx, "staff:second_factor:remove", id, by=by, at=at)


def codes_left(store: Store, id: str) -> int:
    """Return how many recovery codes have not been used."""
    with store.read() as tx:
        return len(_row(tx, id)["recovery"])


def place(id: str) -> str:
    """Name where an account's secret is sealed."""
    return f"staff:{id}:totp"


def _takes_code(tx: Tx, row: rows.Row, code: str, at: datetime) -> bool:
    step = _step(tx.seal.open(row["totp_sealed"], place(row["id"])), code, at)
    if step is None or step <= row["totp_step"]:
        return False
    rows.change_staff(tx.connection, row["id"], {"totp_step": step})
    return True


def _takes_recovery(tx: Tx, row: rows.Row, code: str, at: datetime) -> bool:
    given = _hashed(code)
    left = [kept for kept in row["recovery"] if not hmac.compare_digest(kept, given)]
    if len(left) == len(row["recovery"]):
        return False
    rows.change_staff(tx.connection, row["id"], {"recovery": left})
    history.record(tx, "staff:recovery_code:use", row["id"], by=row["id"], at=at, left=len(left))
    return True


def _step(secret: str, code: str, at: datetime) -> int | None:
    """Return the time step whose code this is, None for none near `at`."""
    digits = re.sub(r"\s", "", code)
    totp = pyotp.TOTP(secret, interval=STEP)
    now = int(at.timestamp()) // STEP
    for step in (now + offset for offset in EARLIER_AND_LATER):
        if hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode()):
            return step
    return None


def _recovery_code() -> str:
    groups = (
        "".join(secrets.choice(passwords.EASY_TO_READ) for _ in range(4)) for _ in range(RECOVERY_GROUPS)
    )
    return "-".join(groups)


def _hashed(code: str) -> str:
    """Recovery codes are random (79 bits), so one round is enough: there is nothing to guess."""
    return hashlib.sha256(re.sub(r"[\s-]", "", code).casefold().encode("utf-8", "replace")).hexdigest()


def _row(tx: Tx, id: str) -> rows.Row:
    row = rows.by_id(tx.connection, id)
    if row is None:
        raise StaffNotFound(id)
    return row
