"""A day of the history, and what somebody was mentioned in, are read from one index each."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Widen the index of days, and add one of mentions by age."""
    op.drop_index("ix_history_at", "history")
    op.create_index("ix_history_at", "history", ["at", "event", "by", "seq"])
    op.create_index("ix_mentions_staff_id_note_id", "mentions", ["staff_id", "note_id", "seen_at"])
