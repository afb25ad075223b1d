"""Drafts of cases: written by several people, saved version by version, never overwritten silently.

The document is plain data whose meaning this module does not know: only its top-level fields, `id` and `title`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

from . import history
from .errors import DraftClosed, DraftConflict, DraftExists, DraftNotFound, DraftRefused
from .identifiers import new_id
from .store import Store, Tx, releases
from .store import conversations as locks
from .store import drafts as rows
from .store import inbox as questions
from .store.types import dump_json, storable

LARGEST = 200_000  # characters of a document as JSON
CASE_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")  # as knowledge/schemas/case.json has it
LONGEST_ID = 60
PROVISIONAL = "new-question-"  # how the id of a case begins whose editor has not given it one
PRESENT = timedelta(seconds=25)  # an editor's page reports every ten seconds
MOST_LISTED = 500


class State(str, Enum):
    WRITING = "writing"
    SUBMITTED = "submitted"
    RETURNED = "returned"  # a reviewer wants changes
    REVIEWED = "reviewed"
    SCHEDULED = "scheduled"
    RELEASED = "released"
    DROPPED = "dropped"


EDITABLE = frozenset({State.WRITING, State.RETURNED})
OPEN = frozenset(State) - {State.RELEASED, State.DROPPED}


@dataclass(frozen=True)
class Draft:
    """A draft. `document` is None in lists; `release` is the one that published it, 0 before."""

    id: str
    case_id: str
    title: str
    version: int
    state: State
    retire: bool
    base_release: int
    source: dict[str, Any]
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    publish_at: datetime | None
    release: int
    document: dict[str, Any] | None = None

    @property
    def editable(self) -> bool:
        """Tell whether its text may be changed as it is."""
        return self.state in EDITABLE and not self.retire

    @property
    def provisional(self) -> bool:
        """Tell whether its case still lacks an id of its own."""
        return self.case_id.startswith(PROVISIONAL)


@dataclass(frozen=True)
class FieldChange:
    """What one save did to one field; a side is None where the field was not there."""

    version: int
    by: str
    at: datetime
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Clash:
    """One field of a save that came too late: as both began, as one wants it, as it stands now."""

    field: str
    base: Any
    mine: Any
    theirs: Any

    @property
    def both(self) -> bool:
        """Tell whether both changed it, and differently."""
        return self.mine != self.base and self.theirs not in (self.base, self.mine)


def create(
    store: Store,
    document: Mapping[str, Any],
    *,
    by: str,
    source: Mapping[str, Any] | None = None,
    base_release: int = 0,
    retire: bool = False,
    at: datetime | None = None,
) -> str:
    """Begin a draft of the case `document["id"]` and return the draft's id.

    `source`: codes of where it came from, such as `{"kind": "questions", "ids": [3, 9]}`. DraftExists names the open
    draft when the case has one already; DraftRefused for a document without an id, or too large.
    """
    held, moment = _checked(document), at or _now()
    row: dict[str, Any] = {
        "id": new_id("d"),
        "case_id": held["id"],
        "title": str(held.get("title") or ""),
        "document": held,
        "version": 1,
        "state": (State.SUBMITTED if retire else State.WRITING).value,
        "retire": retire,
        "base_release": base_release,
        "source": dict(source or {}),
        "created_by": by,
        "created_at": moment,
        "updated_by": by,
        "updated_at": moment,
        "publish_at": None,
        "release": 0,
    }
    with store.write() as tx:
        locks.lock_name(tx.connection, f"draft:{held['id']}")
        _refuse_second(tx, held["id"])
        rows.insert_draft(tx.connection, row)
        _note_change(tx, row["id"], 1, by, moment, {field: {"after": held[field]} for field in held})
        if retire:
            _note_verdict(tx, row["id"], 1, "submit", "", by, moment)
        event = "draft:retirement:propose" if retire else "draft:document:create"
        kind = str(row["source"].get("kind", ""))
        history.record(tx, event, row["id"], by=by, at=at, case=held["id"], source=kind)
    return str(row["id"])


def get(store: Store, id: str) -> Draft:
    """Return the draft with its document; DraftNotFound."""
    with store.read() as tx:
        return _draft(_row(tx, id))


def open_for(store: Store, case_id: str) -> Draft | None:
    """Return the draft of that case which is not yet released or dropped, if there is one."""
    with store.read() as tx:
        row = rows.of_case(tx.connection, case_id, [state.value for state in OPEN])
        return _draft(row) if row else None


def listed(store: Store, states: Sequence[State]) -> list[Draft]:
    """Return the drafts in these states without their documents, last touched first."""
    with store.read() as tx:
        return [
            _draft(row) for row in rows.listed(tx.connection, [state.value for state in states], MOST_LISTED)
        ]


def counts(store: Store) -> dict[State, int]:
    """Return how many drafts there are in each state."""
    with store.read() as tx:
        found = rows.counts(tx.connection)
    return {state: found.get(state.value, 0) for state in State}


def save(
    store: Store,
    id: str,
    document: Mapping[str, Any],
    *,
    version: int,
    by: str,
    at: datetime | None = None,
) -> Draft:
    """Put `document` in place of the version `version` that its editor began from; the same document changes nothing.

    DraftConflict with every field that differs when somebody saved meanwhile; DraftClosed while it is being reviewed
    or after it was released. A case that was never released may take another id: DraftExists when that has a draft
    already, DraftRefused (id_shape, id_taken, id_fixed, provisional) when it is no id for a case, or not a free one.
    """
    held, moment = _checked(document), at or _now()
    with store.write() as tx:
        locks.lock_name(tx.connection, f"draft:{held['id']}")
        row = _row(tx, id, lock=True)
        if not _draft(row).editable:
            raise DraftClosed(id)
        if row["version"] != version:
            raise DraftConflict(row["version"], row["updated_by"], _clashes(tx, row, version, held))
        fields = _differences(row["document"], held)
        if not fields:
            return _draft(row)
        if held["id"] != row["case_id"]:
            _refuse_id(tx, row["case_id"], held["id"])
            questions.follow_case(tx.connection, row["case_id"], held["id"])
        values = {
            "document": held,
            "case_id": held["id"],
            "title": str(held.get("title") or ""),
            "version": version + 1,
            "updated_by": by,
            "updated_at": moment,
        }
        rows.change_draft(tx.connection, id, values)
        _note_change(tx, id, version + 1, by, moment, fields)
        history.record(tx, "draft:document:save", id, by=by, at=at, version=version + 1, fields=[*fields])
        return _draft({**row, **values})


def rename(store: Store, id: str, case_id: str, *, by: str) -> Draft:
    """Give the case of a draft another id; what was closed by naming it follows. Refused as `save` refuses it."""
    with store.write() as tx:
        row = _row(tx, id, lock=True)
        return save(store, id, {**row["document"], "id": case_id}, version=row["version"], by=by)


def append(store: Store, id: str, field: str, items: Sequence[Any], *, by: str) -> Draft:
    """Add items that are not there yet to the end of a list of the document, such as phrasings to `ask`."""
    with store.write() as tx:
        row = _row(tx, id, lock=True)
        held = row["document"].get(field) or []
        if not isinstance(held, list):
            raise DraftRefused(field)
        more = [item for item in dict.fromkeys(items) if item not in held]
        document = {**row["document"], field: [*held, *more]}
        return save(store, id, document, version=row["version"], by=by)


def changes(store: Store, id: str, *, after: int = 0) -> list[FieldChange]:
    """Return what was changed above version `after`, field by field, oldest first."""
    with store.read() as tx:
        return [
            FieldChange(row["version"], row["by"], row["at"], field, sides.get("before"), sides.get("after"))
            for row in rows.changes(tx.connection, id, after=after)
            for field, sides in row["fields"].items()
        ]


def document_at(store: Store, id: str, version: int) -> dict[str, Any]:
    """Return the document as it was at that version."""
    with store.read() as tx:
        return _document_at(tx, _row(tx, id), version)


def present(store: Store, id: str, *, by: str, at: datetime | None = None) -> list[str]:
    """Note that `by` has the draft open; return the ids of everybody else who has."""
    moment = at or _now()
    with store.write() as tx:
        _row(tx, id)
        locks.lock_name(tx.connection, f"editor:{id}:{by}")
        rows.seen(tx.connection, id, by, moment)
        here = rows.editors(tx.connection, id, moment - PRESENT)
        return [row["staff_id"] for row in here if row["staff_id"] != by]


def leave(store: Store, id: str, *, by: str) -> None:
    """Note that `by` has closed the draft."""
    with store.write() as tx:
        rows.left(tx.connection, id, by)


def drop(store: Store, id: str, *, by: str) -> None:
    """Give the draft up; it stays readable. DraftClosed once it is released."""
    with store.write() as tx:
        draft = _draft(_row(tx, id, lock=True))
        if draft.state not in OPEN:
            raise DraftClosed(id)
        change_state(tx, draft, State.DROPPED)
        history.record(tx, "draft:document:drop", id, by=by, case=draft.case_id)


def locked(tx: Tx, id: str) -> Draft:
    """Return the draft held for this transaction; DraftNotFound. For the steps of reviews and releases."""
    return _draft(_row(tx, id, lock=True))


def change_state(tx: Tx, draft: Draft, state: State, **values: Any) -> None:
    """Move a locked draft on; the caller records why."""
    rows.change_draft(tx.connection, draft.id, {"state": state.value, **values})


def _checked(document: Mapping[str, Any]) -> dict[str, Any]:
    held: dict[str, Any] = storable(dict(document))
    if not isinstance(held.get("id"), str) or not held["id"].strip():
        raise DraftRefused("id")
    try:
        size = len(dump_json(held))
    except (TypeError, ValueError):
        raise DraftRefused("document") from None
    if size > LARGEST:
        raise DraftRefused("size")
    return held


def _refuse_second(tx: Tx, case_id: str) -> None:
    other = rows.of_case(tx.connection, case_id, [state.value for state in OPEN])
    if other is not None:
        raise DraftExists(other["id"])


def _refuse_id(tx: Tx, old: str, new: str) -> None:
    if not CASE_ID.fullmatch(new) or len(new) > LONGEST_ID:
        raise DraftRefused("id_shape")
    if new.startswith(PROVISIONAL):
        raise DraftRefused("provisional")
    known = {row["case_id"] for row in releases.contents(tx.connection, releases.current(tx.connection))}
    if old in known:
        raise DraftRefused("id_fixed")
    if new in known:  # also of a case taken out: old answers still lead to it
        raise DraftRefused("id_taken")
    _refuse_second(tx, new)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    fields: dict[str, dict[str, Any]] = {}
    for field in dict.fromkeys([*before, *after]):
        old, new = before.get(field), after.get(field)
        if old != new or (field in before) != (field in after) or _order(old) != _order(new):
            sides = {"before": before.get(field)} if field in before else {}
            fields[field] = {**sides, **({"after": after[field]} if field in after else {})}
    return fields


def _order(value: Any) -> list[str]:
    """The order of a mapping's keys, which equality does not look at."""
    return list(value) if isinstance(value, Mapping) else []


