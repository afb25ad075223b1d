"""Staff accounts: who they are, what they may do, and letting them in. Sessions belong to web."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from . import history, passwords
from .errors import (
    AccountLocked,
    LoginRefused,
    PasswordRefused,
    StaffNotFound,
    StaffRefused,
    UsernameTaken,
)
from .identifiers import new_id
from .office_directory import directory
from .roles import Permission, Role, permissions_of
from .store import Store, Tx
from .store import conversations as locks
from .store import staff as rows

__all__ = [
    "Permission",
    "Role",
    "Staff",
    "authenticate",
    "change_password",
    "check",
    "create",
    "create_demo",
    "end_sessions",
    "everyone",
    "get",
    "reset_password",
    "set_active",
    "set_offices",
    "set_roles",
]

MOST_FAILURES = 5
LOCK = timedelta(minutes=15)
FORGET_AFTER = timedelta(days=1)
USERNAME = re.compile(r"[a-z][a-z0-9_.-]{2,39}")
LONGEST_NAME = 40


@dataclass(frozen=True)
class Staff:
    """One member of staff. A session begun under an older `epoch` has ended."""

    id: str
    username: str
    name: str
    roles: tuple[Role, ...]
    active: bool
    must_change_password: bool
    epoch: int
    created_at: datetime
    last_login_at: datetime | None
    offices: tuple[str, ...] = ()
    has_second_factor: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything this person may do; nothing while switched off or owing a new password."""
        if not self.active or self.must_change_password:
            return frozenset()
        return permissions_of(self.roles)

    def can(self, permission: Permission) -> bool:
        """Tell whether this person may do that."""
        return permission in self.permissions


def create_demo(store: Store, *, at: datetime | None = None) -> list[tuple[str, str]]:
    """Make one account for each role and return (username, one-time password) of each, once.

    Only in a store without any staff; otherwise nothing is made and the list is empty.
    """
    made = []
    with store.write() as tx:
        locks.lock_name(tx.connection, "staff:demo")
        if rows.count(tx.connection):
            return []
        for role in Role:
            name = role.value.capitalize()
            member, password = create(
                store, username=role.value, name=name, roles=(role,), by="system", at=at
            )
            made.append((member.username, password))
    return made


def create(
    store: Store,
    *,
    username: str,
    name: str,
    roles: Iterable[Role | str],
    offices: Iterable[str] = (),
    by: str,
    at: datetime | None = None,
) -> tuple[Staff, str]:
    """Make an account and return it with its one-time password; StaffRefused, UsernameTaken.

    Without `offices` it belongs to the office that takes what names no other.
    """
    granted, belongs = check(store, username=username, name=name, roles=roles, offices=offices)
    password = passwords.one_time()
    row: dict[str, Any] = {
        "id": new_id("s"),
        "username": username,
        "name": name.strip(),
        "roles": [role.value for role in granted],
        "password_hash": passwords.hashed(password),
        "must_change_password": True,
        "active": True,
        "epoch": 1,
        "created_at": at or _now(),
        "last_login_at": None,
        "offices": list(belongs),
        "totp_sealed": "",
        "totp_step": 0,
        "recovery": [],
    }
    with store.write() as tx:
        locks.lock_name(tx.connection, f"staff:{username}")
        if rows.by_username(tx.connection, username) is not None:
            raise UsernameTaken(username)
        rows.insert_staff(tx.connection, row)
        history.record(
            tx, "staff:account:create", row["id"], by=by, at=at, roles=row["roles"], offices=row["offices"]
        )
    return _staff(row), password


def check(
    store: Store, *, username: str, name: str, roles: Iterable[Role | str], offices: Iterable[str]
) -> tuple[tuple[Role, ...], tuple[str, ...]]:
    """Return the roles and offices an account would have; StaffRefused names what cannot be."""
    granted = _roles(roles)
    if not USERNAME.fullmatch(username):
        raise StaffRefused("username")
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise StaffRefused("name")
    return granted, _offices(store, offices)


def get(store: Store, id: str) -> Staff:
    """Return the member of staff; StaffNotFound."""
    with store.read() as tx:
        return _staff(_row(tx, id))


def everyone(store: Store) -> list[Staff]:
    """Return all accounts by username."""
    with store.read() as tx:
        return [_staff(row) for row in rows.everyone(tx.connection)]


def authenticate(store: Store, username: str, password: str, *, at: datetime | None = None) -> Staff:
    """Return whose username and password these are.

    LoginRefused for an unknown name, a wrong password and a switched-off account alike;
    AccountLocked for fifteen minutes after five failures, for names without account too.
    """
    moment = at or _now()
    name = username.strip().casefold()[:LONGEST_NAME]
    with store.read() as tx:
        refuse_locked(tx, name, moment)
        row = rows.by_username(tx.connection, name)
    # Hashing takes a while on purpose, so it must not happen inside a transaction.
    right = passwords.fits(row["password_hash"] if row else None, password)
    if row is None or not right or not row["active"]:
        count_failure(store, name, row, moment)
        raise LoginRefused("unknown, wrong or switched off")
    changes: dict[str, Any] = {"last_login_at": moment}
    if passwords.needs_rehash(row["password_hash"]):
        changes["password_hash"] = passwords.hashed(password)
    with store.write() as tx:
        refuse_locked(tx, name, moment)
        rows.forget_failures(tx.connection, username=name)
        rows.change_staff(tx.connection, row["id"], changes)
        history.record(tx, "staff:login:accept", row["id"], by=row["id"], at=moment)
        return _staff(_row(tx, row["id"]))


