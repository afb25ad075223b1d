"""Runs: each makes a release from reviewed drafts, tries it, and serves it, or says why not.

Who builds and tries the library file is web.curation; here is how far it is and what may follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

from . import drafts, history, releases, reviews
from .drafts import Draft, State
from .errors import ReleaseNotFound, ReleaseRefused
from .releases import Release
from .store import Store, Tx
from .store import conversations as locks
from .store import drafts as draft_rows
from .store import releases as rows

SCHEDULER = "schedule"  # who starts a run when a draft's time has come
TRIED_AGAIN = frozenset({"base", "died"})  # no fault of a scheduled draft: its time is kept
SILENT = timedelta(seconds=60)  # a run that shows no life for longer has died with its process


class RunState(str, Enum):
    WORKING = "working"
    REFUSED = "refused"  # it loses more than it gains: a reviewer may sign
    READY = "ready"  # passed or signed; its file is being handed out
    PUBLISHED = "published"
    FAILED = "failed"  # mistakes in the content, or the worker died
    ABANDONED = "abandoned"


BUSY = (RunState.WORKING.value, RunState.READY.value)
OPEN_RUNS = (*BUSY, RunState.REFUSED.value)


@dataclass(frozen=True)
class Run:
    """One attempt at a release: how far it is and what its trial found."""

    id: int
    state: RunState
    stage: str
    done: int
    total: int
    drafts: list[list[Any]]
    base: int
    number: int
    report: dict[str, Any]
    started_by: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    signed_by: str
    signed_note: str

    @property
    def busy(self) -> bool:
        """Tell whether its worker is at it."""
        return self.state.value in BUSY


def start(
    store: Store, draft_ids: Sequence[str], *, by: str, laws: bool = False, at: datetime | None = None
) -> Run:
    """Begin to make a release from reviewed drafts; ReleaseRefused while another run is on, or with nothing to make.

    `laws`: a law has changed, which makes a release of its own, also without drafts.
    """
    moment = at or _now()
    with store.write() as tx:
        locks.lock_name(tx.connection, releases.LOCK)
        _bury(tx, moment)
        if rows.runs_in(tx.connection, BUSY):
            raise ReleaseRefused("running")
        base = rows.current(tx.connection, lock=True)
        if not base:
            raise ReleaseRefused("base")
        chosen = [drafts.locked(tx, id) for id in dict.fromkeys(draft_ids)]
        if not chosen and not laws:
            raise ReleaseRefused("nothing")
        if any(draft.state not in (State.REVIEWED, State.SCHEDULED) for draft in chosen):
            raise ReleaseRefused("draft")
        for row in rows.runs_in(tx.connection, [RunState.REFUSED.value]):
            rows.change_run(tx.connection, row["id"], {"state": RunState.ABANDONED.value, "ended_at": moment})
        number = max(
            [rows.highest(tx.connection), *(row["number"] for row in rows.newest_runs(tx.connection, 1))]
        )
        run = {
            "state": RunState.WORKING.value,
            "stage": "wait",
            "done": 0,
            "total": 0,
            "drafts": [[draft.id, draft.version] for draft in chosen],
            "base": base,
            "number": number + 1,
            "report": {},
            "started_by": by,
            "started_at": moment,
            "seen_at": moment,
            "ended_at": None,
            "signed_by": "",
            "signed_note": "",
        }
        id = rows.insert_run(tx.connection, run)
        cases = [draft.case_id for draft in chosen][:50]
        history.record(tx, "library:run:start", str(id), by=by, at=at, number=number + 1, cases=cases)
        return run_of(store, id)


def run_of(store: Store, id: int) -> Run:
    """Return a run; ReleaseNotFound."""
    with store.read() as tx:
        return _run(tx, id)


def runs(store: Store, *, limit: int = 20) -> list[Run]:
    """Return the newest runs."""
    with store.read() as tx:
        return [_as_run(row) for row in rows.newest_runs(tx.connection, limit)]


def open_run(store: Store) -> Run | None:
    """Return the run that is on, or waits for a signature."""
    with store.read() as tx:
        found = rows.runs_in(tx.connection, OPEN_RUNS)
    return _as_run(found[-1]) if found else None


def bury(store: Store, *, at: datetime | None = None) -> None:
    """Mark runs as failed whose worker died, and give up refused ones that nobody can sign any more."""
    with store.write() as tx:
        _bury(tx, at or _now())


def chosen(store: Store, run: Run) -> list[Draft]:
    """Return the drafts of a run with their documents."""
    return [drafts.get(store, id) for id, _ in run.drafts]


def due_drafts(store: Store, *, at: datetime | None = None) -> list[Draft]:
    """Return the scheduled drafts whose time has come."""
    with store.read() as tx:
        found = draft_rows.due(tx.connection, State.SCHEDULED.value, at or _now())
        return [drafts.get(store, row["id"]) for row in found]


def progress(store: Store, id: int, stage: str, done: int = 0, total: int = 0) -> None:
    """Show how far the worker is, and that it lives."""
    with store.write() as tx:
        values = {"stage": stage, "done": done, "total": total, "seen_at": _now()}
        rows.change_run(tx.connection, id, values)


def alive(store: Store, id: int) -> None:
    """Note that the worker lives, while it has nothing new to tell."""
    with store.write() as tx:
        rows.change_run(tx.connection, id, {"seen_at": _now()})


def tried(store: Store, id: int, report: Mapping[str, Any], *, passed: bool) -> Run:
    """Keep what the trial of a run found: READY when it passed, else REFUSED until a reviewer signs the losses."""
    state = RunState.READY if passed else RunState.REFUSED
    with store.write() as tx:
        _working(tx, id)
        values = {"state": state.value, "report": dict(report), "seen_at": _now()}
        rows.change_run(tx.connection, id, values)
        gained, lost = (len(report.get(name, ())) for name in ("gained", "lost"))
        event = "library:run:pass" if passed else "library:run:refuse"
        history.record(tx, event, str(id), by="system", gained=gained, lost=lost)
        if not passed:
            _missed(tx, _run(tx, id), "lost")
        return _run(tx, id)


def fail(store: Store, id: int, report: Mapping[str, Any]) -> None:
    """End a run that cannot make a release; its drafts stay as they are."""
    with store.write() as tx:
        values = {"state": RunState.FAILED.value, "report": dict(report), "ended_at": _now()}
        rows.change_run(tx.connection, id, values)
        history.record(
            tx, "library:run:fail", str(id), by="system", reason=str(report.get("reason", ""))[:80]
        )
        _missed(tx, _run(tx, id), str(report.get("reason", "")))


def sign(store: Store, id: int, *, by: str, note: str) -> Run:
    """Answer for a refused run's losses; by nobody who wrote in its drafts, and with a reason."""
    with store.write() as tx:
        locks.lock_name(tx.connection, releases.LOCK)
        run = _run(tx, id)
        if run.state is not RunState.REFUSED or run.base != rows.current(tx.connection):
            raise ReleaseRefused("base")
        if not note.strip():
            raise ReleaseRefused("unsigned")
        if by in authors(tx, run):
            raise ReleaseRefused("own")
        values = {"state": RunState.READY.value, "signed_by": by, "signed_note": note.strip()[:2000]}
        rows.change_run(tx.connection, id, {**values, "stage": "hand_out", "seen_at": _now()})
        history.record(tx, "library:run:sign", str(id), by=by, lost=len(run.report.get("lost", ())))
        return _run(tx, id)


