"""A ticket: what it is, what state it is in and where it may go next. No storage here.

A complaint (投诉) and a report (举报) are different things with different ways (Order 121, art. 9);
a ticket is one or the other for its whole life.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from .errors import GroundRefused, TransitionRefused


class TicketKind(str, Enum):
    COMPLAINT = "complaint"
    REPORT = "report"


class TicketStatus(str, Enum):
    DRAFT = "draft"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    MEDIATING = "mediating"
    PAUSED = "paused"
    SETTLED = "settled"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    PERFORMED = "performed"
    BREACHED = "breached"
    CLOSED = "closed"


_S = TicketStatus

NEXT: Mapping[TicketStatus, frozenset[TicketStatus]] = {
    _S.DRAFT: frozenset({_S.RECEIVED, _S.WITHDRAWN}),
    _S.RECEIVED: frozenset({_S.ACCEPTED, _S.REFUSED, _S.TRANSFERRED, _S.WITHDRAWN}),  # art. 15, 41
    _S.ACCEPTED: frozenset({_S.MEDIATING, _S.PAUSED, _S.SETTLED, _S.FAILED, _S.WITHDRAWN}),  # art. 18, 23
    _S.MEDIATING: frozenset({_S.PAUSED, _S.SETTLED, _S.FAILED, _S.WITHDRAWN}),  # art. 21 to 24
    _S.PAUSED: frozenset({_S.MEDIATING, _S.SETTLED, _S.FAILED, _S.WITHDRAWN}),  # art. 21, 22
    _S.SETTLED: frozenset({_S.PERFORMED, _S.BREACHED, _S.CLOSED}),
    _S.BREACHED: frozenset({_S.PERFORMED, _S.CLOSED}),
    _S.PERFORMED: frozenset({_S.CLOSED}),
    _S.REFUSED: frozenset({_S.CLOSED}),  # complete papers handed in later: desk.reopening
    _S.TRANSFERRED: frozenset({_S.RECEIVED, _S.CLOSED}),  # sent back by the other office (art. 41)
    _S.FAILED: frozenset({_S.CLOSED}),
    _S.WITHDRAWN: frozenset({_S.CLOSED}),
    _S.CLOSED: frozenset(),
}

# A report is checked and answered under the penalty procedure; there is nothing to mediate in it.
REPORT_NEXT: Mapping[TicketStatus, frozenset[TicketStatus]] = {
    status: frozenset() for status in TicketStatus
} | {
    _S.RECEIVED: frozenset({_S.ACCEPTED, _S.REFUSED, _S.TRANSFERRED}),
    _S.ACCEPTED: frozenset({_S.CLOSED}),
    _S.REFUSED: frozenset({_S.CLOSED}),
    _S.TRANSFERRED: frozenset({_S.RECEIVED, _S.CLOSED}),
}

ENDED = frozenset({_S.REFUSED, _S.TRANSFERRED, _S.FAILED, _S.WITHDRAWN, _S.PERFORMED, _S.CLOSED})
OPEN = frozenset(TicketStatus) - ENDED

# The ground a step must name, with its place in Order 121; wording in desk/wording.yml.
REFUSAL_GROUNDS = {
    "not_competent": "16(1)",
    "handled_elsewhere": "16(2)",
    "not_daily_use": "16(3)",
    "too_late": "16(4)",
    "papers_missing": "16(5)",
    "identity": "16(6)",
    "other_rule": "16(7)",
}
FAILURE_GROUNDS = {
    "party_absent": "23(2)",
    "no_agreement": "23(3)",
    "examination_cost": "23(4)",
    "sixty_days": "23(5)",
    "found_inadmissible": "23(6)",
    "party_gone": "23(7)",
    "other_rule": "23(8)",
}
REPORT_REFUSAL_GROUNDS = {"no_lead": "28", "repeated": "35", "not_competent": "34", "not_found": "35"}
PAUSE_REASONS = {"examination": "22", "recusal": "21"}


@dataclass(frozen=True)
class Step:
    """One move of a ticket. `ground`, `office`, `reason`, `rule` are codes; `text` is what the consumer reads.

    `rule` names the rule of competence that decided a transfer (art. 13, 14).
    """

    to: TicketStatus
    ground: str = ""
    office: str = ""
    reason: str = ""
    text: str = ""
    rule: str = ""


@dataclass(frozen=True)
class TicketEvent:
    """Something that happened to a ticket. `by` is `consumer`, `bot` or a staff id."""

    event: str
    from_status: str
    to_status: str
    by: str
    at: datetime
    detail: dict[str, Any]
    text: str


@dataclass(frozen=True)
class Ticket:
    """A consumer's complaint or report as the desk sees it.

    `name`, `phone` and `address` are masked; tickets.reveal gives the full ones and records it.
    `code` is filled only for the consumer's own views. Dates are Beijing dates, times aware UTC;
    `amount` is yuan. `due_on` is the last day of the period that runs now, None when none does;
    `target_on` the nearest internal target; `merged_into` the ticket that stands for this one.
    """

    id: int
    number: str
    code: str
    kind: TicketKind
    status: TicketStatus
    conversation_id: str
    name: str
    phone: str
    address: str
    region_code: str
    merchant_name: str
    merchant_address: str
    request: str
    story: str
    amount: Decimal | None
    happened_on: date | None
    topic: str
    case_id: str
    facts: dict[str, Any]
    flags: tuple[str, ...]
    agent_for: str
    assigned_to: str
    office: str
    ground: str
    created_at: datetime
    updated_at: datetime
    accept_by: date | None
    mediate_by: date | None
    notify_by: date | None
    lead_check_by: date | None
    due_on: date | None
    urged: int
    handling_office: str
    target_on: date | None = None
    merged_into: str = ""

    @property
    def next_statuses(self) -> frozenset[TicketStatus]:
        """Where this ticket may go from here."""
        return allowed_from(self.kind, self.status)


def allowed_from(kind: TicketKind, status: TicketStatus) -> frozenset[TicketStatus]:
    """Return where a ticket of this kind may go from `status`."""
    return (REPORT_NEXT if kind is TicketKind.REPORT else NEXT)[status]


def check_step(number: str, kind: TicketKind, status: TicketStatus, step: Step) -> None:
    """Raise TransitionRefused if `step` leads nowhere from `status`, GroundRefused if it lacks its ground.

    Refusing needs a ground of art. 16, ending a mediation one of art. 23, transferring an office,
    pausing a reason.
    """
    if step.to not in allowed_from(kind, status):
        raise TransitionRefused(number, status.value, step.to.value)
    if step.to is TicketStatus.REFUSED:
        grounds = REPORT_REFUSAL_GROUNDS if kind is TicketKind.REPORT else REFUSAL_GROUNDS
        _need(step.ground in grounds, step.to, "ground")
    if step.to is TicketStatus.FAILED:
        _need(step.ground in FAILURE_GROUNDS, step.to, "ground")
    if step.to is TicketStatus.TRANSFERRED:
        _need(bool(step.office.strip()), step.to, "office")
    if step.to is TicketStatus.PAUSED:
        _need(step.reason in PAUSE_REASONS, step.to, "reason")


def _need(fits: bool, to: TicketStatus, what: str) -> None:
    if not fits:
        raise GroundRefused(to.value, what)
