"""Review of drafts: submitted, read by somebody else, approved or returned, scheduled. Four eyes, always."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from . import drafts, history
from .drafts import Draft, State
from .errors import DraftClosed, DraftNotFound, ReviewRefused
from .store import Store, Tx
from .store import drafts as rows

LONGEST = 4000  # characters of a comment or note
STEPS = {
    "submit": "draft:review:submit",
    "withdraw": "draft:review:withdraw",
    "approve": "draft:review:approve",
    "return": "draft:review:return",
    "schedule": "draft:review:schedule",
    "unschedule": "draft:review:unschedule",
    "miss": "draft:review:miss",
}
PENDING = frozenset({State.SUBMITTED, State.REVIEWED, State.SCHEDULED})


@dataclass(frozen=True)
class Verdict:
    """One step of a draft's review: submit, withdraw, approve, return, schedule, unschedule, miss.

    `miss`: its time came and it could not be published.
    """

    version: int
    verdict: str
    comment: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Note:
    """A reviewer's note on a field or one of its lines; a `required` one must be settled before approval."""

    id: int
    version: int
    field: str
    line: str
    text: str
    required: bool
    by: str
    at: datetime
    settled_by: str
    settled_at: datetime | None


def submit(store: Store, id: str, *, by: str, comment: str = "", at: datetime | None = None) -> Draft:
    """Hand the draft to review. DraftClosed unless it is being written; the caller has checked its content.

    ReviewRefused (provisional) while its case has no id of its own.
    """
    with store.write() as tx:
        draft = _in(tx, id, drafts.EDITABLE)
        if draft.provisional:
            raise ReviewRefused("provisional")
        return _step(tx, draft, State.SUBMITTED, "submit", comment, by=by, at=at)


def withdraw(store: Store, id: str, *, by: str, at: datetime | None = None) -> Draft:
    """Take a submitted, reviewed or scheduled draft back to write on; what was approved stays approved."""
    with store.write() as tx:
        draft = _in(tx, id, PENDING)
        if draft.retire:
            raise DraftClosed(id)
        return _step(tx, draft, State.WRITING, "withdraw", "", by=by, at=at, publish_at=None)


def approve(store: Store, id: str, *, by: str, comment: str = "", at: datetime | None = None) -> Draft:
    """Find the submitted draft right. ReviewRefused for its own author and while required changes are open."""
    with store.write() as tx:
        draft = _in(tx, id, {State.SUBMITTED})
        _four_eyes(tx, draft, by)
        if any(row["required"] and row["settled_at"] is None for row in rows.notes(tx.connection, id)):
            raise ReviewRefused("notes")
        return _step(tx, draft, State.REVIEWED, "approve", comment, by=by, at=at)


def send_back(store: Store, id: str, *, by: str, comment: str, at: datetime | None = None) -> Draft:
    """Ask for changes; they must be named in the comment or in notes. ReviewRefused for its own author."""
    with store.write() as tx:
        draft = _in(tx, id, PENDING)
        _four_eyes(tx, draft, by)
        noted = [row for row in rows.notes(tx.connection, id) if row["settled_at"] is None]
        if not comment.strip() and not noted:
            raise ReviewRefused("comment")
        if draft.retire:
            return _step(tx, draft, State.DROPPED, "return", comment, by=by, at=at, publish_at=None)
        return _step(tx, draft, State.RETURNED, "return", comment, by=by, at=at, publish_at=None)


def schedule(store: Store, id: str, when: datetime | None, *, by: str, at: datetime | None = None) -> Draft:
    """Have a reviewed draft published at that time; None takes the time back."""
    with store.write() as tx:
        draft = _in(tx, id, {State.REVIEWED, State.SCHEDULED})
        state, verdict = (State.SCHEDULED, "schedule") if when else (State.REVIEWED, "unschedule")
        return _step(tx, draft, state, verdict, "", by=by, at=at, publish_at=when)


def miss(tx: Tx, id: str, *, why: str, by: str, at: datetime | None = None) -> None:
    """Take the time off a draft that could not be published at it, so that a person decides what follows."""
    draft = drafts.locked(tx, id)
    if draft.state is State.SCHEDULED:
        _step(tx, draft, State.REVIEWED, "miss", why, by=by, at=at, publish_at=None)


