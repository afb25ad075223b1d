"""Conversations: who waits, since when and about what; reading one, taking it over, writing, giving it back."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import canned, conversations, evidence, handover, history, tickets
from desk.conversations import Conversation
from desk.errors import CannedUnfilled, NotOwner
from desk.staff import Permission
from desk.urgency import Level

from .. import turns
from ..answers import success
from ..evidence_files import sent_file
from ..parts import parts
from ..queue_news import tell_who_moved_up
from ..request_fields import clean, client_id, whole_number
from ..standing import MOST
from ..wording import say
from . import staff, takeover_panel
from .access import in_one_read, me, needs
from .deliveries import channel_state
from .names import who
from .queue_desk import entries, grave_reasons, my_duty
from .ticket_access import readable_file
from .transcript import lines, matter_of

LATEST = 200
RECENT = 40


@staff.get("/conversations")
@needs(Permission.CONVERSATION_READ)
@in_one_read
def conversation_list() -> str:
    """List who waits first, then one's own, colleagues' and what the bot is talking about."""
    groups, version = _lists()
    offers = [
        {"offer": found, "conversation": conversations.get(parts().store, found.conversation_id)}
        for found in handover.offered_to(parts().store, me().id)
    ]
    return render_template(
        "staff/conversations.html",
        groups=groups,
        queue=entries(me()),
        offers=offers,
        duty=my_duty(me()) if me().can(Permission.CONVERSATION_TAKE) else None,
        staff_name=who,
        grave_reasons=grave_reasons,
        version=version,
        about=about,
    )


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
@in_one_read
def conversation_page(conversation_id: str) -> str:
    """Show the transcript, what the bot took as facts, case and basis, files and tickets."""
    store = parts().store
    found = conversations.get(store, conversation_id)
    history.record_reading(store, "conversation:transcript:read", conversation_id, by=me().id)
    messages = conversations.last_messages(store, conversation_id, limit=LATEST)
    if found.staff == me().id and found.unread:
        conversations.mark_read(store, conversation_id, upto=found.last_message_id)
    filed = tickets.for_conversation(store, conversation_id)
    return render_template(
        "staff/conversation.html",
        conversation=found,
        about=about(found),
        lines=takeover_panel.with_whispers(lines(messages, parts().titles), conversation_id),
        matter=matter_of(messages, parts().titles),
        files=evidence.for_conversation(store, conversation_id),
        tickets=filed if me().can(Permission.TICKET_READ) else [],
        mine=found.staff == me().id,
        owner_name=_owner_name(found),
        channel=channel_state(found),
        version=_whole_version(found),
        draft_id=f"s{found.last_message_id}.{me().id[-8:]}",
        **takeover_panel.panel(found, about(found), filed),
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
        tell_who_moved_up(parts())
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
            canned.require_filled(text)
            conversations.say(parts().store, conversation_id, staff=me().id, text=text, client_id=sent_id)
        except CannedUnfilled as error:
            flash(say("work.unfilled", places="、".join(error.places)), "error")
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
    readable_file(evidence_id)
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
    waiting = conversations.waiting(store, limit=MOST)
    mine = conversations.for_staff(store, member.id)
    others = [found for found in conversations.with_staff(store) if found.staff != member.id]
    talking = [
        found
        for found in conversations.recent(store, limit=RECENT)
        if found.owner == "bot" and found.last_text
    ]
    talking.sort(key=lambda found: parts().urgencies.of(found).level is not Level.GRAVE)
    lists = {"mine": mine, "others": others, "bot": talking}
    groups = [{"key": key, "conversations": found} for key, found in lists.items()]
    offered = [str(found.id) for found in handover.offered_to(store, member.id)]
    listed = [waiting, *lists.values()]
    seen = "|".join([*(_version(conversation) for found in listed for conversation in found), *offered])
    return groups, hashlib.sha1(seen.encode()).hexdigest()[:16]


def _version(conversation: Conversation) -> str:
    return f"{conversation.id}:{conversation.last_message_id}:{conversation.owner}:{conversation.unread}"


def _whole_version(conversation: Conversation) -> str:
    """The version of one conversation's page, deliveries included."""
    channel = channel_state(conversation)
    aside = takeover_panel.version(conversation)
    return f"{_version(conversation)}:{aside}" + (f":{channel.version}" if channel else "")


def _owner_name(conversation: Conversation) -> str:
    if conversation.staff is None:
        return say(f"staff.owner.{conversation.owner}")
    return who(conversation.staff)


def _back(conversation_id: str) -> BaseResponse:
    return redirect(url_for(".conversation_page", conversation_id=conversation_id) + "#end")
