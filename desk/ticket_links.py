"""Tickets that belong together: related ones linked, duplicates merged, and either taken back.

A consumer's duplicates are merged into the one that stays: both numbers stay valid, both clocks
run on in it, and each keeps what its consumer said. Tickets of two consumers are never merged,
they are linked. Order 121, art. 12, 16 (2), 35.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import consents, notices
from . import course as courses
from .course import carried, course_of
from .errors import LinkRefused
from .life_policy import policy
from .personal import plain_phone
from .store import Store, Tx
from .store import conversations as conversation_rows
from .store import links as link_rows
from .store import tickets as rows
from .ticket import Ticket, TicketEvent, TicketKind, TicketStatus
from .ticket_rows import (
    Row,
    event_at_rest,
    events_of,
    existing,
    happened,
    locked,
    masked_ticket,
    now,
    personal_of,
)

LINKED = "ticket:link:add"
UNLINKED = "ticket:link:remove"
MERGE, SPLIT, RELATED = "merged", "split", "related"
LONGEST_REASON = 500
# How far a ticket is: the one that stays is at least as far as the one merged into it.
FAR = {
    TicketStatus.RECEIVED: 0,
    TicketStatus.ACCEPTED: 1,
    TicketStatus.MEDIATING: 2,
    TicketStatus.PAUSED: 2,
}


@dataclass(frozen=True)
class Link:
    """One link as one of its two tickets sees it: `number` is the other ticket.

    `role`: related; merged (the other was merged into this one), into (this one into the other);
    part (the other was split off this one), origin (this one off the other). `before` is what the
    original said before the split, {} otherwise.
    """

    id: int
    role: str
    number: str
    reason: str
    before: dict[str, Any]
    by: str
    at: datetime


def links(store: Store, number: str) -> list[Link]:
    """Return the links of a ticket that stand, oldest first."""
    with store.read() as tx:
        found = tx.once(f"links {number}", lambda: link_rows.links_of(tx.connection, number))
        return [_link(row, number) for row in found]


def merged_numbers(store: Store, number: str) -> list[str]:
    """Return the numbers of the tickets merged into this one."""
    return [link.number for link in links(store, number) if link.role == "merged"]


def standing(store: Store, ticket: Ticket) -> Ticket:
    """Return the ticket that stands for this one: itself, or the one it was merged into, with its code."""
    if not ticket.merged_into:
        return ticket
    with store.read() as tx:
        row = existing(rows.ticket(tx.connection, ticket.merged_into), ticket.merged_into)
        return masked_ticket(tx.seal, row, with_code=True)


def relate(
    store: Store, number: str, other: str, *, by: str, reason: str = "", at: datetime | None = None
) -> None:
    """Link two tickets that have to do with each other; LinkRefused (self, twice, kinds)."""
    moment = at or now()
    with store.write() as tx:
        mine, theirs = _both(tx, number, other)
        _refuse_unlike(mine, theirs)
        known = link_rows.links_of(tx.connection, number)
        if any(other in (row["number"], row["other"]) for row in known):
            raise LinkRefused("twice")
        _keep_link(tx, RELATED, number, other, by, moment, reason)
        for row, counterpart in ((mine, other), (theirs, number)):
            happened(tx, row, event_at_rest(row, LINKED, by=by, at=moment, other=counterpart))


def unrelate(store: Store, link_id: int, *, by: str, at: datetime | None = None) -> None:
    """Take the link of two related tickets back; LinkRefused (gone) if there is none."""
    moment = at or now()
    with store.write() as tx:
        link = _standing_link(tx, link_id, RELATED)
        _undo(tx, link, by, moment)
        for number, other in ((link["number"], link["other"]), (link["other"], link["number"])):
            row = locked(tx, number)
            happened(tx, row, event_at_rest(row, UNLINKED, by=by, at=moment, other=other))


def merge(
    store: Store, number: str, into: str, *, by: str, reason: str = "", at: datetime | None = None
) -> Ticket:
    """Merge the duplicate `number` into `into`, the same consumer's; returns the one that stays.

    The earliest of both clocks governs. LinkRefused: self, kinds, two_consumers, ended, paused
    (the duplicate is under examination), further (the duplicate is further along: merge the other
    way round), has_merged (others were merged into the duplicate).
    """
    moment = at or now()
    with store.write() as tx:
        duplicate, stays = _both(tx, number, into)
        _refuse_merge(tx, duplicate, stays)
        _keep_link(tx, MERGE, number, into, by, moment, reason)
        clock = carried(course_of(TicketKind(duplicate["kind"]), events_of(tx, number)))
        closed = TicketStatus.CLOSED.value
        gone = TicketEvent(courses.MERGED, duplicate["status"], closed, by, moment, {"into": into}, "")
        happened(tx, duplicate, gone, {"merged_into": into})
        added = event_at_rest(stays, courses.ABSORBED, by=by, at=moment, number=number, **clock)
        consents.inherit(tx, happened(tx, stays, added), duplicate, by=by, at=moment)
        notices.tell(tx, into, "merged", by=by, at=moment, other=number)
        return masked_ticket(tx.seal, locked(tx, into))


def unmerge(store: Store, link_id: int, *, by: str, at: datetime | None = None) -> Ticket:
    """Take a merge back: the duplicate is as before, its clock having run on; returns it.

    LinkRefused: gone, late (more days than the policy allows), moved_on (the ticket that stays has
    changed its state since, which decided for both).
    """
    moment = at or now()
    with store.write() as tx:
        link = _standing_link(tx, link_id, MERGE)
        duplicate, stays = _both(tx, link["number"], link["other"])
        if moment - link["at"] > timedelta(days=policy().unmerge_within_days):
            raise LinkRefused("late")
        before = events_of(tx, duplicate["number"])
        was = next(event.from_status for event in reversed(before) if event.event == courses.MERGED)
        if _moved_since_merge(tx, stays["number"], duplicate["number"]):
            raise LinkRefused("moved_on")
        _undo(tx, link, by, moment)
        freed = event_at_rest(stays, courses.RELEASED, by=by, at=moment, number=duplicate["number"])
        happened(tx, stays, freed)
        back = TicketEvent(
            courses.UNMERGED, duplicate["status"], was, by, moment, {"from_ticket": stays["number"]}, ""
        )
        happened(tx, duplicate, back, {"merged_into": ""})
        notices.tell(tx, duplicate["number"], "unmerged", by=by, at=moment, other=stays["number"])
        return masked_ticket(tx.seal, locked(tx, duplicate["number"]))


def _refuse_merge(tx: Tx, duplicate: Row, stays: Row) -> None:
    _refuse_unlike(duplicate, stays)
    if not same_consumer(tx, duplicate, stays):
        raise LinkRefused("two_consumers")
    far, stays_far = (FAR.get(TicketStatus(row["status"])) for row in (duplicate, stays))
    if far is None or stays_far is None:
        raise LinkRefused("ended")
    if duplicate["status"] == TicketStatus.PAUSED.value:
        raise LinkRefused("paused")
    if far > stays_far:
        raise LinkRefused("further")
    known = link_rows.links_of(tx.connection, duplicate["number"])
    if any(row["kind"] == MERGE for row in known):
        raise LinkRefused("has_merged")


def same_consumer(tx: Tx, one: Row, other: Row) -> bool:
    """Tell whether two tickets are one consumer's: by telephone, conversation or visitor."""
    if one["conversation_id"] == other["conversation_id"]:
        return True
    phones = [plain_phone(personal_of(tx.seal, row).phone) for row in (one, other)]
    if phones[0] and phones[0] == phones[1]:
        return True
    theirs = [conversation_rows.conversation(tx.connection, row["conversation_id"]) for row in (one, other)]
    return all(theirs) and len({(row["channel"], row["visitor"]) for row in theirs if row}) == 1


