"""When people answer: office hours on working days, the next opening, and by when an answer is promised."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .clock import BEIJING, is_working_day

ALWAYS = "always"
HOURS = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
PROMISE = timedelta(hours=2)  # after the office has opened
FARTHEST = 30  # days looked ahead


class HoursRefused(ValueError):
    """The hours cannot be read."""


@dataclass(frozen=True)
class Duty:
    """Hours of every working day, Beijing time; both None means always."""

    opens: time | None
    closes: time | None

    @classmethod
    def read(cls, text: str) -> Duty:
        """Return the hours of `09:00-17:30` or `always`; HoursRefused for anything else."""
        if text.strip() == ALWAYS:
            return cls(None, None)
        found = HOURS.fullmatch(text.strip())
        try:
            if found is None:
                raise ValueError(text)
            from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
            opens, closes = time(from_hour, from_minute), time(to_hour, to_minute)
        except ValueError:
            raise HoursRefused(text) from None
        if opens >= closes:
            raise HoursRefused(text)
        return cls(opens, closes)

    def is_open(self, at: datetime) -> bool:
        """Tell whether people are at work now."""
        if self.opens is None or self.closes is None:
            return True
        there = at.astimezone(BEIJING)
        return is_working_day(there.date())[0] and self.opens <= there.time() < self.closes

    def next_opening(self, at: datetime) -> datetime:
        """Return when people are at work next: now, if they are."""
        if self.opens is None or self.is_open(at):
            return at
        there = at.astimezone(BEIJING)
        for ahead in range(FARTHEST):
            day = there.date() + timedelta(days=ahead)
            opening = self._opening(day)
            if opening > there and is_working_day(day)[0]:
                return opening
        return self._opening(there.date() + timedelta(days=FARTHEST))

    def promised_by(self, at: datetime) -> datetime:
        """Return by when somebody will have answered who asks now."""
        return self.next_opening(at) + PROMISE

    def _opening(self, day: date) -> datetime:
        return datetime.combine(day, self.opens or time(0), tzinfo=BEIJING)
