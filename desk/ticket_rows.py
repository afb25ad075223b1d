"""Tickets between the rows of the store and the people of the desk: sealing, masking, recording."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from . import history, search_words, targets
from .course import course_of
from .deadlines import periods
from .errors import PersonalDataUnreadable, TicketNotFound
from .personal import Seal, mask_address, mask_name, mask_phone
from .store import Tx, ticket_words
from .store import tickets as rows
from .ticket import Ticket, TicketEvent, TicketKind, TicketStatus
from .ticket_news import tell_consumer

log = logging.getLogger("weiquan.desk")

Row = Mapping[str, Any]
MASKED = {"name": mask_name, "phone": mask_phone, "address": mask_address}


@dataclass(frozen=True)
class Personal:
    """The full name, phone number and address of the person behind a ticket."""

    name: str
    phone: str
    address: str


def now() -> datetime:
    """The present moment, aware UTC."""
    return datetime.now(timezone.utc)


def keep_new(tx: Tx, row: Row) -> None:
    """Insert a ticket's row and what it is found by."""
    id = rows.insert_ticket(tx.connection, row)
    ticket_words.put(tx.connection, id, search_words.of_ticket(row))


def locked(tx: Tx, number: str) -> Row:
    """Return the ticket's row, held until the transaction ends; TicketNotFound."""
    return existing(rows.ticket(tx.connection, number, lock=True), number)


def existing(row: Row | None, number: str) -> Row:
    """Return `row`; TicketNotFound if there is none."""
    if row is None:
        raise TicketNotFound(number)
    return row


def ticket_row(tx: Tx, number: str) -> Row:
    """Return the row of a ticket; TicketNotFound. Inside one read it is asked for once."""
    return existing(tx.once(f"ticket {number}", lambda: rows.ticket(tx.connection, number)), number)


def masked_tickets(seal: Seal, found: Iterable[Row]) -> list[Ticket]:
    """Return the tickets of rows for a list, where one that cannot be opened must not hide the others."""
    listed = []
    for row in found:
        try:
            listed.append(masked_ticket(seal, row))
        except PersonalDataUnreadable:
            log.error("ticket %s: personal fields cannot be opened", row["number"])
            sealed_away = {f"{name}_sealed": "" for name in MASKED}
            listed.append(masked_ticket(seal, {**row, **sealed_away}))
    return listed


def masked_ticket(seal: Seal, row: Row, *, with_code: bool = False) -> Ticket:
    """Return the ticket of a row with name, phone and address masked; PersonalDataUnreadable."""
    number = row["number"]
    personal = personal_of(seal, row)
    same: dict[str, Any] = {name: row[name] for name in Ticket.__dataclass_fields__ if name in row}
    same["kind"] = TicketKind(row["kind"])
    same["status"] = TicketStatus(row["status"])
    same["flags"] = tuple(row["flags"])
    same.update({name: mask(getattr(personal, name)) for name, mask in MASKED.items()})
    return Ticket(**same, code=seal.open(row["code_sealed"], place(number, "code")) if with_code else "")


def personal_of(seal: Seal, row: Row) -> Personal:
    """Return the personal fields of a row, opened."""
    return Personal(**{name: seal.open(row[f"{name}_sealed"], place(row["number"], name)) for name in MASKED})


def place(number: str, field: str) -> str:
    """Name where a field is sealed, so that it opens nowhere else."""
    return f"ticket:{number}:{field}"


def merchant_key(name: str) -> str:
    """Return the name by which the same merchant is found again: no spaces, marks or wide forms."""
    normal = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in normal if char.isalnum())[:120]


def events_of(tx: Tx, number: str) -> list[TicketEvent]:
    """Return what happened to the ticket, oldest first."""
    found = tx.once(f"events {number}", lambda: rows.events(tx.connection, number))
    return [TicketEvent(**{name: row[name] for name in TicketEvent.__dataclass_fields__}) for row in found]


def happened(tx: Tx, row: Row, event: TicketEvent, changes: Mapping[str, Any] | None = None) -> Row:
    """Keep an event of a ticket, its clocks anew, other changed columns and the history; all or nothing.

    Returns the ticket's row as it is then.
    """
    number = row["number"]
    rows.insert_event(tx.connection, {"number": number, **vars(event)})
    history.record(
        tx,
        event.event,
        number,
        by=event.by,
        at=event.at,
        **{"from": event.from_status, "to": event.to_status, **event.detail},
    )
    values = {
        "status": event.to_status or row["status"],
        "updated_at": event.at,
        **clocks(tx, row),
        **(changes or {}),
    }
    rows.change_ticket(tx.connection, number, values)
    tell_consumer(tx, row, event)
    return existing(rows.ticket(tx.connection, number), number)


def clocks(tx: Tx, row: Row) -> dict[str, Any]:
    """Return the columns of a ticket's periods and of its nearest target, from all its events."""
    course = course_of(TicketKind(row["kind"]), events_of(tx, row["number"]))
    target = targets.nearest(course, targets.policy(), topic=row["topic"], office=row.get("office", ""))
    return {**vars(periods(course)), "target_on": target}


def event_at_rest(
    row: Row, event: str, *, by: str, at: datetime, text: str = "", **detail: Any
) -> TicketEvent:
    """Return an event that leaves the ticket's status as it is."""
    return TicketEvent(event, row["status"], row["status"], by, at, detail, text)
