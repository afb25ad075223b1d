"""How long chats with a person really took lately: what expected waits are told from."""

from __future__ import annotations

from datetime import datetime, timedelta

from . import reviewed
from .conversation_rows import now
from .expectation import Past
from .store import Store
from .store import takeover as rows


def recent(store: Store, *, at: datetime | None = None) -> list[Past]:
    """Return the chats that ended within the days of waiting.yml, the latest first."""
    rules = reviewed.load("waiting")["estimate"]
    moment = at or now()
    with store.read() as tx:
        found = rows.recent_handlings(tx.connection, moment - timedelta(days=rules["days"]), rules["most"])
    return [
        Past(
            handled=_minutes(row["taken_at"], row["ended_at"]),
            waited=_minutes(row["waiting_since"], row["taken_at"]) if row["waiting_since"] else None,
        )
        for row in found
    ]


def _minutes(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds() / 60)
