"""Finding disputes that many people share: same merchant, same problem, several people, a short time.

Pure functions. What they find is shown to a person; nothing follows from it by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("grouping.yml")
FEWEST = 2  # art. 12: two or more complainants


@dataclass(frozen=True)
class Threshold:
    """At least `consumers` different people within `days` days, first and last day included."""

    consumers: int
    days: int


@dataclass(frozen=True)
class Policy:
    """From how many people and in which time a group is suggested, by topic."""

    usual: Threshold
    topics: dict[str, Threshold]
    representatives: int

    @classmethod
    def read(cls, content: dict[str, Any]) -> Policy:
        """Return the policy of a loaded file; ValueError names what does not fit."""
        if strange := content.keys() - {"consumers", "days", "topics", "representatives"}:
            raise ValueError(f"grouping: unknown {sorted(strange)}")
        usual = {"consumers": content.get("consumers"), "days": content.get("days")}
        topics = {name: _threshold(name, {**usual, **own}) for name, own in content.get("topics", {}).items()}
        representatives = content.get("representatives")
        if not isinstance(representatives, int) or representatives < 1:
            raise ValueError("grouping: representatives")
        return cls(_threshold("usual", usual), topics, representatives)

    def threshold(self, problem: str) -> Threshold:
        """Return what holds for a problem."""
        return self.topics.get(problem, self.usual)

    @property
    def fewest(self) -> int:
        """How many people there are at least in any cluster."""
        return min(threshold.consumers for threshold in (self.usual, *self.topics.values()))

    @property
    def longest(self) -> int:
        """How many days back anything can matter."""
        return max(threshold.days for threshold in (self.usual, *self.topics.values()))


@dataclass(frozen=True)
class Sighting:
    """A complaint as far as grouping looks: `consumer` is a keyed digest of the telephone number."""

    number: str
    merchant_key: str
    merchant_name: str
    topic: str
    case_id: str
    consumer: str
    day: date

    @property
    def problem(self) -> str:
        """What it is about: the topic, else the case; '' when neither is known."""
        return self.topic or self.case_id


@dataclass(frozen=True)
class Cluster:
    """Complaints that may be one dispute. `cases` counts them by case; `needed` is what it took."""

    merchant_key: str
    merchant_name: str
    problem: str
    numbers: tuple[str, ...]
    consumers: int
    first_on: date
    last_on: date
    cases: tuple[tuple[str, int], ...]
    needed: Threshold


@cache
def policy() -> Policy:
    """Return the reviewed policy of desk/grouping.yml."""
    return Policy.read(yaml.safe_load(FILE.read_text("utf-8")))


def detect(sightings: Iterable[Sighting], rules: Policy) -> list[Cluster]:
    """Return the clusters among complaints, the largest first.

    A complaint belongs to a cluster if some span of `days` days that contains it has at least
    `consumers` different people about the same merchant and problem. Without merchant, problem
    or telephone number a complaint is never part of one.
    """
    together: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
    for seen in sightings:
        if seen.merchant_key and seen.problem and seen.consumer:
            together[seen.merchant_key, seen.problem].append(seen)
    found = []
    for (_, problem), group in together.items():
        needed = rules.threshold(problem)
        group.sort(key=lambda seen: (seen.day, seen.number))
        if dense := _dense(group, needed):
            found.append(_cluster(dense, needed))
    return sorted(found, key=lambda cluster: (-cluster.consumers, cluster.merchant_key, cluster.problem))


def _dense(group: Sequence[Sighting], needed: Threshold) -> list[Sighting]:
    """Return those of `group`, which is in order of days, that lie in some span with enough people."""
    kept: set[int] = set()
    inside: Counter[str] = Counter()
    left = 0
    for right, seen in enumerate(group):
        inside[seen.consumer] += 1
        while (seen.day - group[left].day).days >= needed.days:
            gone = group[left].consumer
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            left += 1
        if len(inside) >= needed.consumers:
            kept.update(range(left, right + 1))
    return [group[place] for place in sorted(kept)]


def _cluster(dense: Sequence[Sighting], needed: Threshold) -> Cluster:
    cases = Counter(seen.case_id for seen in dense if seen.case_id)
    return Cluster(
        merchant_key=dense[0].merchant_key,
        merchant_name=Counter(seen.merchant_name for seen in dense).most_common(1)[0][0],
        problem=dense[0].problem,
        numbers=tuple(seen.number for seen in dense),
        consumers=len({seen.consumer for seen in dense}),
        first_on=dense[0].day,
        last_on=dense[-1].day,
        cases=tuple(cases.most_common()),
        needed=needed,
    )


def _threshold(name: str, given: dict[str, Any]) -> Threshold:
    consumers, days = given.get("consumers"), given.get("days")
    if not isinstance(consumers, int) or consumers < FEWEST:
        raise ValueError(f"grouping {name}: consumers must be {FEWEST} or more")
    if not isinstance(days, int) or days < 1 or given.keys() - {"consumers", "days"}:
        raise ValueError(f"grouping {name}: days")
    return Threshold(consumers, days)
