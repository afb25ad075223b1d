"""Bringing the database to the shape this program expects, safely when several processes start at once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection, Engine

from desk.errors import StoreUnavailable

from .engine import WRITES

HEAD = "0015"  # the newest revision in migrations/versions; a test holds it there
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
LOCK_KEY = 0x57_51_4D  # "WQM"
LOCK_SECONDS = 60


def migrate(engine: Engine) -> None:
    """Run the missing migrations in one transaction; others who start meanwhile wait for it.

    StoreUnavailable when the database was made by a newer program than this one.
    """
    with engine.connect() as connection, connection.begin():
        if revision(connection) == HEAD:
            return
    with engine.connect().execution_options(**{WRITES: LOCK_SECONDS}) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        if revision(connection) != HEAD:
            _upgrade(connection)


def revision(connection: Connection) -> str | None:
    """Return the revision the database is at, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    # Imported here because a start with nothing to migrate should not pay for it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreUnavailable("the database was made by a newer version of this program") from error
