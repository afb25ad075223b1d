"""Conversations and who may speak in them: `bot`, `queue` or one member of staff, never two.

Every change of owner and every message that depends on the owner happens in one transaction
that holds the conversation's row, so an answer that comes late finds the door closed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .conversation_rows import (
    BOT,
    LONGEST_WORDS,
    QUEUE,
    STAFF,
    Conversation,
    Message,
    conversation_of,
    keep_message,
    message_of,
    now,
    row_of,
)
from .errors import MessageRefused, NotOwner
from .identifiers import new_id
from .office_directory import directory_in
from .ownership import (
    back_to_bot,
    fail_to_queue,
    give_back,
    hand_over,
    request_person,
    requeue,
    step_in,
    take,
)
from .store import Store, Tx
from .store import conversations as rows
from .store.types import dump_json
from .unanswered import record_unanswered

__all__ = [
    "Conversation",
    "Message",
    "add_message",
    "back_to_bot",
    "begin",
    "count_waiting",
    "fail_to_queue",
    "for_staff",
    "get",
    "give_back",
    "hand_over",
    "last_messages",
    "latest_for",
    "mark_read",
    "messages",
    "open_conversation",
    "recent",
    "record_unanswered",
    "request_person",
    "requeue",
    "resume",
    "say",
    "set_matter",
    "step_in",
    "take",
    "unread_with_staff",
    "wait_for_news",
    "waiting",
    "with_staff",
]

AUTHORS = frozenset({"bot", "consumer", "staff", "system"})
LONGEST_BODY = 200_000  # characters of JSON


def open_conversation(
    store: Store, *, channel: str, visitor: str, at: datetime | None = None
) -> Conversation:
    """Begin a new conversation, owned by the bot."""
    with store.write() as tx:
        return begin(tx, channel, visitor, at)


def resume(store: Store, *, channel: str, visitor: str, at: datetime | None = None) -> Conversation:
    """Return the visitor's latest conversation on this channel, begun if there is none."""
    with store.write() as tx:
        rows.lock_name(tx.connection, f"visitor:{channel}:{visitor}")
        found = rows.latest_of_visitor(tx.connection, channel, visitor)
        return conversation_of(found) if found else begin(tx, channel, visitor, at)


def latest_for(store: Store, *, channel: str, visitor: str) -> Conversation | None:
    """Return the visitor's latest conversation on this channel."""
    with store.read() as tx:
        found = rows.latest_of_visitor(tx.connection, channel, visitor)
        return conversation_of(found) if found else None


def get(store: Store, id: str) -> Conversation:
    """Return the conversation; ConversationNotFound."""
    with store.read() as tx:
        return conversation_of(row_of(tx, id))


def add_message(
    store: Store,
    conversation_id: str,
    *,
    author: str,
    kind: str,
    body: Mapping[str, Any],
    by: str | None = None,
    client_id: str | None = None,
    at: datetime | None = None,
) -> Message:
    """Keep one message; a `client_id` seen before in this conversation returns the message it made.

    The consumer and the system are always heard. `bot` is refused with NotOwner unless it owns
    the conversation, `staff` unless `by` does. A bot answer whose body says `reply_to` (a message
    id) is refused too if staff spoke in between and gave the conversation back. One exception:
    when the bot itself asked for a person it may finish that turn; those words are kept as the
    system's.
    """
    content = _checked(author, kind, body, client_id)
    with store.write() as tx:
        row = row_of(tx, conversation_id, lock=True)
        if client_id is not None:
            known = rows.message_by_client_id(tx.connection, conversation_id, client_id)
            if known is not None:
                return message_of(known)
        return keep_message(tx, row, _speaker(row, author, by, content), kind, content, by, client_id, at)


def messages(store: Store, conversation_id: str, after: int = 0, limit: int = 200) -> list[Message]:
    """Return the messages beyond id `after`, oldest first, at most `limit` (1000 at most)."""
    with store.read() as tx:
        return [message_of(row) for row in rows.messages_after(tx.connection, conversation_id, after, limit)]


def last_messages(
    store: Store, conversation_id: str, *, limit: int = 50, before: int | None = None
) -> list[Message]:
    """Return the newest messages, oldest first; `before` an id pages back."""
    with store.read() as tx:
        edge = rows.GREATEST_ID if before is None else before
        return [message_of(row) for row in rows.last_messages(tx.connection, conversation_id, edge, limit)]


def wait_for_news(
    store: Store, conversation_id: str, after: int, timeout: float, *, limit: int = 200
) -> list[Message]:
    """Return the messages beyond `after` as soon as there are any; empty after `timeout` seconds."""
    found = messages(store, conversation_id, after, limit)
    if not found and store.news.wait(conversation_id, after, timeout):
        found = messages(store, conversation_id, after, limit)
    return found


