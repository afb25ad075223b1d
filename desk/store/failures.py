"""Driver errors become the desk's errors here, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from desk.errors import StoreBusy, StoreConflict, StoreError, StoreFull, StoreReadOnly, StoreUnavailable

BUSY_STATES = frozenset({"55P03", "40P01", "40001", "57014"})
READ_ONLY_STATES = frozenset({"25006"})
FULL_STATES = frozenset({"53100"})
BUSY_WORDS = ("database is locked", "database table is locked", "database schema is locked")
READ_ONLY_WORDS = ("readonly database", "read-only")
FULL_WORDS = ("database or disk is full",)


@contextmanager
def translated() -> Iterator[None]:
    """Raise the desk's error for whatever SQLAlchemy or the driver raises inside.

    The driver's own error is not chained: PostgreSQL quotes the offending values in it, and
    those may be personal.
    """
    try:
        yield
    except exc.IntegrityError as error:
        raise StoreConflict(_constraint(error)) from None
    except exc.DBAPIError as error:
        raise _meaning(error) from None
    except exc.TimeoutError:
        raise StoreBusy("every connection is in use") from None


def _meaning(error: exc.DBAPIError) -> StoreError:
    state = getattr(error.orig, "pgcode", None) or ""
    words = str(error.orig).lower()
    if state in BUSY_STATES or any(phrase in words for phrase in BUSY_WORDS):
        return StoreBusy("another writer holds the database")
    if state in READ_ONLY_STATES or any(phrase in words for phrase in READ_ONLY_WORDS):
        return StoreReadOnly("the database takes no writes")
    if state in FULL_STATES or any(phrase in words for phrase in FULL_WORDS):
        return StoreFull("the disk of the database is full")
    kind = type(error.orig).__name__
    # SQLite speaks of files and tables only; PostgreSQL may quote values.
    return StoreUnavailable(f"{kind} {state}" if state or not _is_sqlite(error) else f"{kind}: {error.orig}")


def _constraint(error: exc.IntegrityError) -> str:
    if _is_sqlite(error):
        return str(error.orig)
    return str(getattr(getattr(error.orig, "diag", None), "constraint_name", "") or "a constraint")


def _is_sqlite(error: exc.DBAPIError) -> bool:
    return type(error.orig).__module__.startswith("sqlite3")
