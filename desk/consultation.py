"""Consultations: difficult, major and group matters are decided by several, with minutes and a deadline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from . import clock, history, notes, wording
from .clock import beijing_day
from .errors import ConsultationNotFound, WorkRefused
from .roles import Permission, Role, permissions_of
from .store import Store, Tx
from .store import consultations as rows
from .store import staff as staff_rows
from .ticket import OPEN, Ticket, TicketKind, TicketStatus
from .ticket_rows import event_at_rest, happened, locked, now

FILE = Path(__file__).with_name("consultation.yml")
LONGEST_QUESTION = 1000
LONGEST_MINUTES = 20_000
MOST_ROWS = 200


@dataclass(frozen=True)
class Kind:
    """One kind of consultation: working days it may take, and the signs that suggest it."""

    days: int
    signs: Mapping[str, int]


@dataclass(frozen=True)
class Policy:
    """The rules of desk/consultation.yml."""

    members: int
    kinds: Mapping[str, Kind]
    conclusions: tuple[str, ...]

    def due_on(self, kind: str, today: date) -> date:
        """Return until when a consultation called today has to conclude."""
        return clock.working_days_after(today, self.kinds[kind].days).day


@dataclass(frozen=True)
class Sign:
    """Why a consultation is suggested: a code of `consultation_signs` and its figure."""

    kind: str
    code: str
    figure: str


@dataclass(frozen=True)
class Consultation:
    """One consultation; open while `conclusion` is ''. `members` are staff ids, `due_on` a Beijing date."""

    id: int
    number: str
    kind: str
    question: str
    members: tuple[str, ...]
    due_on: date
    minutes: str
    conclusion: str
    advice: str
    called_by: str
    called_at: datetime
    concluded_by: str
    concluded_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it has no conclusion yet."""
        return not self.conclusion


@cache
def policy() -> Policy:
    """Return the reviewed rules."""
    content = yaml.safe_load(FILE.read_text("utf-8"))
    kinds = {name: Kind(entry["days"], entry["signs"]) for name, entry in content["kinds"].items()}
    return Policy(content["members"], kinds, tuple(content["conclusions"]))


def signs(ticket: Ticket, *, consumers: int, today: date, rules: Policy | None = None) -> list[Sign]:
    """Return what suggests consulting on this ticket; `consumers` of the group matter it is in, else 0."""
    if ticket.status not in OPEN:
        return []
    open_days = (today - beijing_day(ticket.created_at)).days
    figures: dict[str, Decimal | int | None] = {
        "amount_from": ticket.amount,
        "urged_from": ticket.urged,
        "open_days": open_days,
        "consumers": consumers,
    }
    found = []
    for kind, entry in (rules or policy()).kinds.items():
        for code, least in entry.signs.items():
            figure = figures[code]
            if figure is not None and figure >= least:
                found.append(Sign(kind, code, f"{figure:f}" if isinstance(figure, Decimal) else str(figure)))
    return found


def call(
    store: Store,
    number: str,
    *,
    kind: str,
    question: str,
    members: Iterable[str],
    by: str,
    due_on: date | None = None,
    at: datetime | None = None,
) -> Consultation:
    """Call colleagues to consult on an open ticket; each finds it among their mentions.

    WorkRefused: unknown kind, no question, too few members or one who may not read the ticket, a
    day that has passed, a consultation that is still open, a ticket that has ended.
    """
    moment = at or now()
    asked, called = question.strip(), sorted(set(members) - {by})
    if kind not in policy().kinds:
        raise WorkRefused("consultation_kind")
    if not asked or len(asked) > LONGEST_QUESTION:
        raise WorkRefused("consultation_question")
    if len(called) < policy().members:
        raise WorkRefused("consultation_members")
    day = due_on or policy().due_on(kind, beijing_day(moment))
    if day < beijing_day(moment):
        raise WorkRefused("consultation_due")
    with store.write() as tx:
        row = locked(tx, number)
        if TicketStatus(row["status"]) not in OPEN:
            raise WorkRefused("consultation_ended")
        if any(not known["conclusion"] for known in rows.of_ticket(tx.connection, number)):
            raise WorkRefused("consultation_open")
        if any(not _reads(tx, id, row["kind"]) for id in called):
            raise WorkRefused("mention_unfit")
        kept = {
            "number": number,
            "kind": kind,
            "question": asked,
            "members": called,
            "due_on": day,
            "minutes": "",
            "conclusion": "",
            "advice": "",
            "called_by": by,
            "called_at": moment,
            "concluded_by": "",
            "concluded_at": None,
        }
        id = rows.insert_consultation(tx.connection, kept)
        happened(
            tx,
            row,
            event_at_rest(row, "ticket:consultation:call", by=by, at=moment, consultation=id, kind=kind),
        )
        text = wording.say("consultation_notes", "call").format(day=day.isoformat(), question=asked)
        notes.add(store, number, text[: notes.LONGEST], by=by, mention=called, at=moment)
        return _consultation({"id": id, **kept})


