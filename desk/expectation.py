"""How long someone in the queue will wait, told as a range from what really happened lately. Pure.

The queue is played through many times with recent handling times; the told range leaves out the
shortest and the longest fifth of the runs. With too few recent chats, or nobody on duty, there is no
range: then one says that one cannot say.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass

from . import reviewed


@dataclass(frozen=True)
class Past:
    """One chat that was handled: minutes from its begin to its end; minutes waited, None if it never did."""

    handled: float
    waited: float | None = None


@dataclass(frozen=True)
class Wait:
    """Minutes, from the told numbers of waiting.yml; low <= high."""

    low: int
    high: int


def expected(ahead: int, *, free: int, slots: int, recent: Sequence[Past]) -> Wait | None:
    """Return the range for someone with `ahead` others before them, None when nothing can be said.

    `slots` is what all on duty can handle at a time, `free` how many of those are free now.
    """
    rules = reviewed.load("waiting")["estimate"]
    lasted = [past.handled for past in recent if 0 < past.handled <= rules["longest_minutes"]]
    if slots < 1 or len(lasted) < rules["fewest"]:
        return None
    chance = random.Random(0)  # the same question has the same answer
    pickups = _pickups(recent)
    busy = max(0, slots - free)
    runs = sorted(
        _played(ahead, busy, slots - busy, lasted, chance) + chance.choice(pickups)
        for _ in range(rules["runs"])
    )
    low, high = (runs[int(share * (len(runs) - 1))] for share in (rules["low"], rules["high"]))
    if high > rules["told_up_to_minutes"]:
        return None
    return Wait(_rounded(low, rules["steps"], up=False), _rounded(high, rules["steps"], up=True))


def _played(ahead: int, busy: int, free: int, lasted: Sequence[float], chance: random.Random) -> float:
    """Minutes until a hand is free for the one after `ahead` others, in one run."""
    hands = [chance.random() * chance.choice(lasted) for _ in range(busy)] + [0.0] * free
    heapq.heapify(hands)
    for _ in range(ahead):
        heapq.heapreplace(hands, hands[0] + chance.choice(lasted))
    return hands[0]


def _pickups(recent: Sequence[Past]) -> list[float]:
    """How long it takes until a free hand reaches out: the shorter half of recent waits, without any queueing."""
    waits = sorted(past.waited for past in recent if past.waited is not None)
    return waits[: (len(waits) + 1) // 2] or [0.0]


def _rounded(minutes: float, steps: Sequence[int], *, up: bool) -> int:
    if up:
        return next((step for step in steps if step >= minutes), steps[-1])
    return next((step for step in reversed(steps) if step <= minutes), steps[0])
