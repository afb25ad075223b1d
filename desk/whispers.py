"""Whispers: what staff say to each other in a conversation. Kept apart from its messages, so no channel sends them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import history
from .conversation_rows import now, row_of
from .errors import MessageRefused
from .store import Store
from .store import takeover as rows

LONGEST = 1000  # characters


@dataclass(frozen=True)
class Whisper:
    """One remark of a member of staff (`by`, an id), for staff only."""

    id: int
    conversation_id: str
    by: str
    text: str
    at: datetime


def whisper(store: Store, conversation_id: str, text: str, *, by: str, at: datetime | None = None) -> Whisper:
    """Keep a remark; MessageRefused if it is empty or too long."""
    if not text.strip():
        raise MessageRefused("empty")
    if len(text) > LONGEST:
        raise MessageRefused("too_long")
    with store.write() as tx:
        row = row_of(tx, conversation_id, lock=True)
        moment = at or now()
        fields = {"conversation_id": conversation_id, "by": by, "text": text, "at": moment}
        id = rows.insert_whisper(tx.connection, fields)
        history.record(tx, "conversation:whisper:add", conversation_id, by=by, at=moment)
        tx.announce(conversation_id, row["last_message_id"])
    return Whisper(id, conversation_id, by, text, moment)


def of(store: Store, conversation_id: str, *, limit: int = 200) -> list[Whisper]:
    """Return the latest whispers of a conversation, oldest first."""
    with store.read() as tx:
        return [Whisper(**row) for row in rows.whispers_of(tx.connection, conversation_id, limit)]
