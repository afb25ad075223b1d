"""Invitations to the staff desk: who is to come, as what, and until when the link works. It works once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from . import history, staff
from .errors import InvitationNotFound, UsernameTaken
from .identifiers import new_id
from .roles import Role
from .staff import Staff
from .store import Store, Tx
from .store import access as rows
from .store import staff as staff_rows


@dataclass(frozen=True)
class Invitation:
    """What the invited person will be on the desk."""

    id: str
    username: str
    name: str
    roles: tuple[Role, ...]
    offices: tuple[str, ...]
    by: str
    created_at: datetime
    expires_at: datetime


def invite(
    store: Store,
    *,
    username: str,
    name: str,
    roles: Iterable[Role | str],
    offices: Iterable[str] = (),
    by: str,
    lasts: timedelta,
    at: datetime | None = None,
) -> Invitation:
    """Invite someone; StaffRefused, UsernameTaken. The link is the web's to make from the id."""
    moment = at or _now()
    granted, belongs = staff.check(store, username=username, name=name, roles=roles, offices=offices)
    row: dict[str, Any] = {
        "id": new_id("i"),
        "username": username,
        "name": name.strip(),
        "roles": [role.value for role in granted],
        "offices": list(belongs),
        "by": by,
        "created_at": moment,
        "expires_at": moment + lasts,
        "used_at": None,
        "withdrawn_at": None,
    }
    with store.write() as tx:
        if staff_rows.by_username(tx.connection, username) is not None:
            raise UsernameTaken(username)
        rows.insert_invitation(tx.connection, row)
        codes = {"roles": row["roles"], "offices": row["offices"]}
        history.record(tx, "staff:invitation:send", row["id"], by=by, at=moment, **codes)
    return _invitation(row)


def get(store: Store, id: str, *, at: datetime | None = None) -> Invitation:
    """Return an invitation that can still be used; InvitationNotFound."""
    with store.read() as tx:
        return _invitation(_usable(tx, id, at or _now()))


def waiting(store: Store, *, at: datetime | None = None) -> list[Invitation]:
    """Return the invitations nobody has used yet, newest first."""
    with store.read() as tx:
        return [_invitation(row) for row in rows.open_invitations(tx.connection, at or _now())]


def accept(store: Store, id: str, *, password: str, at: datetime | None = None) -> Staff:
    """Make the account with the password its owner chose; the invitation is used up with it.

    InvitationNotFound, PasswordRefused, UsernameTaken.
    """
    moment = at or _now()
    with store.write() as tx:
        row = _usable(tx, id, moment, lock=True)
        given = _invitation(row)
        member, once = staff.create(
            store,
            username=given.username,
            name=given.name,
            roles=given.roles,
            offices=given.offices,
            by=given.by,
            at=moment,
        )
        member = staff.change_password(store, member.id, old=once, new=password, at=moment)
        rows.change_invitation(tx.connection, id, {"used_at": moment})
        history.record(tx, "staff:invitation:accept", id, by=member.id, at=moment)
    return member


def withdraw(store: Store, id: str, *, by: str, at: datetime | None = None) -> None:
    """Make an invitation's link useless; InvitationNotFound."""
    moment = at or _now()
    with store.write() as tx:
        _usable(tx, id, moment, lock=True)
        rows.change_invitation(tx.connection, id, {"withdrawn_at": moment})
        history.record(tx, "staff:invitation:withdraw", id, by=by, at=moment)


def _usable(tx: Tx, id: str, at: datetime, *, lock: bool = False) -> rows.Row:
    row = rows.invitation(tx.connection, id, lock=lock)
    if row is None or row["used_at"] or row["withdrawn_at"] or at >= row["expires_at"]:
        raise InvitationNotFound(id)
    return row


def _invitation(row: rows.Row) -> Invitation:
    return Invitation(
        id=row["id"],
        username=row["username"],
        name=row["name"],
        roles=tuple(Role(role) for role in row["roles"]),
        offices=tuple(row["offices"]),
        by=row["by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


def _now() -> datetime:
    return datetime.now(timezone.utc)
