"""Followers: the consumer behind an openid, their conversation, and what may still be sent to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from . import conversations
from .conversation_rows import now
from .identifiers import new_id
from .ledger import Grant, Ledger
from .store import Store, Tx
from .store import conversations as conversation_rows
from .store import followers as rows

CHANNEL = "wechat"
MOST_OFFERED = 30


@dataclass(frozen=True)
class Follower:
    """One person on the channel. `offered` are the choices shown last, each `{label, value}`."""

    openid: str
    conversation_id: str
    following: bool
    ledger: Ledger
    offered: tuple[dict[str, str], ...] = ()
    scene: str = ""
    region: str = ""
    accepted: Mapping[str, int] = field(default_factory=dict)


def known(tx: Tx, openid: str, *, at: datetime) -> Follower:
    """Return the follower, with a conversation if there was none; call `lock` before."""
    row = rows.follower(tx.connection, openid)
    return _follower(row) if row is not None else _begun(tx, openid, at)


def lock(tx: Tx, openid: str) -> None:
    """Let one transaction at a time take messages in from this person.

    Rows are locked in one order everywhere: conversation, outbox, follower.
    """
    conversation_rows.lock_name(tx.connection, f"follower:{openid}")


def find(store: Store, openid: str) -> Follower | None:
    """Return the follower, None for a stranger."""
    with store.read() as tx:
        row = rows.follower(tx.connection, openid)
        return None if row is None else _follower(row)


def of_conversation(store: Store, conversation_id: str) -> Follower | None:
    """Return whom a conversation reaches, None when it is not on this channel."""
    with store.read() as tx:
        return held(tx, conversation_id, lock=False)


def held(tx: Tx, conversation_id: str, *, lock: bool = True) -> Follower | None:
    """Return whom a conversation reaches, held until the end of the transaction."""
    row = rows.of_conversation(tx.connection, conversation_id, lock=lock)
    return None if row is None else _follower(row)


def granted(tx: Tx, follower: Follower, grant: Grant, *, at: datetime) -> Follower:
    """Note that the consumer opened a window."""
    return with_ledger(tx, follower, follower.ledger.granted(grant, at=at), at=at)


def with_ledger(tx: Tx, follower: Follower, ledger: Ledger, *, at: datetime) -> Follower:
    """Keep the follower's ledger."""
    rows.change_follower(tx.connection, follower.openid, {**vars(ledger), "updated_at": at})
    return replace(follower, ledger=ledger)


def offer(tx: Tx, follower: Follower, choices: Sequence[Mapping[str, str]]) -> None:
    """Remember which choices were shown last, so that a number can pick one."""
    shown = [{"label": str(c.get("label", "")), "value": str(c.get("value", ""))} for c in choices]
    if tuple(shown) != follower.offered:
        rows.change_follower(tx.connection, follower.openid, {"offered": shown[:MOST_OFFERED]})


def follows(tx: Tx, follower: Follower, following: bool, *, at: datetime) -> Follower:
    """Note that the person follows the account or no longer does."""
    if follower.following == following:
        return follower
    rows.change_follower(tx.connection, follower.openid, {"following": following, "updated_at": at})
    return replace(follower, following=following)


def stands_at(tx: Tx, follower: Follower, *, scene: str | None = None, region: str | None = None) -> Follower:
    """Note where the consumer stands: the code they scanned, or the region of the place they sent."""
    there = replace(
        follower,
        scene=follower.scene if scene is None else scene[:64],
        region=follower.region if region is None else region[:64],
    )
    rows.change_follower(tx.connection, follower.openid, {"scene": there.scene, "region": there.region})
    return there


def accepts(tx: Tx, follower: Follower, template_id: str, count: int) -> Follower:
    """Add `count` (negative to use one up) to the notices of this kind the consumer agreed to."""
    kept = {**follower.accepted, template_id: max(0, follower.accepted.get(template_id, 0) + count)}
    rows.change_follower(tx.connection, follower.openid, {"accepted": kept})
    return replace(follower, accepted=kept)


def _begun(tx: Tx, openid: str, at: datetime) -> Follower:
    opened = conversations.begin(tx, CHANNEL, new_id("w"), at)
    moment = at or now()
    row: dict[str, Any] = {
        "openid": openid,
        "conversation_id": opened.id,
        "following": True,
        **vars(Ledger()),
        "offered": [],
        "scene": "",
        "region": "",
        "accepted": {},
        "created_at": moment,
        "updated_at": moment,
    }
    rows.insert_follower(tx.connection, row)
    return _follower(row)


def _follower(row: Mapping[str, Any]) -> Follower:
    ledger = Ledger(row["message_at"], row["message_left"], row["tap_at"], row["tap_left"])
    return Follower(
        openid=row["openid"],
        conversation_id=row["conversation_id"],
        following=row["following"],
        ledger=ledger,
        offered=tuple(row["offered"]),
        scene=row["scene"],
        region=row["region"],
        accepted=dict(row["accepted"]),
    )
