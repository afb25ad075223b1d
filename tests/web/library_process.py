"""A web process of its own over a small library, for tests that need several, or one that dies.

python -m tests.web.library_process <home> <content folder>: serves until it is ended; says "ready" once.
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from threading import Event

import settings as settings_module
from desk.store import open_store
from server import create_app
from web.curation import service

from .library_site import InProcess


def run(home: Path, source: Path, database_url: str) -> None:
    base = settings_module.load({"WEIQUAN_HOME": str(home)})
    settings = dataclasses.replace(base, database_url=database_url or base.database_url)
    store = open_store(settings.database_url, secret_key=settings.secret_key)
    service.TICK_EVERY = 2  # a look at the schedule every second
    create_app(settings, store, workshop=lambda settings: InProcess(settings, source, True))
    print("ready", flush=True)
    Event().wait()


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
