"""How a page says how many there are, when counting stops at some number."""

from __future__ import annotations

from desk.tickets import MOST_COUNTED

from .wording import say


def counted(number: int) -> str:
    """Return the number, or words for "more than were counted"."""
    return str(number) if number <= MOST_COUNTED else say("numbers.many")


FILTERS = {"counted": counted}
