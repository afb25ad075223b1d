"""A new key for sealed fields: everything sealed before is sealed again, a batch at a time.

Stopped half-way, it goes on where it was when started again: a value names the key that sealed it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import history
from .errors import PersonalDataUnreadable
from .keys import KeyFile
from .personal import LOOK_AGAIN, plain_name, plain_phone
from .store import Store, Tx
from .store import persons as rows

BATCH = 200
PLAIN = {"phone_sealed": plain_phone, "name_sealed": plain_name}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Resealed:
    """How many rows were sealed again, and which cannot be opened by any key: table and row."""

    count: int
    unreadable: tuple[str, ...]


def remaining(store: Store) -> int:
    """Return how many rows hold something that the newest key has not sealed."""
    with store.read() as tx:
        return sum(rows.stale_fields(tx.connection, sealed, tx.seal.current) for sealed in rows.SEALED)


def rotate(store: Store, file: KeyFile, *, by: str = "system", progress: Progress | None = None) -> Resealed:
    """Seal everything under a new key, then let go of the old ones, unless something would be lost.

    A rotation that was interrupted is finished first, with the key it had begun.
    """
    if len(file()) < 2:
        file.add()
    # Running processes learn of the key within a second; what they wrote till then is found below.
    time.sleep(2 * LOOK_AGAIN)
    done = reseal(store, by=by, progress=progress)
    if not done.unreadable and not remaining(store):
        file.keep_newest()
    return done


def reseal(store: Store, *, by: str = "system", progress: Progress | None = None) -> Resealed:
    """Seal everything again that the newest key has not sealed."""
    total, count = remaining(store), 0
    unreadable: list[str] = []
    for sealed in rows.SEALED:
        after: str | None = ""
        while after is not None:
            with store.write() as tx:
                done, failed, after = _batch(tx, sealed, after)
            count, unreadable = count + done, unreadable + failed
            if progress and done:
                progress(count, max(total, count))
    codes: dict[str, Any] = {"count": count, "unreadable": len(unreadable)}
    with store.write() as tx:
        history.record(tx, "keys:fields:rotate", "keys", by=by, key=tx.seal.current, **codes)
    return Resealed(count, tuple(unreadable))


def _batch(tx: Tx, sealed: rows.Sealed, after: str) -> tuple[int, list[str], str | None]:
    """Seal one batch of a table again: how many rows, which could not be opened, where to go on."""
    done, failed = 0, []
    found = rows.stale_rows(tx.connection, sealed, tx.seal.current, after=after, limit=BATCH)
    for row in found:
        try:
            done += rows.replace_sealed(tx.connection, sealed, row, _sealed_again(tx, sealed, row))
        except PersonalDataUnreadable:
            failed.append(f"{sealed.table.name} {row[sealed.key]}")
    return done, failed, found[-1][sealed.key] if len(found) == BATCH else None


def _sealed_again(tx: Tx, sealed: rows.Sealed, row: rows.Row) -> dict[str, str]:
    places = {name: place.format(key=row[sealed.key]) for name, place in sealed.places.items()}
    opened = {name: tx.seal.open(row[name], place) for name, place in places.items()}
    values = {name: tx.seal.close(opened[name], place) for name, place in places.items()}
    digests = {digest: tx.seal.digest(PLAIN[source](opened[source])) for digest, source in sealed.digests}
    return values | digests