def authors(tx: Tx, run: Run) -> set[str]:
    """Return who wrote in the drafts of a run."""
    return {
        change["by"] for draft_id, _ in run.drafts for change in draft_rows.changes(tx.connection, draft_id)
    }


def abandon(store: Store, id: int, *, by: str) -> None:
    """Give up a refused run; its drafts stay reviewed."""
    with store.write() as tx:
        if _run(tx, id).state is not RunState.REFUSED:
            raise ReleaseRefused("running")
        rows.change_run(tx.connection, id, {"state": RunState.ABANDONED.value, "ended_at": _now()})
        history.record(tx, "library:run:abandon", str(id), by=by)


def keep(store: Store, id: int, texts: Mapping[str, Any], retired: Sequence[str]) -> Release:
    """Keep what a ready run made as its release, not yet served, so that every node can get its file ready."""
    with store.write() as tx:
        run = _run(tx, id)
        if run.state is not RunState.READY:
            raise ReleaseRefused("unsigned")
        known = rows.release(tx.connection, run.number)
        if known is not None:
            return Release(**known)
        born = {drafts.locked(tx, draft_id).case_id: draft_id for draft_id, _ in run.drafts}
        before = {row["case_id"]: row for row in rows.contents(tx.connection, run.base)}
        held = [
            releases.Held(
                case_id, releases.text_digest(text), born.get(case_id) or releases.origin(before.get(case_id))
            )
            for case_id, text in texts.items()
        ]
        gone = {id for id, row in before.items() if not row["digest"]} | set(retired)
        held += [
            releases.Held(id, "", born.get(id) or releases.origin(before.get(id)))
            for id in sorted(gone - set(texts))
        ]
        made = [draft_id for draft_id, _ in run.drafts]
        releases.keep_release(
            tx, run.number, run.base, "drafts" if made else "laws", held, texts, made, run.started_by, _now()
        )
        history.record(tx, "library:release:keep", str(run.number), by=run.started_by, run=id)
        return releases.release_row(tx, run.number)


