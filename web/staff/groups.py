"""Group matters on the desk: what may be one dispute, who decides so, and the joint complaint."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import group_matters, group_suggestions, grouping, wording
from desk.errors import WorkRefused
from desk.group_matters import Group
from desk.group_suggestions import Suggestion
from desk.staff import Permission

from ..beijing import BEIJING
from ..parts import parts
from ..request_fields import clean
from ..ticket_progress import status_label
from ..wording import say
from . import staff
from .access import in_one_read, me, needs
from .colleagues import colleagues
from .names import who
from .telling import tell

MOST_CHOSEN = 500
SHOWN = 20  # complaints of one suggestion; the rest comes when these are judged


@staff.get("/groups")
@needs(Permission.TICKET_READ)
@in_one_read
def group_list() -> str:
    """List what may be group disputes, then those that are."""
    store = parts().store
    found = _shown(group_suggestions.suggestions(store))
    return render_template(
        "staff/work/groups.html",
        suggestions=found,
        more=len(found) == group_suggestions.AT_ONCE,
        live=group_matters.listed(store, group_matters.LIVE),
        closed=group_matters.listed(store, [group_matters.CLOSED], limit=20),
        dismissals=wording.section("group_dismissals"),
        state_of=lambda state: wording.say("group_states", state),
        problem_of=problem_label,
        status_label=status_label,
    )


@staff.post("/groups")
@needs(Permission.TICKET_ADVANCE)
def confirm_group() -> Response:
    """Make a group matter of the chosen complaints, or put them into one that exists."""
    chosen, group = _chosen(), clean(request.form.get("group", ""))
    if not chosen:
        flash(say("work.nothing_chosen"), "error")
        return redirect(url_for(".group_list"))
    try:
        if group:
            with parts().store.write():
                for number in chosen:
                    group_matters.join(parts().store, group, number, by=me().id)
            flash(say("work.joined", number=group), "done")
        else:
            problem = clean(request.form.get("problem", ""))[:120]
            group = group_matters.confirm(parts().store, chosen, by=me().id, problem=problem).number
            flash(say("work.confirmed", number=group), "done")
    except WorkRefused as error:
        flash(wording.say("work_rules", error.rule), "error")
        return redirect(url_for(".group_list"))
    return redirect(url_for(".group_page", group=group))


@staff.post("/groups/dismiss")
@needs(Permission.TICKET_ADVANCE)
def dismiss_group() -> Response:
    """Note that a suggestion is no shared dispute."""
    merchant, problem = request.form.get("merchant_key", ""), request.form.get("problem", "")
    back = url_for(".group_list")
    for suggestion in group_suggestions.suggestions(parts().store):
        if (suggestion.cluster.merchant_key, suggestion.cluster.problem) == (merchant, problem):
            reason = request.form.get("reason", "")
            return tell(
                lambda: group_matters.dismiss(parts().store, suggestion.cluster, reason=reason, by=me().id),  # noqa: B023
                say("work.dismissed"),
                back,
            )
    flash(say("work.chosen_other"), "error")
    return redirect(back)


@staff.get("/groups/<group>")
@needs(Permission.TICKET_READ)
@in_one_read
def group_page(group: str) -> str:
    """Show one group matter: its complaints, their consent, representatives and the mediation."""
    store = parts().store
    found = group_matters.get(store, clean(group).upper()[:40])
    inside = group_matters.members(store, found.number)
    return render_template(
        "staff/work/group.html",
        group=found,
        members=inside,
        amount=sum((member.ticket.amount or 0) for member in inside),
        people=found.consumers,
        steps=_steps(found, inside),
        answers=wording.section("group_answers"),
        ends=wording.section("group_ends"),
        state=wording.say("group_states", found.state),
        problem=problem_label(found.problem),
        colleagues=colleagues(Permission.TICKET_ADVANCE),
        who=who,
        status_label=status_label,
        elected=grouping.policy().representatives,
    )


@staff.post("/groups/<group>/answers")
@needs(Permission.TICKET_ADVANCE)
def keep_answers(group: str) -> Response:
    """Keep what the consumers said: to the joint complaint, and to what was reached."""
    store = parts().store
    setters = {"consent": group_matters.set_consent, "accord": group_matters.set_accord}

    def keep() -> None:
        with store.write():
            for member in group_matters.members(store, group):
                for kind, setter in setters.items():
                    answer = request.form.get(f"{kind}-{member.ticket.number}")
                    if answer is not None and answer != getattr(member, kind):
                        setter(store, group, member.ticket.number, answer, by=me().id)

    return tell(keep, say("work.answers_kept"), _page_of(group))


@staff.post("/groups/<group>/representatives")
@needs(Permission.TICKET_ADVANCE)
def elect_representatives(group: str) -> Response:
    """Keep the two whom the complainants elected in writing."""

    def elect() -> None:
        day = _day(request.form.get("election_on", ""))
        group_matters.elect(parts().store, group, _chosen(), election_on=day, by=me().id)

    return tell(elect, say("work.elected"), _page_of(group))


@staff.post("/groups/<group>/joint")
@needs(Permission.TICKET_ADVANCE)
def form_joint(group: str) -> Response:
    """Handle it as a joint complaint from now on."""
    return tell(
        lambda: group_matters.form_joint(parts().store, group, by=me().id),
        say("work.joint_formed"),
        _page_of(group),
    )


@staff.post("/groups/<group>/mediation")
@needs(Permission.TICKET_ADVANCE)
def set_group_mediation(group: str) -> Response:
    """Set the one mediation."""

    def set_it() -> None:
        group_matters.set_mediation(
            parts().store,
            group,
            mediation_at=_moment(request.form.get("mediation_at", "")),
            place=clean(request.form.get("place", "")),
            host=_colleague(request.form.get("host", "")),
            by=me().id,
        )

    return tell(set_it, say("work.mediation_set"), _page_of(group))


@staff.post("/groups/<group>/leave")
@needs(Permission.TICKET_ADVANCE)
def leave_group(group: str) -> Response:
    """Take one complaint out; it goes on alone."""
    number = clean(request.form.get("number", ""))[:40]
    return tell(
        lambda: group_matters.leave(parts().store, group, number, by=me().id),
        say("work.left"),
        _page_of(group),
    )


@staff.post("/groups/<group>/close")
@needs(Permission.TICKET_ADVANCE)
def close_group(group: str) -> Response:
    """End the group matter; its complaints end one by one."""
    reason = request.form.get("reason", "")
    return tell(
        lambda: group_matters.close(parts().store, group, reason=reason, by=me().id),
        say("work.group_closed"),
        _page_of(group),
    )


def problem_label(problem: str) -> str:
    """Name a topic or a case by its title."""
    titles = parts().titles
    named = titles.topic(problem)
    return named if named != problem else titles.of(problem)


def _shown(suggestions: list[Suggestion]) -> list[dict[str, Any]]:
    of = parts().titles.of
    clusters = [suggestion.cluster for suggestion in suggestions]
    inside = group_suggestions.complaints_of(parts().store, clusters, limit=SHOWN)
    return [
        {
            "cluster": suggestion.cluster,
            "group": suggestion.group,
            "tickets": inside[suggestion.cluster.numbers],
            "cases": [(of(case_id), count) for case_id, count in suggestion.cluster.cases],
        }
        for suggestion in suggestions
    ]


def _steps(group: Group, inside: list[group_matters.Member]) -> list[tuple[str, bool]]:
    """Return the way of a group matter as (key of its words, done)."""
    asked = bool(inside) and all(member.consent != group_matters.UNASKED for member in inside)
    return [
        ("asked", asked),
        ("elected", group.election_on is not None),
        ("joint", group.state != group_matters.FORMING),
        ("mediation", group.mediation_at is not None),
        ("closed", group.state == group_matters.CLOSED),
    ]


def _chosen() -> list[str]:
    return [clean(number)[:40] for number in request.form.getlist("number")][:MOST_CHOSEN]


def _page_of(group: str) -> str:
    return url_for(".group_page", group=group)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WorkRefused("election_date") from None


def _moment(text: str) -> datetime:
    """Read what a datetime-local field holds, Beijing time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING)
    except ValueError:
        raise WorkRefused("mediation_when_where") from None


def _colleague(id: str) -> str:
    known = {member.id for member in colleagues(Permission.TICKET_ADVANCE)}
    return id if id in known else me().id
