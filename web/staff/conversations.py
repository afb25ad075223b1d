"""Conversations: who waits, since when and about what; reading one, taking it over, writing, giving it back."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import conversations, evidence, history, tickets
from desk import staff as accounts
from desk.conversations import Conversation
from desk.errors import NotOwner, StaffNotFound
from desk.staff import Permission

from .. import turns
from ..answers import success
from ..evidence_files import sent_file
from ..parts import parts
from ..request_fields import clean, client_id, whole_number
from ..wording import say
from . import staff
from .access import me, needs
from .deliveries import channel_state
from .sections import name_of
from .transcript import lines, matter_of

LATEST = 200
RECENT = 40


@staff.get("/conversations")
@needs(Permission.CONVERSATION_READ)
def conversation_list() -> str:
    """List who waits first, then one's own, colleagues' and what the bot is talking about."""
    groups, version = _lists()
    return render_template("staff/conversations.html", groups=groups, version=version, about=about)


@staff.get("/conversations/changes")
@needs(Permission.CONVERSATION_READ)
def conversation_list_changes() -> Response:
    """Answer when the lists differ from `version`, or after `wait` seconds."""
    known, wait = request.args.get("version", ""), whole_number("wait", largest=25)

    def look() -> str | None:
        version = _lists()[1]
        return version if version != known else None

    return success({"version": parts().pushes.wait_for(look, seconds=wait) or known})


@staff.get("/conversations/<conversation_id>")
@needs(Permission.CONVERSATION_READ)
def conversation_page(conversation_id: str) -> str:
    """Show the transcript, what the bot took as facts, case and basis, files and tickets."""
    store = parts().store
    found = conversations.get(store, conversation_id)
    messages = conversations.last_messages(store, conversation_id, limit=LATEST)
    if found.staff == me().id and found.unread:
        conversations.mark_read(store, conversation_id, upto=found.last_message_id)
    filed = tickets.for_conversation(store, conversation_id)
    return render_template(
        "staff/conversation.html",
        conversation=found,
        about=about(found),
        lines=lines(messages, parts().titles),
        matter=matter_of(messages, parts().titles),
        files=evidence.for_conversation(store, conversation_id),
        tickets=filed if me().can(Permission.TICKET_READ) else [],
        mine=found.staff == me().id,
        owner_name=_owner_name(found),
        channel=channel_state(found),
        version=_whole_version(found),
        draft_id=f"s{found.last_message_id}.{me().id[-8:]}",
    )


@staff.get("/conversations/<conversation_id>/changes")
@needs(Permission.CONVERSATION_READ)
def conversation_changes(conversation_id: str) -> Response:
    """Answer when the conversation differs from `version`, or after `wait` seconds."""
    known, wait = request.args.get("version", ""), whole_number("wait", largest=25)

    def look() -> str | None:
        version = _whole_version(conversations.get(parts().store, conversation_id))
        return version if version != known else None

    return success({"version": parts().pushes.wait_for(look, seconds=wait) or known})


@staff.post("/conversations/<conversation_id>/take")
@needs(Permission.CONVERSATION_TAKE)
def take_conversation(conversation_id: str) -> BaseResponse:
    """Become the owner; from now on the bot says nothing here."""
    try:
        conversations.take(parts().store, conversation_id, staff=me().id, text=say("system.taken"))
    except NotOwner:
        flash(say("staff.not_owner"), "error")
    return _back(conversation_id)


@staff.post("/conversations/<conversation_id>/say")
@needs(Permission.CONVERSATION_TAKE)
def say_in_conversation(conversation_id: str) -> BaseResponse:
    """Write into the consumer's chat. The same form sent twice is one message."""
    text = clean(request.form.get("text", ""))[: parts().settings.max_message_chars]
    if text:
        sent_id = client_id(request.form.get("client_id"))
        try:
            conversations.say(parts().store, conversation_id, staff=me().id, text=text, client_id=sent_id)
        except NotOwner:
            flash(say("staff.not_owner"), "error")
    return _back(conversation_id)


@staff.post("/conversations/<conversation_id>/give-back")
@needs(Permission.CONVERSATION_TAKE)
def give_conversation_back(conversation_id: str) -> BaseResponse:
    """Hand the conversation back to the bot and tell it so."""
    try:
        conversations.give_back(parts().store, conversation_id, staff=me().id, text=say("system.given_back"))
    except NotOwner:
        flash(say("staff.not_owner"), "error")
        return _back(conversation_id)
    told = turns.returned_to_bot(parts(), conversation_id)
    flash(say("staff.given_back" if told else "staff.bot_down"), "done" if told else "error")
    return _back(conversation_id)


@staff.get("/evidence/<evidence_id>")
@needs(Permission.CONVERSATION_READ, Permission.TICKET_READ)
def evidence_file(evidence_id: str) -> BaseResponse:
    """Send a file a consumer uploaded; that it was read is recorded."""
    answer = sent_file(evidence_id, conversation=None)
    with parts().store.write() as tx:
        history.record(tx, "evidence:file:read", evidence_id, by=me().id)
    return answer


def about(conversation: Conversation) -> str:
    """Say in a few words what the conversation is about: its case, else its topic, else nothing."""
    titles = parts().titles
    return titles.of(conversation.case_id) or titles.topic(conversation.topic)


def _lists() -> tuple[list[dict[str, Any]], str]:
    store, member = parts().store, me()
    waiting = conversations.waiting(store)
    mine = conversations.for_staff(store, member.id)
    others = [found for found in conversations.with_staff(store) if found.staff != member.id]
    talking = [
        found
        for found in conversations.recent(store, limit=RECENT)
        if found.owner == "bot" and found.last_text
    ]
    lists = {"waiting": waiting, "mine": mine, "others": others, "bot": talking}
    groups = [{"key": key, "conversations": found} for key, found in lists.items()]
    seen = "|".join(_version(conversation) for found in lists.values() for conversation in found)
    return groups, hashlib.sha1(seen.encode()).hexdigest()[:16]


def _version(conversation: Conversation) -> str:
    return f"{conversation.id}:{conversation.last_message_id}:{conversation.owner}:{conversation.unread}"


def _whole_version(conversation: Conversation) -> str:
    """The version of one conversation's page, deliveries included."""
    channel = channel_state(conversation)
    return _version(conversation) + (f":{channel.version}" if channel else "")


def _owner_name(conversation: Conversation) -> str:
    if conversation.staff is None:
        return say(f"staff.owner.{conversation.owner}")
    try:
        return name_of(accounts.get(parts().store, conversation.staff))
    except StaffNotFound:
        return say("staff.owner.staff")


def _back(conversation_id: str) -> BaseResponse:
    return redirect(url_for(".conversation_page", conversation_id=conversation_id) + "#end")
