"""Tickets: filing, finding and reading them. How they move on is in desk.progress.

This module is the whole surface for tickets; import from here.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypedDict

from . import history, search_words
from .complaint import ComplaintDraft
from .errors import PersonalDataUnreadable, TicketNotFound, TooManyTries
from .filing import file_ticket
from .personal import plain_name, plain_phone
from .progress import (
    Milestone,
    add_supplement,
    advance,
    assign,
    events,
    mark_lead,
    record_contact,
    timeline,
    urge,
    withdraw,
)
from .store import Store, Tx
from .store import tickets as rows
from .store.tickets import MOST_COUNTED
from .ticket import NEXT, Ticket, TicketEvent, TicketKind, TicketStatus
from .ticket_links import standing
from .ticket_rows import (
    Personal,
    locked,
    masked_ticket,
    masked_tickets,
    merchant_key,
    now,
    personal_of,
    place,
    ticket_row,
)

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "MOST_COUNTED",
    "NEXT",
    "ComplaintDraft",
    "Milestone",
    "Narrow",
    "Personal",
    "Related",
    "Ticket",
    "TicketEvent",
    "TicketKind",
    "TicketStatus",
    "Urgent",
    "add_supplement",
    "advance",
    "assign",
    "by_number",
    "count_each",
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
    "most_urgent",
    "own_copy",
    "record_contact",
    "related",
    "reveal",
    "several",
    "standing",
    "timeline",
    "urge",
    "withdraw",
]

WRONG_CODES = 10
CODE_LOCK = timedelta(minutes=15)


class Narrow(TypedDict, total=False):
    """What a list of tickets is narrowed to; complaints if `kind` says nothing else.

    `region` and `number` match beginnings, `phone`, `name` and `merchant` the whole, `words` what is told
    (all of it, in any order, among the newest five thousand); `due_before` a running period that ends before
    that day, `due_from` one that ends then or later or none, `target_before` an internal target.
    """

    kind: TicketKind
    status: TicketStatus | Iterable[TicketStatus] | None
    assigned_to: str | None
    topic: str | None
    region: str | None
    merchant: str | None
    phone: str | None
    name: str | None
    number: str | None
    words: str | None
    due_before: date | None
    due_from: date | None
    target_before: date | None


@dataclass(frozen=True)
class Related:
    """Other tickets by the same telephone number, and about the same merchant; newest first."""

    by_phone: tuple[Ticket, ...]
    by_merchant: tuple[Ticket, ...]


@dataclass(frozen=True)
class Urgent:
    """What tells how urgent a ticket is, without the ticket."""

    id: int
    number: str
    assigned_to: str
    due_on: date | None
    target_on: date | None


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
        return masked_ticket(tx.seal, ticket_row(tx, number))


def several(store: Store, numbers: Iterable[str]) -> dict[str, Ticket]:
    """Return those of these tickets that are there, masked, by number."""
    with store.read() as tx:
        found = rows.by_numbers(tx.connection, sorted(set(numbers)))
        return {ticket.number: ticket for ticket in masked_tickets(tx.seal, found)}


def reveal(store: Store, number: str, *, by: str, purpose: str, at: datetime | None = None) -> Personal:
    """Return name, phone and address in full and record in history who read them and what for."""
    with store.write() as tx:
        row = ticket_row(tx, number)
        personal = personal_of(tx.seal, row)
        history.record(tx, "ticket:personal:read", number, by=by, at=at, purpose=purpose[:80])
        return personal


def erase_personal(store: Store, number: str, *, by: str, at: datetime | None = None) -> Ticket:
    """Erase name, phone and address for good; number, course and history stay."""
    with store.write() as tx:
        locked(tx, number)
        gone = {"name_sealed": "", "phone_sealed": "", "address_sealed": ""}
        gone.update(phone_digest="", name_digest="")
        rows.change_ticket(tx.connection, number, gone)
        history.record(tx, "ticket:personal:erase", number, by=by, at=at)
        return masked_ticket(tx.seal, locked(tx, number))


def latest_for(store: Store, conversation_id: str, *, kind: TicketKind | None = None) -> Ticket | None:
    """Return the conversation's newest ticket (of that kind) with its code, None without one.

    For one that was merged it is the ticket that stands for it.
    """
    found = for_conversation(store, conversation_id, kind=kind, limit=1)
    return standing(store, found[0]) if found else None


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
    order: str = "newest",
    limit: int = 50,
    offset: int = 0,
    **narrow: Unpack[Narrow],
) -> list[Ticket]:
    """Return complaints (or, asked by `kind`, reports), masked, for staff.

    `order`: `newest`, or `due` or `target` for the most urgent first.
    """
    with store.read() as tx:
        chosen = _filter(tx, **narrow)
        found = rows.listed(tx.connection, chosen, by=order, limit=limit, offset=offset)
        return masked_tickets(tx.seal, found)


def count_tickets(store: Store, **narrow: Unpack[Narrow]) -> int:
    """Return how many tickets list_tickets would find without a limit; 10,001 stands for more than ten thousand."""
    with store.read() as tx:
        return rows.count(tx.connection, _filter(tx, **narrow))


def count_each(store: Store, lists: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Return for each list how many tickets it has, at once: a list is what count_tickets is asked with."""
    with store.read() as tx:
        narrows = {name: _filter(tx, **asked) for name, asked in lists.items()}
        found = rows.count_each(tx.connection, narrows.values())
    return {name: found[narrow] for name, narrow in narrows.items()}


