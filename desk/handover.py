"""Handing a conversation to a colleague: an offer they accept or decline, and a supervisor who steps in.

Only an accepted offer changes the owner, in the transaction that checks that the one who offered it
still owns it. Any other change of owner withdraws the offer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import history
from .conversation_rows import STAFF, Conversation, now, row_of
from .errors import NotOwner, OfferClosed
from .ownership import hand_over
from .store import Store
from .store import takeover as rows

OPEN, ACCEPTED, DECLINED, WITHDRAWN = "open", "accepted", "declined", "withdrawn"


@dataclass(frozen=True)
class Offer:
    """One conversation offered by one member of staff to another; `state` open, accepted, declined, withdrawn."""

    id: int
    conversation_id: str
    from_staff: str
    to_staff: str
    state: str
    at: datetime
    answered_at: datetime | None


def offer(store: Store, id: str, *, staff: str, to: str, at: datetime | None = None) -> Offer:
    """`staff` offers conversation `id` to the colleague `to`; an earlier open offer of it is withdrawn.

    NotOwner if it is not theirs; OfferClosed for an offer to oneself.
    """
    if to == staff:
        raise OfferClosed(0)
    with store.write() as tx:
        row = row_of(tx, id, lock=True)
        moment = at or now()
        if row["owner"] != STAFF + staff:
            raise NotOwner(id, STAFF + staff, row["owner"])
        rows.withdraw_offers(tx.connection, id, moment)
        fields: dict[str, Any] = {
            "conversation_id": id,
            "from_staff": staff,
            "to_staff": to,
            "state": OPEN,
            "at": moment,
            "answered_at": None,
        }
        made = rows.insert_offer(tx.connection, fields)
        history.record(tx, "conversation:handover:offer", id, by=staff, at=moment, to=to)
        tx.announce(id, row["last_message_id"])
        return Offer(id=made, **fields)


def accept(
    store: Store, offer_id: int, *, staff: str, text: str | None = None, at: datetime | None = None
) -> Conversation:
    """`staff` takes what was offered to them; OfferClosed when it is not open, or not theirs."""
    with store.write() as tx:
        found = _held(tx, offer_id, staff)
        moment = at or now()  # taken while the conversation is held, so that moments tell the order
        rows.answer_offer(tx.connection, offer_id, ACCEPTED, moment)
        return hand_over(store, found.conversation_id, staff=found.from_staff, to=staff, text=text, at=moment)


def decline(store: Store, offer_id: int, *, staff: str, at: datetime | None = None) -> Offer:
    """`staff` will not take it: the owner stays. OfferClosed when it is not open, or not theirs."""
    with store.write() as tx:
        found = _held(tx, offer_id, staff)
        moment = at or now()
        rows.answer_offer(tx.connection, offer_id, DECLINED, moment)
        history.record(tx, "conversation:handover:decline", found.conversation_id, by=staff, at=moment)
        tx.announce(found.conversation_id, row_of(tx, found.conversation_id)["last_message_id"])
        return found


def withdraw(store: Store, id: str, *, staff: str, at: datetime | None = None) -> None:
    """The owner takes the offer of conversation `id` back; NotOwner if it is not theirs."""
    with store.write() as tx:
        row = row_of(tx, id, lock=True)
        moment = at or now()
        if row["owner"] != STAFF + staff:
            raise NotOwner(id, STAFF + staff, row["owner"])
        rows.withdraw_offers(tx.connection, id, moment)
        history.record(tx, "conversation:handover:withdraw", id, by=staff, at=moment)
        tx.announce(id, row["last_message_id"])


def offered_to(store: Store, staff: str) -> list[Offer]:
    """Return what colleagues offer this member of staff now, oldest first."""
    with store.read() as tx:
        return [_offer(row) for row in rows.open_offers(tx.connection, to_staff=staff)]


def latest(store: Store, id: str) -> Offer | None:
    """Return the latest offer of a conversation, whatever became of it."""
    with store.read() as tx:
        row = rows.latest_offer(tx.connection, id)
    return _offer(row) if row else None


def _held(tx: Any, offer_id: int, staff: str) -> Offer:
    """Return the open offer to `staff`, its conversation's row held."""
    row = rows.offer(tx.connection, offer_id)
    if row is not None:
        row_of(tx, row["conversation_id"], lock=True)
        row = rows.offer(tx.connection, offer_id)
    if row is None or row["state"] != OPEN or row["to_staff"] != staff:
        raise OfferClosed(offer_id)
    return _offer(row)


def _offer(row: Mapping[str, Any]) -> Offer:
    return Offer(**row)
