"""Who is chatting: a signed token naming the visitor and the conversation, as cookie or bearer."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, g, request
from itsdangerous import BadData, URLSafeTimedSerializer

from .errors import ForeignOrigin, NotIdentified
from .parts import parts

COOKIE = "weiquan_visitor"
KEPT_SECONDS = 180 * 24 * 3600
READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Visitor:
    """A consumer known by token only; no name, no phone."""

    id: str
    conversation: str


def new_visitor_id() -> str:
    """Return an unguessable id, `v_…`."""
    return f"v_{secrets.token_urlsafe(12)}"


def token_for(visitor: Visitor) -> str:
    """Return the signed token of `visitor`."""
    return _signer().dumps([visitor.id, visitor.conversation])


def set_cookie(response: Response, token: str) -> Response:
    """Keep `token` where scripts and other sites cannot read it."""
    response.set_cookie(
        COOKIE, token, max_age=KEPT_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure
    )
    return response


def current() -> Visitor:
    """Return the visitor of this request; raise NotIdentified or ForeignOrigin."""
    found = find()
    if found is None:
        raise NotIdentified("no usable visitor token")
    return found


def find() -> Visitor | None:
    """Return the visitor of this request or None; raise ForeignOrigin for a cookie from another site."""
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
    visitor = find()
    return visitor.id if visitor else f"ip:{request.remote_addr}"


def _read_request() -> Visitor | None:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return _read(bearer.strip())
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        return None
    require_same_origin()
    return _read(cookie)


def _read(token: str) -> Visitor | None:
    try:
        content = _signer().loads(token, max_age=KEPT_SECONDS)
    except BadData:
        return None
    if not isinstance(content, list) or len(content) != 2:
        return None
    return Visitor(str(content[0]), str(content[1]))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(parts().settings.secret_key, salt="weiquan-visitor")
