"""Moving a ticket on, adding to it, and telling how it stands. Each step is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from . import course as courses
from . import deadlines, search_words
from .clock import beijing_day
from .errors import EvidenceNotFound, GroundRefused, NoteRefused, TransitionRefused
from .store import Store, Tx, ticket_words
from .store import evidence as evidence_rows
from .ticket import ENDED, Step, Ticket, TicketEvent, TicketKind, TicketStatus, check_step
from .ticket_rows import Row, event_at_rest, events_of, happened, locked, masked_ticket, now, ticket_row

ADVANCED = "ticket:status:advance"
SUPPLEMENTED = "ticket:supplement:add"
URGED = "ticket:urge:add"
ASSIGNED = "ticket:assignee:change"
LEAD_STEPS = {
    "find": courses.LEAD_FOUND,
    "extend": courses.LEAD_EXTENDED,
    "close": courses.LEAD_CLOSED,
}
# What a consumer sees of a ticket's course; the rest is the office's own business (art. 37, 39).
PUBLIC_EVENTS = frozenset(
    {
        "ticket:complaint:file",
        "ticket:report:file",
        "ticket:status:reopen",
        courses.MERGED,
        courses.SPLIT_OFF,
        courses.UNMERGED,
        "ticket:office:move",
        ADVANCED,
        SUPPLEMENTED,
        URGED,
    }
)
PUBLIC_DETAIL = frozenset({"ground", "office", "reason", "article"})
CONTACTS = frozenset({"phone", "chat", "in_person"})
LONGEST_NOTE = 2000
MOST_NOTES = 100
URGE_AGAIN_AFTER = timedelta(hours=12)
CONSUMER = "consumer"


@dataclass(frozen=True)
class Milestone:
    """One line of a ticket's timeline as the consumer sees it; `by` is `consumer` or `office`."""

    at: datetime
    event: str
    status: TicketStatus
    by: str
    detail: dict[str, str]
    text: str


def advance(
    store: Store,
    number: str,
    to: TicketStatus | str,
    *,
    by: str,
    at: datetime | None = None,
    ground: str = "",
    office: str = "",
    reason: str = "",
    text: str = "",
    rule: str = "",
) -> Ticket:
    """Move the ticket to its next state and return it.

    TransitionRefused if it cannot go there; GroundRefused without the `ground` (refused, failed),
    `office` (transferred) or `reason` (paused) that Order 121 asks for, or when sixty days are
    named that have not passed. `rule` is the rule of competence behind a transfer, `text` what
    the consumer reads with the step.
    """
    _short_enough(text)
    try:
        step = Step(TicketStatus(to), ground, office.strip(), reason, text.strip(), rule)
    except ValueError:
        raise TransitionRefused(number, "", str(to)) from None
    with store.write() as tx:
        return move(tx, number, step, by=by, at=at or now())


def move(tx: Tx, number: str, step: Step, *, by: str, at: datetime, notice: int | None = None) -> Ticket:
    """Take `step` in an open transaction, as advance does; `notice` is the letter it goes out with."""
    row = locked(tx, number)
    status = TicketStatus(row["status"])
    check_step(number, TicketKind(row["kind"]), status, step)
    if step.ground == "sixty_days":
        _sixty_days_passed(tx, row, step, at)
    given = {"ground": step.ground, "office": step.office, "reason": step.reason, "rule": step.rule}
    detail: dict[str, object] = {name: value for name, value in given.items() if value}
    if notice is not None:
        detail["notice"] = notice
    event = TicketEvent(ADVANCED, status.value, step.to.value, by, at, detail, step.text)
    changes = {"ground": step.ground or row["ground"], "office": step.office or row["office"]}
    if step.to is TicketStatus.RECEIVED:
        changes = {"ground": "", "office": ""}
    return masked_ticket(tx.seal, happened(tx, row, event, changes))


def _sixty_days_passed(tx: Tx, row: Row, step: Step, at: datetime) -> None:
    """Art. 23 (5) ends a mediation only after its last day."""
    course = courses.course_of(TicketKind(row["kind"]), events_of(tx, row["number"]))
    last = deadlines.periods(course).mediate_by
    if last is None or beijing_day(at) <= last:
        raise GroundRefused(step.to.value, "sixty_days")


def withdraw(
    store: Store, number: str, *, by: str = CONSUMER, at: datetime | None = None, text: str = ""
) -> Ticket:
    """The consumer takes the complaint back; TransitionRefused once it has come to its end."""
    return advance(store, number, TicketStatus.WITHDRAWN, by=by, at=at, text=text)


