"""The operational database: the only place that opens it and the only place that speaks SQL."""

from .transactions import Store, Tx, open_store

__all__ = ["Store", "Tx", "open_store"]
