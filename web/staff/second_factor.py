"""The second factor on the desk: asked for after the password, set up with a QR code, never shown again."""

from __future__ import annotations

import io
import time

import segno
from flask import flash, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from desk import second_factor
from desk import staff as accounts
from desk.errors import AccountLocked, SecondFactorRefused, StaffNotFound
from desk.staff import Staff

from .. import limits
from ..errors import SignInNeeded, sentence
from ..limits import limiter
from ..parts import parts
from ..request_fields import clean
from ..wording import say
from . import staff
from .access import after_login, me, open_to_strangers, own_account, sign_in

ASKED = "second_factor_of"
NEW_SECRET = "second_factor_new"
PATIENCE = 300  # seconds between password and code
LONGEST_CODE = 40


def ask(member: Staff) -> None:
    """Remember that this browser gave the right password of `member`, for a few minutes."""
    session.clear()
    session[ASKED] = [member.id, member.epoch, int(time.time())]


@staff.route("/login/code", methods=["GET", "POST"])
@open_to_strangers
@limiter.limit(limits.LOGINS, key_func=limits.address, methods=["POST"])
def second_factor_code() -> str | Response | tuple[str, int]:
    """Ask for the code of the app, or a recovery code, and let in who has it."""
    member = _asked()
    if member is None:
        return redirect(url_for(".login", next=request.args.get("next")))
    if request.method == "GET":
        return render_template("staff/code.html")
    try:
        member = second_factor.check(parts().store, member.id, _given_code())
    except SecondFactorRefused:
        return render_template("staff/code.html", error=say("own_account.code_wrong")), 401
    except AccountLocked as error:
        return render_template("staff/code.html", error=sentence(error.code)), 429
    sign_in(member)
    return redirect(after_login())


@staff.route("/account/second-factor", methods=["GET", "POST"])
@own_account
def set_up_second_factor() -> str | Response | tuple[str, int]:
    """Show a QR code for the app; the first code from it makes it count, and recovery codes are shown once."""
    member = me()
    if member.must_change_password:
        return redirect(url_for(".password"))
    if member.has_second_factor:
        return redirect(url_for(".own_account_page"))
    secret = session.setdefault(NEW_SECRET, second_factor.new_secret())
    if request.method == "GET":
        return _set_up_page(member, secret)
    try:
        recovery = second_factor.set_up(parts().store, member.id, secret=secret, code=_given_code())
    except SecondFactorRefused as error:
        if error.rule == "present":
            return redirect(url_for(".own_account_page"))
        return _set_up_page(member, secret, error=say("own_account.code_wrong")), 422
    session.pop(NEW_SECRET)
    return render_template("staff/recovery.html", codes=recovery)


@staff.post("/account/second-factor/remove")
@own_account
def remove_second_factor() -> Response:
    """Take one's second factor off, with a code to show that the phone is at hand."""
    member = me()
    try:
        second_factor.check(parts().store, member.id, _given_code())
    except (SecondFactorRefused, AccountLocked):
        flash(say("own_account.code_wrong"), "error")
        return redirect(url_for(".own_account_page"))
    second_factor.remove(parts().store, member.id, by=member.id)
    flash(say("own_account.second_factor_removed"), "done")
    return redirect(url_for(".login"))


def _set_up_page(member: Staff, secret: str, error: str = "") -> str:
    code = segno.make(second_factor.address(secret, member.username), error="m")
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=3)
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render_template(
        "staff/second_factor.html",
        picture=Markup(drawn.getvalue().decode("utf-8")),
        secret=grouped,
        error=error,
    )


def _asked() -> Staff | None:
    staff_id, epoch, since = session.get(ASKED) or ("", 0, 0)
    if not staff_id or time.time() - since > PATIENCE:
        return None
    try:
        member = accounts.get(parts().store, staff_id)
    except StaffNotFound:
        raise SignInNeeded(request.path) from None
    return member if member.active and member.epoch == epoch else None


def _given_code() -> str:
    return clean(request.form.get("code", ""))[:LONGEST_CODE]
