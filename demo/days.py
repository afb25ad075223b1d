"""When things happen: the pattern of a week, matters that grow over the year, the hours of an office."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from random import Random

BEIJING = timezone(timedelta(hours=8))
YEAR = 365
# Monday first. People write most after a weekend; the weekend itself is quiet.
WEEK = (1.35, 1.15, 1.1, 1.0, 1.05, 0.75, 0.6)
HOURS = (9, 10, 10, 11, 12, 14, 15, 16, 19, 20, 20, 21, 22)
OFFICE_HOURS = (9, 10, 10, 11, 14, 15, 16)
LATELY = 45  # days in which most complaints about a rising business fall


def moment_of_year(rng: Random, until: datetime, *, growth: float = 0.4, rise: bool = False) -> datetime:
    """Return a moment of the year before `until`, by weekday and growth (1.0: three times as many at the end)."""
    span = LATELY if rise and rng.random() < 0.5 else YEAR
    ago = range(1, span)
    weights = [WEEK[(until - timedelta(days=n)).weekday()] * (1 + 2 * growth * (1 - n / YEAR)) for n in ago]
    day = until - timedelta(days=rng.choices(ago, weights)[0])
    return at_hour(rng, day, HOURS)


def at_hour(rng: Random, day: datetime, hours: tuple[int, ...] = OFFICE_HOURS) -> datetime:
    """Return a moment of that Beijing day within these hours."""
    local = day.astimezone(BEIJING)
    return local.replace(
        hour=rng.choice(hours), minute=rng.randrange(60), second=rng.randrange(60), microsecond=0
    ).astimezone(timezone.utc)


def working(rng: Random, since: datetime, days: int) -> datetime:
    """Return a moment in office hours `days` weekdays later, at least half an hour after `since`."""
    day = since
    while days > 0 or day.astimezone(BEIJING).weekday() > 4:
        day += timedelta(days=1)
        days -= day.astimezone(BEIJING).weekday() < 5
    return max(at_hour(rng, day), since + timedelta(minutes=30))


def soon(rng: Random, since: datetime, *, seconds: tuple[int, int] = (8, 70)) -> datetime:
    """Return a moment shortly after, as in a chat."""
    return since + timedelta(seconds=rng.randint(*seconds))
