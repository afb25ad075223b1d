"""One message in and what goes out: stored first, then the bot asked, and nothing lost when it fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk import conversations
from desk.errors import NotOwner

from .bot_connection import BotFailed, BotTurn
from .parts import Parts
from .wording import say

log = logging.getLogger("weiquan.turns")

CHANNEL = "h5"


@dataclass(frozen=True)
class Turn:
    """The stored message of the consumer, what was answered, and who owns the conversation now."""

    message: Any
    replies: tuple[Any, ...]
    owner: str


def receive(
    parts: Parts, conversation_id: str, *, text: str, choice: str | None, client_id: str | None
) -> Turn:
    """Store what the consumer wrote and let the owner answer; the same `client_id` is answered once."""
    owner = conversations.get(parts.store, conversation_id).owner
    message = conversations.add_message(
        parts.store,
        conversation_id,
        author="consumer",
        kind="text",
        body={"text": text, "choice": choice, "to": owner},
        client_id=client_id,
    )
    return _answered(parts, conversation_id, message, text=text, choice=choice, event=None)


def receive_evidence(parts: Parts, conversation_id: str, *, evidence: Any, client_id: str | None) -> Turn:
    """Store that a file came and tell the bot; a bot that fails here only stays silent."""
    owner = conversations.get(parts.store, conversation_id).owner
    shown = {"id": evidence.id, "name": evidence.name, "type": evidence.type, "size": evidence.size}
    message = conversations.add_message(
        parts.store,
        conversation_id,
        author="consumer",
        kind="evidence",
        body={"text": evidence.name, "evidence": shown, "to": owner},
        client_id=client_id,
    )
    event = {"type": "evidence", "id": evidence.id, "name": evidence.name}
    return _answered(parts, conversation_id, message, text="", choice=None, event=event)


def returned_to_bot(parts: Parts, conversation_id: str) -> bool:
    """Tell the bot that staff gave the conversation back; False when it could not be told."""
    try:
        turn = parts.bot.turn(
            conversation=conversation_id,
            message_id=f"m_returned_{time.time_ns()}",
            text="",
            channel=CHANNEL,
            event={"type": "returned"},
        )
    except BotFailed as error:
        log.warning("conversation %s: bot not told of return: %s", conversation_id, error.code)
        return False
    _store_replies(parts, conversation_id, turn, reply_to=None)
    return True


def ask_for_person(parts: Parts, conversation_id: str) -> Turn:
    """Put the conversation in the queue because the consumer wants a person; harmless when repeated."""
    with parts.store.write():
        before = conversations.get(parts.store, conversation_id).owner
        after = conversations.request_person(
            parts.store, conversation_id, reason="consumer_asked", by="consumer"
        ).owner
        notice = _notice(
            parts, conversation_id, say("system.handoff" if before == "bot" else "system.handoff_already")
        )
    return Turn(notice, (notice,), after)


def _answered(
    parts: Parts,
    conversation_id: str,
    message: Any,
    *,
    text: str,
    choice: str | None,
    event: dict[str, str] | None,
) -> Turn:
    with parts.locks.turn(conversation_id, patience=parts.settings.bot_timeout + 5) as held:
        replies = _replies_to(parts, conversation_id, message.id)
        owner = conversations.get(parts.store, conversation_id).owner
        meant_for_bot = message.body.get("to") == "bot" and owner == "bot"
        if replies or not held or not meant_for_bot:
            return Turn(message, replies, owner)
        replies = _ask(parts, conversation_id, message, text=text, choice=choice, event=event)
    return Turn(message, replies, conversations.get(parts.store, conversation_id).owner)


def _ask(
    parts: Parts,
    conversation_id: str,
    message: Any,
    *,
    text: str,
    choice: str | None,
    event: dict[str, str] | None,
) -> tuple[Any, ...]:
    started = time.monotonic()
    try:
        turn = parts.bot.turn(
            conversation=conversation_id,
            message_id=f"m_{message.id}",
            text=text,
            channel=CHANNEL,
            choice=choice,
            event=event,
        )
    except BotFailed as error:
        log.warning(
            "conversation %s: %s (%s) after %.0f ms",
            conversation_id,
            error.code,
            error,
            1000 * (time.monotonic() - started),
        )
        return _failed(parts, conversation_id, message, error)
    replies = _store_replies(parts, conversation_id, turn, reply_to=message.id)
    log.info(
        "conversation %s: %d characters in, %d replies, %.0f ms",
        conversation_id,
        len(text),
        len(replies),
        1000 * (time.monotonic() - started),
    )
    return replies


def _failed(parts: Parts, conversation_id: str, message: Any, error: BotFailed) -> tuple[Any, ...]:
    """Queue the conversation and say so, both or neither."""
    with parts.store.write():
        conversations.fail_to_queue(parts.store, conversation_id, reason=error.code)
        return (_notice(parts, conversation_id, say("system.bot_failed"), reply_to=message.id),)


def _store_replies(
    parts: Parts, conversation_id: str, turn: BotTurn, *, reply_to: int | None
) -> tuple[Any, ...]:
    """Store what the bot said, all of it or, when a person took over while it was thinking, nothing."""
    said = [(str(reply["kind"]), _body(reply, reply_to)) for reply in turn.replies]
    if said and turn.decision is not None:
        said[0][1]["decision"] = turn.decision
    try:
        return _keep(parts, conversation_id, "bot", said)
    except NotOwner as error:
        if error.owner == "queue" and any(kind == "handoff" for kind, _ in said):
            # The bot called a person in this very turn; its last words belong to the hand-over.
            return _keep(parts, conversation_id, "system", said)
        log.info("conversation %s: a person took over in mid-turn, bot not shown", conversation_id)
        return ()


def _keep(
    parts: Parts, conversation_id: str, author: str, said: list[tuple[str, dict[str, Any]]]
) -> tuple[Any, ...]:
    with parts.store.write():
        return tuple(
            conversations.add_message(parts.store, conversation_id, author=author, kind=kind, body=body)
            for kind, body in said
        )


def _body(reply: Mapping[str, Any], reply_to: int | None) -> dict[str, Any]:
    return {**{key: value for key, value in reply.items() if key != "kind"}, "reply_to": reply_to}


def _notice(parts: Parts, conversation_id: str, text: str, *, reply_to: int | None = None) -> Any:
    """Tell the consumer something as the system, in plain words."""
    body = {"text": text, "reply_to": reply_to}
    return conversations.add_message(parts.store, conversation_id, author="system", kind="notice", body=body)


def _replies_to(parts: Parts, conversation_id: str, message_id: int) -> tuple[Any, ...]:
    later = conversations.messages(parts.store, conversation_id, after=message_id, limit=200)
    return tuple(found for found in later if found.body.get("reply_to") == message_id)
