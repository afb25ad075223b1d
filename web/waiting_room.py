"""What a consumer hears who asks for a person: that one is coming, or when people work and what can be done now."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from desk.duty import Duty

from .beijing import here
from .parts import Parts
from .wording import say, section


def person_notice(parts: Parts, *, already: bool, at: datetime | None = None) -> dict[str, Any]:
    """Return text and choices of the notice; outside the office hours with hours, offer and promise."""
    moment = at or datetime.now(timezone.utc)
    duty = Duty.read(parts.settings.duty_hours)
    if duty.is_open(moment):
        text = say("system.handoff_already" if already else "system.handoff")
        return {"text": text, "choices": [_choice("bot")]}
    return {"text": away_text(duty, moment), "choices": [_choice("complaint"), _choice("bot")]}


def away_notice(parts: Parts, *, at: datetime | None = None) -> dict[str, Any] | None:
    """Return the notice of the hours when nobody is on duty, None while somebody is."""
    moment = at or datetime.now(timezone.utc)
    if Duty.read(parts.settings.duty_hours).is_open(moment):
        return None
    return person_notice(parts, already=False, at=moment)


def away_text(duty: Duty, at: datetime) -> str:
    """Say when people work and by when they will have answered."""
    assert duty.opens is not None
    assert duty.closes is not None
    hours = say("system.hours", opens=f"{duty.opens:%H:%M}", closes=f"{duty.closes:%H:%M}")
    by = here(duty.promised_by(at))
    weekday = section("page")["weekdays"][(by.weekday() + 1) % 7]
    promise = say("system.promise", month=by.month, day=by.day, weekday=weekday, time=f"{by:%H:%M}")
    return say("system.away", hours=hours, promise=promise)


def _choice(name: str) -> dict[str, str]:
    return {"label": say(f"system.choices.{name}"), "value": f"do:{name}"}