def say(
    store: Store, id: str, *, staff: str, text: str, client_id: str | None = None, at: datetime | None = None
) -> Message:
    """`staff` speaks to the consumer; NotOwner if the conversation is not theirs, MessageRefused if empty."""
    if not text.strip():
        raise MessageRefused("empty")
    return add_message(
        store, id, author="staff", kind="text", body={"text": text}, by=staff, client_id=client_id, at=at
    )


def mark_read(store: Store, id: str, *, upto: int) -> Conversation:
    """Staff have seen the messages up to the id `upto`."""
    with store.write() as tx:
        row = row_of(tx, id, lock=True)
        unread = rows.count_consumer_messages(tx.connection, id, upto)
        rows.change_conversation(tx.connection, id, {"unread": unread})
        return conversation_of({**row, "unread": unread})


def set_matter(store: Store, id: str, *, topic: str, case_id: str = "") -> None:
    """Note what the conversation is about, for the lists of the desk."""
    with store.write() as tx:
        row_of(tx, id, lock=True)
        rows.change_conversation(tx.connection, id, {"topic": topic[:80], "case_id": case_id[:120]})


def waiting(store: Store, *, limit: int = 200) -> list[Conversation]:
    """Return the queue, the longest waiting first, each with what it is about and its last words."""
    with store.read() as tx:
        return [conversation_of(row) for row in rows.in_queue(tx.connection, limit)]


def count_waiting(store: Store, *, most: int = 200) -> int:
    """Return how many wait; `most` stands for all larger numbers."""
    with store.read() as tx:
        return rows.count_in_queue(tx.connection, most)


def for_staff(store: Store, staff: str, *, limit: int = 200) -> list[Conversation]:
    """Return what this member of staff owns, the latest news first."""
    with store.read() as tx:
        return [conversation_of(row) for row in rows.owned_by(tx.connection, STAFF + staff, limit)]


def with_staff(store: Store, *, limit: int = 200) -> list[Conversation]:
    """Return what members of staff own, by owner: the supervisor's view."""
    with store.read() as tx:
        return [conversation_of(row) for row in rows.with_staff(tx.connection, limit)]


def unread_with_staff(store: Store, *, limit: int = 200) -> list[tuple[str, datetime]]:
    """Return of the conversations with words that wait to be read who has each, and since when it has news."""
    with store.read() as tx:
        found = rows.unread_with_staff(tx.connection, limit)
        return [(row["owner"].removeprefix(STAFF), row["updated_at"]) for row in found]


def recent(store: Store, *, limit: int = 50, before: datetime | None = None) -> list[Conversation]:
    """Return conversations by their latest news, newest first; `before` a time pages back."""
    with store.read() as tx:
        return [conversation_of(row) for row in rows.recent(tx.connection, limit, before)]


def begin(tx: Tx, channel: str, visitor: str, at: datetime | None) -> Conversation:
    """Begin a conversation in a transaction that is under way."""
    moment = at or now()
    row = {
        "id": new_id("c"),
        "channel": channel,
        "visitor": visitor,
        "owner": BOT,
        "waiting_since": None,
        "reason": "",
        "bot_may_finish": False,
        "bot_since": 0,
        "topic": "",
        "case_id": "",
        "last_text": "",
        "last_message_id": 0,
        "unread": 0,
        "created_at": moment,
        "updated_at": moment,
        "handling_office": directory_in(tx).default,
    }
    rows.insert_conversation(tx.connection, row)
    return conversation_of(row)


def _checked(author: str, kind: str, body: Mapping[str, Any], client_id: str | None) -> dict[str, Any]:
    """Return the body as it will be kept; MessageRefused names what does not fit."""
    if author not in AUTHORS:
        raise MessageRefused("author")
    if not 0 < len(kind) <= LONGEST_WORDS or len(client_id or "") > LONGEST_WORDS:
        raise MessageRefused("kind")
    try:
        text = dump_json(dict(body))
    except (TypeError, ValueError) as error:
        raise MessageRefused("body") from error
    if len(text) > LONGEST_BODY:
        raise MessageRefused("too_long")
    content: dict[str, Any] = json.loads(text)
    return content


def _speaker(row: Mapping[str, Any], author: str, by: str | None, body: Mapping[str, Any]) -> str:
    """Return the author under which the words are kept; NotOwner if they may not be said."""
    owner = row["owner"]
    if author == "bot" and owner != BOT:
        if owner == QUEUE and row["bot_may_finish"]:
            return "system"
        raise NotOwner(row["id"], BOT, owner)
    if author == "bot" and _answers_too_late(row, body):
        raise NotOwner(row["id"], BOT, owner)
    if author == "staff" and owner != STAFF + (by or ""):
        raise NotOwner(row["id"], STAFF + (by or ""), owner)
    return author


def _answers_too_late(row: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    reply_to = body.get("reply_to")
    return isinstance(reply_to, int) and reply_to <= row["bot_since"]
