"""Tickets: filing, finding and reading them. How they move on is in desk.progress.

This module is the whole surface for tickets; import from here.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from . import history
from .complaint import ComplaintDraft
from .errors import TicketNotFound, TooManyTries
from .filing import file_ticket
from .personal import plain_phone
from .progress import (
    Milestone,
    add_supplement,
    advance,
    assign,
    events,
    mark_lead,
    timeline,
    urge,
    withdraw,
)
from .store import Store, Tx
from .store import tickets as rows
from .ticket import NEXT, Ticket, TicketEvent, TicketKind, TicketStatus
from .ticket_rows import (
    Personal,
    existing,
    locked,
    masked_ticket,
    masked_tickets,
    merchant_key,
    now,
    personal_of,
    place,
)

__all__ = [
    "NEXT",
    "ComplaintDraft",
    "Milestone",
    "Personal",
    "Related",
    "Ticket",
    "TicketEvent",
    "TicketKind",
    "TicketStatus",
    "add_supplement",
    "advance",
    "assign",
    "by_number",
    "count_tickets",
    "counts_by_status",
    "erase_personal",
    "events",
    "file_ticket",
    "for_conversation",
    "for_visitor",
    "get",
    "latest_for",
    "list_tickets",
    "mark_lead",
    "own_copy",
    "related",
    "reveal",
    "timeline",
    "urge",
    "withdraw",
]

WRONG_CODES = 10
CODE_LOCK = timedelta(minutes=15)


@dataclass(frozen=True)
class Related:
    """Other tickets by the same telephone number, and about the same merchant; newest first."""

    by_phone: tuple[Ticket, ...]
    by_merchant: tuple[Ticket, ...]


def by_number(store: Store, number: str, code: str, *, at: datetime | None = None) -> Ticket:
    """Return the consumer's own ticket for its number and six-digit code.

    TicketNotFound for an unknown number as for a wrong code; TooManyTries for fifteen minutes
    after ten wrong codes in a row.
    """
    with store.read() as tx:
        row = _opened(tx, store, number, code, at or now())
        return masked_ticket(tx.seal, row, with_code=True)


def own_copy(store: Store, number: str, code: str, *, at: datetime | None = None) -> Personal:
    """Return the consumer's own data in full, for number and code as in by_number; recorded."""
    moment = at or now()
    with store.read() as tx:
        _opened(tx, store, number, code, moment)
    return reveal(store, _tidy(number), by="consumer", purpose="own_copy", at=moment)


def get(store: Store, number: str) -> Ticket:
    """Return the ticket for staff, personal fields masked; TicketNotFound."""
    with store.read() as tx:
        return masked_ticket(tx.seal, existing(rows.ticket(tx.connection, number), number))


def reveal(store: Store, number: str, *, by: str, purpose: str, at: datetime | None = None) -> Personal:
    """Return name, phone and address in full and record in history who read them and what for."""
    with store.write() as tx:
        row = existing(rows.ticket(tx.connection, number), number)
        personal = personal_of(tx.seal, row)
        history.record(tx, "ticket:personal:read", number, by=by, at=at, purpose=purpose[:80])
        return personal


def erase_personal(store: Store, number: str, *, by: str, at: datetime | None = None) -> Ticket:
    """Erase name, phone and address for good; number, course and history stay."""
    with store.write() as tx:
        locked(tx, number)
        gone = {"name_sealed": "", "phone_sealed": "", "address_sealed": "", "phone_digest": ""}
        rows.change_ticket(tx.connection, number, gone)
        history.record(tx, "ticket:personal:erase", number, by=by, at=at)
        return masked_ticket(tx.seal, locked(tx, number))


def latest_for(store: Store, conversation_id: str, *, kind: TicketKind | None = None) -> Ticket | None:
    """Return the conversation's newest ticket (of that kind) with its code, None without one."""
    found = for_conversation(store, conversation_id, kind=kind, limit=1)
    return found[0] if found else None


def for_conversation(
    store: Store, conversation_id: str, *, kind: TicketKind | None = None, limit: int = 50
) -> list[Ticket]:
    """Return the conversation's tickets (of that kind) for its consumer, newest first."""
    with store.read() as tx:
        found = rows.of_conversation(tx.connection, conversation_id, kind, limit)
        return [masked_ticket(tx.seal, row, with_code=True) for row in found]


def for_visitor(
    store: Store, *, channel: str, visitor: str, kind: TicketKind | None = None, limit: int = 50
) -> list[Ticket]:
    """Return the tickets of all the visitor's conversations on a channel, newest first."""
    with store.read() as tx:
        found = rows.of_visitor(tx.connection, channel, visitor, kind, limit)
        return [masked_ticket(tx.seal, row, with_code=True) for row in found]