def most_urgent(
    store: Store,
    lists: Iterable[Mapping[str, Any]],
    *,
    urgency: Callable[[Urgent], Any],
    limit: int,
    looked_at: int = 50,
) -> list[Ticket]:
    """Return what comes first by `urgency` among the first `looked_at` tickets of each of these lists.

    A list is what list_tickets is asked with, its order `due` or `target`; without such a day a ticket is left out.
    """
    with store.read() as tx:
        asked = [(_filter(tx, **_without_order(found)), found["order"]) for found in lists]
        among = [Urgent(**row) for row in rows.first_of_each(tx.connection, asked, looked_at)]
        chosen = [found.id for found in sorted(among, key=urgency)[:limit]]
        return masked_tickets(tx.seal, rows.by_ids(tx.connection, chosen))


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
        row = ticket_row(tx, number)
        phone, merchant = row["phone_digest"], row["merchant_key"]
        kind = row["kind"]
        same_phone = rows.Filter(kind, phone_digests=_of_phone(store, row)) if phone else None
        same_merchant = rows.Filter(kind, merchant_key=merchant) if merchant else None
        return Related(_others(tx, number, same_phone, limit), _others(tx, number, same_merchant, limit))


def _of_phone(store: Store, row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the digests of a ticket's number under every key, its own if it cannot be opened."""
    try:
        return store.seal.digests(plain_phone(personal_of(store.seal, row).phone))
    except PersonalDataUnreadable:
        return (row["phone_digest"],)


def _others(tx: Tx, number: str, narrow: rows.Filter | None, limit: int) -> tuple[Ticket, ...]:
    if narrow is None:
        return ()
    found = rows.listed(tx.connection, narrow, limit=limit + 1, offset=0)
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
    tx: Tx,
    *,
    kind: TicketKind = TicketKind.COMPLAINT,
    status: TicketStatus | Iterable[TicketStatus] | None = None,
    assigned_to: str | None = None,
    topic: str | None = None,
    region: str | None = None,
    merchant: str | None = None,
    phone: str | None = None,
    name: str | None = None,
    number: str | None = None,
    words: str | None = None,
    due_before: date | None = None,
    due_from: date | None = None,
    target_before: date | None = None,
) -> rows.Filter:
    statuses = [status] if isinstance(status, str) else list(status or ())
    asked = rows.Filter(
        kind=TicketKind(kind).value,
        statuses=tuple(TicketStatus(status).value for status in statuses),
        assigned_to=assigned_to,
        topic=topic or None,
        region=region or None,
        merchant_key=merchant_key(merchant) if merchant else None,
        phone_digests=tx.seal.digests(plain_phone(phone)) if phone else (),
        name_digests=tx.seal.digests(plain_name(name)) if name else (),
        number=_tidy(number) if number else None,
        words=tuple(search_words.of_search(words)) if words else (),
        due_before=due_before,
        due_from=due_from,
        target_before=target_before,
    )
    if not asked.words:
        return asked
    return replace(asked, among=tx.once(f"found {asked}", lambda: rows.found(tx.connection, asked)))


def _without_order(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if name != "order"}


def _tidy(number: str) -> str:
    return number.strip().upper()[:40]
