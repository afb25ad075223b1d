"""Staff accounts: who is here, as what and for which office; inviting, switching off, helping who is locked out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from desk import history, invitations, office_directory, second_factor, sessions, wording
from desk import staff as accounts
from desk.errors import (
    InvitationNotFound,
    PasswordRefused,
    StaffRefused,
    UsernameTaken,
)
from desk.invitations import Invitation
from desk.roles import Role, held_together
from desk.staff import Permission, Staff

from .. import limits
from ..errors import sentence
from ..limits import limiter
from ..parts import parts
from ..request_fields import clean
from ..wording import say
from . import staff
from .access import me, needs, open_to_strangers, session_limits, sign_in
from .history_pages import label_of
from .names import name_of

LATEST = 30


@staff.get("/members")
@needs(Permission.STAFF_MANAGE)
def member_list() -> str:
    """List all accounts and the invitations nobody has used yet."""
    return _list_page()


@staff.post("/members/invite")
@needs(Permission.STAFF_MANAGE)
def invite_member() -> str | tuple[str, int]:
    """Make an invitation and show its link, once."""
    given: dict[str, Any] = {
        "username": clean(request.form.get("username", "")).casefold()[:80],
        "name": clean(request.form.get("name", ""))[:80],
        "roles": request.form.getlist("role"),
        "offices": request.form.getlist("office"),
    }
    lasts = timedelta(hours=parts().settings.invitation_hours)
    try:
        made = invitations.invite(parts().store, **given, by=me().id, lasts=lasts)
    except StaffRefused as error:
        return _list_page(error=say(f"members.refused.{error.rule}"), given=given), 422
    except UsernameTaken as error:
        return _list_page(error=sentence(error.code), given=given), 422
    path = url_for(".accept_invitation", token=_signer().dumps(made.id))
    link = (parts().settings.public_url or request.host_url.rstrip("/")) + path
    return _list_page(link=link, invited=made)


@staff.post("/members/invitations/<invitation_id>/withdraw")
@needs(Permission.STAFF_MANAGE)
def withdraw_invitation(invitation_id: str) -> Response:
    """Make an invitation's link useless."""
    invitations.withdraw(parts().store, invitation_id, by=me().id)
    flash(say("members.withdrawn"), "done")
    return redirect(url_for(".member_list"))


@staff.get("/members/<member_id>")
@needs(Permission.STAFF_MANAGE)
def member_page(member_id: str) -> str:
    """Show one account and what can be done about it."""
    return _member_page(accounts.get(parts().store, member_id))


@staff.post("/members/<member_id>/roles")
@needs(Permission.STAFF_MANAGE)
def change_member_roles(member_id: str) -> Response:
    """Give an account other roles and offices."""
    store = parts().store
    try:
        with store.write():
            accounts.set_roles(store, member_id, request.form.getlist("role"), by=me().id)
            accounts.set_offices(store, member_id, request.form.getlist("office"), by=me().id)
    except StaffRefused as error:
        flash(say(f"members.refused.{error.rule}"), "error")
    else:
        flash(say("members.roles_changed"), "done")
    return redirect(url_for(".member_page", member_id=member_id))


@staff.post("/members/<member_id>/active")
@needs(Permission.STAFF_MANAGE)
def switch_member(member_id: str) -> Response:
    """Switch an account on or off."""
    active = request.form.get("active") == "yes"
    try:
        accounts.set_active(parts().store, member_id, active, by=me().id)
    except StaffRefused as error:
        flash(say(f"members.refused.{error.rule}"), "error")
    else:
        flash(say("members.switched_on" if active else "members.switched_off"), "done")
    return redirect(url_for(".member_page", member_id=member_id))


@staff.post("/members/<member_id>/end-sessions")
@needs(Permission.STAFF_MANAGE)
def end_member_sessions(member_id: str) -> Response:
    """Sign an account out everywhere."""
    store = parts().store
    with store.write():
        accounts.end_sessions(store, member_id, by=me().id)
        sessions.end_all(store, member_id)
    flash(say("members.signed_out"), "done")
    return redirect(url_for(".member_page", member_id=member_id))


@staff.post("/members/<member_id>/second-factor/remove")
@needs(Permission.STAFF_MANAGE)
def remove_member_second_factor(member_id: str) -> Response:
    """Take the second factor off an account whose phone is gone."""
    second_factor.remove(parts().store, member_id, by=me().id)
    flash(say("members.second_factor_removed"), "done")
    return redirect(url_for(".member_page", member_id=member_id))


@staff.post("/members/<member_id>/password/reset")
@needs(Permission.STAFF_MANAGE)
def reset_member_password(member_id: str) -> str:
    """Give an account a one-time password and show it, once."""
    store = parts().store
    once = accounts.reset_password(store, member_id, by=me().id)
    sessions.end_all(store, member_id)
    return _member_page(accounts.get(store, member_id), once=once)


@staff.route("/invitation/<token>", methods=["GET", "POST"])
@open_to_strangers
@limiter.limit(limits.LOGINS, key_func=limits.address)
def accept_invitation(token: str) -> str | Response | tuple[str, int]:
    """Let the invited person choose a password; they are signed in then, and the link is used up."""
    try:
        invitation = invitations.get(parts().store, _signer().loads(token))
    except (BadData, InvitationNotFound):
        return render_template("staff/invitation_over.html"), 404
    if request.method == "GET":
        return _invitation_page(invitation)
    new = request.form.get("new", "")[:200]
    if new != request.form.get("again", "")[:200]:
        return _invitation_page(invitation, say("staff.password_mismatch")), 422
    try:
        member = invitations.accept(parts().store, invitation.id, password=new)
    except PasswordRefused as error:
        return _invitation_page(invitation, wording.say("password_rules", error.rule)), 422
    except (InvitationNotFound, UsernameTaken):
        return render_template("staff/invitation_over.html"), 404
    sign_in(member)
    return redirect(url_for(".home"))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="weiquan-invitation")


def _invitation_page(invitation: Invitation, error: str = "") -> str:
    roles = [wording.say("roles", role.value) for role in invitation.roles]
    return render_template("staff/invitation.html", invitation=invitation, roles=roles, error=error)


def _list_page(**more: Any) -> str:
    store = parts().store
    return render_template(
        "staff/members.html",
        active="members",
        rows=[_row(found) for found in accounts.everyone(store)],
        invitations=invitations.waiting(store),
        **_choices(),
        **{"given": {}, **more},
    )


def _member_page(member: Staff, once: str = "") -> str:
    store = parts().store
    return render_template(
        "staff/member.html",
        active="members",
        row=_row(member),
        once=once,
        sessions=sessions.of_member(store, member.id, session_limits()),
        events=history.of(store, member.id)[-LATEST:][::-1],
        event_label=label_of,
        myself=member.id == me().id,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    known = office_directory.directory(parts().store)
    return {
        "all_roles": [(role.value, wording.say("roles", role.value)) for role in Role],
        "all_offices": [(code, known.name(code)) for code in known.ours],
        "office_name": known.name,
        "role_name": lambda role: wording.say("roles", role.value),
    }


def _row(member: Staff) -> dict[str, Any]:
    known = office_directory.directory(parts().store)
    return {
        "member": member,
        "shown_name": name_of(member),
        "roles": [wording.say("roles", role.value) for role in member.roles],
        "offices": [known.name(office) for office in member.offices],
        "together": [pair.why for pair in held_together(member.roles)],
    }
