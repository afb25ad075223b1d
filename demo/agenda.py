"""Many lives in one order of time: each is a generator that yields when its next step is due, then takes it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable
from datetime import datetime

Life = Generator[datetime, None, None]


class Agenda:
    """Takes the steps of all lives, the earliest first; what would happen after `until` does not happen."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._due: list[tuple[datetime, int, Life]] = []
        self._begun = 0

    def begin(self, lives: Iterable[Life]) -> None:
        """Let lives begin, also while others are under way."""
        for life in lives:
            self._begun += 1
            self._put(life, self._begun)

    def run(self, passed: Callable[[datetime], None]) -> None:
        """Take every step there is; `passed` hears the moment of each."""
        while self._due:
            moment, order, life = heapq.heappop(self._due)
            passed(moment)
            self._put(life, order)

    def _put(self, life: Life, order: int) -> None:
        moment = next(life, None)
        if moment is not None and moment <= self.until:
            heapq.heappush(self._due, (moment, order, life))
