"""Questions the library had no answer to: kept for the curators, with what the bot made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from . import history
from .errors import ConversationNotFound, UnansweredNotFound
from .store import Store
from .store import conversations as rows


@dataclass(frozen=True)
class Unanswered:
    """A question the library had no answer to, with the bot's decision; `case_id` once it has one."""

    id: int
    conversation_id: str
    text: str
    decision: dict[str, Any]
    at: datetime
    handled_by: str | None
    handled_at: datetime | None
    case_id: str


def record_unanswered(
    store: Store,
    conversation_id: str,
    text: str,
    decision: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
) -> int:
    """Keep a question the library could not answer; returns its id."""
    row = {
        "conversation_id": conversation_id,
        "text": text[:3000],
        "decision": dict(decision or {}),
        "at": at or _now(),
        "case_id": "",
    }
    with store.write() as tx:
        if rows.conversation(tx.connection, conversation_id) is None:
            raise ConversationNotFound(conversation_id)
        return rows.insert_unanswered(tx.connection, row)


def unanswered(
    store: Store, *, handled: bool = False, limit: int = 100, before_id: int | None = None
) -> list[Unanswered]:
    """Return unanswered questions, newest first; `handled` those a curator has dealt with."""
    with store.read() as tx:
        found = rows.unanswered_rows(tx.connection, handled=handled, before_id=before_id, limit=limit)
        return [Unanswered(**row) for row in found]


def count_unanswered(store: Store) -> int:
    """Return how many questions wait for a curator."""
    with store.read() as tx:
        return rows.count_unanswered(tx.connection)


def handle_unanswered(
    store: Store, id: int, *, by: str, case_id: str = "", at: datetime | None = None
) -> None:
    """A curator has dealt with the question, perhaps by the case `case_id`; UnansweredNotFound."""
    moment = at or _now()
    with store.write() as tx:
        values = {"handled_by": by, "handled_at": moment, "case_id": case_id}
        if not rows.change_unanswered(tx.connection, id, values):
            raise UnansweredNotFound(str(id))
        history.record(tx, "question:unanswered:handle", str(id), by=by, at=moment, case=case_id)


def _now() -> datetime:
    return datetime.now(timezone.utc)
