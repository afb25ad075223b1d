"""The desk's store as the settings describe it."""

from __future__ import annotations

from settings import Settings

from . import keys
from .store import Store, open_store


def open_desk(settings: Settings) -> Store:
    """Open the store of this installation with the keys of its sealed fields; StoreUnavailable, KeysRefused."""
    return open_store(settings.database_url, keys=keys.of(settings))
