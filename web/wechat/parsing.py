"""WeChat's XML as plain fields. Hostile documents are refused before anything is built from them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from .errors import Unreadable

LARGEST_BODY = 64 * 1024
DEEPEST = 6
MOST_ELEMENTS = 200
OPENID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NUMBER = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True)
class WeChatMessage:
    """One message or event. Nested fields are dotted, repeated ones numbered: `List.TemplateId#2`."""

    account: str
    sender: str
    created: int
    kind: str
    event: str
    fields: dict[str, str]

    @property
    def key(self) -> str:
        """What tells this message from every other: MsgId, for events sender, time and what happened."""
        message_id = self.fields.get("MsgId", "")
        if not self.event and NUMBER.fullmatch(message_id):
            return f"m:{message_id}"
        detail = self.fields.get("EventKey") or self.fields.get("MsgID") or ""
        return f"e:{self.sender}:{self.created}:{self.event or self.kind}:{detail}"[:200]


class _Fields:
    """Collects the text of each element under its path; refuses what is deep or long."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._seen: Counter[str] = Counter()
        self._path: list[str] = []
        self._text: list[list[str]] = []
        self._elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._path.append(tag)
        self._text.append([])
        if len(self._path) > DEEPEST or self._elements > MOST_ELEMENTS:
            raise Unreadable("too deep or too many elements")
        if len(self._path) == 1 and tag != "xml":
            raise Unreadable("the root is not xml")

    def data(self, text: str) -> None:
        self._text[-1].append(text)

    def end(self, tag: str) -> None:
        text = "".join(self._text.pop())
        name = ".".join(self._path[1:])
        self._path.pop()
        if name:
            self._seen[name] += 1
            place = self._seen[name]
            self.found[name if place == 1 else f"{name}#{place}"] = text

    def close(self) -> dict[str, str]:
        return self.found


def fields_of(body: bytes) -> dict[str, str]:
    """Return the fields of a document; Unreadable for what WeChat never sends."""
    if len(body) > LARGEST_BODY:
        raise Unreadable("too large")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8") from error
    parser = DefusedXMLParser(target=_Fields(), forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(text)
        found: dict[str, str] = parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable(type(error).__name__) from error
    return found


def message_of(fields: dict[str, str]) -> WeChatMessage:
    """Return the message these fields are; Unreadable when sender, time or type are missing."""
    sender, created = fields.get("FromUserName", ""), fields.get("CreateTime", "")
    kind = fields.get("MsgType", "").strip().lower()
    if not OPENID.fullmatch(sender) or not OPENID.fullmatch(fields.get("ToUserName", "")):
        raise Unreadable("no sender or account")
    if not NUMBER.fullmatch(created) or not re.fullmatch(r"[a-z0-9_]{1,40}", kind):
        raise Unreadable("no time or type")
    event = fields.get("Event", "").strip().lower() if kind == "event" else ""
    return WeChatMessage(fields["ToUserName"], sender, int(created), kind, event[:80], fields)
