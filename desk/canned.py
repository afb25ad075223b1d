"""Canned texts for tickets and chats: kept as reviewed YAML, changed by supervisors, never sent unfilled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from . import history, reviewed, wording
from .clock import beijing_day
from .conversation_rows import keep_message, row_of
from .errors import CannedNotFound, CannedUnfilled, WorkRefused
from .identifiers import new_id
from .store import Store
from .store import canned as rows
from .ticket import Ticket
from .ticket_rows import event_at_rest, happened, locked, now

PLACE = re.compile(r"[{｛]\s*([^{}｛｝\n]{1,20}?)\s*[}｝]")
BRACE = re.compile(r"[{}｛｝]")
LONGEST_TITLE = 20
LONGEST_TEXT = 1000
SENT = "ticket:message:send"
TICKET, CHAT, BOTH = "ticket", "chat", "both"
USES = (TICKET, CHAT, BOTH)


@dataclass(frozen=True)
class Canned:
    """One text, used in tickets, in chats or in both. `changed_by` is the staff id of whoever changed it, '' for one as it came."""

    key: str
    title: str
    text: str
    used_in: str = TICKET
    active: bool = True
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """The places of the text, each once, in order."""
        return places(self.text)


@dataclass(frozen=True)
class Shipped:
    """What desk/canned.yml holds: the texts, and what fills their places."""

    variables: Mapping[str, str]
    fixed: Mapping[str, str]
    texts: tuple[Canned, ...]


def places(text: str) -> tuple[str, ...]:
    """Return the places of a text, each once, in order."""
    return tuple(dict.fromkeys(PLACE.findall(text)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return `text` with every place filled that has a value; the others stay as they are."""
    return PLACE.sub(lambda match: values.get(match[1], "").strip() or match[0], text)


@cache
def shipped() -> Shipped:
    """Return the texts that come with the program."""
    content = reviewed.load("canned")
    texts = tuple(
        Canned(line["key"], line["title"], line["text"], line["used_in"]) for line in content["texts"]
    )
    return Shipped(content["variables"], content["fixed"], texts)


def texts(store: Store, *, used_in: str = BOTH, inactive: bool = False) -> list[Canned]:
    """Return the texts used in tickets, in chats or in either, changed ones in their new words.

    Those switched off only if `inactive`.
    """
    with store.read() as tx:
        changed = {row["key"]: _canned(row) for row in rows.changed(tx.connection)}
    own = [changed.pop(text.key, text) for text in shipped().texts]
    wanted = USES if used_in == BOTH else (used_in, BOTH)
    found = [text for text in [*own, *changed.values()] if text.used_in in wanted]
    return [text for text in found if text.active or inactive]


def get(store: Store, key: str) -> Canned:
    """Return one text that may be used; CannedNotFound."""
    for text in texts(store):
        if text.key == key:
            return text
    raise CannedNotFound(key)


def change(
    store: Store,
    key: str,
    *,
    title: str,
    text: str,
    used_in: str = TICKET,
    active: bool = True,
    by: str,
    at: datetime | None = None,
) -> Canned:
    """Change a text, or with key '' add one; WorkRefused for an empty or overlong one, or stray braces."""
    name, words = title.strip(), text.strip()
    if not name or len(name) > LONGEST_TITLE:
        raise WorkRefused("canned_title")
    if not words or len(words) > LONGEST_TEXT:
        raise WorkRefused("canned_text")
    if used_in not in USES:
        raise WorkRefused("canned_use")
    if BRACE.search(PLACE.sub("", words)):
        raise WorkRefused("canned_braces")
    if key and key not in {known.key for known in texts(store, inactive=True)}:
        raise CannedNotFound(key)
    key = key or new_id("ct")
    moment = at or now()
    with store.write() as tx:
        values = {
            "title": name,
            "text": words,
            "used_in": used_in,
            "active": active,
            "by": by,
            "at": moment,
        }
        rows.set_text(tx.connection, key, values)
        history.record(tx, "canned:text:change", key, by=by, at=moment, active=active)
    return Canned(key, name, words, used_in, active, by, moment)


def values_of(ticket: Ticket | None, *, case_title: str = "", handler: str = "") -> dict[str, str]:
    """Return what the program fills, by place; without a ticket what comes from one stays empty.

    Nothing personal is among it.
    """
    known = {"case_title": case_title, "handler": handler, **(_of_ticket(ticket) if ticket else {})}
    found = {place: known.get(code, "") for place, code in shipped().variables.items()}
    return {**found, **shipped().fixed}


def require_filled(text: str) -> None:
    """Return if nobody left a place of the text unfilled; CannedUnfilled names those that are."""
    if found := places(text):
        raise CannedUnfilled(found)


def send(store: Store, number: str, text: str, *, key: str, by: str, at: datetime | None = None) -> None:
    """Say `text` in the consumer's conversation and keep it on the ticket.

    CannedUnfilled names the places nobody filled; then nothing is sent. WorkRefused for an empty
    or overlong text.
    """
    words = text.strip()
    if not words or len(words) > LONGEST_TEXT:
        raise WorkRefused("canned_text")
    if BRACE.search(words):
        raise CannedUnfilled(places(words))
    moment = at or now()
    with store.write() as tx:
        row = locked(tx, number)
        conversation = row_of(tx, row["conversation_id"], lock=True)
        keep_message(tx, conversation, "system", "text", {"text": words}, by, None, moment)
        happened(tx, row, event_at_rest(row, SENT, by=by, at=moment, text=words, canned=key))


def _of_ticket(ticket: Ticket) -> dict[str, str]:
    return {
        "number": ticket.number,
        "merchant_name": ticket.merchant_name,
        "request": ticket.request,
        "amount": "" if ticket.amount is None else f"{ticket.amount:f}",
        "status": wording.say("statuses", ticket.status.value),
        "received_on": wording.day_words(beijing_day(ticket.created_at)),
        "accept_by": wording.day_words(ticket.accept_by) if ticket.accept_by else "",
        "mediate_by": wording.day_words(ticket.mediate_by) if ticket.mediate_by else "",
    }


def _canned(row: Mapping[str, Any]) -> Canned:
    words = (row["key"], row["title"], row["text"], row["used_in"])
    return Canned(*words, row["active"], row["by"], row["at"])
