"""Pages opened from WeChat: one answer, one file, the consumer's own conversation, WeChat's page authorisation."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from desk import conversations, followers, outbox
from desk.conversations import Conversation
from desk.errors import TokenUnavailable
from desk.store import conversations as conversation_rows

from .. import limits, security, visitors
from ..beijing import short
from ..errors import NotFound
from ..evidence_files import sent_file
from ..limits import limiter
from ..parts import parts
from ..visitors import Visitor
from ..wording import section
from .errors import ApiRefused, ApiSilent
from .links import ANSWER, FILE, TALK, Linked
from .webhook import channel, webhook

LONGEST_HINT = 24  # characters of what was said last, to know the conversation by
STATE = "wechat_state"
TARGET = "wechat_target"
SCRIPT_HOST = "res.wx.qq.com"
BROWSER_OF_WECHAT = "MicroMessenger"  # in the User-Agent of WeChat's own browser, on phones and on computers


@webhook.get("/wechat/a/<token>")
@limiter.limit(limits.READS)
def answer_page(token: str) -> str | tuple[str, int]:
    """Show one answer to whoever holds its link; nothing else of the conversation."""
    linked = channel().signer.read(token)
    if linked is None or linked.scope != ANSWER:
        return _expired()
    message = _message(linked.message_id)
    if message is None or not message["body"].get("card"):
        return _expired()
    return render_template("wechat/answer.html", card=message["body"]["card"], words=section("page"))


@webhook.get("/wechat/t/<token>")
@limiter.limit(limits.READS)
def talk_page(token: str) -> BaseResponse | tuple[str, int]:
    """Open the consumer's own conversation at one message; with page authorisation only for its owner.

    Without it whoever holds the link is asked first, since the browser may be somebody else's.
    """
    found = _talk(token)
    if found is None:
        return _expired()
    linked, conversation = found
    if _asks_wechat():
        return _to_wechat(linked.message_id)
    entered, before = visitors.entry(), visitors.own()
    is_open = entered is not None and not visitors.is_over(entered)
    if entered is not None and is_open and entered.conversation == conversation.id:
        return redirect(_place(linked.message_id))
    page = render_template(
        "wechat/enter.html",
        words=section("wechat_pages"),
        token=token,
        said=_hint(conversation.last_text),
        replaces=is_open,
        has_other=before is not None and before.conversation != conversation.id,
        until=short(datetime.fromtimestamp(linked.until, timezone.utc)),
    )
    return make_response(page)


@webhook.post("/wechat/t/<token>")
@limiter.limit(limits.READS)
def enter_talk(token: str) -> BaseResponse | tuple[str, int]:
    """Open the conversation in this browser after it was asked, for as long as the link is good."""
    found = _talk(token)
    if found is None or _asks_wechat():
        return _expired()
    linked, conversation = found
    return _entered(conversation, linked.message_id, until=linked.until)


@webhook.get("/wechat/f/<token>")
@limiter.limit(limits.READS)
def file_page(token: str) -> BaseResponse | tuple[str, int]:
    """Send the one file a link is about; nothing else of the conversation."""
    linked = channel().signer.read(token)
    message = _message(linked.message_id) if linked is not None and linked.scope == FILE else None
    shown = message["body"].get("evidence") if message is not None else None
    if message is None or not shown:
        return _expired()
    return sent_file(str(shown.get("id", "")), conversation=message["conversation_id"])


@webhook.get("/wechat/n/<token>")
@limiter.limit(limits.READS)
def notice_page(token: str) -> str | tuple[str, int]:
    """Ask whether one notice of progress may be sent; the answer comes to the webhook as an event."""
    linked, settings = channel().signer.read(token), parts().settings
    if linked is None or linked.scope != TALK or not settings.wechat_subscription:
        return _expired()
    try:
        ticket = channel().page_ticket()
    except (ApiRefused, ApiSilent, TokenUnavailable):
        return _expired()
    security.with_scripts_of(SCRIPT_HOST)
    nonce, timestamp = secrets.token_hex(8), int(channel().now().timestamp())
    url = channel().links().absolute(request.path)
    signed = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    config = {
        "appId": settings.wechat_app_id,
        "timestamp": timestamp,
        "nonceStr": nonce,
        "signature": hashlib.sha1(signed.encode()).hexdigest(),
    }
    words = section("wechat_pages")
    template = settings.wechat_subscription
    return render_template(
        "wechat/notice.html", config=config, template=template, words=words, host=SCRIPT_HOST
    )


@webhook.get("/wechat/chat")
@limiter.limit(limits.READS)
def chat_from_menu() -> BaseResponse | tuple[str, int]:
    """The chat page from the account's menu: the same conversation where WeChat says who is there."""
    return _to_wechat(0) if _asks_wechat() else redirect("/")


