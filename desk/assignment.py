"""Queues: where a new ticket goes and why, who works there, and giving it to whom has the least to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import history, sight
from .assignment_rules import MANUAL, Load, Matter, Policy, least_loaded, policy
from .clock import beijing_day
from .errors import WorkRefused
from .office_directory import Offices, directory_in
from .progress import ASSIGNED
from .roles import Permission, Role, permissions_of
from .store import Store, Tx
from .store import staff as staff_rows
from .store import worklist as rows
from .store.worklist import Narrow
from .ticket import OPEN, Ticket, TicketKind
from .ticket_rows import event_at_rest, happened, locked, masked_ticket, masked_tickets, now, ticket_row

OPEN_STATES = tuple(sorted(status.value for status in OPEN))
ROUTED = "ticket:queue:route"
HANDLING = "handling"  # the rule of a queue whose office is the one that handles the ticket
AT_ONCE = 500  # tickets without a queue that are sorted in one go
LEAST_LOAD = "least_load"
NUMBERS = ("open", "unassigned", "overdue", "reports")

policy()  # a rules file that cannot be read stops the start, never a filing


@dataclass(frozen=True)
class Queue:
    """One queue with its open tickets and the ids of those who work in it."""

    office: str
    skill: str
    name: str
    open: int
    unassigned: int
    overdue: int
    reports: int
    staff: tuple[str, ...]


@dataclass(frozen=True)
class Placement:
    """Where a ticket is and why: `reasons` are the words of the rules, empty when a person moved it."""

    office: str
    skill: str
    name: str
    reasons: tuple[str, ...]
    by_hand: bool


@dataclass(frozen=True)
class Advice:
    """Who should get a ticket: the least loaded of its queue, with what each there has."""

    staff_id: str
    loads: Mapping[str, Load]


def place_new(tx: Tx, row: Mapping[str, Any], *, at: datetime, rules: Policy | None = None) -> None:
    """Put a ticket that has just been filed into its queue and, where the rules say so, give it out."""
    chosen = rules or policy()
    number = row["number"]
    _route(tx, row, at, chosen)
    if not chosen.share.automatic:
        return
    advice = _advice(tx, number, at, chosen)
    if advice is not None:
        _give(tx, number, advice.staff_id, "system", at, LEAST_LOAD)


def place_missing(store: Store, *, by: str, at: datetime | None = None) -> int:
    """Put open tickets that are in no queue into theirs, by the rules; returns how many. None is given out."""
    moment = at or now()
    with store.write() as tx:
        found = rows.unrouted(tx.connection, OPEN_STATES, AT_ONCE)
        for row in found:
            _route(tx, row, moment, policy())
        if found:
            history.record(tx, "queue:tickets:sort", "queues", by=by, at=moment, tickets=len(found))
        return len(found)


def move(store: Store, number: str, *, office: str, skill: str, by: str, at: datetime | None = None) -> None:
    """Put the ticket into another queue of its office by hand; WorkRefused for one that does not exist there."""
    moment = at or now()
    with store.write() as tx:
        row = locked(tx, number)
        if skill not in policy().skills or office != row["handling_office"]:
            raise WorkRefused("queue_unknown")
        _keep_queue(tx, row, {"office": office, "skill": skill}, HANDLING, MANUAL, by, moment)


def give(store: Store, number: str, *, to: str, by: str, at: datetime | None = None) -> Ticket:
    """Give the ticket to a colleague, or with '' to nobody; WorkRefused if they may not handle it."""
    with store.write() as tx:
        _give(tx, number, to, by, at or now(), "")
        return masked_ticket(tx.seal, locked(tx, number))


def advice(store: Store, number: str, *, at: datetime | None = None) -> Advice | None:
    """Return who in the ticket's queue has the least to do; None without a queue or people in it."""
    with store.read() as tx:
        return _advice(tx, number, at or now(), policy())


