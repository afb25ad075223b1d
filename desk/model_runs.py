"""Trainings of a candidate model and what was put in use: who may do what when. The work is web.nlu's and the bot's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

from . import history
from .errors import ModelRefused, ModelRunNotFound
from .model_gate import Broken, weigh
from .store import Store, Tx
from .store import conversations as locks
from .store import model_runs as rows

LOCK = "models"
SILENT = timedelta(seconds=60)  # a run that shows no life for longer has died with its process
LONGEST_LOG = 6000
SHORTEST_NOTE = 4
LISTED = 12


class RunState(str, Enum):
    WORKING = "working"
    PASSED = "passed"
    REFUSED = "refused"  # worse than the model in use: a reviewer may sign
    SIGNED = "signed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"  # its process died


READY = (RunState.PASSED, RunState.SIGNED)


@dataclass(frozen=True)
class Run:
    """One training: how far it is and how its candidate compares with `base`, the model in use when it began."""

    id: int
    state: RunState
    stage: str
    done: int
    total: int
    lines: int
    base: str
    candidate: str
    report: dict[str, Any]
    log: str
    started_by: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    signed_by: str
    signed_note: str

    @property
    def broken(self) -> list[Broken]:
        """The bars its report broke."""
        return [Broken(**one) for one in self.report.get("broken", ())]


@dataclass(frozen=True)
class Move:
    """A model put in use: `kind` promote or back; waits until a bot says that it serves it, or cannot."""

    id: int
    kind: str
    run_id: int | None
    model: str
    before: str
    state: str
    fault: str
    by: str
    at: datetime
    settled_at: datetime | None


def start(store: Store, *, lines: int, base: str, by: str, at: datetime | None = None) -> Run:
    """Begin a training; ModelRefused while another is under way."""
    moment = at or _now()
    with store.write() as tx:
        locks.lock_name(tx.connection, LOCK)
        _bury(tx, moment)
        if rows.runs_in(tx.connection, RunState.WORKING.value):
            raise ModelRefused("running")
        row = {
            "state": RunState.WORKING.value,
            "stage": "start",
            "done": 0,
            "total": 0,
            "lines": lines,
            "base": base,
            "candidate": "",
            "report": {},
            "log": "",
            "started_by": by,
            "started_at": moment,
            "seen_at": moment,
            "ended_at": None,
            "signed_by": "",
            "signed_note": "",
        }
        id = rows.insert_run(tx.connection, row)
        history.record(tx, "model:run:start", str(id), by=by, at=moment, lines=lines, base=base)
        return _run(tx, id)


def progress(store: Store, id: int, stage: str, done: int = 0, total: int = 0) -> bool:
    """Note how far a run is; False when it is not under way any more."""
    values = {"stage": stage, "done": done, "total": total, "seen_at": _now()}
    with store.write() as tx:
        return rows.change_run(tx.connection, id, values, only_in=[RunState.WORKING.value])


def alive(store: Store, id: int) -> bool:
    """Show that a run is worked on; False when it is not under way any more."""
    with store.write() as tx:
        return rows.change_run(tx.connection, id, {"seen_at": _now()}, only_in=[RunState.WORKING.value])


def finish(
    store: Store, id: int, candidate: str, report: Mapping[str, Any], *, at: datetime | None = None
) -> Run:
    """Keep what came of a run and weigh it."""
    moment, broken = at or _now(), weigh(report)
    state = RunState.REFUSED if broken else RunState.PASSED
    values = {
        "state": state.value,
        "candidate": candidate,
        "report": {**report, "broken": [asdict(one) for one in broken]},
        "ended_at": moment,
    }
    with store.write() as tx:
        if rows.change_run(tx.connection, id, values, only_in=[RunState.WORKING.value]):
            codes = {"candidate": candidate, "state": state.value}
            history.record(tx, "model:run:finish", str(id), by="system", at=moment, **codes)
        return _run(tx, id)


def fail(store: Store, id: int, log: str, *, at: datetime | None = None) -> None:
    """Keep the end of what a run printed that made no model."""
    values = {"state": RunState.FAILED.value, "log": log[-LONGEST_LOG:], "ended_at": at or _now()}
    with store.write() as tx:
        if rows.change_run(tx.connection, id, values, only_in=[RunState.WORKING.value]):
            history.record(tx, "model:run:fail", str(id), by="system", at=at)


def cancel(store: Store, id: int, *, by: str, at: datetime | None = None) -> None:
    """End a run that is under way; ModelRefused for any other."""
    with store.write() as tx:
        _run(tx, id)
        values = {"state": RunState.CANCELLED.value, "ended_at": at or _now()}
        if not rows.change_run(tx.connection, id, values, only_in=[RunState.WORKING.value]):
            raise ModelRefused("state")
        history.record(tx, "model:run:cancel", str(id), by=by, at=at)


def bury(store: Store, *, at: datetime | None = None) -> None:
    """Call those stopped that have shown no life."""
    with store.write() as tx:
        _bury(tx, at or _now())


def sign(store: Store, id: int, *, by: str, note: str, at: datetime | None = None) -> None:
    """Answer for the losses of a refused candidate; ModelRefused for who trained it, or without a reason."""
    with store.write() as tx:
        found = _run(tx, id, lock=True)
        if found.state is not RunState.REFUSED:
            raise ModelRefused("state")
        if by == found.started_by:
            raise ModelRefused("own")
        if len(note.strip()) < SHORTEST_NOTE:
            raise ModelRefused("note")
        values = {"state": RunState.SIGNED.value, "signed_by": by, "signed_note": note.strip()[:400]}
        rows.change_run(tx.connection, id, values)
        codes = {"broken": [f"{one.set}:{one.figure}" for one in found.broken]}
        history.record(tx, "model:losses:sign", str(id), by=by, at=at, **codes)


def promote(store: Store, id: int, *, serving: str, by: str, at: datetime | None = None) -> Move:
    """Say that the candidate of a run is to be used; ModelRefused unless it passed or was signed for.

    `serving`: the model in use now.
    """
    with store.write() as tx:
        locks.lock_name(tx.connection, LOCK)
        found = _run(tx, id, lock=True)
        if found.state not in READY:
            raise ModelRefused("unsigned")
        if found.base != serving and found.candidate != serving:
            raise ModelRefused("stale")
        return _move(tx, "promote", id, found.candidate, serving, by, at or _now())


def use_earlier(store: Store, model: str, *, serving: str, by: str, at: datetime | None = None) -> Move:
    """Say that the model before is to be used again."""
    with store.write() as tx:
        locks.lock_name(tx.connection, LOCK)
        return _move(tx, "back", None, model, serving, by, at or _now())


def settle(store: Store, id: int, *, fault: str = "", at: datetime | None = None) -> bool:
    """Note that a bot serves the model of a move, or with `fault` that it cannot; False if that was known."""
    moment = at or _now()
    values = {"state": "failed" if fault else "done", "fault": fault[:200], "settled_at": moment}
    with store.write() as tx:
        if not rows.settle_move(tx.connection, id, values):
            return False
        event = "model:load:fail" if fault else "model:load:finish"
        history.record(tx, event, str(id), by="system", at=moment, **({"fault": fault[:80]} if fault else {}))
        return True


def get(store: Store, id: int) -> Run:
    """Return a run; ModelRunNotFound."""
    with store.read() as tx:
        return _run(tx, id)


def latest(store: Store) -> list[Run]:
    """Return the last runs, newest first."""
    with store.read() as tx:
        return [_of_row(row) for row in rows.newest_runs(tx.connection, LISTED)]


def moves(store: Store) -> list[Move]:
    """Return what was last put in use, newest first."""
    with store.read() as tx:
        return [Move(**row) for row in rows.newest_moves(tx.connection, LISTED)]


def waiting(store: Store) -> Move | None:
    """Return the move no bot has answered yet."""
    return next((move for move in moves(store) if move.state == "waiting"), None)


def _move(tx: Tx, kind: str, run_id: int | None, model: str, before: str, by: str, at: datetime) -> Move:
    if model == before:
        raise ModelRefused("current")
    if any(row["state"] == "waiting" for row in rows.newest_moves(tx.connection, LISTED)):
        raise ModelRefused("waiting")
    row = {
        "kind": kind,
        "run_id": run_id,
        "model": model,
        "before": before,
        "state": "waiting",
        "fault": "",
        "by": by,
        "at": at,
        "settled_at": None,
    }
    id = rows.insert_move(tx.connection, row)
    event = "model:candidate:promote" if kind == "promote" else "model:earlier:use"
    history.record(tx, event, str(id), by=by, at=at, model=model, before=before, run=run_id or 0)
    return Move(id=id, **row)  # type: ignore[arg-type]


def _bury(tx: Tx, moment: datetime) -> None:
    rows.bury(tx.connection, moment - SILENT, {"state": RunState.STOPPED.value, "ended_at": moment})


def _run(tx: Tx, id: int, *, lock: bool = False) -> Run:
    row = rows.run(tx.connection, id, lock=lock)
    if row is None:
        raise ModelRunNotFound(str(id))
    return _of_row(row)


def _of_row(row: Mapping[str, Any]) -> Run:
    return Run(**{**row, "state": RunState(row["state"])})


def _now() -> datetime:
    return datetime.now(timezone.utc)