def _refuse_unlike(one: Row, other: Row) -> None:
    if one["number"] == other["number"]:
        raise LinkRefused("self")
    # A complaint and a report are handled apart even when they came in one letter (art. 9).
    if one["kind"] != other["kind"]:
        raise LinkRefused("kinds")


def _both(tx: Tx, one: str, other: str) -> tuple[Row, Row]:
    """Hold both tickets, always in the same order, so that two who merge at once cannot block each other."""
    held = {number: locked(tx, number) for number in sorted({one, other})}
    return held[one], held[other]


def _moved_since_merge(tx: Tx, stays: str, duplicate: str) -> bool:
    events = events_of(tx, stays)
    merged_at = max(
        place
        for place, event in enumerate(events)
        if event.event == courses.ABSORBED and event.detail["number"] == duplicate
    )
    return any(event.to_status != event.from_status for event in events[merged_at + 1 :])


def _keep_link(
    tx: Tx,
    kind: str,
    number: str,
    other: str,
    by: str,
    at: datetime,
    reason: str,
    before: Mapping[str, Any] | None = None,
) -> int:
    row = {"kind": kind, "number": number, "other": other, "by": by, "at": at}
    row |= {"reason": reason.strip()[:LONGEST_REASON], "before": dict(before) if before else None}
    return link_rows.insert_link(tx.connection, {**row, "undone_by": "", "undone_at": None})


def keep_split(
    tx: Tx, part: str, origin: str, *, by: str, at: datetime, reason: str, before: Mapping[str, Any]
) -> int:
    """Keep that `part` was split off `origin`, which said `before`; returns the link's id."""
    return _keep_link(tx, SPLIT, part, origin, by, at, reason, before)


def _standing_link(tx: Tx, id: int, kind: str) -> Row:
    link = link_rows.link(tx.connection, id, lock=True)
    if link is None or link["kind"] != kind or link["undone_at"] is not None:
        raise LinkRefused("gone")
    return link


def _undo(tx: Tx, link: Row, by: str, at: datetime) -> None:
    link_rows.change_link(tx.connection, link["id"], {"undone_by": by, "undone_at": at})


ROLES = {(MERGE, True): "into", (MERGE, False): "merged", (SPLIT, True): "origin", (SPLIT, False): "part"}


def _link(row: Row, number: str) -> Link:
    mine = row["number"] == number
    role = ROLES.get((row["kind"], mine), RELATED)
    other = row["other"] if mine else row["number"]
    return Link(row["id"], role, other, row["reason"], row["before"] or {}, row["by"], row["at"])
