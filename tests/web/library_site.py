"""A site over a small library of its own, whose releases are built and tried for real."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from desk import releases
from desk.staff import Role
from knowledge import candidate
from knowledge.publishing import build
from tests.knowledge.folders import write_folder
from web.curation.building import Built, Workshop

from .site import Member, Site


class InProcess(Workshop):
    """Builds in this process, which has the libraries loaded already."""

    def _run(self, order: Path, told: Callable[[str, int, int], None]) -> Built:
        said = io.StringIO()
        with redirect_stdout(said):
            candidate.run(candidate.read_order(order))
        lines = [json.loads(line) for line in said.getvalue().splitlines() if line.startswith("{")]
        for line in lines[:-1]:
            told(line["stage"], line.get("done", 0), line.get("total", 0))
        last = lines[-1]
        return Built(True, last["result"]["report"]) if "result" in last else Built(refused=last["refused"])


class LibrarySite(Site):
    """`source` is the content folder its library and its releases are built from, `apart` in another process."""

    def __init__(self, home: Path, source: Path, *, apart: bool = False, **change: Any) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.source = source
        build(source, home / "library.db", examples=None, dictionary=None)
        kind = Workshop if apart else InProcess
        super().__init__(home, workshop=lambda settings: kind(settings, source, True), **change)
        until(lambda: releases.current(self.store) == 1)

    def curator(self) -> Member:
        return self.member(Role.CURATOR)

    def reviewer(self) -> Member:
        return self.member(Role.REVIEWER)


def small(tmp_path: Path, *cases: dict[str, Any], **change: Any) -> LibrarySite:
    """A site over the two cases of tests.knowledge.folders, or over those given."""
    return LibrarySite(tmp_path / "home", write_folder(tmp_path / "content", *cases), **change)


def until(holds: Any, seconds: float = 30.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
