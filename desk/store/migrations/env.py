"""Alembic's entry: always on the connection that desk.store.migrate hands over."""

from __future__ import annotations

from alembic import context

from desk.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
context.run_migrations()
