"""Keeping this machine on the release that is served: a look at the store twice a second.

Whatever the store names is put in use: from the file kept here, else built from the documents in the store. A file
built from changed content files is taken in as a release, unless it lacks what the desk published.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import socket
import time
from typing import Any

from desk import law_work, release_runs, releases
from desk.errors import ReleaseNotFound
from desk.release_runs import RunState

from .building import Workshop
from .files import Files
from .policy import policy

log = logging.getLogger("weiquan.curation")

REPORT_EVERY = 4.0
RETRY_AFTER = 30.0  # seconds before a file that could not be built is tried again


class Follower:
    """One per web process; several on one machine share the folder and do no harm to each other."""

    def __init__(self, store: Any, files: Files, workshop: Workshop) -> None:
        self._store = store
        self._files = files
        self._workshop = workshop
        place = hashlib.sha256(str(files.folder).encode()).hexdigest()[:8]
        self.node = f"{socket.gethostname()}-{place}-{secrets.token_hex(3)}"
        self._reported: tuple[float, int, int] = (0.0, -1, -1)
        self._failed: dict[int, float] = {}

    def step(self) -> None:
        """Look once and do what is due."""
        number = releases.current(self._store)
        using, digest = self._files.using()
        if not number:
            if using:
                self._adopt(using)
        else:
            self._serve(number, using, digest)
        self._report(self._prepare())

    def _serve(self, number: int, using: int, digest: str) -> None:
        release = releases.get(self._store, number)
        if (using, digest) == (release.number, release.digest):
            if not self._files.kept(number).exists():
                self._files.keep(number)
        elif using > releases.highest(self._store) and self._complete():
            self._adopt(using)
        elif self.ready(number, release.digest):
            self._files.use(number)
            log.info("library:release:use number=%s", number)

    def _adopt(self, number: int) -> None:
        if releases.adopt(self._store, number, self._files.cases()):
            self._files.keep(number)
            log.info("library:release:adopt number=%s", number)

    def _complete(self) -> bool:
        """Tell whether the file in use holds everything the desk has published."""
        cases = self._files.cases()
        lacking = [id for id, text in releases.overlay(self._store).items() if cases.get(id) != text]
        if lacking:
            log.warning("library file lacks what the desk published and is put back: %s", ", ".join(lacking))
        return not lacking

    def ready(self, number: int, digest: str) -> bool:
        """Have the file of a release here, built from the store when nobody left it; False while that fails."""
        if self._files.holds(number, digest):
            return True
        if time.monotonic() < self._failed.get(number, 0.0):
            return False
        cases = releases.documents(self._store, number)
        editions = law_work.editions(self._store)
        kept = self._files.kept(number)
        built = self._workshop.build(kept, number, cases, told=lambda *_: None, editions=editions)
        if not built.done:
            self._failed[number] = time.monotonic() + RETRY_AFTER
        return built.done

    def _prepare(self) -> int:
        """Get the file of a release ready that is about to be served; return its number, else the one in use."""
        run = release_runs.open_run(self._store)
        if run is not None and run.state is RunState.READY:
            try:
                release = releases.get(self._store, run.number)
            except ReleaseNotFound:
                return self._files.using()[0]
            if self.ready(release.number, release.digest):
                return release.number
        return self._files.using()[0]

    def _report(self, prepared: int) -> None:
        using = self._files.using()[0]
        at, *before = self._reported
        if time.monotonic() - at < REPORT_EVERY and before == [using, prepared]:
            return
        releases.report_node(self._store, self.node, release=using, prepared=prepared)
        self._reported = time.monotonic(), using, prepared
        self._files.prune(policy().files_kept, {using, prepared, releases.current(self._store)})
