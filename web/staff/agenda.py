"""What is due: the lists by the law's periods and by the office's targets, and what this person has to do today."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from desk import tickets
from desk.staff import Permission
from desk.ticket import OPEN
from desk.tickets import Ticket, TicketKind, Urgent

from ..beijing import today
from ..parts import parts
from ..wording import say, section
from .access import me
from .due import SOON, due_words
from .names import who

SHOWN = 6  # tickets in the box of today
SHOWN_TO_SUPERVISORS = 12
SUPERVISES = Permission.ROSTER_MANAGE  # who says who works where answers for what everybody has to do
# The lists: by the law's periods and by the office's own targets.
STATUTORY = ("open", "overdue", "soon", "all")
INTERNAL = ("target_overdue", "target_soon")
SHOWN_LIST = "shown"


def target_words(day: date) -> dict[str, str]:
    """Say how near an internal target is, in words that do not sound like the law's."""
    words = due_words(day) or {}
    if words["level"] == "overdue":
        return {**words, "text": say("life.target_passed")}
    return words


def narrowed(due: str) -> dict[str, Any]:
    """Return what a list is narrowed to and ordered by: list_tickets takes it as it is."""
    if due == "open":
        return {"status": sorted(OPEN), "order": "due"}
    if due in ("overdue", "soon"):
        return {"due_before": _before(due), "order": "due"}
    if due in INTERNAL:
        return {"target_before": _before(due.removeprefix("target_")), "order": "target"}
    return {"order": "newest"}


def counts(kind: TicketKind, shown: dict[str, Any]) -> tuple[int, dict[str, int]]:
    """Return how many tickets the list that is shown holds, and each of the lists there are."""
    lists = {due: {"kind": kind, **unordered(narrowed(due))} for due in (*STATUTORY, *INTERNAL)}
    found = tickets.count_each(parts().store, {**lists, SHOWN_LIST: {"kind": kind, **unordered(shown)}})
    return found.pop(SHOWN_LIST), found


def unordered(narrow: dict[str, Any]) -> dict[str, Any]:
    """Return what a list is narrowed to, without how it is ordered."""
    return {name: value for name, value in narrow.items() if name != "order"}


def today_box() -> dict[str, Any]:
    """Return what is to be done today: late or due today by the law, then by the office's targets.

    It is what this person has; for a supervisor what everybody has whose tickets they see, their own first.
    """
    tomorrow = today() + timedelta(days=1)
    kinds = [TicketKind.COMPLAINT, *([TicketKind.REPORT] if me().can(Permission.REPORT_READ) else [])]
    everyones = me().can(SUPERVISES)
    mine: dict[str, Any] = {"assigned_to": me().id}
    whose: dict[str, Any] = {} if everyones else mine
    by_law: dict[str, Any] = {"due_before": tomorrow}
    by_target: dict[str, Any] = {"target_before": tomorrow, "due_from": tomorrow}
    asked = {
        "overdue": {"due_before": today(), **whose},
        "by_today": {**by_law, **whose},
        "target": {**by_target, **whose},
        **({} if everyones else {"unassigned": {**by_law, "assigned_to": ""}}),
    }
    counted = _count(kinds, asked)
    late = {
        "overdue": counted["overdue"],
        "today": counted["by_today"] - counted["overdue"],
        "target": counted["target"],
    }
    urgent = tickets.most_urgent(
        parts().store,
        [
            {**urgency, **narrow, "kind": kind}
            for narrow in ([mine, whose] if everyones else [mine])
            for urgency in ({**by_law, "order": "due"}, {**by_target, "order": "target"})
            for kind in kinds
        ],
        urgency=_urgency,
        limit=SHOWN_TO_SUPERVISORS if everyones else SHOWN,
    )
    return {
        "counts": late,
        "total": sum(late.values()),
        "everyones": everyones,
        "items": [_item(ticket) for ticket in urgent],
        "unassigned": counted.get("unassigned", 0),
    }


def _count(kinds: list[TicketKind], lists: dict[str, dict[str, Any]]) -> dict[str, int]:
    """Return how many tickets of these kinds each list holds."""
    asked = {f"{name} {kind}": {**narrow, "kind": kind} for name, narrow in lists.items() for kind in kinds}
    found = tickets.count_each(parts().store, asked)
    return {name: sum(found[f"{name} {kind}"] for kind in kinds) for name in lists}


def _urgency(ticket: Urgent) -> tuple[bool, bool, date, date, int]:
    statutory = ticket.due_on is not None and ticket.due_on <= today()
    return (
        ticket.assigned_to != me().id,
        not statutory,
        ticket.due_on or date.max,
        ticket.target_on or date.max,
        ticket.id,
    )


def _item(ticket: Ticket) -> dict[str, Any]:
    statutory = ticket.due_on is not None and ticket.due_on <= today()
    clock = (
        due_words(ticket.due_on) if statutory or ticket.target_on is None else target_words(ticket.target_on)
    )
    todo = section("life")["todo"]
    group = todo.get(ticket.kind.value, {})
    return {
        "ticket": ticket,
        "todo": group.get(ticket.status.value) or todo["other"],
        "clock": clock,
        "mine": ticket.assigned_to == me().id,
        "has_it": who(ticket.assigned_to) if ticket.assigned_to else "",
        "by": "law" if statutory else "target",
    }


def _before(due: str) -> date:
    return today() if due == "overdue" else today() + timedelta(days=SOON + 1)
