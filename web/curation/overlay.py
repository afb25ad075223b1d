"""What the desk has published over the content files, for a build of the library from those files."""

from __future__ import annotations

import json

from desk import law_work, releases
from desk.store import open_store
from settings import Settings


def arguments(settings: Settings) -> list[str]:
    """Return the arguments that make a build keep what the desk published; none before the desk has a release."""
    store = open_store(settings.database_url, secret_key=settings.secret_key)
    try:
        laid = {"overlay": releases.overlay(store), "editions": law_work.editions(store)}
        highest = releases.highest(store)
    finally:
        store.close()
    if not highest:
        return []
    file = settings.home / "releases" / "overlay.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(laid, ensure_ascii=False), "utf-8")
    return ["--overlay", str(file), "--after", str(highest)]
