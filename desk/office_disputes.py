"""Two offices that both claim a ticket, or both do not: seven working days to agree, else their superior decides (art. 33)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from . import clock, dispatch, history
from .errors import DispatchRefused
from .office_directory import directory_in
from .store import Store
from .store import dispatch as rows
from .ticket import ENDED, TicketStatus
from .ticket_rows import locked, now

NEGOTIATE_WORKING_DAYS = 7  # art. 33
LONGEST_REASON = 500


@dataclass(frozen=True)
class OfficeDispute:
    """One dispute. Offices are codes; `due_on` is the last day for agreeing (Beijing date)."""

    id: int
    number: str
    office: str
    other: str
    arbiter: str
    reason: str
    opened_by: str
    opened_at: datetime
    due_on: date
    referred_at: datetime | None
    decided: str
    closed_by: str
    closed_at: datetime | None

    @property
    def open(self) -> bool:
        return self.closed_at is None


def open_dispute(
    store: Store, number: str, *, office: str, other: str, reason: str, by: str, at: datetime | None = None
) -> OfficeDispute:
    """Begin a dispute between `office` and `other` about a ticket; its arbiter is their common superior.

    DispatchRefused: office (unknown), same, superior (none above both), open (one runs already),
    closed (the ticket has come to its end), reason (empty or too long).
    """
    moment = at or now()
    words = reason.strip()
    if not 0 < len(words) <= LONGEST_REASON:
        raise DispatchRefused("reason")
    if office == other:
        raise DispatchRefused("same")
    with store.write() as tx:
        ticket = locked(tx, number)
        offices = directory_in(tx)
        if offices.get(office) is None or offices.get(other) is None:
            raise DispatchRefused("office")
        if TicketStatus(ticket["status"]) in ENDED - {TicketStatus.TRANSFERRED}:
            raise DispatchRefused("closed")
        if any(row["closed_at"] is None for row in rows.disputes_of(tx.connection, number)):
            raise DispatchRefused("open")
        arbiter = offices.superior_of_both(office, other)
        if not arbiter:
            raise DispatchRefused("superior")
        row: dict[str, Any] = {
            "number": number,
            "office": office,
            "other": other,
            "arbiter": arbiter,
            "reason": words,
            "opened_by": by,
            "opened_at": moment,
            "due_on": clock.working_days_after(moment, NEGOTIATE_WORKING_DAYS).day,
            "referred_at": None,
            "decided": "",
            "closed_by": "",
            "closed_at": None,
        }
        id = rows.insert_dispute(tx.connection, row)
        history.record(
            tx, "ticket:dispute:open", number, by=by, at=at, office=office, other=other, arbiter=arbiter
        )
        return OfficeDispute(id=id, **row)


def refer(store: Store, id: int, *, by: str, at: datetime | None = None) -> OfficeDispute:
    """Hand the dispute to the common superior; it may be done at once or when talks failed."""
    moment = at or now()
    with store.write() as tx:
        row = _running(rows.dispute(tx.connection, id))
        if row["referred_at"] is not None:
            raise DispatchRefused("referred")
        rows.change_dispute(tx.connection, id, {"referred_at": moment})
        history.record(tx, "ticket:dispute:refer", row["number"], by=by, at=at, arbiter=row["arbiter"])
        return _dispute({**row, "referred_at": moment})


def close(store: Store, id: int, *, decided: str, by: str, at: datetime | None = None) -> OfficeDispute:
    """End the dispute with the office that handles the ticket: agreed, or designated once it was referred.

    The two may agree on one of themselves only; the superior may name any office below it.
    """
    moment = at or now()
    with store.write() as tx:
        row = _running(rows.dispute(tx.connection, id))
        offices = directory_in(tx)
        referred = row["referred_at"] is not None
        one_of_two = decided in (row["office"], row["other"])
        if not one_of_two and not (referred and row["arbiter"] in offices.above(decided)):
            raise DispatchRefused("office")
        values = {"decided": decided, "closed_by": by, "closed_at": moment}
        rows.change_dispute(tx.connection, id, values)
        rule = "designated" if referred else "agreed"
        history.record(tx, "ticket:dispute:close", row["number"], by=by, at=at, office=decided, rule=rule)
        dispatch.settle(tx, row["number"], decided, rule, by=by, at=moment)
        return _dispute({**row, **values})


def of_ticket(store: Store, number: str) -> list[OfficeDispute]:
    """Return the disputes about a ticket, newest first."""
    with store.read() as tx:
        return [_dispute(row) for row in rows.disputes_of(tx.connection, number)]


def running(store: Store, *, limit: int = 200) -> list[OfficeDispute]:
    """Return the disputes not ended, the most urgent first."""
    with store.read() as tx:
        return [_dispute(row) for row in rows.open_disputes(tx.connection, limit)]


def _running(row: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if row is None or row["closed_at"] is not None:
        raise DispatchRefused("closed")
    return row


def _dispute(row: Mapping[str, Any]) -> OfficeDispute:
    return OfficeDispute(**{name: row[name] for name in OfficeDispute.__dataclass_fields__})
