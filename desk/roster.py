"""Who is on duty when: a weekly pattern per person, single days that differ, holidays, and the switch. Pure.

Holidays and worked weekends come from chinesecalendar. On a holiday nobody is on duty unless a single
day says so; on a worked weekend the week's pattern of `makeup_day_as` holds. Beyond the calendar's
years only the weekly pattern counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from . import reviewed
from .clock import BEIJING, after_holiday, is_working_day
from .duty import Duty
from .errors import RosterRefused

MINUTES = 24 * 60
HERE, AWAY = "here", "away"


@dataclass(frozen=True)
class Shift:
    """From `begins` to before `ends`, minutes after midnight in Beijing; RosterRefused if that is no span."""

    begins: int
    ends: int

    def __post_init__(self) -> None:
        if not 0 <= self.begins < self.ends <= MINUTES:
            raise RosterRefused("hours")

    @classmethod
    def read(cls, begins: str, ends: str) -> Shift:
        """Return the shift of two times as `09:00` (24:00 for midnight at the end); RosterRefused."""
        return cls(_minutes(begins), _minutes(ends))

    @property
    def words(self) -> tuple[str, str]:
        """Both times as `09:00`."""
        return f"{self.begins // 60:02}:{self.begins % 60:02}", f"{self.ends // 60:02}:{self.ends % 60:02}"


@dataclass(frozen=True)
class Person:
    """One person's roster. `days` overrides the week: a shift, or None for a day off.

    `switched` (here, away) holds until `switched_until`, whatever the roster says. With a `capacity` of 0
    somebody is on duty only when switched so.
    """

    id: str
    weekly: Mapping[int, Shift] = field(default_factory=dict)  # by weekday, 1 Monday … 7 Sunday
    days: Mapping[date, Shift | None] = field(default_factory=dict)
    capacity: int = 3
    skills: frozenset[str] = frozenset()
    switched: str = ""
    switched_until: datetime | None = None


def shift_on(person: Person, day: date) -> Shift | None:
    """Return when this person works on a day in Beijing, None for not at all."""
    if day in person.days:
        return person.days[day]
    if after_holiday(day).day != day:
        return None
    own = person.weekly.get(day.isoweekday())
    if own is None and day.isoweekday() > 5 and is_working_day(day)[0]:
        return person.weekly.get(int(reviewed.load("waiting")["makeup_day_as"]))
    return own


def on_duty(person: Person, at: datetime, office: Duty) -> bool:
    """Tell whether this person takes conversations now; without a week of their own the office hours hold."""
    if person.switched and person.switched_until is not None and at < person.switched_until:
        return person.switched == HERE
    if not person.capacity:
        return False
    there = at.astimezone(BEIJING)
    if not person.weekly and there.date() not in person.days:
        return office.is_open(at)
    shift = shift_on(person, there.date())
    return shift is not None and shift.begins <= there.hour * 60 + there.minute < shift.ends


def switch_holds_until(at: datetime) -> datetime:
    """Return until when a switch pressed now holds: the end of the day in Beijing."""
    there = at.astimezone(BEIJING)
    return datetime.combine(there.date() + timedelta(days=1), datetime.min.time(), tzinfo=BEIJING)


def _minutes(text: str) -> int:
    hours, _, minutes = text.strip().partition(":")
    if not (hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        raise RosterRefused("hours")
    if len(minutes) != 2 or int(minutes) > 59:
        raise RosterRefused("hours")
    return int(hours) * 60 + int(minutes)
