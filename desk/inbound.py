"""Messages in from a channel that delivers more than once: kept before they are acknowledged, handled once.

A message has one claimant, a process that renews its claim while it lives. The claim of a process
that died runs out and another takes the message over; a claimant that was only slow finds its claim
gone when it comes to keep the answer, and keeps nothing.

`route` says where the answer goes: `passive` in the answer to a delivery of this message, `service`
by a message of its own, `next` with the consumer's next message, `none` when there is none. It is
empty until it is decided, and decided once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from . import conversations, followers
from .errors import ClaimLost, ProofReused, StoreConflict
from .followers import Follower
from .ledger import Grant
from .store import Store, Tx
from .store import inbound as rows
from .store import outbox as outbox_rows

LEASE = timedelta(seconds=8)
SWEEP = 50
KEPT = timedelta(days=7)
OPEN, DONE = "received", "done"
NOBODY = ""  # the claimant of a message that was put back
PASSIVE, SERVICE, NEXT, NONE = "passive", "service", "next", "none"


@dataclass(frozen=True)
class Inbound:
    """One message in. `fields` is what the channel said, `reply` what the passive reply says."""

    id: int
    key: str
    sender: str
    kind: str
    fields: dict[str, Any]
    conversation_id: str
    message_id: int | None
    state: str
    route: str
    reply: dict[str, Any] | None
    claimed_by: str
    claimed_until: datetime
    tries: int
    received_at: datetime
    done_at: datetime | None = None


Reading = Callable[[Tx, Follower], Mapping[str, Any] | None]


def accept(
    store: Store,
    *,
    key: str,
    proof: str,
    sender: str,
    kind: str,
    fields: Mapping[str, Any],
    grant: Grant | None,
    read: Reading,
    revive_after: timedelta | None,
    claimant: str,
    at: datetime,
    said_at: datetime | None = None,
) -> tuple[Inbound, bool]:
    """Keep a message and claim it, in one transaction; (message, False) when it is known already.

    `read` says what the consumer said (the body of the message) or None when it was not words;
    what waited for the consumer's next message goes out by itself `revive_after` this, unless an answer
    takes it along before; None leaves it waiting.
    `said_at` is when the channel says it was written: the window it opens counts from then.
    ProofReused when the same signature came with another message.
    """
    for last_try in (False, True):
        try:
            return _accept(
                store, key, proof, sender, kind, fields, grant, read, revive_after, claimant, at, said_at
            )
        except StoreConflict:  # another process keeps the same message at this very moment
            if last_try:
                raise
    raise AssertionError


def _accept(
    store: Store,
    key: str,
    proof: str,
    sender: str,
    kind: str,
    fields: Mapping[str, Any],
    grant: Grant | None,
    read: Reading,
    revive_after: timedelta | None,
    claimant: str,
    at: datetime,
    said_at: datetime | None,
) -> tuple[Inbound, bool]:
    with store.write() as tx:
        followers.lock(tx, sender)
        known = rows.by_key(tx.connection, key)
        if known is not None and known["sender"] != sender:  # never one person's reply to another
            key = f"{key}:{sender}"
            known = rows.by_key(tx.connection, key)
        if known is not None:
            return _inbound(known), False
        if rows.by_proof(tx.connection, proof) is not None:
            raise ProofReused(key)
        follower = followers.known(tx, sender, at=at)
        message_id = _said(store, follower.conversation_id, key, read(tx, follower), at)
        if revive_after is not None and grant is not None:
            outbox_rows.revive(tx.connection, follower.conversation_id, at + revive_after)
        if grant is not None:
            followers.granted(tx, follower, grant, at=min(at, said_at or at))
        row = {
            "key": key,
            "proof": proof,
            "sender": sender,
            "kind": kind,
            "fields": dict(fields),
            "conversation_id": follower.conversation_id,
            "message_id": message_id,
            "state": OPEN,
            "route": "",
            "reply": None,
            "claimed_by": claimant,
            "claimed_until": at + LEASE,
            "tries": 1,
            "received_at": at,
            "done_at": None,
            "handed_at": None,
        }
        return _inbound({**row, "id": rows.insert_inbound(tx.connection, row)}), True


def get(store: Store, id: int) -> Inbound | None:
    """Return the message, None when there is none."""
    with store.read() as tx:
        row = rows.one(tx.connection, id)
        return None if row is None else _inbound(row)


def take_over(store: Store, id: int, *, claimant: str, at: datetime) -> Inbound | None:
    """Claim a message whose claimant has not been heard of; None if it is done or someone was first."""
    with store.write() as tx:
        row = rows.one(tx.connection, id, lock=True)
        if row is None or row["state"] != OPEN or row["claimed_until"] > at:
            return None
        changes = {"claimed_by": claimant, "claimed_until": at + LEASE, "tries": row["tries"] + 1}
        rows.change(tx.connection, id, changes)
        return _inbound({**row, **changes})


def abandoned(store: Store, *, at: datetime, limit: int = SWEEP) -> list[int]:
    """Return the ids of messages nobody is handling."""
    with store.read() as tx:
        return [row["id"] for row in rows.abandoned(tx.connection, at, limit)]


def renew(store: Store, ids: Sequence[int], *, claimant: str, at: datetime) -> None:
    """Keep this process's claims on these messages for another while."""
    with store.write() as tx:
        rows.renew(tx.connection, ids, claimant, at + LEASE)


