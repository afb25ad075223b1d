"""The webhook: WeChat's side of the door. It never shows WeChat an error a consumer would see."""

from __future__ import annotations

import logging
import time

from flask import Blueprint, Response, current_app, request

from desk import inbound
from desk.errors import ProofReused, StoreError
from desk.inbound import Inbound

from ..parts import parts
from ..wording import say
from .channel import Channel
from .envelope import Opened
from .errors import Unreadable, Unsigned
from .parsing import LARGEST_BODY, WeChatMessage
from .rendering import Part
from .replies import ACKNOWLEDGED, passive_xml

log = logging.getLogger("weiquan.wechat.webhook")

KEY = "weiquan.wechat"
WECHAT_WAITS = 4.7  # seconds in which a reply surely arrives
KEEPING = 2.0  # seconds the store has to take a message; then WeChat is let try again
webhook = Blueprint("wechat", __name__)


def channel() -> Channel:
    """Return the channel of the application that serves this request."""
    found: Channel = current_app.extensions[KEY]
    return found


@webhook.get("/wechat")
def verify() -> Response:
    """Echo the address verification of whoever knows the token."""
    try:
        echo, proof = channel().envelope.check_address(request.args)
        channel().account.note_verification(proof)
        return _plain(echo)
    except Unsigned as error:
        log.warning("address verification refused: %s", error)
        return _plain("", 403)
    except StoreError as error:
        log.error("address verification not noted: %s", error.code)
        return _plain("", 503)


@webhook.post("/wechat")
def receive() -> Response:
    """Take one delivery; answer within the budget, passively or with an acknowledgement."""
    until = time.monotonic() + parts().settings.wechat_budget
    if (request.content_length or 0) > LARGEST_BODY:
        return _plain("", 413)
    body = request.stream.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        return _plain("", 413)
    try:
        opened = channel().envelope.open(request.args, body)
    except Unsigned as error:
        log.warning("delivery refused: %s", error)
        return _plain("", 403)
    except Unreadable as error:
        log.warning("delivery unreadable: %s", error)
        return _plain("", 400)
    try:
        with parts().store.hurried(KEEPING):
            if not opened.encrypted and channel().account.verified_with(opened.proof):
                raise ProofReused("verification")
            kept, fresh = channel().keep(opened.message, opened.proof)
    except ProofReused:
        log.warning("a signature came with another message")
        return _plain("", 403)
    except StoreError as error:
        log.error("message not kept: %s", error.code)
        return _not_kept(opened)
    except Exception as error:  # the outermost handler: WeChat delivers again what was not kept
        log.error("message not kept: %s", type(error).__name__)
        return _not_kept(opened)
    channel().unkept.kept(opened.message.key)
    try:
        return _answered(opened, kept, fresh, until)
    except Exception as error:  # the outermost handler: the message is kept and is answered by itself
        log.error("message %s kept, not answered in time: %s", kept.id, type(error).__name__)
        return _plain(ACKNOWLEDGED)


def _answered(opened: Opened, kept: Inbound, fresh: bool, until: float) -> Response:
    """Return the reply to a kept message, or the acknowledgement that its answer comes by itself."""
    if fresh:
        with parts().store.hurried(KEEPING):
            channel().account.seen_at(_address())
    row = channel().answer(kept, fresh, until=until)
    if row.reply is None:
        return _plain(ACKNOWLEDGED)
    response = _reply(row.reply, opened.message, encrypted=opened.encrypted)
    _note_when_gone(response, row, until)
    return response


def _not_kept(opened: Opened) -> Response:
    """Let WeChat deliver the message again; at its last try the consumer is asked to send it once more."""
    if not channel().unkept.last_try(opened.message.key):
        return _plain("", 503)
    busy: Part = {"type": "text", "content": say("wechat.busy")}
    return _reply(busy, opened.message, encrypted=opened.encrypted)


def _note_when_gone(response: Response, row: Inbound, until: float) -> None:
    """Note a passive reply that leaves while WeChat still waits for it."""
    if row.route != inbound.PASSIVE:
        return
    there, latest = channel(), until - parts().settings.wechat_budget + WECHAT_WAITS

    def gone() -> None:
        if time.monotonic() < latest:
            there.handed(row.id)

    response.call_on_close(gone)


def _reply(part: Part, message: WeChatMessage, *, encrypted: bool) -> Response:
    there = channel()
    xml = passive_xml(part, to=message.sender, account=message.account, at=int(there.now().timestamp()))
    response = Response(there.envelope.close(xml) if encrypted else xml, mimetype="application/xml")
    response.headers["Cache-Control"] = "no-store"
    return response


def _address() -> str:
    """Return the address WeChat reached us at; the front server says whether it was https."""
    scheme = request.headers.get("X-Forwarded-Proto", request.scheme)
    return f"{'https' if scheme == 'https' else 'http'}://{request.host}"


def _plain(text: str, status: int = 200) -> Response:
    response = Response(text, status=status, mimetype="text/plain")
    response.headers["Cache-Control"] = "no-store"
    return response
