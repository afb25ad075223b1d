"""Releases of the library: numbered, immutable, kept; one of them is served.

Documents are opaque here. desk.release_runs makes new ones; what is served is a pointer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from . import history
from .errors import ReleaseNotFound, ReleaseRefused
from .store import Store, Tx
from .store import conversations as locks
from .store import releases as rows
from .store.types import dump_json

NODE_SILENT = timedelta(seconds=15)
LOCK = "library:release"
LISTED = 100


@dataclass(frozen=True)
class Release:
    """One state of the library. `kind` is files (the content folder), drafts or laws; `changes` case id → what happened."""

    number: int
    base: int
    kind: str
    digest: str
    changes: dict[str, str]
    drafts: list[str]
    made_by: str
    made_at: datetime
    served_at: datetime | None


@dataclass(frozen=True)
class Node:
    """A machine that serves the library, and which releases it serves and holds."""

    node: str
    release: int
    prepared: int
    seen_at: datetime


@dataclass(frozen=True)
class Held:
    """One case of a release: the draft it came from ('' for the content files); `digest` '' when taken out."""

    case_id: str
    digest: str
    draft_id: str


# --- what is served


def current(store: Store) -> int:
    """Return the number of the release that is served, 0 before there is one."""
    with store.read() as tx:
        return rows.current(tx.connection)


def get(store: Store, number: int) -> Release:
    """Return a release; ReleaseNotFound."""
    with store.read() as tx:
        return release_row(tx, number)


def listed(store: Store) -> list[Release]:
    """Return the releases, newest first."""
    with store.read() as tx:
        return [Release(**row) for row in rows.newest(tx.connection, LISTED)]


def highest(store: Store) -> int:
    """Return the highest number given so far, 0 for none."""
    with store.read() as tx:
        return rows.highest(tx.connection)


def documents(store: Store, number: int) -> dict[str, Any]:
    """Return case id → document of a release; ReleaseNotFound."""
    with store.read() as tx:
        release_row(tx, number)
        return rows.documents(tx.connection, number)


def document(store: Store, number: int, case_id: str) -> dict[str, Any]:
    """Return a case as it stood in a release; ReleaseNotFound when either is unknown."""
    with store.read() as tx:
        found = rows.document(tx.connection, number, case_id)
    if found is None:
        raise ReleaseNotFound(f"{case_id} in {number}")
    return dict(found)


def contents(store: Store, number: int) -> list[Held]:
    """Return what a release is made of."""
    with store.read() as tx:
        return [
            Held(row["case_id"], row["digest"], row["draft_id"])
            for row in rows.contents(tx.connection, number)
        ]


def overlay(store: Store) -> dict[str, dict[str, Any] | None]:
    """Return what the desk has laid over the content files in the release served: None for a case taken out."""
    with store.read() as tx:
        number = rows.current(tx.connection)
        held = {
            row["case_id"]: row["digest"] for row in rows.contents(tx.connection, number) if row["draft_id"]
        }
        texts = rows.documents(tx.connection, number)
    return {case_id: texts[case_id] if digest else None for case_id, digest in held.items()}


def adopt(store: Store, number: int, texts: Mapping[str, Any], *, at: datetime | None = None) -> bool:
    """Take a library file built from the content files in as a release and serve it; False when it is known already.

    What the desk laid over stays marked as such. The first one found is the seed of all that follows.
    """
    moment = at or _now()
    with store.write() as tx:
        locks.lock_name(tx.connection, LOCK)
        known = rows.release(tx.connection, number)
        if known is not None:
            if known["digest"] != content_digest(texts):
                raise ReleaseRefused("base")
            return False
        base = rows.current(tx.connection)
        before = {row["case_id"]: row for row in rows.contents(tx.connection, base)}
        held = []
        for case_id, text in texts.items():
            same = before.get(case_id)
            laid = same["draft_id"] if same and same["digest"] == text_digest(text) else ""
            held.append(Held(case_id, text_digest(text), laid))
        gone = [
            Held(id, "", row["draft_id"])
            for id, row in before.items()
            if not row["digest"] and id not in texts
        ]
        keep_release(tx, number, base, "files", [*held, *gone], texts, [], "system", moment)
        rows.point(tx.connection, number, "system", moment)
        history.record(
            tx, "library:release:adopt", str(number), by="system", at=at, base=base, cases=len(texts)
        )
        return True


def roll(store: Store, number: int, *, by: str, at: datetime | None = None) -> None:
    """Serve another release from now on, an older or a newer one; ReleaseRefused for the one served."""
    moment = at or _now()
    with store.write() as tx:
        locks.lock_name(tx.connection, LOCK)
        found = release_row(tx, number)
        before = rows.current(tx.connection, lock=True)
        if found.served_at is None:
            raise ReleaseRefused("unsigned")
        if before == number:
            raise ReleaseRefused("current")
        rows.point(tx.connection, number, by, moment)
        history.record(tx, "library:release:roll", str(number), by=by, at=at, before=before)


# --- the machines that serve it


def report_node(store: Store, node: str, *, release: int, prepared: int, at: datetime | None = None) -> None:
    """Note what a machine serves and holds."""
    moment = at or _now()
    with store.write() as tx:
        values = {"release": release, "prepared": prepared, "seen_at": moment}
        rows.report_node(tx.connection, node, values)
        rows.forget_nodes(tx.connection, moment - timedelta(days=1))


def nodes(store: Store, *, at: datetime | None = None) -> list[Node]:
    """Return the machines heard of in the last seconds."""
    with store.read() as tx:
        return [Node(**row) for row in rows.nodes(tx.connection, (at or _now()) - NODE_SILENT)]


def content_digest(texts: Mapping[str, Any]) -> str:
    """Return what names the content of a release: its case documents, in whatever order."""
    named = "".join(f"{id} {text_digest(texts[id])}\n" for id in sorted(texts))
    return hashlib.sha256(named.encode()).hexdigest()


def keep_release(
    tx: Tx,
    number: int,
    base: int,
    kind: str,
    held: Sequence[Held],
    texts: Mapping[str, Any],
    made: Sequence[str],
    by: str,
    at: datetime,
) -> None:
    before = {row["case_id"]: row["digest"] for row in rows.contents(tx.connection, base)}
    release = {
        "number": number,
        "base": base,
        "kind": kind,
        "digest": content_digest(texts),
        "changes": _changes(before, held) if base else {},
        "drafts": list(made),
        "made_by": by,
        "made_at": at,
    }
    rows.insert_release(tx.connection, release)
    rows.keep_texts(tx.connection, {text_digest(text): text for text in texts.values()})
    rows.insert_cases(
        tx.connection,
        ({"release": number, "case_id": h.case_id, "digest": h.digest, "draft_id": h.draft_id} for h in held),
    )


def _changes(before: Mapping[str, str], held: Sequence[Held]) -> dict[str, str]:
    changes = {}
    for case in held:
        old = before.get(case.case_id, "")
        if case.digest != old:
            changes[case.case_id] = (
                "changed" if old and case.digest else "added" if case.digest else "retired"
            )
    gone = before.keys() - {case.case_id for case in held}
    return {**changes, **{id: "retired" for id in sorted(gone) if before[id]}}


def origin(row: Mapping[str, Any] | None) -> str:
    return str(row["draft_id"]) if row else ""


def text_digest(text: Any) -> str:
    return hashlib.sha256(dump_json(text).encode()).hexdigest()


def release_row(tx: Tx, number: int) -> Release:
    row = rows.release(tx.connection, number)
    if row is None:
        raise ReleaseNotFound(str(number))
    return Release(**row)


def _now() -> datetime:
    return datetime.now(timezone.utc)
