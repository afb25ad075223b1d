"""What helps whoever writes in a consumer's chat: photos, the sign that one is writing, whispers among staff."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import conversations, evidence, whispers
from desk.conversation_rows import STAFF
from desk.errors import EvidenceError, MessageRefused, NotOwner
from desk.staff import Permission

from ..answers import success
from ..errors import InvalidField, sentence
from ..evidence_files import read_upload
from ..parts import parts
from ..request_fields import clean, client_id
from ..typing_marks import CONSUMER
from ..typing_marks import STAFF as OURS
from ..wording import say
from . import staff
from .access import me, needs


@staff.post("/conversations/<conversation_id>/photo")
@needs(Permission.CONVERSATION_TAKE)
def send_photo(conversation_id: str) -> BaseResponse:
    """Send a picture or PDF into the consumer's chat."""
    store, settings = parts().store, parts().settings
    try:
        _require_mine(conversation_id)
        name, data = read_upload()
        kept = evidence.add(
            store,
            settings.evidence_dir,
            conversation_id,
            filename=name,
            data=data,
            max_bytes=settings.max_upload_bytes,
        )
        shown = {"id": kept.id, "name": kept.name, "type": kept.type, "size": kept.size}
        conversations.add_message(
            store,
            conversation_id,
            author="staff",
            kind="evidence",
            body={"text": kept.name, "evidence": shown},
            by=me().id,
            client_id=client_id(request.form.get("client_id")),
        )
    except NotOwner:
        flash(say("staff.not_owner"), "error")
    except InvalidField:
        flash(say("takeover.photo.missing"), "error")
    except EvidenceError as error:
        flash(say("takeover.photo.failed", why=sentence(error.code)), "error")
    return _back(conversation_id)


@staff.post("/conversations/<conversation_id>/typing")
@needs(Permission.CONVERSATION_READ)
def typing(conversation_id: str) -> Response:
    """Note whether one is writing, if it is one's own conversation; answer whether the consumer is."""
    found = conversations.get(parts().store, conversation_id)
    if found.staff == me().id:
        parts().typing.set(conversation_id, OURS, request.form.get("typing") == "yes")
    return success({"typing": parts().typing.seen(conversation_id, CONSUMER)})


@staff.post("/conversations/<conversation_id>/whisper")
@needs(Permission.CONVERSATION_TAKE, Permission.CONVERSATION_WATCH)
def whisper(conversation_id: str) -> BaseResponse:
    """Say something only staff see; who neither owns nor watches the conversation may not."""
    found = conversations.get(parts().store, conversation_id)
    if found.staff != me().id and not me().can(Permission.CONVERSATION_WATCH):
        flash(say("staff.not_owner"), "error")
        return _back(conversation_id)
    try:
        whispers.whisper(parts().store, conversation_id, clean(request.form.get("text", "")), by=me().id)
        flash(say("takeover.whispered"), "done")
    except MessageRefused:
        flash(sentence("message_refused"), "error")
    return _back(conversation_id)


def _require_mine(conversation_id: str) -> None:
    """Refuse with NotOwner before a file is kept."""
    found = conversations.get(parts().store, conversation_id)
    if found.staff != me().id:
        raise NotOwner(conversation_id, STAFF + me().id, found.owner)


def _back(conversation_id: str) -> BaseResponse:
    return redirect(url_for(".conversation_page", conversation_id=conversation_id) + "#end")
