"""Messages out to a channel we send to: rows first, sent by a worker, in order per conversation.

A delivery is `waiting` until a sender claims it, composes its parts and sends them one by one. Before
each part the sender notes that it begins (`attempted`) and books it in the ledger; after it, that it
is done. A sender that died before it began is simply replaced. One that died in the middle leaves a
delivery nobody can be sure of: it becomes `doubtful`, is not sent again by itself, stands on the desk,
and the consumer's next message brings a link to it. `next` waits for the consumer's next message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from . import followers, history
from .conversation_rows import Message, message_of, now
from .errors import DeliveryNotFound
from .followers import Follower
from .ledger import Spent
from .store import Store, Tx
from .store import conversations as conversation_rows
from .store import outbox as rows

LEASE = timedelta(seconds=25)
WAITING, NEXT, SENT, DOUBTFUL = "waiting", "next", "sent", "doubtful"
FAILED, DROPPED, JOINED = "failed", "dropped", "joined"
RESENDABLE = frozenset({NEXT, DOUBTFUL, FAILED, DROPPED})
FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(minutes=5)
KEPT = timedelta(days=30)
Part = Mapping[str, Any]


class Beginning(str, Enum):
    """Whether a part may be sent: yes, no more for now, or the delivery is another sender's by now."""

    BEGUN = "begun"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True)
class Begun:
    """Whether a part may be sent, and the windows of the ledger it is counted in."""

    outcome: Beginning
    spent: Spent = field(default_factory=Spent)


class Booking(str, Enum):
    """What a refusal means for the ledger: the message was not counted, or nothing more may be sent."""

    GIVE_BACK = "give_back"
    CLOSE = "close"


@dataclass(frozen=True)
class Delivery:
    """One answer or one word of staff on its way. `messages` are the ids it delivers, in order."""

    id: int
    conversation_id: str
    messages: tuple[int, ...]
    inbound_id: int | None
    state: str
    parts: tuple[dict[str, Any], ...] | None
    done: int
    attempted: int
    tries: int
    error: str
    due_at: datetime
    created_at: datetime
    sent_at: datetime | None


def claim_due(store: Store, *, claimant: str, at: datetime, limit: int) -> list[Delivery]:
    """Claim deliveries that may go now, one per conversation; what a dead sender left becomes doubtful.

    `claimant` names this very claim: a thread that was too slow must not take another's for its own.
    """
    with store.read() as tx:
        if not rows.due(tx.connection, at, 1):
            return []
    claimed = []
    with store.write() as tx:
        for row in rows.due(tx.connection, at, limit):
            if not rows.claim(tx.connection, row["id"], claimant, at, at + LEASE):
                continue
            if row["attempted"] >= 0:
                rows.change(tx.connection, row["id"], {"state": DOUBTFUL, "error": "sender_died"})
                continue
            claimed.append(_delivery(_joined(tx, row)))
    return claimed


def begin(
    store: Store, delivery: Delivery, parts: Sequence[Part], index: int, *, claimant: str, at: datetime
) -> Begun:
    """Book one message in the ledger and note that part `index` is being sent.

    Where the ledger does not allow it the delivery waits for the consumer's next message.
    """
    with store.write() as tx:
        before = rows.one(tx.connection, delivery.id, lock=True)
        if before is None or before["claimed_by"] != claimant or before["state"] != WAITING:
            return Begun(Beginning.LOST)
        follower = followers.held(tx, delivery.conversation_id)
        if follower is None or follower.ledger.left(at) < 1:
            changes: dict[str, Any] = {"state": NEXT, "error": "ledger", "claimed_until": None}
            rows.change(tx.connection, delivery.id, changes)
            return Begun(Beginning.REFUSED)
        changes = {"attempted": index, "parts": list(parts), "claimed_until": at + LEASE}
        rows.change(tx.connection, delivery.id, changes)
        ledger, spent = follower.ledger.spend(at)
        followers.with_ledger(tx, follower, ledger, at=at)
        return Begun(Beginning.BEGUN, spent)


def part_done(store: Store, id: int, index: int, *, last: bool, at: datetime) -> None:
    """Part `index` has been taken by the channel."""
    changes: dict[str, Any] = {"done": index + 1, "attempted": -1, "error": ""}
    if last:
        changes.update(state=SENT, sent_at=at, claimed_until=None)
    with store.write() as tx:
        rows.change(tx.connection, id, changes)


