"""Who is chatting: a signed token naming the visitor and the conversation, as cookie or bearer.

A conversation of another channel opened in a browser is an entry: a cookie beside the visitor's own that
goes before it until its time is over and never replaces it.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, g, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as BaseResponse

from .errors import EntryOver, ForeignOrigin, NotIdentified
from .parts import parts

COOKIE = "weiquan_visitor"
ENTRY = "weiquan_entry"
KEPT_SECONDS = 180 * 24 * 3600
LONGEST_ENTRY = 72 * 3600  # seconds
TOLD_SECONDS = 30 * 24 * 3600  # how long an entry whose time is over is known for one, to say so
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Visitor:
    """A consumer known by token only; no name, no phone. `until` (seconds since 1970) ends an entry."""

    id: str
    conversation: str
    until: int | None = None


def new_visitor_id() -> str:
    """Return an unguessable id, `v_…`."""
    return f"v_{secrets.token_urlsafe(12)}"


def token_for(visitor: Visitor) -> str:
    """Return the signed token of `visitor`."""
    named = [visitor.id, visitor.conversation]
    return _signer().dumps(named if visitor.until is None else [*named, visitor.until])


def set_cookie(response: Response, token: str) -> Response:
    """Keep `token` where scripts and other sites cannot read it."""
    response.set_cookie(
        COOKIE, token, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure
    )
    return response


def enter(response: BaseResponse, visitor: Visitor) -> BaseResponse:
    """Open the conversation of `visitor` in this browser until its time is over, beside the browser's own."""
    assert visitor.until is not None
    left = min(visitor.until - int(time.time()), LONGEST_ENTRY)
    shorter = Visitor(visitor.id, visitor.conversation, int(time.time()) + left)
    response.set_cookie(
        ENTRY,
        token_for(shorter),
        max_age=left + TOLD_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def leave(response: BaseResponse) -> BaseResponse:
    """Close what `enter` opened; the browser's own conversation is there again."""
    response.delete_cookie(ENTRY, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


def entry() -> Visitor | None:
    """Return the entry of this browser, also one whose time is over; None without one."""
    token = request.cookies.get(ENTRY)
    found = _read(token) if token else None
    return found if found is not None and found.until is not None else None


def own() -> Visitor | None:
    """Return the browser's own visitor, whatever it has entered; None for a stranger."""
    token = request.cookies.get(COOKIE)
    return _read(token) if token else None


def is_over(visitor: Visitor) -> bool:
    """Tell whether the time of an entry is over."""
    return visitor.until is not None and time.time() >= visitor.until


def current() -> Visitor:
    """Return the visitor of this request; raise NotIdentified, EntryOver or ForeignOrigin."""
    found = find()
    if found is None:
        raise NotIdentified("no usable visitor token")
    return found


def find() -> Visitor | None:
    """Return the visitor of this request or None; raise ForeignOrigin for a cookie from another site.

    EntryOver when what was entered here has ended: nobody then writes elsewhere without noticing.
    """
    if "visitor" not in g:
        g.visitor = _read_request()
    found: Visitor | None = g.visitor
    return found


def require_same_origin() -> None:
    """Refuse a writing request another site made the browser send. Clients that are not browsers name none."""
    if request.method in READING:
        return
    origin = request.headers.get("Origin")
    if origin is not None:
        if origin == "null" or urlsplit(origin).netloc.lower() != request.host.lower():
            raise ForeignOrigin(request.path)
    elif request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ForeignOrigin(request.path)


def rate_key() -> str:
    """Name the visitor for the rate limit; strangers are counted by address."""
    try:
        visitor = find()
    except EntryOver:  # the next link must open all the same
        visitor = None
    return visitor.id if visitor else f"ip:{request.remote_addr}"


def _read_request() -> Visitor | None:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _in_time(_read(bearer.strip()))
    entered = entry()
    if entered is not None:
        require_same_origin()
        return _in_time(entered)
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        return None
    require_same_origin()
    return _in_time(_read(cookie))


def _in_time(found: Visitor | None) -> Visitor | None:
    if found is not None and is_over(found):
        raise EntryOver(found.conversation)
    return found


def _read(token: str) -> Visitor | None:
    try:
        content = _signer().loads(token, max_age=KEPT_SECONDS)
    except BadData:
        return None
    if not isinstance(content, list) or len(content) not in (2, 3):
        return None
    until = content[2] if len(content) == 3 else None
    if until is not None and not isinstance(until, int):
        return None
    return Visitor(str(content[0]), str(content[1]), until)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(parts().settings.secret_key, salt="weiquan-visitor")
