"""Group matters: several people's complaints about one dispute, handled as one (Order 121, art. 12).

Each consumer keeps a complaint, number and data of their own; the group matter is the parent that
holds them together. It is suggested by desk.grouping and made only by a person. A joint complaint
needs the consent of everyone in it; the complainants may elect two representatives in writing, who
cannot be changed, waive a claim or settle without the consent of those they stand for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from . import history
from .clock import beijing_day
from .errors import GroupNotFound, WorkRefused
from .grouping import FEWEST, Cluster, policy
from .store import Store, Tx, counters
from .store import conversations as locks
from .store import groups as rows
from .store import tickets as ticket_rows_of
from .ticket import OPEN, Ticket, TicketKind, TicketStatus
from .ticket_rows import event_at_rest, happened, locked, masked_tickets, now

UNASKED, AGREED, DECLINED = "unasked", "agreed", "declined"
ANSWERS = frozenset({UNASKED, AGREED, DECLINED})
ANSWERED = {"consent": "group:consent:set", "accord": "group:accord:set"}
DISMISSED, FORMING, JOINT, CLOSED = "dismissed", "forming", "joint", "closed"
LIVE = frozenset(rows.LIVE)
ENDS = frozenset({"settled", "failed", "apart"})
DISMISSALS = frozenset({"coincidence", "different", "one_person"})
LONGEST_PLACE = 200
MOST = 500


@dataclass(frozen=True)
class Group:
    """A group matter. `consumers` is how many people there were when it was decided."""

    number: str
    merchant_key: str
    merchant_name: str
    problem: str
    state: str
    consumers: int
    reason: str
    election_on: date | None
    mediation_at: datetime | None
    mediation_place: str
    host: str
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None

    @property
    def live(self) -> bool:
        """Tell whether anything can still be done in it."""
        return self.state in LIVE


@dataclass(frozen=True)
class Member:
    """One complaint in a group matter, with the consumer's answers."""

    ticket: Ticket
    consent: str
    accord: str
    representative: bool


def confirm(
    store: Store, numbers: Iterable[str], *, by: str, at: datetime | None = None, problem: str = ""
) -> Group:
    """Make a group matter of these complaints and return it.

    WorkRefused: fewer than two people, another merchant, a report, one that has ended or that is in
    another group matter. TicketNotFound.
    """
    moment = at or now()
    wanted = sorted(set(numbers))
    with store.write() as tx:
        found = [_joinable(tx, number) for number in wanted]
        people = {row["phone_digest"] for row in found}
        if len(people) < FEWEST:
            raise WorkRefused("group_too_few")
        if len({row["merchant_key"] for row in found}) != 1:
            raise WorkRefused("group_other_merchant")
        subject = problem or found[0]["topic"] or found[0]["case_id"]
        row = _group_row(tx, found[0], subject, FORMING, len(people), by, moment)
        for ticket in found:
            _add(tx, row["number"], ticket, by, moment)
        history.record(tx, "group:matter:open", row["number"], by=by, at=moment, tickets=len(found))
        return _group(row)


def dismiss(store: Store, cluster: Cluster, *, reason: str, by: str, at: datetime | None = None) -> Group:
    """Note that a cluster is no shared dispute: `coincidence`, `different` or `one_person`."""
    if reason not in DISMISSALS:
        raise WorkRefused("reason_missing")
    moment = at or now()
    with store.write() as tx:
        first = locked(tx, cluster.numbers[0])
        row = _group_row(tx, first, cluster.problem, DISMISSED, cluster.consumers, by, moment, reason)
        history.record(tx, "group:matter:dismiss", row["number"], by=by, at=moment, reason=reason)
        return _group(row)


def join(store: Store, group_number: str, number: str, *, by: str, at: datetime | None = None) -> None:
    """Put one more complaint into a live group matter; WorkRefused as in confirm."""
    moment = at or now()
    with store.write() as tx:
        group = _live(tx, group_number)
        ticket = _joinable(tx, number)
        if ticket["merchant_key"] != group.merchant_key:
            raise WorkRefused("group_other_merchant")
        _add(tx, group_number, ticket, by, moment)
        history.record(tx, "group:member:join", group_number, by=by, at=moment, ticket=number)


def leave(store: Store, group_number: str, number: str, *, by: str, at: datetime | None = None) -> None:
    """Take a complaint out; it goes on alone. A representative must be replaced first."""
    moment = at or now()
    with store.write() as tx:
        _live(tx, group_number)
        if _member(tx, group_number, number)["representative"]:
            raise WorkRefused("representative_stays")
        rows.change_member(tx.connection, group_number, number, {"left_at": moment})
        row = locked(tx, number)
        happened(tx, row, event_at_rest(row, "ticket:group:leave", by=by, at=moment, group=group_number))
        history.record(tx, "group:member:leave", group_number, by=by, at=moment, ticket=number)


def set_consent(
    store: Store, group_number: str, number: str, answer: str, *, by: str, at: datetime | None = None
) -> None:
    """Keep what the consumer said to a joint complaint: `agreed`, `declined` or `unasked` (art. 12)."""
    _answer(store, group_number, number, {"consent": answer}, by, at, needs=LIVE)


