"""One message in and what goes out: stored first, then the owner asked, and nothing lost when it fails.

Every channel comes through here. A page gets the replies with the answer to its request; a channel
that is sent its messages says with `settle` what becomes of them, in the transaction that keeps them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from desk import conversations, materials, unanswered
from desk.conversation_rows import BOT
from desk.conversations import Conversation
from desk.errors import NotOwner
from desk.person_wishes import back_to_bot_wanted, person_demanded, person_wanted
from desk.unanswered import Kind

from .bot_connection import BotFailed, BotTurn
from .errors import BotAway, TurnTaken
from .parts import Parts
from .queue_news import remember, tell_who_moved_up
from .standing import standing_of
from .waiting_room import after_bots_words, person_notice
from .wording import say

log = logging.getLogger("weiquan.turns")

CHANNEL = "h5"
ASIDE = "aside"
LOOK_AGAIN = 0.4  # seconds between tries to reach a bot that is starting

Settle = Callable[[Any, tuple[Any, ...]], None]


@dataclass(frozen=True)
class Turn:
    """The stored message of the consumer, what was answered, and who owns the conversation now."""

    message: Any
    replies: tuple[Any, ...]
    owner: str


@dataclass(frozen=True)
class Asked:
    """What the owner of a conversation is told; `patience` is how long to wait for a bot that is away.

    `again`: the caller asks once more later, so BotAway and a turn that is taken are raised soon.
    """

    text: str = ""
    choice: str | None = None
    event: dict[str, str] | None = None
    patience: float = 0.0
    again: bool = False


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
    return answer(parts, conversation_id, message, Asked(text, choice))


def receive_evidence(
    parts: Parts,
    conversation_id: str,
    *,
    evidence: Any,
    client_id: str | None,
    settle: Settle | None = None,
    patience: float = 0.0,
    again: bool = False,
) -> Turn:
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
    asked = Asked(event=event, patience=patience, again=again)
    turn = answer(parts, conversation_id, message, asked, settle=settle)
    if turn.owner != BOT:  # the assistant, while it is there, puts it on the ticket itself
        materials.land(parts.store, conversation_id, evidence.id)
    return turn


def returned_to_bot(parts: Parts, conversation_id: str) -> bool:
    """Tell the bot that staff gave the conversation back; False when it could not be told."""
    try:
        turn = parts.bot.turn(
            conversation=conversation_id,
            message_id=f"m_returned_{time.time_ns()}",
            text="",
            channel=conversations.get(parts.store, conversation_id).channel,
            event={"type": "returned"},
        )
    except BotFailed as error:
        log.warning("conversation %s: bot not told of return: %s", conversation_id, error.code)
        return False
    _store_replies(parts, conversation_id, turn, reply_to=None, settle=_left_to_outbox)
    return True


def ask_for_person(parts: Parts, conversation_id: str) -> Turn:
    """Put the conversation in the queue because the consumer wants a person; harmless when repeated."""
    notice = _to_person(parts, conversation_id, reply_to=None, settle=_shown_on_page)[0]
    return Turn(notice, (notice,), conversations.get(parts.store, conversation_id).owner)


def answer(
    parts: Parts, conversation_id: str, message: Any, asked: Asked, *, settle: Settle | None = None
) -> Turn:
    """Let the owner answer a stored message; `settle` is called once, in the transaction of the replies.

    TurnTaken when earlier messages of the conversation are being answered for too long; nothing is
    settled then. With `asked.again` BotAway, where nothing is settled either.
    """
    done = settle or _shown_on_page
    longest = parts.settings.bot_timeout + asked.patience
    patience = asked.patience if asked.again else longest + 5
    # What needs no bot takes turns of its own: 转人工 must not wait for an answer that may never come.
    needed = bot_needed(parts, conversation_id, message, asked)
    name = conversation_id if needed else f"{conversation_id}:{ASIDE}"
    with parts.locks.turn(name, patience=patience, lasts=longest + 30) as held:
        replies = _replies_to(parts, conversation_id, message.id)
        if not replies and not held:
            raise TurnTaken(conversation_id)
        if replies:
            _keep(parts, "", "", [], done)
        else:
            replies = _answered(parts, conversation_id, message, asked, done)
    return Turn(message, replies, conversations.get(parts.store, conversation_id).owner)


def bot_needed(parts: Parts, conversation_id: str, message: Any, asked: Asked) -> bool:
    """Tell whether the bot has to be asked, so that what needs no bot never waits for one."""
    owner = conversations.get(parts.store, conversation_id).owner
    if owner == "queue" and asked.choice is not None and asked.choice.startswith("do:"):
        return not back_to_bot_wanted(asked.text, asked.choice)
    wanted = asked.event is None and person_wanted(asked.text)
    return owner == "bot" and message.body.get("to") == "bot" and not wanted


def _answered(
    parts: Parts, conversation_id: str, message: Any, asked: Asked, settle: Settle
) -> tuple[Any, ...]:
    found = conversations.get(parts.store, conversation_id)
    owner = found.owner
    if owner == "queue" and back_to_bot_wanted(asked.text, asked.choice):
        return _back_to_bot(parts, conversation_id, message, settle)
    if owner == "queue" and asked.choice is not None and asked.choice.startswith("do:"):
        conversations.back_to_bot(parts.store, conversation_id)
        return _ask(parts, found, message, asked, settle)
    if _wants_person(asked) and owner in ("bot", "queue"):
        return _to_person(parts, conversation_id, reply_to=message.id, settle=settle)
    if message.body.get("to") == "bot" and owner == "bot":
        return _ask(parts, found, message, asked, settle)
    return _keep(parts, conversation_id, "system", [], settle)


def _wants_person(asked: Asked) -> bool:
    """Tell whether the message is the wish for a person, or a story that demands one."""
    demanded = asked.choice is None and person_demanded(asked.text)
    return asked.event is None and (demanded or person_wanted(asked.text))


def _to_person(
    parts: Parts, conversation_id: str, *, reply_to: int | None, settle: Settle
) -> tuple[Any, ...]:
    """Queue the conversation and say where it stands, or the hours and other ways when nobody is on duty."""
    parts.urgencies.of(conversations.get(parts.store, conversation_id))  # read before the store is held
    with parts.store.write() as tx:
        before = conversations.get(parts.store, conversation_id).owner
        conversations.request_person(parts.store, conversation_id, reason="consumer_asked", by="consumer")
        standing = standing_of(parts, conversation_id)
        remember(tx, parts, conversation_id, standing)
        body = {**person_notice(parts, already=before != "bot", standing=standing), "reply_to": reply_to}
        notice = _notice(parts, conversation_id, body)
        settle(tx, (notice,))
        return (notice,)


def _back_to_bot(parts: Parts, conversation_id: str, message: Any, settle: Settle) -> tuple[Any, ...]:
    with parts.store.write() as tx:
        try:
            conversations.back_to_bot(parts.store, conversation_id)
        except NotOwner:  # a person was quicker and will read it
            settle(tx, ())
            return ()
        body = {"text": say("system.back_with_bot"), "reply_to": message.id}
        notice = _notice(parts, conversation_id, body)
        settle(tx, (notice,))
    tell_who_moved_up(parts)
    return (notice,)


def _ask(
    parts: Parts, conversation: Conversation, message: Any, asked: Asked, settle: Settle
) -> tuple[Any, ...]:
    conversation_id = conversation.id
    started = time.monotonic()
    try:
        turn = _bot_turn(parts, conversation, message, asked)
    except BotFailed as error:
        if asked.again and isinstance(error, BotAway):
            raise
        log.warning(
            "conversation %s: %s (%s) after %.0f ms",
            conversation_id,
            error.code,
            error,
            1000 * (time.monotonic() - started),
        )
        return _failed(parts, conversation_id, message, error, settle)
    replies = _store_replies(parts, conversation_id, turn, reply_to=message.id, settle=settle)
    log.info(
        "conversation %s: %d characters in, %d replies, %.0f ms",
        conversation_id,
        len(asked.text),
        len(replies),
        1000 * (time.monotonic() - started),
    )
    return replies


def _bot_turn(parts: Parts, conversation: Conversation, message: Any, asked: Asked) -> BotTurn:
    """Ask the bot, again while it is away; it knows a message id it has answered."""
    until = time.monotonic() + asked.patience
    while True:
        try:
            return parts.bot.turn(
                conversation=conversation.id,
                message_id=f"m_{message.id}",
                text=asked.text,
                channel=conversation.channel,
                choice=asked.choice,
                event=asked.event,
            )
        except BotAway:
            if time.monotonic() + LOOK_AGAIN > until:
                raise
            time.sleep(LOOK_AGAIN)


def _failed(
    parts: Parts, conversation_id: str, message: Any, error: BotFailed, settle: Settle
) -> tuple[Any, ...]:
    """Queue the conversation and say so, both or neither."""
    with parts.store.write() as tx:
        conversations.fail_to_queue(parts.store, conversation_id, reason=error.code)
        body = {"text": say("system.bot_failed"), "reply_to": message.id}
        notice = _notice(parts, conversation_id, body)
        settle(tx, (notice,))
        return (notice,)


def _store_replies(
    parts: Parts, conversation_id: str, turn: BotTurn, *, reply_to: int | None, settle: Settle
) -> tuple[Any, ...]:
    """Store what the bot said, all of it or, when a person took over while it was thinking, nothing."""
    said = [(str(reply["kind"]), _body(reply, reply_to)) for reply in turn.replies]
    if said and turn.decision is not None:
        said[0][1]["decision"] = turn.decision
    try:
        with parts.store.write() as tx:
            _note_unanswered(tx, conversation_id, turn)
            return _keep(parts, conversation_id, "bot", said, settle)
    except NotOwner as error:
        if error.owner == "queue" and any(kind == "handoff" for kind, _ in said):
            # The bot called a person in this very turn; its last words belong to the hand-over.
            return _keep(parts, conversation_id, "system", said, settle)
        log.info("conversation %s: a person took over in mid-turn, bot not shown", conversation_id)
        return _keep(parts, conversation_id, "system", [], settle)


def _note_unanswered(tx: Any, conversation_id: str, turn: BotTurn) -> None:
    """What the bot found nothing for, or whose choices were all refused, goes to the curators' inbox."""
    told = (turn.decision or {}).get("unanswered")
    if not isinstance(told, Mapping) or not told.get("text"):
        return
    kind = Kind.REFUSED if told.get("kind") == Kind.REFUSED.value else Kind.MISSED
    unanswered.keep(tx, conversation_id, str(told["text"]), turn.decision, kind=kind)


