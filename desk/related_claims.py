"""What else belongs to a complaint: the same problem with the same merchant, and the signs of art. 17."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from . import suspicion
from .clock import beijing_day
from .errors import PersonalDataUnreadable
from .store import Store, Tx
from .store import claims as rows
from .suspicion import Claim, Sign
from .ticket import Ticket, TicketKind
from .ticket_rows import masked_tickets, now, place, ticket_row

SAME_PROBLEM_DAYS = 180
MOST = 20
COMPARED = ("name", "address")  # telephone numbers are compared by their digests
NOT_DAILY_USE = "not_daily_use"  # the finding of the check at filing


def same_problem(store: Store, number: str, *, at: datetime | None = None) -> list[Ticket]:
    """Return other complaints about the same merchant and problem of the last half year, masked."""
    with store.read() as tx:
        row = ticket_row(tx, number)
        if not row["merchant_key"] or not (row["topic"] or row["case_id"]):
            return []
        since = (at or now()) - timedelta(days=SAME_PROBLEM_DAYS)
        return masked_tickets(tx.seal, rows.same_problem(tx.connection, row, since, MOST))


def signs(store: Store, number: str) -> list[Sign]:
    """Return the signs of art. 17 in a complaint, for a person to weigh; none for a report.

    Names and addresses of the complaints around it are compared here; none of them is returned.
    """
    with store.read() as tx:
        row = ticket_row(tx, number)
        if row["kind"] == TicketKind.REPORT.value:
            return []
        span = timedelta(days=suspicion.policy().longest)
        since, until = row["created_at"] - span, row["created_at"] + span
        found = rows.around(tx.connection, row["phone_digest"], row["merchant_key"], since, until)
        claim = replace(_claim(tx, row), files=rows.count_files(tx.connection, number))
        return suspicion.signs(claim, [_claim(tx, other) for other in found])


def _claim(tx: Tx, row: Mapping[str, Any]) -> Claim:
    try:
        opened = {name: tx.seal.open(row[f"{name}_sealed"], place(row["number"], name)) for name in COMPARED}
    except PersonalDataUnreadable:
        opened = dict.fromkeys(COMPARED, "")
    return Claim(
        number=row["number"],
        consumer=row["phone_digest"],
        name=opened["name"],
        address=opened["address"],
        merchant_key=row["merchant_key"],
        problem=row["topic"] or row["case_id"],
        words=f"{row['request']}\n{row['story']}",
        day=beijing_day(row["created_at"]),
        quantity=suspicion.claim_facts(row["facts"]),
        self_declared=NOT_DAILY_USE in row["flags"],
    )
