"""The queue and the crew as a request first found them: strip, menu and list look at the same, read once."""

from __future__ import annotations

from datetime import datetime, timezone

from flask import g

from desk import conversations
from desk.conversations import Conversation
from desk.staff import Permission
from desk.visibility import Colleague

from ..parts import parts
from ..standing import MOST, crew
from .access import me
from .names import everyone

MOST_TOLD = 200  # the number beside the menu goes no further


def who_waits() -> list[Conversation]:
    """Return the queue, the longest waiting first."""
    if "who_waits" not in g:
        g.who_waits = conversations.waiting(parts().store, limit=MOST)
    found: list[Conversation] = g.who_waits
    return found


def how_many_wait() -> int:
    """Return how many wait, as far as it is told."""
    if "who_waits" in g or me().can(Permission.CONVERSATION_WATCH):  # the strip of alarms needs them all
        return min(len(who_waits()), MOST_TOLD)
    return conversations.count_waiting(parts().store, most=MOST_TOLD)


def crew_now() -> list[Colleague]:
    """Return everyone who may take conversations."""
    if "crew" not in g:
        g.crew = crew(parts(), datetime.now(timezone.utc), everyone())
    found: list[Colleague] = g.crew
    return found
