"""The API's frame: which paths exist, what each needs, and how a request's body is read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.wechat_platform.account import Account
from tests.wechat_platform.refusals import Refused

ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u(?=[0-9a-fA-F]{4})")


@dataclass(frozen=True)
class Upload:
    content: bytes
    content_type: str


@dataclass(frozen=True)
class FileAnswer:
    """A file instead of JSON."""

    content: bytes
    content_type: str
    name: str


@dataclass
class ApiRequest:
    method: str
    path: str
    query: dict[str, str]
    content: bytes = b""
    upload: Upload | None = None
    parsed: dict[str, Any] = field(default_factory=dict)

    def json(self, *, escapes: str = "read") -> dict[str, Any]:
        """The body. Refused 44002 empty, 47001 not an object, 40033 not UTF-8.

        `escapes`: what \\uXXXX becomes; "read" as JSON says, "refuse" 40033 as the menu does, "literal" as
        customer-service messages do, whose readers then see the escapes themselves."""
        if not self.content:
            raise Refused(44002)
        try:
            text = self.content.decode()
        except UnicodeDecodeError:
            raise Refused(40033) from None
        if escapes == "refuse" and ESCAPE.search(text):
            raise Refused(40033)
        if escapes == "literal":
            text = ESCAPE.sub(r"\1\\\\u", text)
        try:
            parsed = json.loads(text)
        except ValueError:
            raise Refused(47001) from None
        if not isinstance(parsed, dict):
            raise Refused(47001)
        self.parsed = parsed
        return parsed


Answer = dict[str, Any] | FileAnswer
Handler = Callable[[Account, ApiRequest], Answer]


@dataclass(frozen=True)
class Endpoint:
    method: str
    handler: Handler
    right: str | None  # name of the account's flag that must be on
    needs_token: bool


ENDPOINTS: dict[str, Endpoint] = {}


def endpoint(
    method: str, path: str, *, right: str | None = None, needs_token: bool = True
) -> Callable[[Handler], Handler]:
    """Register a handler; method "*" accepts both GET and POST."""

    def register(handler: Handler) -> Handler:
        ENDPOINTS[path] = Endpoint(method, handler, right, needs_token)
        return handler

    return register


def answer(account: Account, request: ApiRequest) -> Answer:
    """Do what is asked, after the checks every path shares; Refused otherwise."""
    known = ENDPOINTS.get(request.path)
    if known is None:
        raise Refused(40066)
    if known.method not in ("*", request.method):
        raise Refused(43002 if known.method == "POST" else 43001)
    if known.needs_token:
        account.tokens.check(request.query.get("access_token"))
    if known.right is not None and not getattr(account, known.right):
        raise Refused(48001)
    account.daily_calls.count(request.path)
    return known.handler(account, request)