def _keep(
    parts: Parts, conversation_id: str, author: str, said: list[tuple[str, dict[str, Any]]], settle: Settle
) -> tuple[Any, ...]:
    with parts.store.write() as tx:
        kept = tuple(
            conversations.add_message(parts.store, conversation_id, author=author, kind=kind, body=body)
            for kind, body in said
        )
        if kept and kept[-1].author == "system":  # the assistant called a person in this turn
            kept += _wait(tx, parts, conversation_id, kept[-1].body.get("reply_to"))
        settle(tx, kept)
        return kept


def _wait(tx: Any, parts: Parts, conversation_id: str, reply_to: int | None) -> tuple[Any, ...]:
    """Behind the assistant's words that a person is coming: the hours when nobody is there, or the place."""
    standing = standing_of(parts, conversation_id)
    remember(tx, parts, conversation_id, standing)
    told = after_bots_words(parts, standing)
    return () if told is None else (_notice(parts, conversation_id, {**told, "reply_to": reply_to}),)


def _shown_on_page(tx: Any, kept: tuple[Any, ...]) -> None:
    """The page that asked shows the replies; nothing else has to deliver them."""
    for message in kept:
        tx.take_outgoing(message.conversation_id)


def _left_to_outbox(tx: Any, kept: tuple[Any, ...]) -> None:
    """Nobody waits for these: the outbox delivers them where the channel needs it."""


def _body(reply: Mapping[str, Any], reply_to: int | None) -> dict[str, Any]:
    return {**{key: value for key, value in reply.items() if key != "kind"}, "reply_to": reply_to}


def _notice(parts: Parts, conversation_id: str, body: Mapping[str, Any]) -> Any:
    """Tell the consumer something as the system, in plain words."""
    return conversations.add_message(parts.store, conversation_id, author="system", kind="notice", body=body)


def _replies_to(parts: Parts, conversation_id: str, message_id: int) -> tuple[Any, ...]:
    later = conversations.messages(parts.store, conversation_id, after=message_id, limit=200)
    return tuple(found for found in later if found.body.get("reply_to") == message_id)
