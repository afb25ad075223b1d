"""One letter, several matters: split into tickets of their own, each with the day the letter came.

Several businesses or requests in one letter, or a complaint and a report together (Order 121,
art. 9). The consumer's particulars go along with each part, sealed anew, and so does what was answered about mediation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from . import admissibility, assignment, consents, notices, search_words
from .clock import beijing_day
from .complaint import ComplaintDraft
from .course import SPLIT_OFF, Course, carried, course_of
from .errors import DraftIncomplete, SplitRefused
from .filing import new_row
from .life_policy import policy
from .progress import SUPPLEMENTED
from .store import Store, Tx, ticket_words
from .ticket import Ticket, TicketEvent, TicketKind, TicketStatus
from .ticket_links import keep_split
from .ticket_rows import (
    Row,
    event_at_rest,
    events_of,
    happened,
    keep_new,
    locked,
    masked_ticket,
    merchant_key,
    now,
    personal_of,
)

SPLIT = "ticket:split:add"
# A letter under examination is split once that is over; a decided one no more.
SPLITS_IN = frozenset({TicketStatus.RECEIVED, TicketStatus.ACCEPTED, TicketStatus.MEDIATING})
_S = TicketStatus


@dataclass(frozen=True)
class Part:
    """One matter of the letter. What is empty is taken over from the original; `kind` may differ."""

    merchant_name: str = ""
    merchant_address: str = ""
    request: str = ""
    story: str = ""
    amount: Decimal | None = None
    kind: TicketKind = TicketKind.COMPLAINT


def split(
    store: Store,
    number: str,
    parts: Sequence[Part],
    *,
    by: str,
    rest: Part | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> list[Ticket]:
    """Split `parts` off the ticket, which goes on with `rest` (None: as it is); returns the new ones.

    A part of the same kind is as far as the original; one of the other kind begins as received.
    Each goes into the queue of its own matter and is given out by the same rules as one filed.
    SplitRefused (nothing, too_many, state), DraftIncomplete if a part lacks required material.
    """
    moment = at or now()
    if not parts:
        raise SplitRefused("nothing")
    if len(parts) > policy().most_parts:
        raise SplitRefused("too_many")
    with store.write() as tx:
        origin = locked(tx, number)
        if TicketStatus(origin["status"]) not in SPLITS_IN or origin["merged_into"]:
            raise SplitRefused("state")
        course = course_of(TicketKind(origin["kind"]), events_of(tx, number))
        made = [_split_off(tx, origin, course, part, by, moment, reason) for part in parts]
        changes = _what_stays(origin, rest) if rest is not None else {}
        event = event_at_rest(origin, SPLIT, by=by, at=moment, parts=[part.number for part in made])
        stays = happened(tx, origin, event, changes)
        said = [event.text for event in events_of(tx, number) if event.event == SUPPLEMENTED]
        ticket_words.put(tx.connection, origin["id"], search_words.of_ticket(stays, *said))
        notices.tell(tx, number, "split", by=by, at=moment, parts=", ".join(part.number for part in made))
        return made


def _split_off(tx: Tx, origin: Row, course: Course, part: Part, by: str, at: datetime, reason: str) -> Ticket:
    draft = _draft(tx, origin, part)
    findings = admissibility.check(draft, beijing_day(at))
    if missing := admissibility.missing_material(findings):
        raise DraftIncomplete(missing)
    same_kind = part.kind.value == origin["kind"]
    far = _S.ACCEPTED if same_kind and course.accepted_on else _S.RECEIVED
    row = new_row(tx, origin["conversation_id"], draft, at)
    row |= {"status": far.value, "flags": [finding.code for finding in findings]}
    keep_new(tx, {**row, "draft_digest": "", "handling_office": origin["handling_office"]})
    clock = _clock_of_part(course, far)
    event = TicketEvent(SPLIT_OFF, "", far.value, by, at, {"from_ticket": origin["number"], **clock}, "")
    made = consents.inherit(tx, happened(tx, row, event), origin, by=by, at=at)
    before = {name: origin[name] for name in ("merchant_name", "merchant_address", "request")}
    keep_split(tx, made["number"], origin["number"], by=by, at=at, reason=reason, before=before)
    assignment.place_new(tx, made, at=at)
    return masked_ticket(tx.seal, locked(tx, made["number"]))


def _clock_of_part(course: Course, far: TicketStatus) -> dict[str, Any]:
    """The days a part is counted from: the earliest of the original and of what was merged into it.

    A lead found in the original's mediation stays with the original.
    """
    received = [day for day in (course.received_on, *(one.received_on for one in course.joined)) if day]
    accepted = [day for day in (course.accepted_on, *(one.accepted_on for one in course.joined)) if day]
    if far is _S.RECEIVED:
        return carried(Course(course.kind, received_on=min(received)))
    return carried(
        Course(course.kind, received_on=min(received), accepted_on=min(accepted), pauses=course.pauses)
    )


def _draft(tx: Tx, origin: Row, part: Part) -> ComplaintDraft:
    personal = personal_of(tx.seal, origin)
    report = part.kind is TicketKind.REPORT
    own = ComplaintDraft(
        kind=part.kind.value,
        name=personal.name,
        phone=personal.phone,
        address=personal.address,
        merchant_name=part.merchant_name or origin["merchant_name"],
        merchant_address=part.merchant_address or origin["merchant_address"],
        request="" if report else part.request or origin["request"],
        story=part.story or origin["story"],
        amount=part.amount,
        office="",
    )
    same = ("region_code", "happened_on", "topic", "case_id", "agent_for")
    return replace(own, **{name: origin[name] for name in same}, facts=origin["facts"])


def _what_stays(origin: Row, rest: Part) -> dict[str, Any]:
    name = rest.merchant_name.strip() or origin["merchant_name"]
    return {
        "merchant_name": name,
        "merchant_key": merchant_key(name),
        "merchant_address": rest.merchant_address.strip() or origin["merchant_address"],
        "request": rest.request.strip() or origin["request"],
        "amount": rest.amount if rest.amount is not None else origin["amount"],
    }
