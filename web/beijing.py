"""Beijing time, for pages only; everything else is aware UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from .wording import say

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")


def here(moment: datetime) -> datetime:
    """Return the moment on a Beijing clock."""
    return moment.astimezone(BEIJING)


def today() -> date:
    """Return the day it is in Beijing."""
    return datetime.now(BEIJING).date()


def clock(moment: datetime) -> str:
    """Return 2026-11-21 18:03."""
    return f"{here(moment):%Y-%m-%d %H:%M}"


def short(moment: datetime) -> str:
    """Return 18:03 for today, month, day and time for other days of this year, else the whole date."""
    there = here(moment)
    time = f"{there:%H:%M}"
    if there.date() == today():
        return time
    if there.year == today().year:
        return say("times.day", month=there.month, day=there.day, time=time)
    return clock(moment)


def long_date(day: date) -> str:
    """Return year, month and day in words, without leading zeros."""
    return say("times.date", year=day.year, month=day.month, day=day.day)


def since(moment: datetime) -> str:
    """Say for how long something has lasted, in its largest whole unit; '' within the first minute."""
    seconds = int((datetime.now(timezone.utc) - moment).total_seconds())
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= length:
            return say(f"times.{unit}", count=seconds // length)
    return ""


def waited(moment: datetime) -> str:
    """Say how long someone has waited."""
    lasted = since(moment)
    return say("times.waited", lasted=lasted) if lasted else say("times.just_came")


FILTERS = {"waited": waited, "clock": clock, "short": short, "long_date": long_date}
