"""What can go wrong with the database."""

from __future__ import annotations

from .base import DeskError


class StoreError(DeskError):
    code = "store_error"


class StoreBusy(StoreError):
    code = "store_locked"


class StoreReadOnly(StoreError):
    code = "store_read_only"


class StoreConflict(StoreError):
    code = "store_conflict"


class StoreUnavailable(StoreError):
    code = "store_unavailable"


class StoreFull(StoreUnavailable):
    code = "store_full"
