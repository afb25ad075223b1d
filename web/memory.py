"""What a web process holds for good is kept out of Python's search for garbage."""

from __future__ import annotations

import gc


def keep() -> None:
    """Let everything loaded so far stay: to go through it for garbage stops every thread for a tenth of a second."""
    gc.collect()
    gc.freeze()
