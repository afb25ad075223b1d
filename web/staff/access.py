"""Who may enter which staff page. A route without a declared permission lets nobody in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import current_app, g, request, session, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from desk import sessions, sight
from desk import staff as accounts
from desk.errors import StaffNotFound
from desk.roles import Role
from desk.sessions import Limits
from desk.staff import Permission, Staff
from settings import SettingRefused, Settings

from ..errors import NotPermitted, SignInNeeded
from ..parts import parts, see_only
from ..wording import say

View = TypeVar("View", bound=Callable[..., Any])

NEEDS = "_staff_needs"
OPEN = "_staff_open"
OWN_ACCOUNT = "_staff_own_account"
SYSTEMS = {
    "HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}
WECHAT = "MicroMessenger"
BROWSERS = {
    "Edg": "Edge",
    "Firefox": "Firefox",
    "Chrome": "Chrome",
    "Safari": "Safari",
}


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
    """Let in whoever is signed in, also while they owe a new password or a second factor."""
    setattr(view, OWN_ACCOUNT, True)
    return view


def in_one_read(view: View) -> View:
    """Let all that a page reads be one transaction: it is quicker, and nothing changes between two of its parts."""

    @wraps(view)
    def reading(*args: Any, **named: Any) -> Any:
        with parts().store.read():
            return view(*args, **named)

    return cast(View, reading)


def staff_only() -> Response | None:
    """Check every request of the blueprint: signed in, password and second factor set, permitted.

    From here on the request sees the tickets and conversations of the member's offices only; a
    conversation, ticket or file its address names must be among them.
    """
    with parts().store.read():
        return _refused(current_app.view_functions[request.endpoint or ""])


def _refused(view: Callable[..., Any]) -> Response | None:
    g.member = signed_in()
    see_only(sight.offices_of(parts().store, g.member) if g.member else ())
    if getattr(view, OPEN, False):
        return None
    if g.member is None:
        raise SignInNeeded(request.path)
    if getattr(view, OWN_ACCOUNT, False):
        return None
    if g.member.must_change_password:
        return redirect("/staff/password")
    if owes_second_factor(g.member):
        return redirect("/staff/account/second-factor")
    needed: frozenset[Permission] = getattr(view, NEEDS, frozenset())
    if not any(g.member.can(permission) for permission in needed):
        raise NotPermitted(request.path)
    sight.require(parts().store, request.view_args or {})
    return None


def owes_second_factor(member: Staff) -> bool:
    """Tell whether a role of this person asks for a second factor that is not set up yet."""
    asked = parts().settings.totp_roles
    return not member.has_second_factor and any(role.value in asked for role in member.roles)


def sign_in(member: Staff) -> None:
    """Begin a session of `member`."""
    secret = sessions.begin(parts().store, member.id, device=_device(request.user_agent.string))
    session.clear()
    session["staff"] = member.id
    session["epoch"] = member.epoch
    session["key"] = secret


def sign_out() -> None:
    """End the session of this browser; a copy of its cookie is worth nothing from now on."""
    if session.get("key"):
        sessions.end(parts().store, sessions.digest_of(str(session["key"])))
    session.clear()


def signed_in() -> Staff | None:
    """Return whose session this is; None when it has ended, was revoked, is too old or lay idle."""
    staff_id, secret = session.get("staff"), session.get("key")
    if not staff_id or not secret:
        return None
    store = parts().store
    found = sessions.current(store, str(secret), session_limits(), used=_someone_is_there())
    if found is None or found.staff_id != staff_id:
        return None
    try:
        member = accounts.get(store, staff_id)
    except StaffNotFound:
        return None
    return member if member.active and member.epoch == session.get("epoch") else None


def session_limits() -> Limits:
    """Return how long sessions last here."""
    settings = parts().settings
    return Limits(timedelta(hours=settings.session_hours), timedelta(minutes=settings.idle_minutes))


def this_session() -> str:
    """Return the name of this browser's own session."""
    return sessions.digest_of(str(session.get("key", "")))


def _someone_is_there() -> bool:
    """Tell a click from a page that looks for news by itself."""
    if request.method == "POST":
        return True
    by_itself = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return not by_itself and not request.path.endswith("/changes")


def _device(agent: str) -> str:
    """Name system and browser, as far as their owner needs it to know them again."""
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    if WECHAT in agent:
        browser = say("own_account.wechat")
    return " · ".join(part for part in (system, browser) if part)


def after_login() -> str:
    """Return where they wanted to go, if that is a staff page of ours, else the first page."""
    wanted = request.args.get("next", "")
    return wanted if wanted.startswith("/staff/") and "\\" not in wanted else url_for("staff.home")


def check_roles(settings: Settings) -> None:
    """Return if the roles that must have a second factor exist; SettingRefused names one that does not."""
    strangers = settings.totp_roles - {role.value for role in Role}
    if strangers:
        known = ", ".join(role.value for role in Role)
        raise SettingRefused(f"WEIQUAN_TOTP_ROLES: no role {sorted(strangers)[0]!r}; known: {known}")


def me() -> Staff:
    """Return who is signed in."""
    member: Staff | None = g.get("member")
    if member is None:
        raise SignInNeeded(request.path)
    return member