def not_taken(
    store: Store,
    delivery: Delivery,
    *,
    state: str,
    error: str,
    at: datetime,
    book: Booking,
    spent: Spent,
    pause: bool,
) -> None:
    """The channel refused the part being sent: keep why, what becomes of the delivery, and of the ledger.

    `spent` is what its beginning counted. With `pause` it is tried again later.
    """
    with store.write() as tx:
        changes: dict[str, Any] = {"state": state, "error": error, "attempted": -1, "claimed_until": None}
        changes["tries"] = delivery.tries + 1
        if pause:
            changes["due_at"] = at + _pause(delivery.tries)
        rows.change(tx.connection, delivery.id, changes)
        follower = followers.held(tx, delivery.conversation_id)
        if follower is not None:
            ledger = follower.ledger
            after = ledger.closed() if book is Booking.CLOSE else ledger.given_back(spent)
            followers.with_ledger(tx, follower, after, at=at)


def stumbled(store: Store, id: int, *, claimant: str, error: str, at: datetime, most_tries: int) -> None:
    """The sender fell over this delivery: try again later, at most `most_tries` times.

    When a part was being sent already nobody can tell whether it arrived.
    """
    with store.write() as tx:
        row = rows.one(tx.connection, id, lock=True)
        if row is None or row["claimed_by"] != claimant or row["state"] != WAITING:
            return
        tries = row["tries"] + 1
        state = DOUBTFUL if row["attempted"] >= 0 else FAILED if tries >= most_tries else WAITING
        changes = {"state": state, "error": error, "claimed_until": None, "tries": tries}
        rows.change(tx.connection, id, {**changes, "due_at": at + _pause(row["tries"])})


def offers(store: Store, delivery: Delivery, choices: Sequence[Mapping[str, str]]) -> None:
    """Remember which choices this delivery, the newest to be sent, shows the consumer."""
    with store.write() as tx:
        follower = followers.held(tx, delivery.conversation_id)
        if follower is not None:
            followers.offer(tx, follower, choices)


def doubt(store: Store, id: int, *, error: str) -> None:
    """Nobody can tell whether the part being sent arrived."""
    with store.write() as tx:
        rows.change(tx.connection, id, {"state": DOUBTFUL, "error": error, "claimed_until": None})


def attempt(store: Store, id: int, *, claimant: str, begun: bool) -> bool:
    """Note that something outside the ledger is being sent, or was refused; False if the claim is gone."""
    with store.write() as tx:
        changes = {"attempted": 0 if begun else -1}
        return rows.change(tx.connection, id, changes, claimed_by=claimant, state=WAITING)


def leave(store: Store, id: int, *, claimant: str, state: str, error: str = "") -> bool:
    """End one's claim with the delivery in `state`; False if it is another sender's by now."""
    changes: dict[str, Any] = {"state": state, "error": error, "attempted": -1, "claimed_until": None}
    if state == SENT:
        changes["sent_at"] = now()
    with store.write() as tx:
        return rows.change(tx.connection, id, changes, claimed_by=claimant, state=WAITING)


def close_ledger(store: Store, conversation_id: str, *, at: datetime) -> None:
    """The channel says that nothing more may be sent: count nothing until the consumer writes again."""
    with store.write() as tx:
        follower = followers.held(tx, conversation_id)
        if follower is not None:
            followers.with_ledger(tx, follower, follower.ledger.closed(), at=at)


def prune(store: Store, *, at: datetime) -> int:
    """Forget deliveries that were made long ago; the messages themselves stay; returns how many."""
    with store.write() as tx:
        return rows.prune(tx.connection, at - KEPT)


def unfollowed(tx: Tx, conversation_id: str) -> None:
    """Give up what has not been sent: the consumer no longer follows the account."""
    rows.drop(tx.connection, conversation_id, "unfollowed")


def resend(store: Store, id: int, *, by: str, at: datetime) -> Delivery:
    """Send what was not delivered for certain once more, from the beginning; DeliveryNotFound otherwise."""
    with store.write() as tx:
        row = rows.one(tx.connection, id, lock=True)
        if row is None or row["state"] not in RESENDABLE:
            raise DeliveryNotFound(str(id))
        changes = {"state": WAITING, "parts": None, "done": 0, "attempted": -1, "due_at": at, "tries": 0}
        changes.update(claimed_until=None, error="")
        rows.change(tx.connection, id, changes)
        history.record(tx, "conversation:delivery:resend", str(id), by=by, at=at)
        return _delivery({**row, **changes})


