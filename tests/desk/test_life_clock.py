"""The clocks of a ticket's whole life: event by event they are what a slow count of the days gives.

The slow count knows nothing of desk.course: it reads whole histories, also those of the tickets
that were merged, and walks the calendar a day at a time.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import chinese_calendar
import pytest

from desk import course as courses
from desk import deadlines, targets
from desk.clock import beijing_day
from desk.course import Course, carried, course_of
from desk.deadlines import Deadlines, periods
from desk.ticket import TicketEvent, TicketKind, TicketStatus, allowed_from
from tests.factories import NOW

DAY = timedelta(days=1)
S = TicketStatus
HISTORIES = 1200
FAR = {"received": 0, "accepted": 1, "mediating": 2, "paused": 2}
BACK = {"refused": "received", "withdrawn": "received", "failed": "mediating", "performed": "breached"}


@dataclass
class Life:
    """One made-up ticket: its events, and the whole histories of what was merged into it."""

    kind: TicketKind
    events: list[TicketEvent] = field(default_factory=list)
    merged: dict[str, Life] = field(default_factory=dict)
    running: int = 0

    @property
    def status(self) -> str:
        return self.events[-1].to_status

    def happen(self, event: str, to: str, at: datetime, **detail: object) -> None:
        was = self.events[-1].to_status if self.events else ""
        self.events.append(TicketEvent(event, was, to, "s_a", at, dict(detail), ""))

    def rest(self, event: str, at: datetime, **detail: object) -> None:
        self.happen(event, self.status, at, **detail)


def begun(chance: random.Random, kind: TicketKind, at: datetime) -> Life:
    life = Life(kind)
    if chance.random() < 0.2:
        came = beijing_day(at) - chance.randint(0, 5) * DAY
        detail = {"from_ticket": "WQ1", "received_on": came.isoformat()}
        far = "received"
        if kind is TicketKind.COMPLAINT and chance.random() < 0.5:
            far = "accepted"
            detail["accepted_on"] = (came + chance.randint(0, 3) * DAY).isoformat()
        life.happen(courses.SPLIT_OFF, far, at, **detail)
    else:
        life.happen(f"ticket:{kind.value}:file", "received", at)
    return life


def lived(
    chance: random.Random, kind: TicketKind, steps: int, *, alone: bool = False
) -> tuple[Life, datetime]:
    """Return a life of so many steps: moves, reopening, leads, letters, merges and merges taken back."""
    at = NOW - chance.randint(0, 300) * DAY
    life = begun(chance, kind, at)
    for _ in range(steps):
        at += chance.choice([0, 0, 1, 1, 2, 5, 9, 20, 45]) * DAY
        act = chance.choice(
            ["move"] * 6 + ["lead"] * 2 + ["letter", *["merge"] * 4, "part", "part", "reopen"]
        )
        if act == "move":
            ways = sorted(way.value for way in allowed_from(kind, S(life.status)))
            if ways:
                reason = {"reason": chance.choice(["examination", "recusal"])}
                life.happen("ticket:status:advance", chance.choice(ways), at, **reason)
        elif act == "reopen" and life.status in BACK and kind is TicketKind.COMPLAINT:
            life.happen("ticket:status:reopen", BACK[life.status], at)
        elif act == "lead":
            life.rest(chance.choice([courses.LEAD_FOUND, courses.LEAD_EXTENDED, courses.LEAD_CLOSED]), at)
        elif act == "letter":
            party = chance.choice(["consumer", "merchant"])
            life.rest(courses.NOTICE_SENT, at, party=party, kind=chance.choice(["failed", "accepted"]))
        elif act == "merge" and not alone and life.status in FAR:
            other, then = lived(chance, kind, chance.randint(0, 4), alone=True)
            fits = FAR.get(other.status, 9) <= FAR[life.status] and other.status != "paused"
            if fits and then <= at:
                life.running += 1
                number = f"WQ{life.running}"
                life.merged[number] = other
                life.rest(courses.ABSORBED, at, number=number, **carried(course_of(kind, other.events)))
        elif act == "part" and life.merged:
            number = chance.choice(sorted(life.merged))
            life.rest(courses.RELEASED, at, number=number)
            del life.merged[number]
    return life, at


def day_of(event: TicketEvent) -> date:
    return beijing_day(event.at)


def in_break(day: date) -> bool:
    try:
        off, holiday = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return False
    return bool(off and holiday)


def at_work(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def counted(start: date, working_days: int) -> date:
    day = start
    while working_days:
        day += DAY
        working_days -= at_work(day)
    return day


def latest_reception(life: Life) -> int:
    """The place of the event by which it was received for the last time; a split-off part is born once."""
    return max(
        place
        for place, event in enumerate(life.events)
        if place == 0 or (event.to_status == "received" and event.from_status != "received")
    )


def received(life: Life) -> date:
    event = life.events[latest_reception(life)]
    return date.fromisoformat(event.detail["received_on"]) if "received_on" in event.detail else day_of(event)


def accepted(life: Life) -> date | None:
    found = None
    for event in life.events[latest_reception(life) :]:
        if "accepted_on" in event.detail and event.event == courses.SPLIT_OFF:
            found = date.fromisoformat(event.detail["accepted_on"])
        elif event.to_status == "accepted" and event.from_status != "accepted":
            found = day_of(event)
    return found


def examinations(life: Life) -> list[tuple[date, date]]:
    spans, since = [], None
    for event in life.events[latest_reception(life) :]:
        if event.to_status == event.from_status:
            continue
        if since is not None:
            spans.append((since, day_of(event)))
            since = None
        if event.to_status == "paused" and event.detail.get("reason") == "examination":
            since = day_of(event)
    if since is not None:
        spans.append((since, date.max))
    return spans


def sixty(start: date, spans: list[tuple[date, date]]) -> date:
    """Walk the calendar: a day under examination does not count, its first one does."""
    day, left = start, 60
    while left:
        day += DAY
        open_end = any(begin < day and end == date.max for begin, end in spans)
        # An examination that goes on does not move the day yet: it is the earliest it can become.
        left -= 1 if open_end else not any(begin < day <= end for begin, end in spans)
    while in_break(day):
        day += DAY
    return day


def still_merged(life: Life) -> list[tuple[Life, date, bool]]:
    """What is merged now: its own history, the day of the merge, and whether all was received anew since."""
    found = []
    for number, other in life.merged.items():
        place = next(
            place
            for place, event in enumerate(life.events)
            if event.event == courses.ABSORBED and event.detail["number"] == number
        )
        found.append((other, day_of(life.events[place]), latest_reception(life) > place))
    return found


def slow_mediation(life: Life) -> date | None:
    since = accepted(life)
    if since is None or life.kind is TicketKind.REPORT:
        return None
    own = examinations(life)
    days = [sixty(since, own)]
    for other, on, anew in still_merged(life):
        theirs = accepted(other)
        if theirs is not None and not anew:
            later = [(max(begin, on), end) for begin, end in own if end > on]
            days.append(sixty(theirs, examinations(other) + later))
    return min(days)


def slow_acceptance(life: Life) -> date | None:
    if life.kind is TicketKind.REPORT:
        return None
    days = [received(life)]
    days += [received(other) for other, _, anew in still_merged(life) if not anew]
    return min(counted(day, 7) for day in days)


def slow_report(life: Life) -> date:
    """Art. 35: from the last of the merged reports; art. 27 and the penalty procedure: fifteen more once."""
    days = [received(life)] + [received(other) for other, _, anew in still_merged(life) if not anew]
    since = life.events[latest_reception(life) :]
    if life.events[latest_reception(life)].event == "ticket:status:advance":
        since = life.events
    extended = False
    for event in since:
        if event.event == courses.LEAD_EXTENDED:
            extended = True
        elif event.event in (courses.LEAD_CLOSED, courses.LEAD_FOUND):
            extended = False
    return counted(max(days), 30 if extended else 15)


def chances() -> list[int]:
    return list(range(HISTORIES))


def test_over_a_thousand_lives_the_clocks_are_what_a_slow_count_gives() -> None:
    seen: dict[str, int] = {}
    for seed in chances():
        chance = random.Random(seed)
        kind = chance.choice([TicketKind.COMPLAINT] * 4 + [TicketKind.REPORT])
        life, _ = lived(chance, kind, chance.randint(1, 14))
        fast = deadlines.deadlines_of(kind, life.events)
        assert fast.mediate_by == slow_mediation(life), seed
        assert fast.accept_by == slow_acceptance(life), seed
        if kind is TicketKind.REPORT:
            assert fast.lead_check_by == slow_report(life), seed
        for name in {event.event for event in life.events} | {event.to_status for event in life.events}:
            seen[name] = seen.get(name, 0) + 1
    # A generator that never gets there proves nothing.
    for name in ("paused", "ticket:status:reopen", courses.ABSORBED, courses.RELEASED, courses.SPLIT_OFF):
        assert seen[name] > 50, f"{name}: only {seen.get(name)}"
    assert seen[courses.LEAD_EXTENDED] > 50


def test_event_by_event_gives_what_all_at_once_gives() -> None:
    for seed in range(300):
        chance = random.Random(seed)
        life, _ = lived(chance, chance.choice(list(TicketKind)), chance.randint(1, 12))
        course = Course(life.kind)
        for place, event in enumerate(life.events, 1):
            course = course.after(event)
            assert periods(course) == deadlines.deadlines_of(life.kind, life.events[:place])


def test_merged_and_parted_again_the_duplicate_has_the_clock_it_had() -> None:
    for seed in range(300):
        chance = random.Random(seed)
        life, at = lived(chance, TicketKind.COMPLAINT, chance.randint(0, 6), alone=True)
        before = course_of(life.kind, life.events)
        was = life.status
        life.happen(courses.MERGED, "closed", at + DAY)
        merged = course_of(life.kind, life.events)
        assert periods(merged) == replace(periods(before), due_on=None)
        assert targets.running(merged, targets.policy(), topic="", office="") == []
        life.happen(courses.UNMERGED, was, at + 3 * DAY)
        assert course_of(life.kind, life.events) == before


@pytest.mark.parametrize(
    ("told", "due"),
    [((), True), (("consumer",), True), (("merchant",), True), (("consumer", "merchant"), False)],
)
def test_the_seven_days_to_tell_run_until_both_sides_know(told: tuple[str, ...], due: bool) -> None:
    life = Life(TicketKind.COMPLAINT)
    life.happen("ticket:complaint:file", "received", NOW)
    for status in ("accepted", "mediating", "failed"):
        life.happen("ticket:status:advance", status, NOW + DAY)
    for party in told:
        kind = "failed" if party == "consumer" else "failed_merchant"
        life.rest(courses.NOTICE_SENT, NOW + 2 * DAY, party=party, kind=kind)
    found = deadlines.deadlines_of(life.kind, life.events)
    assert found.notify_by == date(2026, 12, 1)
    assert found.due_on == (found.notify_by if due else None)


def test_the_earlier_of_two_merged_complaints_governs_and_the_later_of_two_reports() -> None:
    early, late = NOW - 5 * DAY, NOW
    for kind, name in ((TicketKind.COMPLAINT, "accept_by"), (TicketKind.REPORT, "lead_check_by")):
        days = {}
        for at in (early, late):
            alone = Life(kind)
            alone.happen(f"ticket:{kind.value}:file", "received", at)
            days[at] = getattr(deadlines.deadlines_of(kind, alone.events), name)
        for first, second in ((early, late), (late, early)):
            stays, other = Life(kind), Life(kind)
            stays.happen(f"ticket:{kind.value}:file", "received", first)
            other.happen(f"ticket:{kind.value}:file", "received", second)
            stays.rest(courses.ABSORBED, NOW, number="WQ2", **carried(course_of(kind, other.events)))
            found: Deadlines = deadlines.deadlines_of(kind, stays.events)
            governs = early if kind is TicketKind.COMPLAINT else late
            assert getattr(found, name) == days[governs], (kind, first)