def write_minutes(store: Store, id: int, minutes: str, *, by: str, at: datetime | None = None) -> None:
    """Keep the minutes; only who called it and its members may, and only until it is concluded."""
    words = minutes.strip()
    if not words or len(words) > LONGEST_MINUTES:
        raise WorkRefused("minutes_empty")
    with store.write() as tx:
        found = _open(tx, id, by)
        rows.change_consultation(tx.connection, id, {"minutes": words})
        history.record(tx, "consultation:minutes:write", found.number, by=by, at=at, consultation=id)


def conclude(
    store: Store, id: int, *, conclusion: str, advice: str, by: str, at: datetime | None = None
) -> Consultation:
    """Close it with one of the known conclusions; its minutes must be written. It moves no ticket."""
    if conclusion not in policy().conclusions:
        raise WorkRefused("conclusion_unknown")
    moment = at or now()
    with store.write() as tx:
        found = _open(tx, id, by)
        if not found.minutes:
            raise WorkRefused("minutes_empty")
        values = {
            "conclusion": conclusion,
            "advice": advice.strip()[:LONGEST_QUESTION],
            "concluded_by": by,
            "concluded_at": moment,
        }
        rows.change_consultation(tx.connection, id, values)
        row = locked(tx, found.number)
        event = event_at_rest(
            row,
            "ticket:consultation:conclude",
            by=by,
            at=moment,
            consultation=id,
            conclusion=conclusion,
        )
        happened(tx, row, event)
        return _consultation(_row(tx, id))


def get(store: Store, id: int) -> Consultation:
    """Return the consultation; ConsultationNotFound."""
    with store.read() as tx:
        return _consultation(_row(tx, id))


def of_ticket(store: Store, number: str) -> list[Consultation]:
    """Return the consultations on a ticket, newest first."""
    with store.read() as tx:
        return [_consultation(row) for row in rows.of_ticket(tx.connection, number)]


def listed(store: Store, *, concluded: bool = False) -> list[Consultation]:
    """Return open consultations, the most urgent first, or concluded ones, newest first."""
    with store.read() as tx:
        return [_consultation(row) for row in rows.listed(tx.connection, concluded, MOST_ROWS)]


def _open(tx: Tx, id: int, by: str) -> Consultation:
    row = rows.consultation(tx.connection, id, lock=True)
    if row is None:
        raise ConsultationNotFound(str(id))
    found = _consultation(row)
    if not found.is_open:
        raise WorkRefused("consultation_concluded")
    if by not in (found.called_by, *found.members):
        raise WorkRefused("consultation_outsider")
    return found


def _row(tx: Tx, id: int) -> Mapping[str, Any]:
    row = rows.consultation(tx.connection, id)
    if row is None:
        raise ConsultationNotFound(str(id))
    return row


def _reads(tx: Tx, id: str, kind: str) -> bool:
    row = staff_rows.by_id(tx.connection, id)
    needed = {Permission.TICKET_READ} | (
        {Permission.REPORT_READ} if kind == TicketKind.REPORT.value else set()
    )
    held = permissions_of(Role(role) for role in row["roles"]) if row and row["active"] else frozenset()
    return needed <= held


def _consultation(row: Mapping[str, Any]) -> Consultation:
    fields = {name: row[name] for name in Consultation.__dataclass_fields__}
    return Consultation(**{**fields, "members": tuple(row["members"])})
