"""The materials of a ticket: which item of the list a file proves, what is still asked for, and where answers land."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import history, wording
from .completeness import Item
from .conversation_rows import keep_message, row_of
from .errors import EvidenceNotFound, RequestRefused
from .progress import add_supplement
from .store import Store
from .store import evidence as evidence_rows
from .store import materials as rows
from .store import tickets as ticket_rows
from .ticket import ENDED, TicketStatus
from .ticket_rows import locked, now

LONGEST_WORDS = 500
LOOKED_AT = 20  # newest tickets of a conversation


@dataclass(frozen=True)
class EvidenceRequest:
    """What a consumer was asked to send. `answered_at` is when the first file came after it, None until then."""

    id: int
    number: str
    items: tuple[str, ...]
    words: str
    by: str
    at: datetime
    answered_at: datetime | None


def marks(store: Store, number: str) -> dict[str, set[str]]:
    """Return the ids of the files that prove each item, by the item's name."""
    found: dict[str, set[str]] = {}
    with store.read() as tx:
        for row in rows.marks(tx.connection, number):
            found.setdefault(row["item"], set()).add(row["evidence_id"])
    return found


def mark(
    store: Store,
    number: str,
    proven: Mapping[str, Collection[str]],
    *,
    by: str,
    at: datetime | None = None,
) -> None:
    """Say which files prove each of these items, and no others; EvidenceNotFound for a file of elsewhere."""
    moment = at or now()
    with store.write() as tx:
        locked(tx, number)
        own = {row["id"] for row in evidence_rows.of_ticket(tx.connection, number)}
        wanted = {id for ids in proven.values() for id in ids}
        if not wanted <= own:
            raise EvidenceNotFound(f"{len(wanted - own)} not of {number}")
        kept = [
            {"number": number, "item": item, "evidence_id": id, "by": by, "at": moment}
            for item, ids in proven.items()
            for id in sorted(set(ids))
        ]
        rows.replace_marks(tx.connection, number, list(proven), kept)
        history.record(tx, "ticket:evidence:mark", number, by=by, at=at, items=len(proven), marks=len(kept))


def ask(
    store: Store,
    number: str,
    items: Sequence[Item],
    *,
    by: str,
    words: str = "",
    at: datetime | None = None,
) -> EvidenceRequest:
    """Ask the consumer in their conversation for these items, each with how to get it; recorded.

    RequestRefused: empty, too_long, closed (the ticket has come to its end).
    """
    moment, added = at or now(), words.strip()
    if not items and not added:
        raise RequestRefused("empty")
    if len(added) > LONGEST_WORDS:
        raise RequestRefused("too_long")
    names = [item.item for item in items]
    with store.write() as tx:
        ticket = locked(tx, number)
        if TicketStatus(ticket["status"]) in ENDED:
            raise RequestRefused("closed")
        row = {"number": number, "items": names, "words": added, "by": by, "at": moment}
        id = rows.insert_request(tx.connection, row)
        conversation = row_of(tx, ticket["conversation_id"], lock=True)
        body = {"text": request_words(number, items, added), "evidence_request": {"number": number}}
        keep_message(tx, conversation, "system", "text", body, None, None, moment)
        history.record(tx, "ticket:evidence:request", number, by=by, at=at, items=len(names))
    return EvidenceRequest(id, number, tuple(names), added, by, moment, None)


def request_words(number: str, items: Sequence[Item], added: str) -> str:
    """Return what the consumer reads: the items, how to get each, and where to send them."""
    lines = [wording.say("materials", "ask").format(number=number)]
    line = wording.say("materials", "item")
    lines += [
        line.format(count=count, item=item.item, how=item.how) for count, item in enumerate(items, start=1)
    ]
    return "\n".join([*lines, *([added] if added else []), wording.say("materials", "send_here")])


def requests(store: Store, number: str) -> list[EvidenceRequest]:
    """Return what was asked for, newest first."""
    with store.read() as tx:
        found = rows.requests_of(tx.connection, number)
        sent = [row["at"] for row in evidence_rows.of_ticket(tx.connection, number)]
    return [_request(row, sent) for row in found]


def open_request(store: Store, number: str) -> EvidenceRequest | None:
    """Return the newest request if nothing has come since."""
    newest = next(iter(requests(store, number)), None)
    return newest if newest and newest.answered_at is None else None


def land(store: Store, conversation_id: str, evidence_id: str, *, at: datetime | None = None) -> str:
    """Put a file sent in the chat on the open ticket of that conversation for which something was asked.

    Returns the ticket's number, '' when nothing was asked for or the file has its place already.
    """
    with store.write() as tx:
        file = evidence_rows.one(tx.connection, evidence_id)
        if file is None or file["number"]:
            return ""
        for ticket in ticket_rows.of_conversation(tx.connection, conversation_id, None, LOOKED_AT):
            number = str(ticket["number"])
            if TicketStatus(ticket["status"]) in ENDED or not rows.requests_of(tx.connection, number):
                continue
            add_supplement(store, number, "", at=at, evidence=[evidence_id])
            conversation = row_of(tx, conversation_id, lock=True)
            body = {"text": wording.say("materials", "landed").format(number=number, name=file["name"])}
            keep_message(tx, conversation, "system", "notice", body, None, None, at)
            return number
    return ""


def _request(row: Mapping[str, Any], sent: Sequence[datetime]) -> EvidenceRequest:
    later = [moment for moment in sent if moment > row["at"]]
    return EvidenceRequest(
        row["id"],
        row["number"],
        tuple(row["items"]),
        row["words"],
        row["by"],
        row["at"],
        min(later, default=None),
    )
