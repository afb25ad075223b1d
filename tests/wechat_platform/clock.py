"""The platform's clock: real time plus what a test has skipped."""

from __future__ import annotations

import time
from threading import Lock


class SimulatedClock:
    """Seconds since 1970 as the platform sees them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._skipped = 0.0

    def now(self) -> float:
        return time.time() + self._skipped

    def advance(self, seconds: float) -> float:
        """Skip time for tokens, windows, media and codes; the time afterwards. Negative: ValueError."""
        if seconds < 0:
            raise ValueError("time runs forward only")
        with self._lock:
            self._skipped += seconds
        return self.now()
