"""A release whose trial lost more than it gained waits for a signature: whose, since when, and what it holds back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import drafts, release_runs, staff
from .drafts import Draft, State
from .release_runs import Run, RunState
from .staff import Permission, Staff
from .store import Store
from .store import releases as rows


@dataclass(frozen=True)
class Unsigned:
    """A refused run: `signers` may sign for it, `held` are scheduled drafts that do not go out before that."""

    run: Run
    titles: list[str]
    since: datetime
    signers: list[Staff]
    held: list[Draft]

    def asks(self, staff_id: str) -> bool:
        """Tell whether it is this person who may sign."""
        return any(member.id == staff_id for member in self.signers)


def unsigned(store: Store) -> Unsigned | None:
    """Return the run that waits for a signature, None if there is none."""
    with store.read() as tx:
        if not rows.runs_in(tx.connection, [RunState.REFUSED.value]):
            return None
    run = release_runs.open_run(store)
    if run is None or run.state is not RunState.REFUSED:
        return None
    with store.read() as tx:
        authors = release_runs.authors(tx, run)
    may = [member for member in staff.everyone(store) if member.can(Permission.CASE_PUBLISH)]
    return Unsigned(
        run,
        titles=[draft.title for draft in release_runs.chosen(store, run)],
        since=run.seen_at,
        signers=[member for member in may if member.id not in authors],
        held=drafts.listed(store, [State.SCHEDULED]),
    )
