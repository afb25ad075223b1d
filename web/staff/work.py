"""The work at a glance: queues and who is in them, views, the list, and doing one thing to many tickets."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import assignment, bulk, group_matters, saved_views, tickets, wording
from desk.assignment_rules import policy
from desk.bulk import Result
from desk.errors import DeskError, WorkRefused
from desk.saved_views import Filter, View
from desk.staff import Permission
from desk.tickets import TicketKind

from ..beijing import today
from ..errors import InvalidField, sentence
from ..parts import parts
from ..request_fields import LARGEST_ID, clean, whole_number
from ..ticket_progress import status_label
from ..wording import say
from . import staff
from .access import in_one_read, me, needs
from .colleagues import colleagues
from .complaints import due_words
from .groups import problem_label
from .names import who
from .telling import tell

PAGE = 50
DEEDS = ("give", "move", "link", "note")
HOPELESS = ("not_permitted", "ticket_not_found")  # trying again would only be refused again


@staff.get("/work")
@needs(Permission.TICKET_READ)
@in_one_read
def work_list() -> str:
    """Show the queues, the views and the tickets of the one that is chosen."""
    store, reports = parts().store, me().can(Permission.REPORT_READ)
    known = saved_views.for_person(store, me().id)
    view, chosen = _chosen_view(known)
    narrow = chosen.narrow(staff_id=me().id, today=today(), reports=reports)
    offset = whole_number("offset", largest=1_000_000)
    found = assignment.listed(store, narrow, limit=PAGE, offset=offset)
    return render_template(
        "staff/work/list.html",
        tickets=found,
        total=assignment.count(store, narrow),
        offset=offset,
        page=PAGE,
        **_bulk_choices(),
        queue_of=assignment.queue_names(store, [ticket.number for ticket in found]),
        unsorted=assignment.count_unsorted(store),
        views=known,
        view=view,
        filter=chosen,
        here=_here(view, chosen),
        topics=parts().titles.topics(),
        problem_of=problem_label,
        status_label=status_label,
        due_words=due_words,
    )


@staff.post("/work/sort")
@needs(Permission.TICKET_ASSIGN)
def sort_tickets() -> Response:
    """Put tickets that were filed before there were queues into theirs."""
    count = assignment.place_missing(parts().store, by=me().id)
    flash(say("work.sorted", count=count), "done")
    return redirect(url_for(".work_list"))


@staff.post("/work/views")
@needs(Permission.TICKET_READ)
def save_view() -> Response:
    """Keep the filter under a name."""
    chosen = Filter.read({name: clean(value) for name, value in request.form.items()})
    shared = bool(request.form.get("shared")) and me().can(Permission.DISPATCH_MANAGE)
    try:
        name = clean(request.form.get("name", ""))
        view = saved_views.save(parts().store, name=name, filter=chosen, by=me().id, shared=shared)
    except WorkRefused as error:
        flash(wording.say("work_rules", error.rule), "error")
        return redirect(url_for(".work_list", **chosen.chosen()))
    flash(say("work.view_saved"), "done")
    return redirect(url_for(".work_list", view=view.key))


@staff.post("/work/views/<int:view_id>/remove")
@needs(Permission.TICKET_READ)
def remove_view(view_id: int) -> Response:
    """Delete a view."""
    may_share = me().can(Permission.DISPATCH_MANAGE)
    saved_views.remove(parts().store, min(view_id, LARGEST_ID), by=me().id, any_shared=may_share)
    flash(say("work.view_removed"), "done")
    return redirect(url_for(".work_list"))


@staff.post("/work/bulk")
@needs(Permission.TICKET_ASSIGN)
def do_to_many() -> str | Response:
    """Do one light thing to the chosen tickets; show what became of each, and offer to try the refused again."""
    numbers = [clean(number)[:40] for number in request.form.getlist("number")]
    chosen = Filter.read(request.form)
    back = url_for(".work_list", **chosen.chosen())
    try:
        results = _bulk(numbers)
    except WorkRefused as error:
        flash(wording.say("work_rules", error.rule), "error")
        return redirect(back)
    failed = [result for result in results if not result.done]
    if not failed:
        flash(say("work.bulk_done", count=len(results)), "done")
        return redirect(back)
    return render_template(
        "staff/work/results.html",
        results=results,
        why=_why,
        again=[result.number for result in failed if result.code not in HOPELESS],
        deed=request.form.get("deed", ""),
        given={name: clean(request.form.get(name, "")) for name in ("to", "to_queue", "group", "text")},
        filter=chosen,
        back=back,
        **_bulk_choices(),
    )


@staff.get("/work/people")
@needs(Permission.TICKET_READ)
@in_one_read
def queue_people() -> str:
    """Show who works in which queue and how much each has to do."""
    store = parts().store
    people = colleagues(Permission.TICKET_ADVANCE)
    kinds = list(TicketKind) if me().can(Permission.REPORT_READ) else [TicketKind.COMPLAINT]
    queues = assignment.queues(store, kinds=kinds)
    return render_template(
        "staff/work/people.html",
        queues=queues,
        people=people,
        called={id: who(id) for id in {one.id for one in people}.union(*(queue.staff for queue in queues))},
        loads=assignment.loads(store, [person.id for person in people]),
        share=policy().share,
    )


@staff.post("/work/people")
@needs(Permission.ROSTER_MANAGE)
def set_queue_people() -> Response:
    """Say who works in a queue."""
    office, _, skill = request.form.get("queue", "").partition("/")
    chosen = request.form.getlist("person")
    return tell(
        lambda: assignment.set_queue_staff(parts().store, office, skill, chosen, by=me().id),
        say("work.people_set"),
        url_for(".queue_people"),
    )


def _chosen_view(known: list[View]) -> tuple[View | None, Filter]:
    key = request.args.get("view", "")
    for view in known:
        if view.key == key:
            return view, view.filter
    return None, Filter.read({name: clean(value) for name, value in request.args.items()})


def _here(view: View | None, chosen: Filter) -> dict[str, Any]:
    return {"view": view.key} if view else chosen.chosen()


def _bulk_choices() -> dict[str, Any]:
    """Return what the chosen tickets can be given, moved or linked to."""
    store = parts().store
    kinds = list(TicketKind) if me().can(Permission.REPORT_READ) else [TicketKind.COMPLAINT]
    return {
        "deeds": DEEDS,
        "queues": assignment.queues(store, kinds=kinds),
        "colleagues": colleagues(Permission.TICKET_ADVANCE),
        "groups": [group for group, _ in group_matters.listed(store, group_matters.LIVE)],
        "who": who,
    }


def _bulk(numbers: list[str]) -> list[Result]:
    store, by, deed = parts().store, me().id, request.form.get("deed", "")
    refused = [] if me().can(Permission.REPORT_READ) else _reports(numbers)
    allowed = [number for number in numbers if number not in refused]
    if deed == "give":
        done = bulk.give(store, allowed, to=request.form.get("to", ""), by=by)
    elif deed == "move":
        office, _, skill = request.form.get("to_queue", "").partition("/")
        done = bulk.move(store, allowed, office=office, skill=skill, by=by)
    elif deed == "note":
        done = bulk.note(store, allowed, text=clean(request.form.get("text", "")), by=by)
    elif deed == "link":
        done = bulk.link(store, allowed, group=request.form.get("group", ""), by=by)
    else:
        raise InvalidField("deed")
    return [*done, *(Result(number, "not_permitted") for number in refused)]


def _reports(numbers: list[str]) -> list[str]:
    found = []
    for number in numbers:
        try:
            if tickets.get(parts().store, number).kind is TicketKind.REPORT:
                found.append(number)
        except DeskError:
            continue  # told as not found by the deed itself
    return found


def _why(result: Result) -> str:
    return wording.say("work_rules", result.rule) if result.rule else sentence(result.code)
