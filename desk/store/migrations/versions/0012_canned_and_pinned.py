"""Canned texts say where they are used; hit tests may be of an earlier release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Words

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """What supervisors changed so far was for tickets, and every hit test was of the library in use."""
    with op.batch_alter_table("canned_texts") as table:
        table.add_column(sa.Column("used_in", Words, nullable=False, server_default="ticket"))
    with op.batch_alter_table("hit_runs") as table:
        table.add_column(sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
