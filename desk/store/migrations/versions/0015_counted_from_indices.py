"""What every page of tickets and every list of work counts is counted from one index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TARGET = ("kind", "target_on", "id", "assigned_to", "status", "handling_office")
QUEUE = ("handling_office", "queue", "kind", "status", "assigned_to", "due_on")


def upgrade() -> None:
    """Add the law's period to the index of targets, and make one of queues."""
    op.drop_index("ix_tickets_target", "tickets")
    _few("target", (*TARGET, "due_on"), "target_on IS NOT NULL")
    _few("queue", QUEUE, "status <> 'closed'")


def downgrade() -> None:
    """Make the index of targets as it was, and drop that of queues."""
    op.drop_index("ix_tickets_queue", "tickets")
    op.drop_index("ix_tickets_target", "tickets")
    _few("target", TARGET, "target_on IS NOT NULL")


def _few(name: str, columns: tuple[str, ...], where: str) -> None:
    op.create_index(
        f"ix_tickets_{name}",
        "tickets",
        list(columns),
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