def list_tickets(
    store: Store,
    *,
    kind: TicketKind = TicketKind.COMPLAINT,
    status: TicketStatus | Iterable[TicketStatus] | None = None,
    assigned_to: str | None = None,
    topic: str | None = None,
    region: str | None = None,
    merchant: str | None = None,
    phone: str | None = None,
    number: str | None = None,
    due_before: date | None = None,
    order: str = "newest",
    limit: int = 50,
    offset: int = 0,
) -> list[Ticket]:
    """Return complaints (or, asked by `kind`, reports), masked, for staff.

    `region` and `number` match beginnings, `phone` and `merchant` the whole; `due_before` a running
    period that ends before that day. `order`: `newest`, or `due` for the most urgent first.
    """
    narrow = _filter(store, kind, status, assigned_to, topic, region, merchant, phone, number, due_before)
    with store.read() as tx:
        found = rows.listed(tx.connection, narrow, by_due=order == "due", limit=limit, offset=offset)
        return masked_tickets(tx.seal, found)


def count_tickets(
    store: Store,
    *,
    kind: TicketKind = TicketKind.COMPLAINT,
    status: TicketStatus | Iterable[TicketStatus] | None = None,
    assigned_to: str | None = None,
    topic: str | None = None,
    region: str | None = None,
    merchant: str | None = None,
    phone: str | None = None,
    number: str | None = None,
    due_before: date | None = None,
) -> int:
    """Return how many tickets list_tickets would find without a limit."""
    narrow = _filter(store, kind, status, assigned_to, topic, region, merchant, phone, number, due_before)
    with store.read() as tx:
        return rows.count(tx.connection, narrow)


def counts_by_status(store: Store, *, kind: TicketKind = TicketKind.COMPLAINT) -> dict[TicketStatus, int]:
    """Return how many tickets of this kind are in each state that has any."""
    with store.read() as tx:
        found = rows.counts_by_status(tx.connection, kind.value)
    return {TicketStatus(status): count for status, count in found.items()}


def related(store: Store, number: str, *, limit: int = 20) -> Related:
    """Return what else came from that telephone number or about that merchant (art. 12, 17).

    For a person to judge: several tickets may be one dispute, a group, or nothing special.
    """
    with store.read() as tx:
        row = existing(rows.ticket(tx.connection, number), number)
        phone, merchant = row["phone_digest"], row["merchant_key"]
        kind = row["kind"]
        same_phone = rows.Filter(kind, phone_digest=phone) if phone else None
        same_merchant = rows.Filter(kind, merchant_key=merchant) if merchant else None
        return Related(_others(tx, number, same_phone, limit), _others(tx, number, same_merchant, limit))


def _others(tx: Tx, number: str, narrow: rows.Filter | None, limit: int) -> tuple[Ticket, ...]:
    if narrow is None:
        return ()
    found = rows.listed(tx.connection, narrow, by_due=False, limit=limit + 1, offset=0)
    return tuple(masked_tickets(tx.seal, (row for row in found if row["number"] != number)))[:limit]


def _opened(tx: Tx, store: Store, number: str, code: str, at: datetime) -> Any:
    row = rows.ticket(tx.connection, _tidy(number))
    until = row["code_locked_until"] if row else None
    if until is not None and at < until:
        raise TooManyTries(until)
    right = tx.seal.open(row["code_sealed"], place(row["number"], "code")) if row else "------"
    if not hmac.compare_digest(right.encode(), code.strip().encode("utf-8", "replace")) or row is None:
        if row is not None:
            _count_wrong_code(store, row["number"], at)
        raise TicketNotFound(_tidy(number))
    if row["code_failures"]:
        with store.write() as writing:
            rows.change_ticket(writing.connection, row["number"], {"code_failures": 0})
    return row


def _count_wrong_code(store: Store, number: str, at: datetime) -> None:
    with store.write() as tx:
        row = locked(tx, number)
        failures = row["code_failures"] + 1
        values: dict[str, Any] = {"code_failures": failures}
        if failures >= WRONG_CODES:
            values = {"code_failures": 0, "code_locked_until": at + CODE_LOCK}
            history.record(tx, "ticket:code:lock", number, by="system", at=at)
        rows.change_ticket(tx.connection, number, values)


def _filter(
    store: Store,
    kind: TicketKind,
    status: TicketStatus | Iterable[TicketStatus] | None,
    assigned_to: str | None,
    topic: str | None,
    region: str | None,
    merchant: str | None,
    phone: str | None,
    number: str | None,
    due_before: date | None,
) -> rows.Filter:
    statuses = [status] if isinstance(status, str) else list(status or ())
    return rows.Filter(
        kind=TicketKind(kind).value,
        statuses=tuple(TicketStatus(status).value for status in statuses),
        assigned_to=assigned_to,
        topic=topic or None,
        region=region or None,
        merchant_key=merchant_key(merchant) if merchant else None,
        phone_digest=store.seal.digest(plain_phone(phone)) if phone else None,
        number=_tidy(number) if number else None,
        due_before=due_before,
    )


def _tidy(number: str) -> str:
    return number.strip().upper()[:40]