def missed(store: Store) -> list[Draft]:
    """Return the reviewed drafts whose time came without their being published, and of which nothing came since."""
    with store.read() as tx:
        found = rows.last_reviewed(tx.connection, State.REVIEWED.value, "miss")
        return [drafts.get(store, id) for id in found]


def add_note(
    store: Store,
    id: str,
    *,
    field: str,
    text: str,
    by: str,
    line: str = "",
    required: bool = False,
    at: datetime | None = None,
) -> int:
    """Write a note on a field of the draft, or on one line of its difference; returns its id."""
    if not text.strip() or len(text) > LONGEST:
        raise ReviewRefused("comment")
    with store.write() as tx:
        draft = drafts.locked(tx, id)
        if draft.state not in drafts.OPEN:
            raise DraftClosed(id)
        row = {
            "draft_id": id,
            "version": draft.version,
            "field": field,
            "line": line[:LONGEST],
            "text": text.strip(),
            "required": required,
            "by": by,
            "at": at or _now(),
            "settled_by": "",
        }
        number = rows.insert_note(tx.connection, row)
        history.record(tx, "draft:note:add", id, by=by, at=at, note=number, field=field, required=required)
        return number


def settle_note(store: Store, id: str, note: int, *, by: str, at: datetime | None = None) -> None:
    """Mark a note as dealt with. A required one is settled by a reviewer, not by whoever wrote the text."""
    with store.write() as tx:
        draft = drafts.locked(tx, id)
        found = next((row for row in rows.notes(tx.connection, id) if row["id"] == note), None)
        if found is None:
            raise DraftNotFound(f"{id} note {note}")
        if found["required"] and found["by"] != by:
            _four_eyes(tx, draft, by)
        rows.settle_note(tx.connection, id, note, {"settled_by": by, "settled_at": at or _now()})
        history.record(tx, "draft:note:settle", id, by=by, at=at, note=note)


def notes(store: Store, id: str) -> list[Note]:
    """Return all notes on the draft, oldest first."""
    with store.read() as tx:
        return [Note(**_without(row, "draft_id")) for row in rows.notes(tx.connection, id)]


def verdicts(store: Store, id: str) -> list[Verdict]:
    """Return the steps of the draft's review, oldest first."""
    with store.read() as tx:
        return [Verdict(**_without(row, "id", "draft_id")) for row in rows.reviews(tx.connection, id)]


def approved_version(store: Store, id: str) -> int:
    """Return the newest version somebody approved, 0 for none."""
    with store.read() as tx:
        return _approved(tx, id)


def may_review(store: Store, id: str, staff_id: str) -> bool:
    """Tell whether this person wrote none of what has not been approved yet."""
    with store.read() as tx:
        return staff_id not in _authors(tx, id)


def _approved(tx: Tx, id: str) -> int:
    return max(
        (row["version"] for row in rows.reviews(tx.connection, id) if row["verdict"] == "approve"), default=0
    )


def _authors(tx: Tx, id: str) -> set[str]:
    """Who changed anything since the last approval."""
    return {row["by"] for row in rows.changes(tx.connection, id, after=_approved(tx, id))}


def _four_eyes(tx: Tx, draft: Draft, by: str) -> None:
    if by in _authors(tx, draft.id):
        raise ReviewRefused("own")


def _in(tx: Tx, id: str, states: frozenset[State] | set[State]) -> Draft:
    draft = drafts.locked(tx, id)
    if draft.state not in states:
        raise DraftClosed(id)
    return draft


def _step(
    tx: Tx,
    draft: Draft,
    state: State,
    verdict: str,
    comment: str,
    *,
    by: str,
    at: datetime | None,
    **values: Any,
) -> Draft:
    row = {
        "draft_id": draft.id,
        "version": draft.version,
        "verdict": verdict,
        "comment": comment.strip()[:LONGEST],
        "by": by,
        "at": at or _now(),
    }
    rows.insert_review(tx.connection, row)
    drafts.change_state(tx, draft, state, **values)
    history.record(tx, STEPS[verdict], draft.id, by=by, at=at, version=draft.version, case=draft.case_id)
    return drafts.locked(tx, draft.id)


def _without(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _now() -> datetime:
    return datetime.now(timezone.utc)
