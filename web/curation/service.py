"""The parts of curation an application carries, and the thread that keeps its machine on the served release."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import cast

from flask import Flask, current_app

from desk.errors import DeskError
from knowledge.errors import KnowledgeError
from settings import Settings

from ..parts import Parts
from .building import Workshop
from .files import Files
from .follower import Follower
from .publisher import Publisher

log = logging.getLogger("weiquan.curation")

KEY = "weiquan-curation"
LOOK_EVERY = 0.5  # seconds
TICK_EVERY = 20  # looks between two looks at the schedule


class Curation:
    """One per application: the files, the follower and the publisher."""

    def __init__(self, parts: Parts, workshop: Workshop) -> None:
        self.files = Files(parts.settings.library_path)
        self.follower = Follower(parts.store, self.files, workshop)
        self.publisher = Publisher(
            parts.store, self.files, workshop, questions=parts.settings.trial_questions
        )
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="library-follower", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop following; a run that is on is left to end by itself, briefly waited for."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(10)
        self.publisher.join(10)

    def _follow(self) -> None:
        looks = 0
        while not self._stopped.wait(LOOK_EVERY if looks else 0):
            looks += 1
            try:
                self.follower.step()
                if looks % TICK_EVERY == 0:
                    self.publisher.tick()
            except (DeskError, KnowledgeError, OSError) as error:
                log.warning("following the library failed: %s", getattr(error, "code", type(error).__name__))


def register(app: Flask, parts: Parts, *, workshop: Callable[[Settings], Workshop] = Workshop) -> None:
    """Give `app` its curation and start following. `workshop` makes what builds its releases."""
    curation = Curation(parts, workshop(parts.settings))
    app.extensions[KEY] = curation
    curation.start()


def stop(app: Flask) -> None:
    """Stop the threads of `app`."""
    curation = app.extensions.get(KEY)
    if curation is not None:
        curation.stop()


def curation() -> Curation:
    """Return the curation of the application that serves this request."""
    return cast(Curation, current_app.extensions[KEY])