def add_supplement(
    store: Store,
    number: str,
    text: str,
    *,
    by: str = CONSUMER,
    at: datetime | None = None,
    evidence: Sequence[str] = (),
) -> Ticket:
    """Add words or evidence of its conversation to an open ticket; NoteRefused, EvidenceNotFound."""
    words = text.strip()
    if not words and not evidence:
        raise NoteRefused("empty")
    _short_enough(words)
    with store.write() as tx:
        row = locked(tx, number)
        if TicketStatus(row["status"]) in ENDED:
            raise NoteRefused("closed")
        if sum(event.event == SUPPLEMENTED for event in events_of(tx, number)) >= MOST_NOTES:
            raise NoteRefused("too_many")
        wanted = sorted(set(evidence))
        linked = evidence_rows.link(tx.connection, row["conversation_id"], wanted, number) if wanted else 0
        if linked != len(wanted):
            raise EvidenceNotFound(f"not all of {len(wanted)} for {number}")
        event = event_at_rest(row, SUPPLEMENTED, by=by, at=at or now(), text=words, files=len(wanted))
        after = happened(tx, row, event)
        added = [event.text for event in events_of(tx, number) if event.event == SUPPLEMENTED]
        ticket_words.put(tx.connection, row["id"], search_words.of_ticket(row, *added))
        return masked_ticket(tx.seal, after)


def urge(store: Store, number: str, *, by: str = CONSUMER, at: datetime | None = None) -> Ticket:
    """Remind the office of an open ticket; NoteRefused (too_many) within twelve hours of the last time."""
    moment = at or now()
    with store.write() as tx:
        row = locked(tx, number)
        if TicketStatus(row["status"]) in ENDED:
            raise NoteRefused("closed")
        earlier = [event.at for event in events_of(tx, number) if event.event == URGED]
        if earlier and moment - earlier[-1] < URGE_AGAIN_AFTER:
            raise NoteRefused("too_many")
        event = event_at_rest(row, URGED, by=by, at=moment)
        return masked_ticket(tx.seal, happened(tx, row, event, {"urged": row["urged"] + 1}))


def assign(store: Store, number: str, *, to: str, by: str, at: datetime | None = None) -> Ticket:
    """Give the ticket to the member of staff `to` (an id), or to nobody with ''."""
    with store.write() as tx:
        row = locked(tx, number)
        event = event_at_rest(row, ASSIGNED, by=by, at=at or now(), assignee=to)
        return masked_ticket(tx.seal, happened(tx, row, event, {"assigned_to": to}))


def mark_lead(store: Store, number: str, step: str, *, by: str, at: datetime | None = None) -> Ticket:
    """`find`, `extend` or `close` a lead of unlawful conduct seen in a mediation (art. 27).

    Finding starts fifteen working days, extending adds fifteen once. GroundRefused for another step.
    """
    if step not in LEAD_STEPS:
        raise GroundRefused(step, "lead step")
    with store.write() as tx:
        row = locked(tx, number)
        event = event_at_rest(row, LEAD_STEPS[step], by=by, at=at or now())
        return masked_ticket(tx.seal, happened(tx, row, event))


def record_contact(store: Store, number: str, how: str, *, by: str, at: datetime | None = None) -> Ticket:
    """Record that the consumer was reached (phone, chat, in_person); GroundRefused for another way."""
    if how not in CONTACTS:
        raise GroundRefused("contact", "how")
    with store.write() as tx:
        row = locked(tx, number)
        if TicketStatus(row["status"]) in ENDED:
            raise NoteRefused("closed")
        event = event_at_rest(row, courses.CONTACTED, by=by, at=at or now(), how=how)
        return masked_ticket(tx.seal, happened(tx, row, event))


def timeline(store: Store, number: str) -> list[Milestone]:
    """Return the ticket's course in plain steps for the consumer, oldest first; TicketNotFound."""
    return [_milestone(event) for event in events(store, number) if event.event in PUBLIC_EVENTS]


def events(store: Store, number: str) -> list[TicketEvent]:
    """Return everything that happened to the ticket, for staff, oldest first; TicketNotFound."""
    with store.read() as tx:
        ticket_row(tx, number)
        return events_of(tx, number)


def _milestone(event: TicketEvent) -> Milestone:
    by = CONSUMER if event.by in (CONSUMER, "bot") else "office"
    detail = {name: str(value) for name, value in event.detail.items() if name in PUBLIC_DETAIL}
    return Milestone(event.at, event.event, TicketStatus(event.to_status), by, detail, event.text)


def _short_enough(text: str) -> None:
    if len(text) > LONGEST_NOTE:
        raise NoteRefused("too_long")