def placement(store: Store, number: str) -> Placement | None:
    """Return the queue of a ticket and why it is there; None for one that was never sorted."""
    with store.read() as tx:
        row = _work(tx, number)
        if row is None:
            return None
        offices = directory_in(tx)
        name = _name(offices, _seen(store, offices), row["office"], row["skill"])
    because = policy().because(row["skill_rule"])
    by_hand = row["skill_rule"] == MANUAL
    return Placement(row["office"], row["skill"], name, (because,) if because else (), by_hand)


def _work(tx: Tx, number: str) -> Mapping[str, Any] | None:
    return tx.once(f"work {number}", lambda: rows.work(tx.connection, number))


def _seen(store: Store, offices: Offices) -> list[str]:
    return [code for code in offices.ours if store.offices is None or code in store.offices]


def _name(offices: Offices, seen: Collection[str], office: str, skill: str) -> str:
    """Return what a queue is called; the office is left out for who sees only one."""
    called = policy().skills.get(skill, skill)
    return called if len(seen) < 2 else f"{offices.name(office)} {called}"


def choices(store: Store, number: str) -> list[tuple[str, str]]:
    """Return the queues a ticket may be put into, office/skill with the name: those of its office."""
    with store.read() as tx:
        office = ticket_row(tx, number)["handling_office"]
        offices = directory_in(tx)
    seen = _seen(store, offices)
    return [(f"{office}/{skill}", _name(offices, seen, office, skill)) for skill in policy().skills]


def queues(store: Store, *, kinds: Iterable[TicketKind], at: datetime | None = None) -> list[Queue]:
    """Return the queues of the offices seen, in the order of the rules, with what is open in them."""
    today = beijing_day(at or now())
    with store.read() as tx:
        wanted = [kind.value for kind in kinds]
        found = rows.queue_counts(tx.connection, OPEN_STATES, wanted, today)
        working = rows.all_staff(tx.connection)
        offices = directory_in(tx)
    seen = _seen(store, offices)
    known = [(office, skill) for office in seen for skill in policy().skills]
    counts = {(row["office"], row["skill"]): row for row in found}
    staff: dict[tuple[str, str], list[str]] = {}
    for line in working:
        staff.setdefault((line["office"], line["skill"]), []).append(line["staff_id"])
    listed = []
    for office, skill in dict.fromkeys([*known, *counts]):
        row = counts.get((office, skill), dict.fromkeys(NUMBERS, 0))
        inside = tuple(staff.get((office, skill), ()))
        numbers = {name: int(row[name] or 0) for name in NUMBERS}
        name = _name(offices, seen, office, skill)
        listed.append(Queue(office, skill, name, staff=inside, **numbers))
    return listed


def set_queue_staff(
    store: Store, office: str, skill: str, ids: Iterable[str], *, by: str, at: datetime | None = None
) -> None:
    """Say who works in a queue; WorkRefused for an unknown queue or someone who may not handle its tickets."""
    chosen = sorted(set(ids))
    with store.write() as tx:
        if skill not in policy().skills or office not in directory_in(tx).ours:
            raise WorkRefused("queue_unknown")
        if len(_fit(tx, chosen, Permission.TICKET_ADVANCE, office)) < len(chosen):
            raise WorkRefused("assignee_unfit")
        rows.set_staff(tx.connection, office, skill, chosen)
        history.record(tx, "queue:staff:set", f"{office}/{skill}", by=by, at=at, staff=chosen)


def loads(store: Store, ids: Iterable[str], *, at: datetime | None = None) -> dict[str, Load]:
    """Return what each of these people has to do."""
    with store.read() as tx:
        return _loads(tx, sorted(set(ids)), at or now(), policy())


def listed(store: Store, narrow: Narrow, *, limit: int = 50, offset: int = 0) -> list[Ticket]:
    """Return the tickets of a list of work, masked, the most urgent first."""
    with store.read() as tx:
        return masked_tickets(tx.seal, rows.listed(tx.connection, narrow, limit, offset))


def count(store: Store, narrow: Narrow) -> int:
    """Return how many tickets are in a list of work."""
    with store.read() as tx:
        return rows.count(tx.connection, narrow)


