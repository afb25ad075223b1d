"""What consumers thought of an answer: a thumb up or down under its card, once per answer, changed at will."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timezone

from . import history, unanswered
from .errors import ThumbRefused
from .store import Store
from .store import conversations as conversation_rows
from .store import inbox as rows
from .unanswered import Kind


@dataclass(frozen=True)
class Thumb:
    """What somebody thought of the answer in message `message_id`; `reason` is a code, '' when none was given."""

    message_id: int
    good: bool
    reason: str
    at: datetime


def rate(
    store: Store,
    conversation_id: str,
    message_id: int,
    *,
    good: bool,
    reason: str = "",
    at: datetime | None = None,
) -> None:
    """Keep the thumb under an answer card of this conversation; ThumbRefused for any other message.

    A thumb down puts what was asked before the card into the inbox, with the reason code.
    """
    moment = at or datetime.now(timezone.utc)
    with store.write() as tx:
        message = conversation_rows.message(tx.connection, message_id)
        if message is None or message["conversation_id"] != conversation_id or message["kind"] != "card":
            raise ThumbRefused(str(message_id))
        card = message["body"].get("card") or {}
        case_id, release = str(card.get("case") or ""), card.get("release")
        row = {
            "message_id": message_id,
            "conversation_id": conversation_id,
            "case_id": case_id,
            "release": release if isinstance(release, int) else None,
            "good": good,
            "reason": "" if good else reason,
            "at": moment,
        }
        rows.put_rating(tx.connection, row)
        history.record(
            tx,
            "answer:rating:give",
            str(message_id),
            by="consumer",
            at=moment,
            good=good,
            reason=row["reason"],
            case=case_id,
        )
        asked = unanswered.last_question(tx, conversation_id, before=message_id)
        if not good and asked:
            decision = {"decision": Kind.THUMBS_DOWN.value, "case": case_id}
            unanswered.keep(
                tx, conversation_id, asked, decision, kind=Kind.THUMBS_DOWN, reason=reason, at=moment
            )


def given(store: Store, message_ids: Collection[int]) -> dict[int, bool]:
    """Return the thumbs given to these messages: True up, False down."""
    with store.read() as tx:
        return rows.ratings_of(tx.connection, message_ids)


def of_conversation(store: Store, conversation_id: str) -> list[Thumb]:
    """Return the thumbs given in a conversation, in the order of its messages."""
    with store.read() as tx:
        return [Thumb(**row) for row in rows.ratings_in(tx.connection, conversation_id)]
