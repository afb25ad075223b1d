"""Internal notes on a ticket, and the colleagues mentioned in them. Consumers never see any of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import history
from .errors import WorkRefused
from .roles import Permission, Role, permissions_of
from .store import Store, Tx
from .store import notes as rows
from .store import staff as staff_rows
from .ticket import TicketKind
from .ticket_rows import locked, now, ticket_row

LONGEST = 2000
MOST_SHOWN = 100
# An @ that begins a word, so that an address of electronic mail is none.
MENTION = re.compile(r"(?<![A-Za-z0-9_.])[@＠]([^\s@＠，。；：、！？,;:!?（）()]+)")


@dataclass(frozen=True)
class Note:
    """One note; `mentioned` are staff ids. Times are aware UTC."""

    id: int
    number: str
    by: str
    text: str
    at: datetime
    mentioned: tuple[str, ...] = ()


def add(
    store: Store,
    number: str,
    text: str,
    *,
    by: str,
    mention: Iterable[str] = (),
    at: datetime | None = None,
) -> Note:
    """Keep a note; whoever is named in it by @username or @name, or in `mention` by id, finds it waiting.

    WorkRefused: empty, too long, a name nobody has or two have, someone who may not read the ticket.
    """
    words = text.strip()
    if not words:
        raise WorkRefused("note_empty")
    if len(words) > LONGEST:
        raise WorkRefused("note_long")
    moment = at or now()
    with store.write() as tx:
        row = locked(tx, number)
        readers = _readers(tx, row["kind"])
        named = {*_named(words, readers), *_known(mention, readers)} - {by}
        kept = {"number": number, "by": by, "text": words, "at": moment}
        id = rows.insert_note(tx.connection, kept, sorted(named))
        history.record(tx, "ticket:note:add", number, by=by, at=moment, note=id, mentioned=sorted(named))
        return Note(id, number, by, words, moment, tuple(sorted(named)))


def of_ticket(store: Store, number: str) -> list[Note]:
    """Return the notes of a ticket, newest first; TicketNotFound."""
    with store.read() as tx:
        ticket_row(tx, number)
        found = rows.of_ticket(tx.connection, number)
        named = rows.mentioned_in(tx.connection, [row["id"] for row in found])
        return [_note(row, named.get(row["id"], ())) for row in found]


def inbox(store: Store, staff_id: str, *, seen: bool = False) -> list[Note]:
    """Return the notes that mention someone, newest first: those still to be seen, or the seen ones."""
    with store.read() as tx:
        kinds = _readable_kinds(tx, staff_id)
        found = rows.inbox(tx.connection, staff_id, kinds, seen, MOST_SHOWN)
        return [_note(row, (staff_id,)) for row in found]


def count_unseen(store: Store, staff_id: str) -> int:
    """Return how many notes wait to be seen by someone."""
    with store.read() as tx:
        return rows.count_unseen(tx.connection, staff_id, _readable_kinds(tx, staff_id))


def mark_seen(
    store: Store,
    staff_id: str,
    *,
    note_id: int | None = None,
    number: str | None = None,
    at: datetime | None = None,
) -> None:
    """Mark one note, all notes of a ticket, or with neither all, as seen by someone."""
    with store.write() as tx:
        rows.mark_seen(tx.connection, staff_id, at or now(), note_id=note_id, number=number)


def _readable_kinds(tx: Tx, staff_id: str) -> list[str]:
    """Kinds of tickets this person may read today, whatever they could when they were mentioned."""
    row = tx.once(f"staff {staff_id}", lambda: staff_rows.by_id(tx.connection, staff_id))
    held = permissions_of(Role(role) for role in row["roles"]) if row and row["active"] else frozenset()
    kinds = [TicketKind.COMPLAINT.value] if Permission.TICKET_READ in held else []
    return [*kinds, TicketKind.REPORT.value] if kinds and Permission.REPORT_READ in held else kinds


def _readers(tx: Tx, kind: str) -> list[Mapping[str, Any]]:
    """Those who may read such a ticket: a report is kept from whoever does not handle it (art. 37)."""
    needed = {Permission.TICKET_READ}
    if kind == TicketKind.REPORT.value:
        needed.add(Permission.REPORT_READ)
    return [
        {**row, "reads": row["active"] and needed <= permissions_of(Role(role) for role in row["roles"])}
        for row in staff_rows.everyone(tx.connection)
    ]


def _named(text: str, people: list[Mapping[str, Any]]) -> set[str]:
    found = set()
    for match in MENTION.finditer(text):
        called = match[1]
        # The longest name that begins the word: people write @小李请看 without a space.
        fitting = [
            (len(name), row["id"])
            for row in people
            for name in (row["username"], row["name"])
            if row["active"] and called.casefold().startswith(name.casefold())
        ]
        if not fitting:
            raise WorkRefused("mention_unknown")
        longest = max(fitting)[0]
        ids = {id for length, id in fitting if length == longest}
        if len(ids) > 1:
            raise WorkRefused("mention_ambiguous")
        found |= _known(ids, people)
    return found


def _known(ids: Iterable[str], people: list[Mapping[str, Any]]) -> set[str]:
    wanted = set(ids)
    if not wanted <= {row["id"] for row in people if row["reads"]}:
        raise WorkRefused("mention_unfit")
    return wanted


def _note(row: Mapping[str, Any], mentioned: Iterable[str]) -> Note:
    return Note(row["id"], row["number"], row["by"], row["text"], row["at"], tuple(mentioned))