def owed(tx: Tx, conversation_id: str) -> tuple[list[Delivery], bool]:
    """Return what is not being sent here, and whether something is on its way right now.

    A delivery with `done` parts is among it when it waits for the consumer's next message.
    """
    found = rows.pending(tx.connection, conversation_id, (WAITING, NEXT), lock=True)
    still = [
        row
        for row in found
        if (not row["done"] or row["state"] == NEXT) and row["attempted"] < 0 and not row["claimed_until"]
    ]
    waiting = [row for row in found if row["state"] == WAITING]
    return [_delivery(row) for row in still], any(row not in still for row in waiting)


def doubted(tx: Tx, conversation_id: str) -> list[Delivery]:
    """Return the deliveries of this conversation nobody is sure of."""
    return [_delivery(row) for row in rows.pending(tx.connection, conversation_id, (DOUBTFUL,))]


def told_of_doubt(tx: Tx, deliveries: Sequence[Delivery]) -> None:
    """The consumer has been given a link to these."""
    for one in deliveries:
        rows.change(tx.connection, one.id, {"state": JOINED, "error": "linked"})


def join(tx: Tx, deliveries: Sequence[Delivery], to: int) -> None:
    """These are delivered by delivery `to`."""
    for one in deliveries:
        rows.change(tx.connection, one.id, {"state": JOINED, "joined_to": to})


def put(
    tx: Tx,
    conversation_id: str,
    messages: Sequence[int],
    *,
    state: str,
    at: datetime,
    inbound_id: int | None = None,
    parts: Sequence[Part] | None = None,
    done: int = 0,
    due_at: datetime | None = None,
) -> int:
    """Keep a delivery in a given state; returns its id."""
    row = rows.fresh(
        conversation_id,
        messages,
        at=at,
        inbound_id=inbound_id,
        state=state,
        parts=None if parts is None else list(parts),
        done=done,
        due_at=due_at or at,
        sent_at=at if state == SENT else None,
    )
    return rows.insert_delivery(tx.connection, row)


def latest(store: Store, conversation_id: str, *, limit: int = 100) -> list[Delivery]:
    """Return the conversation's deliveries, newest first."""
    with store.read() as tx:
        return [_delivery(row) for row in rows.latest(tx.connection, conversation_id, limit)]


def counts(store: Store) -> dict[str, int]:
    """Return how many deliveries are in each state."""
    with store.read() as tx:
        return rows.counts(tx.connection)


def stuck(store: Store) -> tuple[int, datetime | None]:
    """Return how many deliveries were refused and are tried again, and when the oldest was made."""
    with store.read() as tx:
        return rows.stuck(tx.connection)


def contents(tx: Tx, delivery: Delivery) -> list[Message]:
    """Return the messages of a delivery in order."""
    return messages_of(tx, delivery.conversation_id, delivery.messages)


def messages_of(tx: Tx, conversation_id: str, ids: Sequence[int]) -> list[Message]:
    """Return messages of a conversation by their ids, in order."""
    if not ids:
        return []
    found = conversation_rows.messages_by_id(tx.connection, conversation_id, ids)
    return [message_of(row) for row in found]


def reached(tx: Tx, delivery: Delivery) -> Follower | None:
    """Return whom the delivery reaches."""
    return followers.held(tx, delivery.conversation_id, lock=False)


def _pause(tries: int) -> timedelta:
    return min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)


def _joined(tx: Tx, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Let one delivery carry what waits behind it in the same conversation."""
    if row["parts"] is not None:
        return row
    behind = [
        later
        for later in rows.pending(tx.connection, row["conversation_id"], (WAITING,))
        if later["id"] > row["id"] and later["parts"] is None and later["claimed_until"] is None
    ]
    if not behind:
        return row
    join(tx, [_delivery(later) for later in behind], row["id"])
    messages = [*row["messages"], *(id for later in behind for id in later["messages"])]
    rows.change(tx.connection, row["id"], {"messages": messages})
    return {**row, "messages": messages}


def _delivery(row: Mapping[str, Any]) -> Delivery:
    fields = {name: row[name] for name in Delivery.__dataclass_fields__}
    parts = fields["parts"]
    fields.update(
        messages=tuple(fields["messages"]),
        parts=None if parts is None else tuple(dict(part) for part in parts),
    )
    return Delivery(**fields)
