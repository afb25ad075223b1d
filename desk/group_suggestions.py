"""What may be a group dispute and nobody has judged yet: clusters of open complaints, shown to a person."""

from __future__ import annotations

from bisect import insort
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from .clock import beijing_day
from .errors import PersonalDataUnreadable
from .grouping import Cluster, Policy, Sighting, detect, policy
from .personal import mask_name
from .store import Store, Tx
from .store import groups as rows
from .ticket import OPEN
from .ticket_rows import now, place

OPEN_STATES = tuple(sorted(status.value for status in OPEN))
AT_ONCE = 5  # suggestions to judge at one time
LOOKED_AT = AT_ONCE  # merchants and problems whose complaints are read at once, later more
Rank = tuple[int, str, str]  # where a cluster stands: by its people, the most first, then by its names


@dataclass(frozen=True)
class Suggestion:
    """A cluster to judge. `group` is the live group matter its new complaints could join, '' for none."""

    cluster: Cluster
    group: str


@dataclass(frozen=True)
class Glimpse:
    """A complaint of a cluster, the name masked."""

    number: str
    name: str
    amount: Decimal | None
    created_at: datetime
    request: str


def suggestions(
    store: Store, *, at: datetime | None = None, rules: Policy | None = None, limit: int = AT_ONCE
) -> list[Suggestion]:
    """Return the clusters among open complaints that nobody has judged yet, the `limit` largest first.

    Of a cluster that has a live group matter only the complaints that are not in it are left. One
    that was dismissed comes back when more people have joined it.
    """
    chosen = rules or policy()
    since = (at or now()) - timedelta(days=chosen.longest)
    found: list[tuple[Rank, Suggestion]] = []
    with store.read() as tx:
        crowded = rows.crowded(tx.connection, OPEN_STATES, since, chosen.fewest)
        seen: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        judged: dict[tuple[str, str], tuple[Mapping[str, Any] | None, int]] = {}
        for index, (merchant, problem, people) in enumerate(crowded):
            # No cluster of so many people at most can stand before those that were found.
            if len(found) >= limit and found[limit - 1][0] < (-people, merchant, problem):
                break
            if (merchant, problem) not in seen:  # mostly the first few suffice
                next_ones = [pair[:2] for pair in crowded[index : index + max(LOOKED_AT, 2 * index)]]
                seen = rows.sightings(tx.connection, next_ones, OPEN_STATES, since)
                judged = rows.judged(tx.connection, next_ones)
            here = seen[merchant, problem]
            taken = {row["number"] for row in here if row["taken"]}
            for cluster in detect(map(_sighting, here), chosen):
                if left := _left_to_judge(cluster, taken, *judged[merchant, problem]):
                    insort(found, ((-cluster.consumers, merchant, problem), left), key=lambda one: one[0])
    return [left for _, left in found[:limit]]


def complaints_of(
    store: Store, clusters: Iterable[Cluster], *, limit: int
) -> dict[tuple[str, ...], list[Glimpse]]:
    """Return the first `limit` complaints of each of these clusters, by its numbers."""
    shown = {cluster.numbers: cluster.numbers[:limit] for cluster in clusters}
    with store.read() as tx:
        found = rows.glimpses(tx.connection, [number for some in shown.values() for number in some])
        seen = {number: _glimpse(tx, row) for number, row in found.items()}
    return {whole: [seen[number] for number in some if number in seen] for whole, some in shown.items()}


def _glimpse(tx: Tx, row: Mapping[str, Any]) -> Glimpse:
    number = row["number"]
    try:
        name = mask_name(tx.seal.open(row["name_sealed"], place(number, "name")))
    except PersonalDataUnreadable:
        name = ""
    return Glimpse(number, name, row["amount"], row["created_at"], row["request"])


def _left_to_judge(
    cluster: Cluster, taken: Collection[str], live: Mapping[str, Any] | None, dismissed: int
) -> Suggestion | None:
    """Return what is left of a cluster: `live` is its group matter, `dismissed` with how many people it was none."""
    if dismissed >= cluster.consumers:
        return None
    left = tuple(number for number in cluster.numbers if number not in taken)
    if not left:
        return None
    if live is None and len(left) < len(cluster.numbers) and len(left) < cluster.needed.consumers:
        return None
    same_cluster = {name: getattr(cluster, name) for name in Cluster.__dataclass_fields__}
    return Suggestion(Cluster(**{**same_cluster, "numbers": left}), live["number"] if live else "")


def _sighting(row: Mapping[str, Any]) -> Sighting:
    return Sighting(
        number=row["number"],
        merchant_key=row["merchant_key"],
        merchant_name=row["merchant_name"],
        topic=row["topic"],
        case_id=row["case_id"],
        consumer=row["phone_digest"],
        day=beijing_day(row["created_at"]),
    )