def count_unsorted(store: Store) -> int:
    """Return how many open tickets are in no queue: those filed before there were queues."""
    with store.read() as tx:
        return rows.count_unrouted(tx.connection, OPEN_STATES)


def queue_names(store: Store, numbers: Sequence[str]) -> dict[str, str]:
    """Return what the queue of each ticket is called."""
    with store.read() as tx:
        found = rows.queues_of(tx.connection, numbers)
        offices = directory_in(tx)
    seen = _seen(store, offices)
    return {number: _name(offices, seen, row["office"], row["skill"]) for number, row in found.items()}


def _route(tx: Tx, row: Mapping[str, Any], at: datetime, rules: Policy) -> None:
    matter = Matter(
        kind=row["kind"],
        topic=row["topic"],
        case_id=row["case_id"],
        region_code=row["region_code"],
        amount=row["amount"],
        flags=tuple(row["flags"]),
    )
    route = rules.route(matter)
    queue = {"office": row["handling_office"], "skill": route.skill}
    _keep_queue(tx, row, queue, HANDLING, route.rule, "system", at)


def _keep_queue(
    tx: Tx,
    row: Mapping[str, Any],
    queue: Mapping[str, str],
    office_rule: str,
    skill_rule: str,
    by: str,
    at: datetime,
) -> None:
    why = {"office_rule": office_rule, "skill_rule": skill_rule}
    rows.set_work(tx.connection, row["number"], queue["skill"], {**why, "at": at})
    if by == "system":  # a step of nobody's; the reason stands with the queue
        history.record(tx, ROUTED, row["number"], by=by, at=at, queue=dict(queue), **why)
    else:
        happened(tx, row, event_at_rest(row, ROUTED, by=by, at=at, queue=dict(queue), **why))


def _give(tx: Tx, number: str, to: str, by: str, at: datetime, rule: str) -> None:
    row = locked(tx, number)
    needed = Permission.REPORT_HANDLE if row["kind"] == TicketKind.REPORT.value else Permission.TICKET_ADVANCE
    if to and not _fit(tx, [to], needed, row["handling_office"]):
        raise WorkRefused("assignee_unfit")
    detail = {"assignee": to, **({"rule": rule} if rule else {})}
    happened(tx, row, event_at_rest(row, ASSIGNED, by=by, at=at, **detail), {"assigned_to": to})


def _advice(tx: Tx, number: str, at: datetime, rules: Policy) -> Advice | None:
    queue = _work(tx, number)
    if queue is None:
        return None
    row = ticket_row(tx, number)
    needed = Permission.REPORT_HANDLE if row["kind"] == TicketKind.REPORT.value else Permission.TICKET_ADVANCE
    working = rows.staff_of(tx.connection, queue["office"], queue["skill"])
    found = _loads(tx, _fit(tx, working, needed, queue["office"]), at, rules)
    best = least_loaded(found, rules.share)
    return None if best is None else Advice(best, found)


def _loads(tx: Tx, ids: Sequence[str], at: datetime, rules: Policy) -> dict[str, Load]:
    today = beijing_day(at)
    soon = today + timedelta(days=rules.share.soon_days)
    found = rows.loads(tx.connection, ids, OPEN_STATES, today, soon) if ids else {}
    return {
        id: Load(int(row["open"]), int(row["soon"] or 0), int(row["overdue"] or 0))
        if (row := found.get(id))
        else Load()
        for id in ids
    }


def _fit(tx: Tx, ids: Sequence[str], permission: Permission, office: str) -> list[str]:
    """Return which of these people may do that; whoever does not see the office's tickets cannot be given one."""
    known, offices = staff_rows.by_ids(tx.connection, ids), directory_in(tx)
    return [id for id in ids if id in known and _may(known[id], permission, offices, office)]


def _may(row: Mapping[str, Any], permission: Permission, offices: Offices, office: str) -> bool:
    roles = [Role(role) for role in row["roles"]]
    allowed = row["active"] and permission in permissions_of(roles)
    return allowed and office in sight.offices_seen(offices, roles, row["offices"])