def change_password(store: Store, id: str, *, old: str, new: str, at: datetime | None = None) -> Staff:
    """Give oneself a new password; PasswordRefused names what is wrong. Ends all older sessions.

    A wrong `old` counts like a failed login: AccountLocked after five.
    """
    moment = at or _now()
    with store.read() as tx:
        row = _row(tx, id)
        refuse_locked(tx, row["username"], moment)
    if not row["active"] or not passwords.fits(row["password_hash"], old):
        count_failure(store, row["username"], row, moment)
        raise PasswordRefused("wrong")
    passwords.check(new, username=row["username"])
    if passwords.normal(new) == passwords.normal(old):
        raise PasswordRefused("same")
    values = {
        "password_hash": passwords.hashed(new),
        "must_change_password": False,
        "epoch": row["epoch"] + 1,
    }
    return _changed(store, id, values, "staff:password:change", by=id, at=moment)


def reset_password(store: Store, id: str, *, by: str, at: datetime | None = None) -> str:
    """Return a new one-time password for the account; ends its sessions and its lock."""
    password = passwords.one_time()
    with store.write() as tx:
        row = _row(tx, id)
        values = {"password_hash": passwords.hashed(password), "must_change_password": True}
        rows.forget_failures(tx.connection, username=row["username"])
        _changed(store, id, {**values, "epoch": row["epoch"] + 1}, "staff:password:reset", by=by, at=at)
    return password


def set_active(store: Store, id: str, active: bool, *, by: str, at: datetime | None = None) -> Staff:
    """Switch an account on or off; off ends its sessions. StaffRefused for the last administrator."""
    with store.write() as tx:
        row = _row(tx, id)
        values = {"active": active, "epoch": row["epoch"] + (0 if active else 1)}
        event = "staff:account:enable" if active else "staff:account:disable"
        changed = _changed(store, id, values, event, by=by, at=at)
        _keep_an_administrator(tx)
    return changed


def set_roles(
    store: Store, id: str, roles: Iterable[Role | str], *, by: str, at: datetime | None = None
) -> Staff:
    """Give an account other roles. StaffRefused for none, and for the last administrator."""
    granted = [role.value for role in _roles(roles)]
    with store.write() as tx:
        changed = _changed(store, id, {"roles": granted}, "staff:roles:change", by=by, at=at, roles=granted)
        _keep_an_administrator(tx)
    return changed


def set_offices(
    store: Store, id: str, offices: Iterable[str], *, by: str, at: datetime | None = None
) -> Staff:
    """Let an account belong to other offices. StaffRefused for one that is not known."""
    belongs = list(_offices(store, offices))
    return _changed(store, id, {"offices": belongs}, "staff:offices:change", by=by, at=at, offices=belongs)


def end_sessions(store: Store, id: str, *, by: str, at: datetime | None = None) -> Staff:
    """Sign an account out everywhere."""
    with store.write() as tx:
        epoch = _row(tx, id)["epoch"] + 1
        return _changed(store, id, {"epoch": epoch}, "staff:sessions:end", by=by, at=at)


def _changed(
    store: Store,
    id: str,
    values: Mapping[str, Any],
    event: str,
    *,
    by: str,
    at: datetime | None,
    **detail: Any,
) -> Staff:
    with store.write() as tx:
        if not rows.change_staff(tx.connection, id, values):
            raise StaffNotFound(id)
        history.record(tx, event, id, by=by, at=at, **detail)
        return _staff(_row(tx, id))


def _keep_an_administrator(tx: Tx) -> None:
    everyone = [_staff(row) for row in rows.everyone(tx.connection)]
    if not any(member.active and Role.ADMINISTRATOR in member.roles for member in everyone):
        raise StaffRefused("last_administrator")


def refuse_locked(tx: Tx, username: str, at: datetime) -> None:
    """Raise AccountLocked while too many failures lie too near."""
    known = rows.failures(tx.connection, username)
    if known and known["locked_until"] is not None and at < known["locked_until"]:
        raise AccountLocked(known["locked_until"])


def count_failure(store: Store, username: str, row: Mapping[str, Any] | None, at: datetime) -> None:
    """Count a wrong password or code; the fifth locks the name for fifteen minutes."""
    with store.write() as tx:
        locks.lock_name(tx.connection, f"login:{username}")
        rows.forget_failures(tx.connection, before=at - FORGET_AFTER)
        known = rows.failures(tx.connection, username)
        count = (known["failures"] if known else 0) + 1
        values: dict[str, Any] = {"failures": count, "last_at": at, "locked_until": None}
        if count >= MOST_FAILURES:
            values.update(failures=0, locked_until=at + LOCK)
            if row is not None:
                history.record(tx, "staff:account:lock", row["id"], by="system", at=at)
        rows.set_failures(tx.connection, username, values)


def _roles(roles: Iterable[Role | str]) -> tuple[Role, ...]:
    try:
        granted = tuple(dict.fromkeys(Role(role) for role in roles))
    except ValueError as error:
        raise StaffRefused("roles") from error
    if not granted:
        raise StaffRefused("roles")
    return granted


def _offices(store: Store, given: Iterable[str]) -> tuple[str, ...]:
    known = directory(store)
    belongs = tuple(dict.fromkeys(given)) or (known.default,)
    if not set(belongs) <= set(known.ours):
        raise StaffRefused("offices")
    return belongs


def _row(tx: Tx, id: str) -> Mapping[str, Any]:
    row = rows.by_id(tx.connection, id)
    if row is None:
        raise StaffNotFound(id)
    return row


def _staff(row: Mapping[str, Any]) -> Staff:
    made: dict[str, Any] = {
        "roles": tuple(Role(role) for role in row["roles"]),
        "offices": tuple(row["offices"]),
        "has_second_factor": bool(row["totp_sealed"]),
    }
    return Staff(**{name: row[name] for name in Staff.__dataclass_fields__ if name not in made}, **made)


def _now() -> datetime:
    return datetime.now(timezone.utc)
