"""Reading what came in: JSON bodies, parameters and text, refused clearly when they do not fit."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import request

from .errors import EmptyMessage, InvalidField, InvalidJson, MessageTooLong, WebError

LARGEST_JSON = 256 * 1024
LARGEST_ID = 2**53
LONGEST_CHOICE = 500
CLIENT_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
# Control characters other than tab and newline, and marks that turn the direction of text around.
UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


class UnsupportedType(WebError):
    code = "unsupported_type"
    status = 415


class BodyTooLarge(WebError):
    code = "too_large"
    status = 413


def json_object() -> dict[str, Any]:
    """Return the JSON object of the body; an empty body is an empty object."""
    if (request.content_length or 0) > LARGEST_JSON:
        raise BodyTooLarge(request.path)
    raw = request.get_data()
    if not raw:
        return {}
    if not request.is_json:
        raise UnsupportedType(request.path)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise InvalidJson(request.path) from None
    if not isinstance(body, dict):
        raise InvalidJson(request.path)
    return body


def clean(text: str) -> str:
    """Return `text` without control characters, broken surrogates and outer white space."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "ignore").decode("utf-8")
    return UNWANTED.sub("", whole).strip()


def message_text(body: dict[str, Any], *, limit: int, optional: bool = False) -> str:
    """Return the `text` of a message; raise when missing, of another type, empty or over `limit` characters."""
    text = body.get("text", "" if optional else None)
    if not isinstance(text, str):
        raise InvalidField("text")
    if len(text) > limit:
        raise MessageTooLong(limit)
    cleaned = clean(text)
    if not cleaned and not optional:
        raise EmptyMessage
    return cleaned


def choice(body: dict[str, Any]) -> str | None:
    """Return the value of a tapped choice, None when none was tapped."""
    value = body.get("choice")
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST_CHOICE or not clean(value):
        raise InvalidField("choice")
    return clean(value)


def client_id(value: object) -> str | None:
    """Return the id a client gave its message so that sending twice stores once."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not CLIENT_ID.fullmatch(value):
        raise InvalidField("client_id")
    return value


def whole_number(name: str, *, largest: int = LARGEST_ID) -> int:
    """Return the query parameter `name` as a number from 0 to `largest`; 0 when it is not given."""
    raw = request.args.get(name)
    if raw is None:
        return 0
    if not re.fullmatch(r"[0-9]{1,16}", raw) or int(raw) > largest:
        raise InvalidField(name)
    return int(raw)
