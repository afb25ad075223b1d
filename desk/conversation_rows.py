"""Conversations and messages between the rows of the store and the rest of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from .errors import ConversationNotFound
from .store import Tx
from .store import conversations as rows

BOT = "bot"
QUEUE = "queue"
STAFF = "staff:"
PUSHED = frozenset({"wechat"})  # channels whose consumers are sent messages rather than fetch them
LONGEST_WORDS = 200
LAST_TEXT = 120  # characters shown in lists


@dataclass(frozen=True)
class Conversation:
    """One consumer's thread. Times are aware UTC; `unread` counts what no member of staff has seen."""

    id: str
    channel: str
    visitor: str
    owner: str
    waiting_since: datetime | None
    reason: str
    topic: str
    case_id: str
    last_text: str
    last_message_id: int
    unread: int
    created_at: datetime
    updated_at: datetime
    handling_office: str

    @property
    def staff(self) -> str | None:
        """The id of the member of staff who owns it, None while bot or queue do."""
        return self.owner.removeprefix(STAFF) if self.owner.startswith(STAFF) else None


@dataclass(frozen=True)
class Message:
    """One message. `id` grows within a conversation; `by` is the id of the member of staff who spoke."""

    id: int
    conversation_id: str
    author: str
    kind: str
    body: dict[str, Any]
    by: str | None
    client_id: str | None
    at: datetime


def row_of(tx: Tx, id: str, *, lock: bool = False) -> Mapping[str, Any]:
    """Return the conversation's row, held until the transaction ends if `lock`; ConversationNotFound."""
    found = rows.conversation(tx.connection, id, lock=lock)
    if found is None:
        raise ConversationNotFound(id)
    return found


def conversation_of(row: Mapping[str, Any]) -> Conversation:
    """Return the conversation of a row."""
    return Conversation(**{name: row[name] for name in Conversation.__dataclass_fields__})


def message_of(row: Mapping[str, Any]) -> Message:
    """Return the message of a row."""
    return Message(**row)


def now() -> datetime:
    """Return the present moment, aware UTC."""
    return datetime.now(timezone.utc)


def keep_message(
    tx: Tx,
    row: Mapping[str, Any],
    author: str,
    kind: str,
    content: dict[str, Any],
    by: str | None,
    client_id: str | None,
    at: datetime | None,
) -> Message:
    moment = at or now()
    fields = {
        "conversation_id": row["id"],
        "author": author,
        "kind": kind,
        "body": content,
        "by": by,
        "client_id": client_id,
        "at": moment,
    }
    id = rows.insert_message(tx.connection, fields)
    changes: dict[str, Any] = {"last_message_id": id, "updated_at": moment}
    if author == "consumer":
        changes["unread"] = row["unread"] + 1
        changes["bot_may_finish"] = False
        changes["last_text"] = str(content.get("text") or "")[:LAST_TEXT] or row["last_text"]
    else:
        changes.update(_matter(content))
    rows.change_conversation(tx.connection, row["id"], changes)
    tx.announce(row["id"], id)
    if author != "consumer" and row["channel"] in PUSHED:
        tx.deliver(row["id"], id)
    return Message(id, row["id"], author, kind, content, by, client_id, moment)


def _matter(body: Mapping[str, Any]) -> dict[str, str]:
    """What a reply says the conversation is about: its card's case and topic."""
    card = body.get("card")
    if not isinstance(card, Mapping):
        return {}
    found = {"topic": str(card.get("topic") or "")[:80], "case_id": str(card.get("case") or "")[:120]}
    return {name: value for name, value in found.items() if value}