def publish(store: Store, id: int, *, at: datetime | None = None) -> Release:
    """Serve the release of a ready run from now on; its drafts are released. ReleaseRefused when another got ahead."""
    moment = at or _now()
    with store.write() as tx:
        locks.lock_name(tx.connection, releases.LOCK)
        run = _run(tx, id)
        if run.state is not RunState.READY or rows.current(tx.connection, lock=True) != run.base:
            raise ReleaseRefused("base")
        for draft_id, version in run.drafts:
            draft = drafts.locked(tx, draft_id)
            if draft.version != version or draft.state not in (State.REVIEWED, State.SCHEDULED):
                raise ReleaseRefused("draft")
            drafts.change_state(tx, draft, State.RELEASED, release=run.number, publish_at=None)
            history.record(
                tx, "draft:document:release", draft_id, by=run.started_by, at=at, release=run.number
            )
        rows.point(tx.connection, run.number, run.started_by, moment)
        values = {"state": RunState.PUBLISHED.value, "stage": "done", "ended_at": moment}
        rows.change_run(tx.connection, id, values)
        by = run.signed_by or run.started_by
        history.record(tx, "library:release:publish", str(run.number), by=by, at=at, base=run.base)
        return releases.release_row(tx, run.number)


def _missed(tx: Tx, run: Run, why: str) -> None:
    """What was to go out at its time and could not waits for a person; it is not tried again by itself."""
    if run.started_by == SCHEDULER and why not in TRIED_AGAIN:
        for draft_id, _ in run.drafts:
            reviews.miss(tx, draft_id, why=why, by=SCHEDULER)


def _bury(tx: Tx, at: datetime) -> None:
    for row in rows.runs_in(tx.connection, BUSY):
        if row["seen_at"] < at - SILENT:
            values = {
                "state": RunState.FAILED.value,
                "report": {**row["report"], "reason": "died"},
                "ended_at": at,
            }
            rows.change_run(tx.connection, row["id"], values)
            history.record(tx, "library:run:fail", str(row["id"]), by="system", at=at, reason="died")
    served = rows.current(tx.connection)
    for row in rows.runs_in(tx.connection, [RunState.REFUSED.value]):
        if row["base"] != served:
            rows.change_run(tx.connection, row["id"], {"state": RunState.ABANDONED.value, "ended_at": at})
            history.record(tx, "library:run:abandon", str(row["id"]), by="system", at=at, reason="base")


def _working(tx: Tx, id: int) -> None:
    if _run(tx, id).state is not RunState.WORKING:
        raise ReleaseRefused("running")


def _run(tx: Tx, id: int) -> Run:
    row = rows.run(tx.connection, id)
    if row is None:
        raise ReleaseNotFound(str(id))
    return _as_run(row)


def _as_run(row: Mapping[str, Any]) -> Run:
    return Run(**{**row, "state": RunState(row["state"])})


def _now() -> datetime:
    return datetime.now(timezone.utc)
