"""Work that takes seconds, done beside the requests: one thread, each job under a name that is taken once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from flask import current_app

log = logging.getLogger("weiquan.background")
KEY = "weiquan.background"


class Background:
    """One after the other; a job whose name waits or runs already is not taken again."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="background")
        self._names: set[str] = set()
        self._guard = threading.Lock()

    def start(self, name: str, job: Callable[[], object]) -> bool:
        """Do `job` soon; False when one of that name is on its way."""
        with self._guard:
            if name in self._names:
                return False
            self._names.add(name)
        self._pool.submit(self._run, name, job)
        return True

    def busy(self, name: str) -> bool:
        """Tell whether a job of that name waits or runs in this process."""
        return name in self._names

    def _run(self, name: str, job: Callable[[], object]) -> None:
        try:
            job()
        except Exception as error:  # the outermost handler of this thread; texts stay out of the log
            log.error("%s failed: %s", name, type(error).__name__)
        finally:
            with self._guard:
                self._names.discard(name)


def background() -> Background:
    """Return the worker of the application that serves this request."""
    held: Background = current_app.extensions.setdefault(KEY, Background())
    return held