def set_accord(
    store: Store, group_number: str, number: str, answer: str, *, by: str, at: datetime | None = None
) -> None:
    """Keep whether the one represented agrees to what the representatives reached (art. 12)."""
    _answer(store, group_number, number, {"accord": answer}, by, at, needs=frozenset({JOINT}))


def elect(
    store: Store,
    group_number: str,
    numbers: Iterable[str],
    *,
    election_on: date,
    by: str,
    at: datetime | None = None,
) -> Group:
    """Keep the representatives named in the written election of that day.

    WorkRefused unless they are exactly two (art. 12) who agreed to the joint complaint, two
    different people, and the paper is not of a later day. A change of representatives asks
    everyone's accord anew.
    """
    moment = at or now()
    chosen = sorted(set(numbers))
    with store.write() as tx:
        _live(tx, group_number)
        known = {row["number"]: row for row in rows.members(tx.connection, group_number)}
        if len(chosen) != policy().representatives or not known.keys() >= set(chosen):
            raise WorkRefused("representatives_two")
        if any(known[number]["consent"] != AGREED for number in chosen):
            raise WorkRefused("representatives_agreed")
        if len({locked(tx, number)["phone_digest"] for number in chosen}) != len(chosen):
            raise WorkRefused("representatives_two")
        if election_on > beijing_day(moment):
            raise WorkRefused("election_date")
        rows.change_members(tx.connection, group_number, {"representative": False, "accord": UNASKED})
        for number in chosen:
            rows.change_member(tx.connection, group_number, number, {"representative": True})
        rows.change_group(tx.connection, group_number, {"election_on": election_on})
        history.record(tx, "group:representatives:elect", group_number, by=by, at=moment, tickets=chosen)
        return _group(_row(tx, group_number))


def form_joint(store: Store, group_number: str, *, by: str, at: datetime | None = None) -> Group:
    """Handle it as a joint complaint of those who agreed; who declined goes on alone.

    WorkRefused while somebody has not been asked, and with fewer than two different people.
    """
    moment = at or now()
    with store.write() as tx:
        group = _live(tx, group_number)
        if group.state != FORMING:
            raise WorkRefused("group_state")
        found = rows.members(tx.connection, group_number)
        if any(row["consent"] == UNASKED for row in found):
            raise WorkRefused("consent_unasked")
        agreed = [row["number"] for row in found if row["consent"] == AGREED]
        if len({locked(tx, number)["phone_digest"] for number in agreed}) < FEWEST:
            raise WorkRefused("group_too_few")
        for row in found:
            if row["consent"] == DECLINED:
                leave(store, group_number, row["number"], by=by, at=moment)
        for number in agreed:
            _tell_ticket(tx, number, "ticket:group:joint", group_number, by, moment)
        rows.change_group(tx.connection, group_number, {"state": JOINT})
        history.record(tx, "group:matter:joint", group_number, by=by, at=moment, tickets=len(agreed))
        return _group(_row(tx, group_number))


def set_mediation(
    store: Store,
    group_number: str,
    *,
    mediation_at: datetime,
    place: str,
    host: str,
    by: str,
    at: datetime | None = None,
) -> Group:
    """Set the one mediation of a joint complaint: when, where or how, and who holds it (art. 20, 21)."""
    moment = at or now()
    where = place.strip()
    if not where or len(where) > LONGEST_PLACE or mediation_at <= moment:
        raise WorkRefused("mediation_when_where")
    with store.write() as tx:
        if _live(tx, group_number).state != JOINT:
            raise WorkRefused("group_not_joint")
        values = {"mediation_at": mediation_at, "mediation_place": where, "host": host}
        rows.change_group(tx.connection, group_number, values)
        for row in rows.members(tx.connection, group_number):
            _tell_ticket(tx, row["number"], "ticket:group:mediate", group_number, by, moment)
        history.record(tx, "group:mediation:set", group_number, by=by, at=moment, host=host)
        return _group(_row(tx, group_number))


def close(store: Store, group_number: str, *, reason: str, by: str, at: datetime | None = None) -> Group:
    """End the group matter: `settled`, `failed` or `apart` (each goes on alone).

    Its complaints stay as they are: each ends by its own step, on its own page. `settled` is
    refused while somebody represented has not agreed or declined (art. 12).
    """
    if reason not in ENDS:
        raise WorkRefused("reason_missing")
    moment = at or now()
    with store.write() as tx:
        group = _live(tx, group_number)
        found = rows.members(tx.connection, group_number)
        if reason == "settled" and group.state != JOINT:
            raise WorkRefused("group_not_joint")
        asked_all = all(row["consent"] == AGREED and row["accord"] != UNASKED for row in found)
        if reason == "settled" and not asked_all:
            raise WorkRefused("accord_unasked")
        rows.change_group(
            tx.connection, group_number, {"state": CLOSED, "reason": reason, "closed_at": moment}
        )
        history.record(tx, "group:matter:close", group_number, by=by, at=moment, reason=reason)
        return _group(_row(tx, group_number))


