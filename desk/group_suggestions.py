"""What may be a group dispute and nobody has judged yet: clusters of open complaints, shown to a person."""

from __future__ import annotations

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .clock import beijing_day
from .grouping import Cluster, Policy, Sighting, detect, policy
from .store import Store, Tx
from .store import groups as rows
from .store import tickets as ticket_rows_of
from .ticket import OPEN, Ticket
from .ticket_rows import masked_tickets, now

OPEN_STATES = tuple(sorted(status.value for status in OPEN))
AT_ONCE = 5  # suggestions to judge at one time
LOOKED_AT = AT_ONCE  # merchants and problems whose complaints are read at once, later more
Place = tuple[int, str, str]  # where a cluster stands: by its people, the most first, then by its names


@dataclass(frozen=True)
class Suggestion:
    """A cluster to judge. `group` is the live group matter its new complaints could join, '' for none."""

    cluster: Cluster
    group: str


def suggestions(
    store: Store, *, at: datetime | None = None, rules: Policy | None = None, limit: int = AT_ONCE
) -> list[Suggestion]:
    """Return the clusters among open complaints that nobody has judged yet, the `limit` largest first.

    Of a cluster that has a live group matter only the complaints that are not in it are left. One
    that was dismissed comes back when more people have joined it.
    """
    chosen = rules or policy()
    since = (at or now()) - timedelta(days=chosen.longest)
    found: list[tuple[Place, Suggestion]] = []
    with store.read() as tx:
        crowded = rows.crowded(tx.connection, OPEN_STATES, since, chosen.fewest)
        seen: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
        for index, (merchant, problem, people) in enumerate(crowded):
            # No cluster of so many people at most can stand before those that were found.
            if len(found) >= limit and found[limit - 1][0] < (-people, merchant, problem):
                break
            if (merchant, problem) not in seen:  # mostly the first few suffice
                next_ones = [pair[:2] for pair in crowded[index : index + max(LOOKED_AT, 2 * index)]]
                seen = rows.sightings(tx.connection, next_ones, OPEN_STATES, since)
            for cluster in detect(map(_sighting, seen[merchant, problem]), chosen):
                if left := _left_to_judge(tx, cluster):
                    insort(found, ((-cluster.consumers, merchant, problem), left), key=lambda one: one[0])
    return [left for _, left in found[:limit]]


def tickets_of(store: Store, cluster: Cluster, *, limit: int) -> list[Ticket]:
    """Return the complaints of a cluster, masked, the first `limit` of them."""
    with store.read() as tx:
        return masked_tickets(tx.seal, ticket_rows_of.by_numbers(tx.connection, cluster.numbers[:limit]))


def _left_to_judge(tx: Tx, cluster: Cluster) -> Suggestion | None:
    live, dismissed = rows.judged(tx.connection, cluster.merchant_key, cluster.problem)
    if dismissed >= cluster.consumers:
        return None
    taken = rows.taken(tx.connection, cluster.numbers)
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
