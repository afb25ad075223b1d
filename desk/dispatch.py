"""Which office a ticket belongs to: decided when it is filed, corrected by an officer, transferred by that rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import history, wording
from .competence import ARTICLES, Competence, Respondent, RespondentKind, Route, decide, route_to
from .errors import DispatchRefused
from .office_directory import Offices, directory_in
from .respondents import Told, platforms, respondent_of, seat_unverified, told_by
from .store import Store, Tx
from .store import dispatch as rows
from .ticket import Step, TicketKind, TicketStatus
from .ticket_rows import locked, now, ticket_row

BY_RULE = "system"
# Rules that go by where the operator of a platform is registered (art. 13, 31).
BY_PLATFORM = frozenset({"platform_seat", "seller_platform", "report_platform_first"})
LONGEST_ADDRESS = 200


@dataclass(frozen=True)
class Dispatch:
    """What was decided for one ticket and why. `office` is a code, '' while something is missing."""

    number: str
    told: Told
    office: str
    office_name: str
    station: str
    rule: str
    article: str
    why: str
    competent: tuple[str, ...]
    asks: tuple[str, ...]
    route: Route
    decided_by: str
    decided_at: datetime | None


def decide_filed(tx: Tx, ticket: Mapping[str, Any], told: Told, *, at: datetime) -> str:
    """Decide by rule for a ticket just filed, in the transaction that files it; returns the office, '' while open."""
    return str(_keep(tx, ticket, told, by=BY_RULE, at=at)["office"])


def of(store: Store, number: str) -> Dispatch:
    """Return the decision for a ticket; one filed before there were any is decided by rule now. TicketNotFound."""
    with store.read() as tx:
        ticket = ticket_row(tx, number)
        offices = directory_in(tx)
        row = rows.dispatch(tx.connection, number)
        if row is None:
            told = told_by(ticket["merchant_name"], ticket["merchant_address"])
            row = _row(ticket, told, offices, by=BY_RULE, at=None)
        return _dispatch(row, offices, ticket["handling_office"])


def correct(store: Store, number: str, told: Told, *, by: str, at: datetime | None = None) -> Dispatch:
    """Decide anew from what an officer found out about the respondent; recorded."""
    with store.write() as tx:
        ticket = locked(tx, number)
        row = _keep(tx, ticket, told, by=by, at=at or now())
        return _dispatch(row, directory_in(tx), ticket["handling_office"])


def transfer_step(found: Dispatch) -> Step:
    """Return the step that transfers the ticket to the office decided for it; its letter says why.

    DispatchRefused: office (none is known), same (it is one of ours).
    """
    if not found.office:
        raise DispatchRefused("office")
    if found.route in (Route.OURS, Route.SISTER):
        raise DispatchRefused("same")
    return Step(TicketStatus.TRANSFERRED, office=found.office_name, rule=found.rule)


def settle(tx: Tx, number: str, office: str, rule: str, *, by: str, at: datetime) -> None:
    """Keep the office that a dispute ended with: `agreed` or `designated` (art. 33)."""
    ticket, known = locked(tx, number), rows.dispatch(tx.connection, number)
    offices = directory_in(tx)
    told = _told(known) if known else told_by(ticket["merchant_name"], ticket["merchant_address"])
    decided = Competence(office, rule, (office,), (), route_to(office, offices))
    rows.save_dispatch(tx.connection, _decided(ticket, told, decided, offices, by=by, at=at))
    history.record(tx, "ticket:dispatch:decide", number, by=by, at=at, office=office, rule=rule)


def try_address(offices: Offices, told: Told, *, report: bool = False) -> Competence:
    """Return what the rules say of a respondent, without a ticket."""
    return decide(respondent_of(told), offices, report=report)


def by_unverified_seat(rule: str, told: Told) -> bool:
    """Tell whether this rule decided by a platform's registered place that nobody has checked yet."""
    return rule in BY_PLATFORM and seat_unverified(told)


def reason(rule: str, office: str) -> str:
    """Say in plain words why this office, with its name filled in."""
    return wording.say("dispatch_rules", rule).format(office=office)


def consumer_words(found: Dispatch) -> str:
    """Tell the consumer which office handles it; '' while that is not known."""
    if not found.office:
        return ""
    if found.told.kind is RespondentKind.SELLER:
        return wording.say("dispatch", "told_by_platform").format(office=found.office_name)
    return handled_words(found.office_name)


def handled_words(office: str) -> str:
    """Tell the consumer that the office of this name handles it."""
    return wording.say("dispatch", "told").format(office=office)


def _keep(tx: Tx, ticket: Mapping[str, Any], told: Told, *, by: str, at: datetime) -> Mapping[str, Any]:
    if len(told.address) > LONGEST_ADDRESS or len(told.platform_seat) > LONGEST_ADDRESS:
        raise DispatchRefused("address")
    row = _row(ticket, told, directory_in(tx), by=by, at=at)
    rows.save_dispatch(tx.connection, row)
    history.record(
        tx, "ticket:dispatch:decide", row["number"], by=by, at=at, office=row["office"], rule=row["rule"]
    )
    return row


def _row(
    ticket: Mapping[str, Any], told: Told, offices: Offices, *, by: str, at: datetime | None
) -> dict[str, Any]:
    respondent = respondent_of(told)
    report = ticket["kind"] == TicketKind.REPORT.value
    return _decided(ticket, told, decide(respondent, offices, report=report), offices, by=by, at=at)


def _decided(
    ticket: Mapping[str, Any],
    told: Told,
    decided: Competence,
    offices: Offices,
    *,
    by: str,
    at: datetime | None,
) -> dict[str, Any]:
    respondent = respondent_of(told)
    station = offices.station(decided.office, respondent.address) if decided.office else None
    return {
        "number": ticket["number"],
        "kind": told.kind.value,
        "platform": told.platform if told.platform in platforms() else "",
        "platform_seat": told.platform_seat,
        "address": told.address,
        "reachable": told.reachable,
        "region_code": _region(respondent),
        "office": decided.office,
        "station": station.name if station else "",
        "rule": decided.rule,
        "competent": list(decided.competent),
        "asks": list(decided.asks),
        "decided_by": by,
        "decided_at": at,
    }


def _region(respondent: Respondent) -> str:
    return respondent.region.code or respondent.platform_region.code


def _told(row: Mapping[str, Any]) -> Told:
    return Told(
        RespondentKind(row["kind"]), row["address"], row["platform"], row["platform_seat"], row["reachable"]
    )


def _dispatch(row: Mapping[str, Any], offices: Offices, here: str) -> Dispatch:
    name = offices.name(row["office"]) if row["office"] else ""
    return Dispatch(
        number=row["number"],
        told=_told(row),
        office=row["office"],
        office_name=name,
        station=row["station"],
        rule=row["rule"],
        article=ARTICLES[row["rule"]],
        why=reason(row["rule"], name),
        competent=tuple(row["competent"]),
        asks=tuple(row["asks"]),
        route=route_to(row["office"], offices, here=here),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
    )
