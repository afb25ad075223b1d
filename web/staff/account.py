"""Signing in and out, and the new password everyone sets at first."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import office_directory, sessions, wording
from desk import second_factor as codes
from desk import staff as accounts
from desk.errors import AccountLocked, LoginRefused, PasswordRefused

from .. import limits
from ..errors import sentence
from ..limits import limiter
from ..parts import parts
from ..wording import say
from . import second_factor, staff
from .access import (
    after_login,
    me,
    open_to_strangers,
    owes_second_factor,
    own_account,
    session_limits,
    sign_in,
    sign_out,
    signed_in,
    this_session,
)
from .sections import open_to


@staff.get("/")
@own_account
def home() -> str | Response:
    """Go to the first section this person may enter."""
    member = me()
    if member.must_change_password:
        return redirect(url_for(".password"))
    if owes_second_factor(member):
        return redirect(url_for(".set_up_second_factor"))
    sections = open_to(member)
    if not sections:
        return render_template("staff/nothing.html")
    return redirect(url_for(sections[0].endpoint))


@staff.route("/login", methods=["GET", "POST"])
@open_to_strangers
@limiter.limit(limits.LOGINS, key_func=limits.address, methods=["POST"])
def login() -> str | Response | tuple[str, int]:
    """Let someone in by name and password; a locked account and a wrong password are told in words."""
    if request.method == "GET":
        return redirect(url_for(".home")) if signed_in() else render_template("staff/login.html")
    username = request.form.get("username", "")[:80]
    try:
        member = accounts.authenticate(parts().store, username, request.form.get("password", "")[:200])
    except (LoginRefused, AccountLocked) as error:
        status = 429 if isinstance(error, AccountLocked) else 401
        page = render_template("staff/login.html", error=sentence(error.code), username=username)
        return page, status
    if member.has_second_factor:
        second_factor.ask(member)
        return redirect(url_for(".second_factor_code", next=request.args.get("next")))
    sign_in(member)
    return redirect(after_login())


@staff.post("/logout")
@own_account
def logout() -> Response:
    """End the session."""
    sign_out()
    return redirect(url_for(".login"))


@staff.route("/password", methods=["GET", "POST"])
@own_account
@limiter.limit(limits.LOGINS, key_func=limits.address, methods=["POST"])
def password() -> str | Response | tuple[str, int]:
    """Change one's own password; at first login nothing else is open before that."""
    if request.method == "GET":
        return render_template("staff/password.html")
    try:
        _change_password()
    except PasswordRefused as error:
        return render_template("staff/password.html", error=wording.say("password_rules", error.rule)), 422
    except _Mismatch:
        return render_template("staff/password.html", error=say("staff.password_mismatch")), 422
    sign_out()
    flash(say("staff.password_changed"), "done")
    return redirect(url_for(".login"))


@staff.get("/account")
@own_account
def own_account_page() -> str:
    """Show one's roles and offices, where one is signed in, and the second factor."""
    member, known = me(), office_directory.directory(parts().store)
    return render_template(
        "staff/account.html",
        active="account",
        offices=[known.name(office) for office in member.offices],
        roles=[wording.say("roles", role.value) for role in member.roles],
        sessions=sessions.of_member(parts().store, member.id, session_limits()),
        this=this_session(),
        codes_left=codes.codes_left(parts().store, member.id),
    )


@staff.post("/account/sessions/end")
@own_account
def end_own_session() -> Response:
    """End one of one's sessions, or all but this one."""
    member, store = me(), parts().store
    wanted = request.form.get("session", "")
    for found in sessions.of_member(store, member.id, session_limits()):
        if found.digest != this_session() and wanted in ("others", found.digest):
            sessions.end(store, found.digest)
    flash(say("own_account.sessions_ended"), "done")
    return redirect(url_for(".own_account_page"))


class _Mismatch(Exception):
    pass


def _change_password() -> None:
    old, new = request.form.get("old", "")[:200], request.form.get("new", "")[:200]
    if new != request.form.get("again", "")[:200]:
        raise _Mismatch
    accounts.change_password(parts().store, me().id, old=old, new=new)
