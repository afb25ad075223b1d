"""Who may speak in a conversation: bot, queue or one member of staff, changed in one transaction.

Each change compares the owner it expects with the owner there is; who comes late gets NotOwner.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from . import history, unanswered
from .conversation_rows import (
    BOT,
    LONGEST_WORDS,
    QUEUE,
    STAFF,
    Conversation,
    conversation_of,
    keep_message,
    now,
    row_of,
)
from .errors import NotOwner
from .store import Store, Tx, takeover
from .store import conversations as rows


def request_person(
    store: Store, id: str, *, reason: str, by: str, text: str | None = None, at: datetime | None = None
) -> Conversation:
    """Put the conversation in the queue; unchanged if it waits already or staff own it.

    `by` names who asked: `consumer` (a button), `bot` (in its turn, which it may finish), `staff:…`.
    With `text` the system tells the consumer in the same transaction.
    """
    return _to_queue(store, id, reason, by, text, at, bot_may_finish=by != "consumer")


def fail_to_queue(
    store: Store, id: str, *, reason: str, text: str | None = None, at: datetime | None = None
) -> Conversation:
    """The bot failed: as request_person, but whatever the bot still says is refused."""
    return _to_queue(store, id, reason, "system", text, at, bot_may_finish=False)


def take(
    store: Store, id: str, *, staff: str, text: str | None = None, at: datetime | None = None
) -> Conversation:
    """`staff` (an id) takes it over from queue or bot; NotOwner if a colleague was first."""
    me = STAFF + staff
    with store.write() as tx:
        row = row_of(tx, id, lock=True)
        if row["owner"] == me:
            return conversation_of(row)
        values = {"owner": me, "waiting_since": None, "bot_may_finish": False}
        unanswered.taken_over(tx, id, at=at)
        return _move(tx, row, me, (BOT, QUEUE), values, text, at, reason="")


def give_back(
    store: Store, id: str, *, staff: str, text: str | None = None, at: datetime | None = None
) -> Conversation:
    """`staff` hands the conversation back to the bot; NotOwner if it is not theirs."""
    me = STAFF + staff
    with store.write() as tx:
        row = row_of(tx, id, lock=True)
        values = {"owner": BOT, "reason": "", "unread": 0, "bot_since": row["last_message_id"]}
        return _move(tx, row, me, (me,), values, text, at, reason="")


def back_to_bot(
    store: Store, id: str, *, text: str | None = None, at: datetime | None = None
) -> Conversation:
    """The consumer leaves the queue and talks to the bot again; NotOwner once staff have taken over."""
    with store.write() as tx:
        row = row_of(tx, id, lock=True)
        if row["owner"] == BOT:
            return conversation_of(row)
        values = {"owner": BOT, "reason": "", "waiting_since": None, "bot_may_finish": False}
        return _move(tx, row, "consumer", (QUEUE,), values, text, at, reason="consumer_returned")


def hand_over(
    store: Store, id: str, *, staff: str, to: str, text: str | None = None, at: datetime | None = None
) -> Conversation:
    """`staff` hands the conversation to the colleague `to`; NotOwner if it is not theirs."""
    me = STAFF + staff
    with store.write() as tx:
        return _move(tx, row_of(tx, id, lock=True), me, (me,), {"owner": STAFF + to}, text, at, reason="")


def step_in(
    store: Store, id: str, *, staff: str, owner: str, text: str | None = None, at: datetime | None = None
) -> Conversation:
    """`staff` takes the conversation from the colleague `owner`; NotOwner if it is not `owner`'s any more."""
    me = STAFF + staff
    with store.write() as tx:
        row = row_of(tx, id, lock=True)
        return _move(tx, row, me, (STAFF + owner,), {"owner": me}, text, at, reason="stepped_in")


def requeue(
    store: Store, id: str, *, by: str, reason: str, text: str | None = None, at: datetime | None = None
) -> Conversation:
    """Put a conversation that staff left lying back into the queue, whoever of them owns it."""
    with store.write() as tx:
        row = row_of(tx, id, lock=True)
        if row["owner"] == QUEUE:
            return conversation_of(row)
        values = {"owner": QUEUE, "waiting_since": at or now(), "reason": reason, "bot_may_finish": False}
        return _move(tx, row, STAFF + by, (row["owner"],), values, text, at, reason=reason)


def _to_queue(
    store: Store,
    id: str,
    reason: str,
    by: str,
    text: str | None,
    at: datetime | None,
    *,
    bot_may_finish: bool,
) -> Conversation:
    with store.write() as tx:
        row = row_of(tx, id, lock=True)
        if row["owner"] != BOT:
            return conversation_of(row)
        values = {
            "owner": QUEUE,
            "waiting_since": at or now(),
            "reason": reason[:LONGEST_WORDS],
            "bot_may_finish": bot_may_finish,
        }
        return _move(tx, row, by, (BOT,), values, text, at, reason=reason[:LONGEST_WORDS])


def _move(
    tx: Tx,
    row: Mapping[str, Any],
    who: str,
    allowed: tuple[str, ...],
    values: Mapping[str, Any],
    text: str | None,
    at: datetime | None,
    *,
    reason: str,
) -> Conversation:
    """Change the owner if one of `allowed` owns it now, with its history and, if given, a notice."""
    moment = at or now()
    changes = {**values, "updated_at": moment}
    if not rows.change_conversation(tx.connection, row["id"], changes, only_if_owner=allowed):
        raise NotOwner(row["id"], who, row["owner"])
    _note_handling(tx, row, values["owner"], moment)
    history.record(
        tx,
        "conversation:owner:change",
        row["id"],
        by=who,
        at=moment,
        **{"from": row["owner"], "to": values["owner"], "reason": reason},
    )
    moved = {**row, **changes}
    tx.announce(row["id"], row["last_message_id"])
    if text:
        keep_message(
            tx,
            moved,
            "system",
            "notice",
            {"text": text, "code": values["owner"].split(":")[0]},
            None,
            None,
            at,
        )
    return conversation_of(row_of(tx, row["id"]))


def _note_handling(tx: Tx, row: Mapping[str, Any], owner: str, at: datetime) -> None:
    """Keep since when and until when a person handles it; an offer of the former owner lapses."""
    if row["owner"].startswith(STAFF):
        takeover.end_handling(tx.connection, row["id"], at, owner.split(":")[0])
        takeover.withdraw_offers(tx.connection, row["id"], at)
    if owner.startswith(STAFF):
        begun = {"conversation_id": row["id"], "staff_id": owner.removeprefix(STAFF), "taken_at": at}
        takeover.begin_handling(tx.connection, {**begun, "waiting_since": row["waiting_since"]})
