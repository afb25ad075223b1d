"""The queue as the desk shows it: who is offered to whom, in which order, why, and what alarms the supervisor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk import attendance, conversations, visibility, wording
from desk.conversations import Conversation
from desk.errors import RosterRefused
from desk.roster import AWAY, HERE
from desk.staff import Permission, Staff
from desk.urgency import Level
from desk.visibility import Alarm, Colleague, Waiter

from ..parts import parts
from ..standing import MOST
from ..wording import say
from . import staff
from .access import in_one_read, me, needs
from .queue_now import crew_now, who_waits

FLASHES = {HERE: "switched_here", AWAY: "switched_away", "": "followed"}


@dataclass(frozen=True)
class Entry:
    """One who waits: place in the queue from 1, level and reasons in words, and whether it is for this member."""

    conversation: Conversation
    place: int
    level: str
    reasons: tuple[str, ...]
    for_me: bool


def entries(member: Staff) -> list[Entry]:
    """Return everyone who waits, who comes next first."""
    waiting, waiters, at = _now()
    people = crew_now() if waiters else []
    return [
        Entry(
            conversation=waiting[waiter.id],
            place=place,
            level=waiter.urgency.level.word,
            reasons=reason_labels(waiter),
            for_me=member.id in visibility.shown_to(waiter, people, at),
        )
        for place, waiter in enumerate(waiters, start=1)
    ]


def grave_reasons(conversation: Conversation) -> tuple[str, ...]:
    """Return why a conversation that does not wait should be looked at all the same; mostly nothing."""
    urgency = parts().urgencies.of(conversation)
    if urgency.level is not Level.GRAVE:
        return ()
    return tuple(wording.say("urgency_reasons", code) for code in urgency.reasons)


def reason_labels(waiter: Waiter) -> tuple[str, ...]:
    """Return why someone is urgent, in words."""
    return tuple(wording.say("urgency_reasons", code) for code in waiter.urgency.reasons)


def alarms() -> list[dict[str, str]]:
    """Return what the supervisor must know now, in words."""
    _waiting, waiters, at = _now()
    unread = conversations.unread_with_staff(parts().store, limit=MOST)
    people = crew_now() if waiters or unread else []
    found = [*visibility.alarms(waiters, people, at), *visibility.left_alone(unread, people, at)]
    return [_alarm(alarm) for alarm in found]


@staff.get("/alarms")
@needs(Permission.CONVERSATION_WATCH)
@in_one_read
def queue_alarms() -> str:
    """Show the supervisor's alarms on a page of their own; `part=strip` sends the strip alone, for open pages."""
    strip = request.args.get("part") == "strip"
    return render_template("staff/alarms.html" if strip else "staff/alarms_page.html")


@staff.post("/duty")
@needs(Permission.CONVERSATION_TAKE)
def switch_duty() -> Response:
    """Go on duty or away for the rest of the day, or follow the roster again."""
    to = request.form.get("to", "")
    try:
        attendance.switch(parts().store, me().id, to, by=me().id)
        flash(say(f"takeover.duty.{FLASHES[to]}"), "done")
    except RosterRefused as error:
        flash(say(f"roster.refused.{error.rule}"), "error")
    return redirect(url_for(".conversation_list"))


@staff.context_processor
def _alarm_context() -> dict[str, Any]:
    member: Staff | None = g.get("member")
    watches = member is not None and member.can(Permission.CONVERSATION_WATCH)
    return {"queue_alarms": alarms() if watches else [], "watches_queue": watches}


def my_duty(member: Staff) -> dict[str, Any]:
    """Return whether this member is on duty, has hands free, and follows the roster or the switch."""
    at = datetime.now(timezone.utc)
    found = next((person for person in crew_now() if person.id == member.id), None)
    person = attendance.people(parts().store, at=at).get(member.id)
    held = bool(person and person.switched and person.switched_until and at < person.switched_until)
    return {"colleague": found, "switched": person.switched if person and held else ""}


def on_duty_besides(member: Staff) -> list[Colleague]:
    """Return the colleagues on duty, those with the most free hands first."""
    found = [person for person in crew_now() if person.on_duty and person.id != member.id]
    return sorted(found, key=lambda person: (-person.free, person.id))


def _alarm(found: Alarm) -> dict[str, str]:
    words = wording.say("queue_alarms", found.code).format(count=found.count, minutes=found.minutes)
    return {"code": found.code, "text": words}


def _now() -> tuple[dict[str, Conversation], list[Waiter], datetime]:
    waiting = {found.id: found for found in who_waits()}
    ordered = visibility.in_order(parts().urgencies.waiters(waiting.values()))
    return waiting, ordered, datetime.now(timezone.utc)
