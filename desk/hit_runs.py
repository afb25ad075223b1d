"""Hit tests of a whole sheet: kept with every question's outcome, gone on with after a stop, compared by sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from . import history
from .errors import RunNotFound, SheetRefused
from .personal import without_person
from .store import Store
from .store import hit_runs as rows

MOST = 5000
LONGEST = 3000
AT_ONCE = 20  # questions tried between two signs of life
SILENT = timedelta(seconds=30)  # after which a running one is taken for stopped
LISTED = 30

Tried = tuple[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True)
class Asked:
    """A line of a sheet: the question and the id of the case that is right for it, '' for none of ours."""

    text: str
    expected: str


@dataclass(frozen=True)
class Run:
    """A hit test. `alone`: the library was asked without the bot's word; `release` the one that was asked last.

    `pinned`: that release's own file was asked from the start, not the one in use.
    """

    id: int
    name: str
    sheet: str
    by: str
    at: datetime
    state: str
    alone: bool
    release: int | None
    pinned: bool
    total: int
    done: int
    heard_at: datetime

    def stopped(self, now: datetime) -> bool:
        """Tell whether nobody works on it although it is not finished."""
        return self.state == "running" and now - self.heard_at > SILENT


@dataclass(frozen=True)
class Line:
    """A question of a run; `decision` is None until it was tried."""

    id: int
    run_id: int
    line: int
    text: str
    expected: str
    decision: str | None
    found: list[dict[str, Any]] | None


def begin(
    store: Store,
    asked: Sequence[Asked],
    *,
    name: str,
    by: str,
    alone: bool,
    release: int | None = None,
    at: datetime | None = None,
) -> int:
    """Keep a sheet to be tried, without numbers of persons; returns the run's id.

    With `release` it is tried on the file of that release. SheetRefused when it is empty or longer than 5000 lines.
    """
    kept = [
        Asked(without_person(one.text).strip()[:LONGEST], one.expected.strip())
        for one in asked
        if one.text.strip()
    ]
    if not kept:
        raise SheetRefused("empty")
    if len(kept) > MOST:
        raise SheetRefused("too_many")
    moment = at or _now()
    told = "\n".join(f"{one.text}\t{one.expected}" for one in kept)
    run = {
        "name": name[:120],
        "sheet": hashlib.sha256(told.encode("utf-8", "replace")).hexdigest(),
        "by": by,
        "at": moment,
        "state": "running",
        "alone": alone,
        "release": release,
        "pinned": release is not None,
        "total": len(kept),
        "done": 0,
        "heard_at": moment,
    }
    lines = [
        {"line": number, "text": one.text, "expected": one.expected}
        for number, one in enumerate(kept, start=1)
    ]
    with store.write() as tx:
        id = rows.insert_run(tx.connection, run, lines)
        history.record(tx, "library:hits:begin", str(id), by=by, lines=len(kept))
        return id


def carry_on(
    store: Store, id: int, attempt: Callable[[str], Tried], release: Callable[[], int | None]
) -> None:
    """Try what has not been tried, a few questions at a time; what was tried is kept whatever happens."""
    while True:
        with store.read() as tx:
            part = rows.untried(tx.connection, id, AT_ONCE)
        found = [(row["id"], *attempt(row["text"])) for row in part]
        with store.write() as tx:
            for row_id, decision, hits in found:
                rows.keep_row(tx.connection, row_id, decision, hits)
            values: dict[str, Any] = {
                "done": rows.count_tried(tx.connection, id),
                "heard_at": _now(),
                "release": release(),
            }
            if len(part) < AT_ONCE:
                values["state"] = "done"
            rows.change_run(tx.connection, id, values)
        if len(part) < AT_ONCE:
            return


def get(store: Store, id: int) -> Run:
    """Return a run; RunNotFound."""
    with store.read() as tx:
        row = rows.run(tx.connection, id)
    if row is None:
        raise RunNotFound(str(id))
    return Run(**row)


def lines(store: Store, id: int) -> list[Line]:
    """Return the questions of a run in the order of its sheet."""
    with store.read() as tx:
        return [Line(**row) for row in rows.rows_of(tx.connection, id)]


def latest(store: Store) -> list[Run]:
    """Return the last runs, newest first."""
    with store.read() as tx:
        return [Run(**row) for row in rows.latest_runs(tx.connection, LISTED)]


def before(store: Store, run: Run) -> Run | None:
    """Return the last finished run of the same sheet before this one, of the library as it was in use."""
    with store.read() as tx:
        row = rows.run_before(tx.connection, run.id, run.sheet)
    return Run(**row) if row else None


def on_release(store: Store, run: Run, release: int) -> Run | None:
    """Return the run of the same sheet, asked in the same way, on the file of that release."""
    with store.read() as tx:
        row = rows.run_of_release(tx.connection, run.sheet, release, run.alone)
    return Run(**row) if row else None


def again(store: Store, id: int, *, by: str, alone: bool, release: int | None = None) -> int:
    """Begin a run of the same sheet, with `release` on that one's file; returns its id, RunNotFound for an unknown one."""
    run = get(store, id)
    return begin(
        store,
        [Asked(line.text, line.expected) for line in lines(store, id)],
        name=run.name,
        by=by,
        alone=alone,
        release=release,
    )


def _now() -> datetime:
    return datetime.now(timezone.utc)
