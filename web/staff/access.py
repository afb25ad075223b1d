"""Who may enter which staff page. A route without a declared permission lets nobody in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request, session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from desk import staff as accounts
from desk.errors import StaffNotFound
from desk.staff import Permission, Staff

from ..errors import NotPermitted, SignInNeeded
from ..parts import parts

View = TypeVar("View", bound=Callable[..., Any])

NEEDS = "_staff_needs"
OPEN = "_staff_open"
OWN_ACCOUNT = "_staff_own_account"


def needs(*permissions: Permission) -> Callable[[View], View]:
    """Let in whoever has any of `permissions`."""

    def mark(view: View) -> View:
        setattr(view, NEEDS, frozenset(permissions))
        return view

    return mark


def open_to_strangers(view: View) -> View:
    """Let anyone in: the login page."""
    setattr(view, OPEN, True)
    return view


def own_account(view: View) -> View:
    """Let in whoever is signed in, also while they owe a new password."""
    setattr(view, OWN_ACCOUNT, True)
    return view


def staff_only() -> Response | None:
    """Check every request of the blueprint: signed in, password changed, permitted."""
    view = current_app.view_functions[request.endpoint or ""]
    g.member = signed_in()
    if getattr(view, OPEN, False):
        return None
    if g.member is None:
        raise SignInNeeded(request.path)
    if getattr(view, OWN_ACCOUNT, False):
        return None
    if g.member.must_change_password:
        return redirect("/staff/password")
    needed: frozenset[Permission] = getattr(view, NEEDS, frozenset())
    if not any(g.member.can(permission) for permission in needed):
        raise NotPermitted(request.path)
    return None


def sign_in(member: Staff) -> None:
    """Begin a session of `member`."""
    session.clear()
    session["staff"] = member.id
    session["epoch"] = member.epoch
    session["since"] = int(time.time())


def sign_out() -> None:
    """End the session of this browser."""
    session.clear()


def signed_in() -> Staff | None:
    """Return whose session this is; None when it has ended, was revoked or is too old."""
    staff_id, since = session.get("staff"), session.get("since", 0)
    if not staff_id or time.time() - since > parts().settings.session_hours * 3600:
        return None
    try:
        member = accounts.get(parts().store, staff_id)
    except StaffNotFound:
        return None
    return member if member.active and member.epoch == session.get("epoch") else None


def me() -> Staff:
    """Return who is signed in."""
    member: Staff | None = g.get("member")
    if member is None:
        raise SignInNeeded(request.path)
    return member
