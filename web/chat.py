"""The chat's JSON API: visitors, messages, evidence, a person, and waiting for news."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, request

from desk import conversations, evidence, ratings, tickets
from desk.errors import ConversationNotFound

from . import limits, turns
from .answers import success
from .errors import EntryOver, InvalidField, NotIdentified
from .evidence_files import read_upload, sent_file
from .limits import limiter
from .parts import parts
from .public_messages import public
from .request_fields import LARGEST_ID, choice, client_id, json_object, message_text, whole_number
from .standing import public as public_standing
from .standing import standing_of
from .ticket_progress import own_ticket
from .typing_marks import CONSUMER, STAFF
from .visitors import (
    Visitor,
    current,
    find,
    new_visitor_id,
    require_same_origin,
    set_cookie,
    token_for,
)
from .wording import section

chat = Blueprint("chat", __name__, url_prefix="/api/chat")
chat.before_request(require_same_origin)

PAGE_SIZE = 200
LONGEST_WAIT = 25


@chat.post("/visitors")
@limiter.limit(limits.NEW_VISITORS, key_func=limits.address)
def visitors() -> Response:
    """Give a stranger a token and a conversation; someone known gets theirs again."""
    body = json_object()
    known = None if body.get("fresh") is True else find()
    if known is not None and known.until is not None and not _exists(known.conversation):
        raise EntryOver(known.conversation)
    if known is None or not _exists(known.conversation):
        visitor_id = known.id if known else new_visitor_id()
        opened = conversations.open_conversation(parts().store, channel=turns.CHANNEL, visitor=visitor_id)
        known = Visitor(visitor_id, opened.id)
    token = token_for(known)
    owner = conversations.get(parts().store, known.conversation).owner
    answer = success({"token": token, "conversation": known.conversation, "owner": public_owner(owner)})
    return answer if known.until is not None else set_cookie(answer, token)


@chat.post("/messages")
@limiter.limit(limits.message_rate)
def send_message() -> Response:
    """Take one message; answer with what the bot says to it, or with nothing while a person owns the chat."""
    visitor = _known()
    body = json_object()
    tapped = choice(body)
    text = message_text(body, limit=parts().settings.max_message_chars, optional=tapped is not None)
    turn = turns.receive(
        parts(), visitor.conversation, text=text, choice=tapped, client_id=client_id(body.get("client_id"))
    )
    return success(_turn(turn))


@chat.get("/messages")
@limiter.limit(limits.READS)
def read_messages() -> Response:
    """Return the messages after an id, oldest first; with `wait`, hold on for news that long."""
    visitor = _known()
    after, wait = whole_number("after"), whole_number("wait", largest=LONGEST_WAIT)
    store, conversation = parts().store, visitor.conversation
    found = conversations.messages(store, conversation, after=after, limit=PAGE_SIZE)
    if not found and wait:
        with parts().pushes.seat() as seated:
            patience = wait if seated else 0
            found = conversations.wait_for_news(store, conversation, after, patience, limit=PAGE_SIZE)
    owner = conversations.get(store, conversation).owner
    return success(
        {
            "messages": _with_ratings(found),
            "owner": public_owner(owner),
            "more": len(found) == PAGE_SIZE,
        }
    )


@chat.post("/evidence")
@limiter.limit(limits.UPLOADS)
def send_evidence() -> Response:
    """Take one photo or PDF in the multipart field `file`."""
    visitor = _known()
    sent_id = client_id(request.form.get("client_id"))
    name, data = read_upload()
    settings = parts().settings
    kept = evidence.add(
        parts().store,
        settings.evidence_dir,
        visitor.conversation,
        filename=name,
        data=data,
        max_bytes=settings.max_upload_bytes,
    )
    turn = turns.receive_evidence(parts(), visitor.conversation, evidence=kept, client_id=sent_id)
    shown = {"id": kept.id, "name": kept.name, "type": kept.type, "size": kept.size}
    return success({"evidence": shown, **_turn(turn)})


@chat.get("/evidence/<evidence_id>")
@limiter.limit(limits.READS)
def read_evidence(evidence_id: str) -> Response:
    """Send back a file of this visitor's own conversation."""
    return sent_file(evidence_id, conversation=_known().conversation)


@chat.post("/handoff")
@limiter.limit(limits.HANDOFFS)
def handoff() -> Response:
    """Call a person; works also when the bot is down."""
    visitor = _known()
    json_object()
    return success(_turn(turns.ask_for_person(parts(), visitor.conversation)))


@chat.post("/presence")
@limiter.limit(limits.READS)
def presence() -> Response:
    """Say whether one is writing; hear whether staff are, and where one stands while one waits."""
    visitor = _known()
    body = json_object()
    typing = body.get("typing", False)
    if not isinstance(typing, bool):
        raise InvalidField("typing")
    marks, conversation = parts().typing, visitor.conversation
    owner = public_owner(conversations.get(parts().store, conversation).owner)
    marks.set(conversation, CONSUMER, typing and owner == "staff")
    standing = standing_of(parts(), conversation) if owner == "queue" else None
    return success(
        {
            "owner": owner,
            "typing": owner == "staff" and marks.seen(conversation, STAFF),
            "standing": public_standing(standing),
        }
    )


@chat.post("/ratings")
@limiter.limit(limits.message_rate)
def rate_answer() -> Response:
    """Keep a thumb up or down under an answer of this conversation, with the reason for a thumb down."""
    visitor = _known()
    body = json_object()
    message, good, reason = body.get("message"), body.get("good"), body.get("reason")
    if not isinstance(message, int) or isinstance(message, bool) or not 0 <= message <= LARGEST_ID:
        raise InvalidField("message")
    if not isinstance(good, bool):
        raise InvalidField("good")
    if reason is not None and (
        not isinstance(reason, str) or reason not in section("page")["rating"]["reasons"]
    ):
        raise InvalidField("reason")
    ratings.rate(parts().store, visitor.conversation, message, good=good, reason=reason or "")
    return success({"message": message, "rated": "up" if good else "down"})


@chat.get("/tickets")
@limiter.limit(limits.READS)
def own_tickets() -> Response:
    """List the complaints this visitor filed, with the codes their owner may see."""
    visitor = _known()
    channel = conversations.get(parts().store, visitor.conversation).channel
    found = tickets.for_visitor(parts().store, channel=channel, visitor=visitor.id)
    return success({"tickets": [own_ticket(ticket) for ticket in found]})


def public_owner(owner: str) -> str:
    """Say bot, queue or staff; who of the staff is not the consumer's business."""
    return "staff" if owner.startswith("staff:") else owner


def _with_ratings(found: Sequence[Any]) -> list[dict[str, Any]]:
    """The messages as the page gets them, answers with the thumb they were given."""
    given = ratings.given(parts().store, [message.id for message in found if message.kind == "card"])
    rated = {id: "up" if good else "down" for id, good in given.items()}
    return [
        {**public(message), **({"rated": rated[message.id]} if message.id in rated else {})}
        for message in found
    ]


def _known() -> Visitor:
    visitor = current()
    if not _exists(visitor.conversation):
        raise NotIdentified("the conversation of this token is gone")
    return visitor


def _exists(conversation: str) -> bool:
    try:
        conversations.get(parts().store, conversation)
    except ConversationNotFound:
        return False
    return True


def _turn(turn: turns.Turn) -> dict[str, Any]:
    return {
        "message": public(turn.message),
        "replies": [public(reply) for reply in turn.replies],
        "owner": public_owner(turn.owner),
    }