def _document_at(tx: Tx, row: Mapping[str, Any], version: int) -> dict[str, Any]:
    document = dict(row["document"])
    for change in reversed(rows.changes(tx.connection, row["id"], after=version)):
        for field, sides in change["fields"].items():
            if "before" in sides:
                document[field] = sides["before"]
            else:
                document.pop(field, None)
    return document


def _clashes(tx: Tx, row: Mapping[str, Any], version: int, mine: Mapping[str, Any]) -> tuple[Clash, ...]:
    base, theirs = _document_at(tx, row, version), row["document"]
    fields = dict.fromkeys([*_differences(base, mine), *_differences(base, theirs)])
    found = (Clash(field, base.get(field), mine.get(field), theirs.get(field)) for field in fields)
    return tuple(clash for clash in found if clash.mine != clash.theirs)


def _note_change(
    tx: Tx, id: str, version: int, by: str, at: datetime, fields: Mapping[str, Mapping[str, Any]]
) -> None:
    row = {"draft_id": id, "version": version, "by": by, "at": at, "fields": dict(fields)}
    rows.insert_change(tx.connection, row)


def _note_verdict(tx: Tx, id: str, version: int, verdict: str, comment: str, by: str, at: datetime) -> None:
    row = {"draft_id": id, "version": version, "verdict": verdict, "comment": comment, "by": by, "at": at}
    rows.insert_review(tx.connection, row)


def _row(tx: Tx, id: str, *, lock: bool = False) -> Mapping[str, Any]:
    row = rows.draft(tx.connection, id, lock=lock)
    if row is None:
        raise DraftNotFound(id)
    return row


def _draft(row: Mapping[str, Any]) -> Draft:
    return Draft(**{**row, "state": State(row["state"])})


def _now() -> datetime:
    return datetime.now(timezone.utc)
