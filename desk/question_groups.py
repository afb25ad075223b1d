"""Groups of open questions that mean the same: kept under one number while they grow, shrink and are joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from .errors import QuestionGroupNotFound
from .store import Store
from .store import inbox as rows

MOST = 5000  # of the newest open questions are grouped
WEEKS = 8  # that the trend looks back
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Found:
    """One group as the grouping found it: positions of its texts, the typical one, the terms that bind them."""

    members: Sequence[int]
    typical: int
    terms: Sequence[str]


Grouping = Callable[[Sequence[str]], Sequence[Found]]


@dataclass(frozen=True)
class Group:
    """A group of open questions. `weeks` counts those of each of the last eight weeks, the present one last.

    `kinds` counts them by where they come from; `owners` are ids of staff who see to some of them.
    """

    id: int
    terms: tuple[str, ...]
    typical: str
    size: int
    oldest: datetime
    newest: datetime
    weeks: tuple[int, ...]
    kinds: Mapping[str, int]
    owners: tuple[str, ...]

    @property
    def rise(self) -> int:
        """How many more came this week than in the week before."""
        return self.weeks[-1] - self.weeks[-2]


def regroup(store: Store, grouping: Grouping, *, at: datetime | None = None) -> int:
    """Group the open questions anew; returns how many groups there are.

    A group keeps its number where most of what it held stays together. What is closed or comes in
    while the grouping runs is left as it is.
    """
    moment = at or datetime.now(timezone.utc)
    with store.read() as tx:
        held = list(reversed(rows.to_group(tx.connection, MOST)))
    found = grouping([row["text"] for row in held])
    before = [row["group_id"] for row in held]
    numbers = carried([[before[i] for i in group.members] for group in found])
    with store.write() as tx:
        for group, number in zip(found, numbers, strict=True):
            ids = [held[i]["id"] for i in group.members]
            values = {
                "terms": list(group.terms),
                "typical": held[group.typical]["id"],
                "grouped_at": moment,
            }
            if number is None:
                number = rows.insert_group(tx.connection, {**values, "made_at": moment})
            else:
                rows.change_group(tx.connection, number, values)
            moved = [id for id, i in zip(ids, group.members, strict=True) if before[i] != number]
            rows.change_questions(tx.connection, moved, {"group_id": number})
    return len(found)


def carried(before: Sequence[Sequence[int | None]]) -> list[int | None]:
    """For each new group the number it keeps, None for a new one. `before`: the old numbers of its members.

    The greatest overlaps choose first; no number is given twice.
    """
    overlaps = [
        (-count, at, number)
        for at, numbers in enumerate(before)
        for number, count in Counter(number for number in numbers if number is not None).items()
    ]
    kept: dict[int, int] = {}
    for _, at, number in sorted(overlaps):
        if at not in kept and number not in kept.values():
            kept[at] = number
    return [kept.get(at) for at in range(len(before))]


def groups(store: Store, *, kind: str = "", at: datetime | None = None) -> list[Group]:
    """Return the groups of open questions, the largest first; with `kind` only those that hold such questions."""
    return sorted(
        (group for group in _open(store, at) if not kind or kind in group.kinds),
        key=lambda group: (-group.size, -group.newest.timestamp(), group.id),
    )


def group(store: Store, id: int, *, at: datetime | None = None) -> Group:
    """Return one group; QuestionGroupNotFound when nothing of it is open any more."""
    found = _open(store, at, id)
    if not found:
        raise QuestionGroupNotFound(str(id))
    return found[0]


def waiting(store: Store) -> int:
    """Return how many open questions have not been grouped yet."""
    with store.read() as tx:
        return rows.ungrouped(tx.connection)


def grouped_at(store: Store) -> datetime | None:
    """Return when the questions were grouped last."""
    with store.read() as tx:
        return rows.grouped_at(tx.connection)


def _open(store: Store, at: datetime | None, id: int | None = None) -> list[Group]:
    """Return the groups that hold open questions, or the one of this number if it does."""
    moment = at or datetime.now(timezone.utc)
    with store.read() as tx:
        held: dict[int, list[rows.Row]] = {}
        for row in rows.open_in_groups(tx.connection, id):
            held.setdefault(row["group_id"], []).append(row)
        known = rows.groups(tx.connection, list(held))
        texts = rows.texts(tx.connection, [row["typical"] for row in known])
    return [_group(row, held[row["id"]], texts, moment) for row in known]


def _group(row: rows.Row, members: Sequence[rows.Row], texts: Mapping[int, str], now: datetime) -> Group:
    times = [member["at"] for member in members]
    return Group(
        id=row["id"],
        terms=tuple(row["terms"]),
        typical=texts.get(row["typical"], ""),
        size=len(members),
        oldest=min(times),
        newest=max(times),
        weeks=_weeks(times, now),
        kinds=Counter(member["kind"] for member in members),
        owners=tuple(sorted({member["assigned_to"] for member in members} - {""})),
    )


def _weeks(times: Sequence[datetime], now: datetime) -> tuple[int, ...]:
    ago = Counter(max(0, (now - time) // WEEK) for time in times)
    return tuple(ago[week] for week in reversed(range(WEEKS)))
