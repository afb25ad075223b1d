"""What a consumer hears who asks for a person: where they stand, or when people work and what can be done now."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from desk.duty import Duty

from .beijing import here
from .parts import Parts
from .standing import Standing, sentence
from .wording import say, section


def person_notice(
    parts: Parts, *, already: bool, standing: Standing | None = None, at: datetime | None = None
) -> dict[str, Any]:
    """Return text and choices of the notice; with nobody there out of hours with hours, offer and promise."""
    moment = at or datetime.now(timezone.utc)
    duty = Duty.read(parts.settings.duty_hours)
    if duty.is_open(moment) or (standing is not None and standing.somebody):
        text = say("system.handoff_already" if already else "system.handoff")
        told = "\n" + sentence(standing) if standing else ""
        return {"text": text + told, "choices": [_choice("bot")]}
    return {"text": away_text(duty, moment), "choices": [_choice("complaint"), _choice("bot")]}


def after_bots_words(
    parts: Parts, standing: Standing | None, *, at: datetime | None = None
) -> dict[str, Any] | None:
    """Return what must be added when the assistant itself called a person: the hours, or that one must wait.

    None when somebody is there and nobody is before them: then the assistant has said all.
    """
    moment = at or datetime.now(timezone.utc)
    somebody = standing is not None and standing.somebody
    if not somebody and not Duty.read(parts.settings.duty_hours).is_open(moment):
        return person_notice(parts, already=False, at=moment)
    if standing is None or (standing.somebody and not standing.ahead):
        return None
    return {"text": sentence(standing), "choices": [_choice("bot")]}


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