def put_back(store: Store, id: int, *, claimant: str, due: datetime) -> None:
    """Give up one's claim until `due`, when any process may take the message over; no failed try is counted.

    ClaimLost when it is another's by now.
    """
    with store.write() as tx:
        row = held(tx, id, claimant=claimant)
        rows.change(tx.connection, id, {"claimed_by": NOBODY, "claimed_until": due, "tries": row.tries - 1})


def put_back_before(store: Store, message: Inbound) -> datetime | None:
    """Return until when an earlier message of the same person has been put back, None if there is none."""
    with store.read() as tx:
        return rows.latest_claim_before(tx.connection, message.sender, message.id, NOBODY)


def held(tx: Tx, id: int, *, claimant: str) -> Inbound:
    """Return the message for keeping its answer in this transaction; ClaimLost if it is another's now."""
    row = rows.one(tx.connection, id, lock=True)
    if row is None or row["state"] != OPEN or row["claimed_by"] != claimant:
        raise ClaimLost(str(id))
    return _inbound(row)


def settle(tx: Tx, id: int, *, route: str, reply: Mapping[str, Any] | None, at: datetime) -> None:
    """Note that the message has been answered, and where the answer goes."""
    rows.change(tx.connection, id, {"state": DONE, "route": route, "reply": reply, "done_at": at})


def undecided(tx: Tx, id: int) -> tuple[Inbound, bool]:
    """Return the message, held until the end of the transaction, and whether its route is still open."""
    row = rows.one(tx.connection, id, lock=True)
    assert row is not None
    return _inbound(row), not row["route"]


def decide(tx: Tx, id: int, *, route: str, reply: Mapping[str, Any] | None) -> None:
    """Time is up: the answer, when it comes, takes `route`; `reply` is what to say meanwhile."""
    rows.change(tx.connection, id, {"route": route, "reply": reply})


def handed(store: Store, ids: Sequence[int], *, at: datetime) -> None:
    """Note that these passive replies have left this machine."""
    with store.write() as tx:
        rows.handed(tx.connection, ids, at)


def unhanded(store: Store, *, done_before: datetime, limit: int = SWEEP) -> list[Inbound]:
    """Return passive replies decided before then that may never have left this machine."""
    with store.read() as tx:
        return [_inbound(row) for row in rows.unhanded(tx.connection, done_before, limit)]


def give_up_reply(store: Store, message: Inbound, *, arrived: bool, at: datetime) -> None:
    """A passive reply nobody has seen leave in time: it `arrived` all the same, or nobody can be sure."""
    with store.write() as tx:
        rows.handed(tx.connection, [message.id], at)
        if arrived:
            return
        for row in outbox_rows.latest(tx.connection, message.conversation_id, 100):
            if row["inbound_id"] == message.id:
                changes = {"state": "doubtful", "error": "reply_missed", "claimed_until": None}
                outbox_rows.change(tx.connection, row["id"], changes)


def prune(store: Store, *, at: datetime) -> int:
    """Forget what was handled longer ago than a channel could deliver again; returns how many."""
    with store.write() as tx:
        return rows.prune(tx.connection, at - KEPT)


def _said(
    store: Store, conversation_id: str, key: str, body: Mapping[str, Any] | None, at: datetime
) -> int | None:
    if body is None:
        return None
    owner = conversations.get(store, conversation_id).owner
    said = conversations.add_message(
        store,
        conversation_id,
        author="consumer",
        kind="text",
        body={**body, "to": owner},
        client_id=key,
        at=at,
    )
    return said.id


def _inbound(row: Mapping[str, Any]) -> Inbound:
    return Inbound(**{name: row[name] for name in Inbound.__dataclass_fields__})
