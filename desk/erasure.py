"""Erasing a person: statistics and the course of the matter stay, who it was about goes.

What the law wants kept is the handling of the complaint (who handled it, when, on what ground and
with what result); what lets one find the consumer again is not part of that once the matter has
ended (Personal Information Protection Law, articles 19 and 47).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import evidence, history, search_words
from .conversation_rows import row_of
from .errors import ErasureRefused, PersonalDataUnreadable
from .personal import GONE, without_person
from .progress import SUPPLEMENTED
from .store import Store, Tx, ticket_words
from .store import persons as rows
from .store import tickets as ticket_rows
from .ticket import OPEN, TicketStatus
from .ticket_rows import events_of, personal_of, ticket_row

log = logging.getLogger("weiquan.desk")

MOST_TICKETS = 500
PERSONAL_LINES = frozenset({"name", "phone", "address", "agent_for"})  # fields of a summary
Forget = Callable[[str], None]


@dataclass(frozen=True)
class Erased:
    """What was taken out: tickets, rows of any kind, files."""

    tickets: int
    rows: int
    files: int


def may_erase(store: Store, conversation_id: str) -> bool:
    """Tell whether no complaint or report of the conversation is under way."""
    with store.read() as tx:
        return not _under_way(_tickets(tx, conversation_id))


def erase(
    store: Store, files: Path, conversation_id: str, *, by: str, reason: str, at: datetime | None = None
) -> Erased:
    """Take the person out of a conversation and everything that came of it, for good.

    `files` is the evidence folder. `reason`: asked, desk, retention. ErasureRefused while a ticket is
    open. What the bot remembers is forgotten by `forget_pending`, at once or when it is back.
    """
    moment = at or datetime.now(timezone.utc)
    with store.write() as tx:
        row = row_of(tx, conversation_id, lock=True)
        found = _tickets(tx, conversation_id)
        if _under_way(found):
            raise ErasureRefused("open")
        known = (*_known(tx, found), row["visitor"])
        kept = evidence.for_conversation(store, conversation_id)
        held = {file.sha256: file for file in kept}
        numbers = [row["number"] for row in found]
        count = 0
        keys: dict[str, Sequence[Any]] = {
            rows.CONVERSATION: [conversation_id],
            rows.TICKETS: numbers,
            rows.FILES: [file.id for file in kept],
            rows.QUESTION_GROUPS: rows.groups_of_questions(tx.connection, conversation_id),
            rows.UTTERANCES: rows.utterances_of(tx.connection, conversation_id),
        }
        for place in rows.PLACES:
            if keys[place.of]:
                count += rows.clear(
                    tx.connection, place, keys[place.of], lambda value: _cleaned(value, known)
                )
        _search_without_person(tx, numbers)
        lost = [file for digest, file in held.items() if not rows.other_uses(tx.connection, digest)]
        rows.note_erasure(tx.connection, conversation_id, reason, moment)
        codes: dict[str, Any] = {"reason": reason, "tickets": numbers, "files": len(lost)}
        history.record(tx, "consumer:data:erase", conversation_id, by=by, at=moment, **codes)
    for file in lost:
        evidence.remove_file(files, file)
    return Erased(len(numbers), count, len(lost))


def forget_pending(store: Store, forget: Forget, *, limit: int = 100) -> int:
    """Have the bot forget the conversations it still remembers; `forget` raises what it likes when it cannot."""
    with store.read() as tx:
        waiting = list(rows.not_forgotten(tx.connection, limit))
    for conversation_id in waiting:
        forget(conversation_id)
        with store.write() as tx:
            rows.note_forgotten(tx.connection, conversation_id, datetime.now(timezone.utc))
    return len(waiting)


def _search_without_person(tx: Tx, numbers: list[str]) -> None:
    """Let the tickets be found by what is left of their words."""
    for number in numbers:
        row = ticket_row(tx, number)
        added = [event.text for event in events_of(tx, number) if event.event == SUPPLEMENTED]
        ticket_words.put(tx.connection, row["id"], search_words.of_ticket(row, *added))


def _tickets(tx: Tx, conversation_id: str) -> list[Mapping[str, Any]]:
    return list(ticket_rows.of_conversation(tx.connection, conversation_id, None, MOST_TICKETS))


def _under_way(found: list[Mapping[str, Any]]) -> bool:
    return any(TicketStatus(row["status"]) in OPEN for row in found)


def _known(tx: Tx, found: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return what the person's tickets tell of them: it goes wherever it stands."""
    known: set[str] = set()
    for row in found:
        try:
            known |= set(vars(personal_of(tx.seal, row)).values())
        except PersonalDataUnreadable:
            log.error("ticket %s: personal fields cannot be opened", row["number"])
        known.add(row["agent_for"])
    return tuple(value for value in known if value)


def _cleaned(value: Any, known: tuple[str, ...]) -> Any:
    """Return words, lists and mappings without the person; numbers and codes as they are."""
    if isinstance(value, str):
        return without_person(value, known)
    if isinstance(value, Mapping):
        if value.get("field") in PERSONAL_LINES and value.get("value"):
            value = {**value, "value": GONE}
        return {name: _cleaned(inner, known) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(inner, known) for inner in value]
    return value
