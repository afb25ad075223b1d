"""Where someone stands in the queue and how long it may take, put into true words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from desk import attendance, conversations, handlings
from desk.duty import Duty
from desk.expectation import Wait, expected
from desk.staff import Staff
from desk.visibility import Colleague, in_order

from .parts import Parts
from .wording import say

MOST = 1000  # conversations of the queue that are ordered


@dataclass(frozen=True)
class Standing:
    """How many come first, the expected wait (None: it cannot be said), and whether anybody is on duty."""

    ahead: int
    wait: Wait | None
    somebody: bool


def crew(parts: Parts, at: datetime | None = None, members: Iterable[Staff] | None = None) -> list[Colleague]:
    """Return everyone (of these accounts) who may take conversations, as they are now."""
    office, moment = Duty.read(parts.settings.duty_hours), at or datetime.now(timezone.utc)
    return attendance.colleagues(parts.store, office=office, at=moment, members=members)


def standing_of(parts: Parts, conversation_id: str, *, at: datetime | None = None) -> Standing | None:
    """Return where a conversation stands; None if it does not wait, or if no staff are set up yet."""
    people = crew(parts, at)
    if not people:
        return None
    order = queue_order(parts)
    if conversation_id not in order:
        return None
    return standing_at(parts, order.index(conversation_id), people)


def standing_at(parts: Parts, ahead: int, people: list[Colleague]) -> Standing:
    """Return the standing of someone with `ahead` others before them."""
    on_duty = [person for person in people if person.on_duty]
    wait = expected(
        ahead,
        free=sum(person.free for person in on_duty),
        slots=sum(person.capacity for person in on_duty),
        recent=handlings.recent(parts.store),
    )
    return Standing(ahead, wait, bool(on_duty))


def queue_order(parts: Parts) -> list[str]:
    """Return the ids of those who wait, who comes next first."""
    waiting = conversations.waiting(parts.store, limit=MOST)
    return [waiter.id for waiter in in_order(parts.urgencies.waiters(waiting))]


def sentence(standing: Standing) -> str:
    """Say it whole, for a message."""
    if not standing.somebody:
        return say("standing.nobody")
    where = say("standing.ahead", ahead=standing.ahead) if standing.ahead else say("standing.first")
    how_long = say("standing.wait", wait=_minutes(standing.wait)) if standing.wait else say("standing.unsure")
    return where + how_long


def line(standing: Standing) -> str:
    """Say it short, for the line under the title of the chat page."""
    if not standing.somebody:
        return say("standing.line_nobody")
    where = say("standing.line_ahead", ahead=standing.ahead) if standing.ahead else say("standing.line_first")
    return f"{where} · {say('standing.line_wait', wait=_minutes(standing.wait))}" if standing.wait else where


def public(standing: Standing | None) -> dict[str, Any] | None:
    """Return the JSON form: ahead, text, and low and high in minutes where they can be said."""
    if standing is None:
        return None
    wait = {"low": standing.wait.low, "high": standing.wait.high} if standing.wait else None
    return {"ahead": standing.ahead, "text": line(standing), "minutes": wait}


def _minutes(wait: Wait) -> str:
    if wait.high <= 2:
        return say("standing.soon")
    if wait.low == wait.high:
        return say("standing.one", low=wait.low)
    return say("standing.minutes", low=wait.low, high=wait.high)
