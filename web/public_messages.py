"""What a page or an API client gets to see of a stored message."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

# Kept with a message for the desk and for repeated requests; never sent out.
PRIVATE = frozenset({"decision", "reply_to", "choice", "to"})


def public(message: Any) -> dict[str, Any]:
    """Return the JSON form: id, author, kind, at (ISO UTC), text and what the kind carries."""
    body = {key: value for key, value in message.body.items() if key not in PRIVATE}
    body.setdefault("text", "")
    shown = {**body, "id": message.id, "author": message.author, "kind": message.kind, "at": iso(message.at)}
    if message.author == "consumer" and message.client_id:
        shown["client_id"] = message.client_id
    return shown


def iso(moment: datetime) -> str:
    """Return an aware UTC moment as `2026-11-21T12:00:00.000Z`."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
