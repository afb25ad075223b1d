"""Counting the clocks of all tickets anew: after an update, or when desk/targets.yml was edited."""

from __future__ import annotations

from collections.abc import Callable

from .store import Store
from .store import tickets as rows
from .ticket_rows import clocks

BATCH = 200


def recount(store: Store, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Write the clocks of every ticket as its events give them; returns how many had to change.

    Each batch is one transaction, so it may be stopped and started again at any time. `progress`
    hears how many were counted and how many there are.
    """
    counted, changed, after = 0, 0, 0
    with store.read() as tx:
        total = rows.how_many(tx.connection)
    while True:
        with store.write() as tx:
            batch = rows.beyond(tx.connection, after, BATCH)
            for row in batch:
                found = clocks(tx, row)
                if any(row[name] != value for name, value in found.items()):
                    rows.change_ticket(tx.connection, row["number"], found)
                    changed += 1
        if not batch:
            return changed
        counted, after = counted + len(batch), batch[-1]["id"]
        if progress is not None:
            progress(counted, total)