def get(store: Store, number: str) -> Group:
    """Return the group matter; GroupNotFound."""
    with store.read() as tx:
        return _group(_row(tx, number))


def members(store: Store, number: str) -> list[Member]:
    """Return its complaints, masked, in the order of filing."""
    with store.read() as tx:
        found = rows.members(tx.connection, number)
        known = ticket_rows_of.by_numbers(tx.connection, [row["number"] for row in found])
        by_number = {row["number"]: row for row in known}
        masked = masked_tickets(
            tx.seal, (by_number[row["number"]] for row in found if row["number"] in by_number)
        )
        return [
            Member(ticket, row["consent"], row["accord"], row["representative"])
            for ticket, row in zip(masked, found, strict=True)
        ]


def listed(store: Store, states: Iterable[str], *, limit: int = 100) -> list[tuple[Group, int]]:
    """Return group matters in these states with the number of their complaints, newest first."""
    with store.read() as tx:
        found = [_group(row) for row in rows.groups(tx.connection, list(states), min(limit, MOST))]
        sizes = rows.sizes(tx.connection, [group.number for group in found])
        return [(group, sizes.get(group.number, 0)) for group in found]


def of_ticket(store: Store, number: str) -> Group | None:
    """Return the newest group matter a complaint is in."""
    with store.read() as tx:
        row = rows.latest_of(tx.connection, number)
        return _group(row) if row else None


def _joinable(tx: Tx, number: str) -> Mapping[str, Any]:
    row = locked(tx, number)
    if row["kind"] != TicketKind.COMPLAINT.value:
        raise WorkRefused("group_report")
    if TicketStatus(row["status"]) not in OPEN:
        raise WorkRefused("group_ended")
    if rows.live_of(tx.connection, number) is not None:
        raise WorkRefused("group_elsewhere")
    return row


def _add(tx: Tx, group_number: str, ticket: Mapping[str, Any], by: str, at: datetime) -> None:
    fresh = {"consent": UNASKED, "accord": UNASKED, "representative": False, "left_at": None}
    place = {"group_number": group_number, "number": ticket["number"]}
    rows.insert_member(tx.connection, {**place, **fresh, "joined_at": at})
    happened(tx, ticket, event_at_rest(ticket, "ticket:group:join", by=by, at=at, group=group_number))


def _tell_ticket(tx: Tx, number: str, event: str, group_number: str, by: str, at: datetime) -> None:
    row = locked(tx, number)
    happened(tx, row, event_at_rest(row, event, by=by, at=at, group=group_number))


def _answer(
    store: Store,
    group_number: str,
    number: str,
    values: dict[str, str],
    by: str,
    at: datetime | None,
    *,
    needs: frozenset[str],
) -> None:
    (kind, answer), *_ = values.items()
    if answer not in ANSWERS:
        raise WorkRefused("answer_unknown")
    with store.write() as tx:
        if _live(tx, group_number).state not in needs:
            raise WorkRefused("group_not_joint")
        member = _member(tx, group_number, number)
        if kind == "consent" and member["representative"] and answer != AGREED:
            raise WorkRefused("representative_stays")
        rows.change_member(tx.connection, group_number, number, values)
        history.record(tx, ANSWERED[kind], group_number, by=by, at=at, ticket=number, answer=answer)


def _member(tx: Tx, group_number: str, number: str) -> Mapping[str, Any]:
    for row in rows.members(tx.connection, group_number):
        if row["number"] == number:
            return row
    raise WorkRefused("group_not_in")


def _live(tx: Tx, number: str) -> Group:
    row = rows.group(tx.connection, number, lock=True)
    if row is None:
        raise GroupNotFound(number)
    if row["state"] not in LIVE:
        raise WorkRefused("group_closed")
    return _group(row)


def _row(tx: Tx, number: str) -> Mapping[str, Any]:
    row = rows.group(tx.connection, number)
    if row is None or row["state"] == DISMISSED:
        raise GroupNotFound(number)
    return row


def _group_row(
    tx: Tx,
    ticket: Mapping[str, Any],
    problem: str,
    state: str,
    consumers: int,
    by: str,
    at: datetime,
    reason: str = "",
) -> dict[str, Any]:
    locks.lock_name(tx.connection, f"group:{ticket['merchant_key']}")
    day = f"{beijing_day(at):%Y%m%d}"
    row = {
        "number": f"QT{day}-{counters.next_value(tx.connection, f'group:{day}'):02d}",
        "merchant_key": ticket["merchant_key"],
        "merchant_name": ticket["merchant_name"],
        "problem": problem,
        "state": state,
        "consumers": consumers,
        "reason": reason,
        "election_on": None,
        "mediation_at": None,
        "mediation_place": "",
        "host": "",
        "opened_by": by,
        "opened_at": at,
        "closed_at": None,
    }
    rows.insert_group(tx.connection, row)
    return row


def _group(row: Mapping[str, Any]) -> Group:
    return Group(**{name: row[name] for name in Group.__dataclass_fields__})
