"""How content consumers are with each stage of their ticket: the decision to accept it, and its outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from . import history
from .errors import RatingRefused
from .store import Store
from .store import followup as rows
from .ticket import TicketEvent, TicketStatus
from .ticket_rows import events_of, locked, now

LONGEST_TEXT = 500
SCORES = range(1, 6)


class Stage(str, Enum):
    DECISION = "decision"
    OUTCOME = "outcome"


_S = TicketStatus
REACHED_BY = {
    Stage.DECISION: frozenset({_S.ACCEPTED, _S.REFUSED}),
    Stage.OUTCOME: frozenset({_S.SETTLED, _S.FAILED, _S.PERFORMED, _S.BREACHED}),
}


@dataclass(frozen=True)
class Rating:
    """One rating from 1 (bad) to 5 (good) with the consumer's words, '' without any."""

    number: str
    stage: Stage
    score: int
    text: str
    at: datetime


def stages(events: Iterable[TicketEvent]) -> tuple[Stage, ...]:
    """Return the stages a ticket with these events has reached, in their order."""
    been = {event.to_status for event in events}
    return tuple(
        stage for stage, statuses in REACHED_BY.items() if been & {status.value for status in statuses}
    )


def rate(
    store: Store, number: str, stage: Stage | str, score: int, *, text: str = "", at: datetime | None = None
) -> Rating:
    """Keep the consumer's rating of a stage, in place of an earlier one; RatingRefused: score, stage, too_long."""
    words = text.strip()
    if score not in SCORES:
        raise RatingRefused("score")
    if len(words) > LONGEST_TEXT:
        raise RatingRefused("too_long")
    with store.write() as tx:
        locked(tx, number)
        reached = {found.value: found for found in stages(events_of(tx, number))}
        name = stage.value if isinstance(stage, Stage) else stage
        if name not in reached:
            raise RatingRefused("stage")
        row = {"number": number, "stage": name, "score": score, "text": words, "at": at or now()}
        rows.save_rating(tx.connection, row)
        history.record(tx, "ticket:rating:add", number, by="consumer", at=at, stage=name, score=score)
    return Rating(number, reached[name], score, words, row["at"])  # type: ignore[arg-type]


def of_ticket(store: Store, number: str) -> list[Rating]:
    """Return the ratings of a ticket, oldest first."""
    with store.read() as tx:
        found = rows.ratings_of(tx.connection, number)
    return [Rating(row["number"], Stage(row["stage"]), row["score"], row["text"], row["at"]) for row in found]
