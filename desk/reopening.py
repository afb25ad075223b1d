"""Taking up an ended ticket again, where Order 121 allows it and by the rule that allows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from . import deadlines
from .clock import beijing_day
from .course import course_of
from .errors import NoteRefused, ReopenRefused
from .life_policy import LifePolicy, ReopenRule, policy
from .store import Store
from .ticket import Ticket, TicketEvent, TicketKind, TicketStatus
from .ticket_rows import Row, events_of, happened, locked, masked_ticket, now, ticket_row

REOPENED = "ticket:status:reopen"
LONGEST_REASON = 500


def rules_for(store: Store, number: str, *, at: datetime | None = None) -> list[ReopenRule]:
    """Return the rules by which this ticket can be taken up again now; TicketNotFound."""
    with store.read() as tx:
        row = ticket_row(tx, number)
        return applicable(row, events_of(tx, number), beijing_day(at or now()), policy())


def reopen(
    store: Store, number: str, rule: str, *, by: str, text: str = "", at: datetime | None = None
) -> Ticket:
    """Take the ticket up again by that rule; `text` is the reason, which the consumer reads too.

    ReopenRefused if the rule does not hold for it (a merged ticket has none), NoteRefused without
    a reason.
    """
    moment, words = at or now(), text.strip()
    if not words:
        raise NoteRefused("empty")
    if len(words) > LONGEST_REASON:
        raise NoteRefused("too_long")
    with store.write() as tx:
        row = locked(tx, number)
        holding = applicable(row, events_of(tx, number), beijing_day(moment), policy())
        chosen = next((one for one in holding if one.code == rule), None)
        if chosen is None:
            raise ReopenRefused(number, rule)
        detail = {"rule": chosen.code, "article": chosen.article}
        event = TicketEvent(REOPENED, row["status"], chosen.to.value, by, moment, detail, words)
        changes = {"ground": "", "office": ""} if chosen.to is TicketStatus.RECEIVED else {"ground": ""}
        return masked_ticket(tx.seal, happened(tx, row, event, changes))


def applicable(row: Row, events: Sequence[TicketEvent], today: date, policy: LifePolicy) -> list[ReopenRule]:
    """Return the rules that hold for a ticket with these events on that day. Pure."""
    if row["merged_into"]:
        return []
    status = TicketStatus(row["status"])
    end = _end_before_closing(events) if status is TicketStatus.CLOSED else status
    course = course_of(TicketKind(row["kind"]), events)
    in_time = (by := deadlines.periods(course).mediate_by) is not None and today <= by
    return [
        rule
        for rule in policy.reopening
        if rule.of.value == row["kind"]
        and end in rule.sources
        and (status is TicketStatus.CLOSED or end not in rule.closed_only)
        and (status is not TicketStatus.CLOSED or not rule.open_only)
        and (not rule.grounds or row["ground"] in rule.grounds)
        and (rule.accepted is None or rule.accepted is (course.accepted_on is not None))
        and (in_time or not rule.in_time)
    ]


def _end_before_closing(events: Sequence[TicketEvent]) -> TicketStatus | None:
    """Return the state from which the ticket was closed last."""
    closings = [event for event in events if event.to_status == TicketStatus.CLOSED.value]
    return TicketStatus(closings[-1].from_status) if closings and closings[-1].from_status else None
