"""How near the last day of a period is, in words and with a level for its colour."""

from __future__ import annotations

from datetime import date

from ..beijing import today
from ..wording import say

SOON = 3  # days


def due_words(day: date | None) -> dict[str, str] | None:
    """Say how near the last day is; None when no period runs."""
    if day is None:
        return None
    days = (day - today()).days
    level = "overdue" if days < 0 else "today" if days == 0 else "soon" if days <= SOON else "later"
    return {"level": level, "text": say(f"staff.due.{level}", days=days)}