@webhook.get("/wechat/oauth")
@limiter.limit(limits.READS)
def authorised() -> BaseResponse | tuple[str, int]:
    """WeChat sends the person back with a code; the conversation is theirs, whatever link they followed."""
    expected, target = str(session.pop(STATE, "")), int(session.pop(TARGET, 0) or 0)
    given, code = request.args.get("state", ""), request.args.get("code", "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()) or not 0 < len(code) <= 128:
        return _expired()
    try:
        openid = channel().api.oauth_openid(code)
    except (ApiRefused, ApiSilent):
        return _expired()
    if not openid:
        return _expired()
    at = channel().now()
    with parts().store.write() as tx:
        followers.lock(tx, openid)
        stranger = followers.find(parts().store, openid) is None
        follower = followers.known(tx, openid, at=at)
        if stranger:
            follower = followers.follows(tx, follower, False, at=at)
        mine = target and outbox.messages_of(tx, follower.conversation_id, [target])
    until = int(channel().now().timestamp()) + visitors.LONGEST_ENTRY
    found = conversations.get(parts().store, follower.conversation_id)
    return _entered(found, target if mine else 0, until=until)


def _asks_wechat() -> bool:
    return parts().settings.wechat_oauth == "yes"


def _to_wechat(message_id: int) -> BaseResponse:
    """Send the browser to WeChat, which sends it back with a code. WeChat matches the order of the parameters.

    Any other browser would only get a refusal of WeChat's there, so it gets a page of ours.
    """
    if BROWSER_OF_WECHAT not in request.user_agent.string:
        return make_response(render_template("wechat/outside.html", words=section("wechat_pages")))
    settings = parts().settings
    session[STATE] = secrets.token_hex(16)
    session[TARGET] = message_id
    asked = {
        "appid": settings.wechat_app_id,
        "redirect_uri": channel().links().absolute(url_for("wechat.authorised")),
        "response_type": "code",
        "scope": "snsapi_base",
        "state": session[STATE],
    }
    return redirect(f"{_open_base()}/connect/oauth2/authorize?{urlencode(asked)}#wechat_redirect")


def _open_base() -> str:
    settings = parts().settings
    if settings.wechat_open_base:
        return settings.wechat_open_base
    ours = settings.wechat_api_base == "https://api.weixin.qq.com"
    return "https://open.weixin.qq.com" if ours else settings.wechat_api_base


def _entered(conversation: Conversation, message_id: int, *, until: int) -> BaseResponse:
    """Open the chat page as the person behind this conversation, until then."""
    entered = Visitor(conversation.visitor, conversation.id, until)
    return visitors.enter(make_response(redirect(_place(message_id))), entered)


def _hint(text: str) -> str:
    return text if len(text) <= LONGEST_HINT else f"{text[:LONGEST_HINT]}…"


def _place(message_id: int) -> str:
    return f"/#m{message_id}" if message_id else "/"


def _talk(token: str) -> tuple[Linked, Conversation] | None:
    """Return what a conversation link opens, None for one that is none of ours or has expired."""
    linked = channel().signer.read(token)
    message = _message(linked.message_id) if linked is not None and linked.scope == TALK else None
    if linked is None or message is None:
        return None
    return linked, conversations.get(parts().store, message["conversation_id"])


def _message(message_id: int) -> Any:
    with parts().store.read() as tx:
        return conversation_rows.message(tx.connection, message_id)


def _expired() -> tuple[str, int]:
    return render_template("wechat/expired.html", words=section("wechat_pages")), NotFound.status
