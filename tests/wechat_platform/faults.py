"""How deliveries go wrong: rates between 0 and 1 over one seeded source, and the rules of trying again."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random


@dataclass
class DeliveryRules:
    """Tencent's published limits, with the waits nobody publishes as settings. Seconds."""

    try_timeout: float = 5.0
    tries: int = 3
    wait_after_timeout: float = 0.0
    wait_after_failure: float = 5.0  # refused connection, dropped, HTTP error, bad answer
    concurrency: int = 200
    sign_with_clock: bool = False  # the request's timestamp from the simulated clock instead of real time

    @property
    def longest(self) -> float:
        """Until a delivery that fails throughout is given up."""
        return self.tries * (self.try_timeout + max(self.wait_after_timeout, self.wait_after_failure))


@dataclass
class Faults:
    """What to do to how many deliveries.

    duplicates: the same message once more although it was answered
    disorder: held back, so that later messages overtake it (also the same person's)
    delays: the request travels up to max_delay seconds within its try
    drops: the connection is cut before the answer is read, and the message tried again
    overlaps: the next try begins while this one is still being handled
    """

    seed: int = 0
    duplicates: float = 0.0
    disorder: float = 0.0
    delays: float = 0.0
    drops: float = 0.0
    overlaps: float = 0.0
    max_delay: float = 1.0
    overlap_after: float = 0.2
    drop_after: float = 0.05
    _random: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def strikes(self, rate: float) -> bool:
        return rate > 0 and self._random.random() < rate

    def some_time(self) -> float:
        return self._random.uniform(0, self.max_delay)
