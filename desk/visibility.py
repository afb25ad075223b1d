"""Which of the people on duty is shown which waiting conversation, and when the supervisor is alarmed. Pure.

Whatever the rosters, skills and loads: everyone who waits is shown to somebody. With nobody on duty
that is everybody who may take conversations, and the supervisor is alarmed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from . import reviewed
from .urgency import USUAL, Level, Urgency, place


@dataclass(frozen=True)
class Waiter:
    """A conversation in the queue: since when (aware UTC), its topic ('' while unknown), how urgent."""

    id: str
    since: datetime
    topic: str = ""
    urgency: Urgency = USUAL


@dataclass(frozen=True)
class Colleague:
    """Somebody who may take conversations. No `skills` means all topics; `load` is what they have in hand."""

    id: str
    on_duty: bool
    skills: frozenset[str]
    capacity: int
    load: int

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.load)

    def knows(self, topic: str) -> bool:
        """Tell whether the topic is theirs; what is not recognised yet is everybody's."""
        return not self.skills or not topic or topic in self.skills


@dataclass(frozen=True)
class Alarm:
    """Why the supervisor is called; `count` of those concerned, `minutes` of the one who waits longest.

    nobody_on_duty, waits_long, all_full, left_alone.
    """

    code: str
    count: int
    minutes: int = 0


def in_order(waiters: Collection[Waiter]) -> list[Waiter]:
    """Return who comes next, first to last."""
    return sorted(waiters, key=lambda waiter: (*place(waiter.urgency, waiter.since), waiter.id))


def shown_to(waiter: Waiter, people: Sequence[Colleague], at: datetime) -> frozenset[str]:
    """Return the ids of those who are shown this one; empty only if nobody may take conversations at all.

    Those on duty who know the topic and have a hand free; else who know it; else who have a hand free;
    else everyone on duty. The grave and those who wait long are shown to everyone on duty.
    """
    on_duty = [person for person in people if person.on_duty]
    if not on_duty:
        return frozenset(person.id for person in people)
    longest = timedelta(minutes=reviewed.load("waiting")["shown_to_all"]["minutes"])
    if waiter.urgency.level is Level.GRAVE or at - waiter.since >= longest:
        return frozenset(person.id for person in on_duty)
    knowing = [person for person in on_duty if person.knows(waiter.topic)]
    free = [person for person in on_duty if person.free]
    both = [person for person in knowing if person.free]
    return frozenset(person.id for person in both or knowing or free or on_duty)


def alarms(waiters: Collection[Waiter], people: Sequence[Colleague], at: datetime) -> list[Alarm]:
    """Return what the supervisor must know now; nothing while nobody waits."""
    if not waiters:
        return []
    on_duty = [person for person in people if person.on_duty]
    if not on_duty:
        return [Alarm("nobody_on_duty", len(waiters), _minutes(waiters, at))]
    found = []
    late = [waiter for waiter in waiters if at - waiter.since >= _patience(waiter.urgency.level)]
    if late:
        found.append(Alarm("waits_long", len(late), _minutes(late, at)))
    if not any(person.free for person in on_duty):
        found.append(Alarm("all_full", len(waiters), _minutes(waiters, at)))
    return found


def left_alone(
    unread: Collection[tuple[str, datetime]], people: Sequence[Colleague], at: datetime
) -> list[Alarm]:
    """Return the alarm of consumers whose words lie unread with somebody who is not on duty.

    `unread`: owner's id and when the last word was said, of each conversation with unread words.
    """
    patience = timedelta(minutes=reviewed.load("waiting")["alarm"]["unanswered"])
    there = {person.id for person in people if person.on_duty}
    late = [said for owner, said in unread if owner not in there and at - said >= patience]
    return [Alarm("left_alone", len(late), int((at - min(late)).total_seconds() // 60))] if late else []


def _patience(level: Level) -> timedelta:
    return timedelta(minutes=reviewed.load("waiting")["alarm"]["minutes"][level.word])


def _minutes(waiters: Collection[Waiter], at: datetime) -> int:
    """How long the one who waits longest has waited."""
    return max(0, int((at - min(waiter.since for waiter in waiters)).total_seconds() // 60))
