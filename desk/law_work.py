"""Work a changed law makes: the cases that cite what changed, each with a day by which somebody must have looked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any

from . import history
from .errors import LawWorkNotFound
from .store import Store
from .store import conversations as locks
from .store import law_work as rows

LISTED = 500


@dataclass(frozen=True)
class LawWork:
    """One case to look at because of one edition. `changes`: {old, new, change, outcomes, only_basis} by article."""

    id: int
    law: str
    effective: str
    case_id: str
    changes: list[dict[str, Any]]
    due_on: date
    draft_id: str
    made_by: str
    made_at: datetime
    done_by: str
    done_at: datetime | None
    note: str


def make(
    store: Store,
    law: str,
    effective: str,
    works: Sequence[tuple[str, Sequence[Mapping[str, Any]], date]],
    *,
    by: str,
    at: datetime | None = None,
) -> int:
    """Write down (case id, changes, day) for an edition and return how many are new.

    Work still open on a case is brought up to date; what was done stays done.
    """
    moment, new = at or _now(), 0
    with store.write() as tx:
        locks.lock_name(tx.connection, f"law_work:{law}:{effective}")
        for case_id, changes, due_on in works:
            known = rows.find(tx.connection, law, effective, case_id)
            values = {"changes": [dict(change) for change in changes], "due_on": due_on}
            if known is not None:
                if known["done_at"] is None:
                    rows.change_work(tx.connection, known["id"], values)
                continue
            new += 1
            made = {"law": law, "effective": effective, "case_id": case_id, "made_by": by, "made_at": moment}
            rows.insert_work(tx.connection, {**made, **values, "draft_id": "", "done_by": "", "note": ""})
        if new:
            history.record(tx, "law:work:make", f"{law} {effective}", by=by, at=at, cases=new)
    return new


def listed(store: Store, *, done: bool = False) -> list[LawWork]:
    """Return open work, the most urgent first; `done` what was finished last."""
    with store.read() as tx:
        return [LawWork(**row) for row in rows.listed(tx.connection, done=done, limit=LISTED)]


def get(store: Store, id: int) -> LawWork:
    """Return one item; LawWorkNotFound."""
    with store.read() as tx:
        row = rows.one(tx.connection, id)
    if row is None:
        raise LawWorkNotFound(str(id))
    return LawWork(**row)


def link(store: Store, id: int, draft_id: str, *, by: str) -> None:
    """Note the draft that answers the change."""
    with store.write() as tx:
        if rows.one(tx.connection, id) is None:
            raise LawWorkNotFound(str(id))
        rows.change_work(tx.connection, id, {"draft_id": draft_id})
        history.record(tx, "law:work:draft", str(id), by=by, draft=draft_id)


def finish(store: Store, id: int, *, by: str, note: str = "", at: datetime | None = None) -> None:
    """Close an item: the case was changed, or needs no change for the reason noted."""
    with store.write() as tx:
        found = rows.one(tx.connection, id)
        if found is None or found["done_at"] is not None:
            raise LawWorkNotFound(str(id))
        values = {"done_by": by, "done_at": at or _now(), "note": note.strip()[:2000]}
        rows.change_work(tx.connection, id, values)
        history.record(tx, "law:work:finish", str(id), by=by, at=at, case=found["case_id"])


def register(
    store: Store, law: str, effective: str, *, gone: Sequence[str], moved: Mapping[str, str], by: str
) -> None:
    """Note an edition the content files do not know: the articles it dropped, and the new numbers of others."""
    with store.write() as tx:
        locks.lock_name(tx.connection, f"law_edition:{law}:{effective}")
        row = {"law": law, "effective": effective, "gone": list(gone), "moved": dict(moved)}
        rows.put_edition(tx.connection, {**row, "made_by": by, "made_at": _now()})
        history.record(
            tx, "law:edition:register", f"{law} {effective}", by=by, gone=len(gone), moved=len(moved)
        )


def editions(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Return law → the editions noted here, in the shape of the content files."""
    found: dict[str, list[dict[str, Any]]] = {}
    with store.read() as tx:
        for row in rows.editions(tx.connection):
            edition = {
                "effective": row["effective"],
                "articles": None,
                "gone": row["gone"],
                "moved": row["moved"],
            }
            found.setdefault(row["law"], []).append(edition)
    return found


def _now() -> datetime:
    return datetime.now(timezone.utc)
