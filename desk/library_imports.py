"""Cases brought in from a file: first the report, then, when somebody says so, a draft for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from . import drafts, history
from .errors import DraftExists, ImportNotFound
from .store import Store
from .store import imports as rows

LISTED = 12


@dataclass(frozen=True)
class Import:
    """A file that was read. `report` is what its page shows; `taken_at` when its drafts were made."""

    id: int
    name: str
    by: str
    at: datetime
    taken_at: datetime | None
    taken_by: str | None
    documents: tuple[dict[str, Any], ...] = ()
    report: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Taken:
    """Ids of the drafts made, and of the cases passed over because somebody is writing a draft of them."""

    drafts: tuple[str, ...]
    busy: tuple[str, ...]


def keep(
    store: Store, *, name: str, documents: Sequence[Mapping[str, Any]], report: Mapping[str, Any], by: str
) -> int:
    """Keep what a file would bring, without bringing it; returns its id."""
    with store.write() as tx:
        row = {
            "name": name[:200],
            "by": by,
            "at": datetime.now(timezone.utc),
            "documents": [dict(document) for document in documents],
            "report": dict(report),
        }
        id = rows.insert_import(tx.connection, row)
        history.record(tx, "library:import:read", str(id), by=by, cases=len(documents))
        return id


def get(store: Store, id: int) -> Import:
    """Return one import with its report; ImportNotFound."""
    with store.read() as tx:
        row = rows.import_row(tx.connection, id)
    if row is None:
        raise ImportNotFound(str(id))
    return Import(**{**row, "documents": tuple(row["documents"])})


def latest(store: Store) -> list[Import]:
    """Return the last imports without their reports, newest first."""
    with store.read() as tx:
        return [Import(**row) for row in rows.latest(tx.connection, LISTED)]


def take(store: Store, id: int, *, by: str, base_release: int = 0) -> Taken:
    """Make a draft of every case brought, once; ImportNotFound when that was done before.

    A case whose draft somebody is writing is passed over and named.
    """
    made, busy = [], []
    with store.write() as tx:
        row = rows.import_row(tx.connection, id, lock=True)
        if row is None or row["taken_at"] is not None:
            raise ImportNotFound(str(id))
        for document in row["documents"]:
            try:
                source = {"kind": "import", "ids": [id]}
                made.append(drafts.create(store, document, by=by, source=source, base_release=base_release))
            except DraftExists:
                busy.append(str(document["id"]))
        rows.change_import(tx.connection, id, {"taken_at": datetime.now(timezone.utc), "taken_by": by})
        history.record(tx, "library:import:take", str(id), by=by, drafts=len(made), busy=len(busy))
    return Taken(tuple(made), tuple(busy))
