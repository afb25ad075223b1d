"""What someone in the queue was told of their place, and when a better place is worth another message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from . import reviewed
from .conversation_rows import row_of
from .store import Tx
from .store import takeover as rows


@dataclass(frozen=True)
class Told:
    """How many were said to be ahead, when, and how many messages about it followed the first."""

    waiting_since: datetime
    ahead: int
    told_at: datetime
    times: int


def worth_telling(told: Told, ahead: int, at: datetime) -> bool:
    """Tell whether the place got better by half or became the first, and the last word was some time ago."""
    rules = reviewed.load("waiting")["news"]
    better = ahead < told.ahead and (ahead == 0 or ahead * 2 <= told.ahead)
    paused = at - told.told_at >= timedelta(minutes=rules["pause_minutes"])
    return better and paused and told.times < rules["most"]


def told(tx: Tx, conversation_id: str, waiting_since: datetime) -> Told | None:
    """Return what was told in the wait that began then, None if nothing was; holds the conversation."""
    row_of(tx, conversation_id, lock=True)
    row = rows.told(tx.connection, conversation_id)
    if row is None or row["waiting_since"] != waiting_since:
        return None
    return Told(row["waiting_since"], row["ahead"], row["told_at"], row["times"])


def note(
    tx: Tx,
    conversation_id: str,
    *,
    waiting_since: datetime,
    ahead: int,
    estimated: bool,
    at: datetime,
    before: Told | None = None,
) -> None:
    """Keep what was told now, in the transaction of the message that tells it."""
    values = {
        "waiting_since": waiting_since,
        "ahead": ahead,
        "estimated": estimated,
        "told_at": at,
        "times": before.times + 1 if before else 0,
    }
    rows.set_told(tx.connection, conversation_id, values)
