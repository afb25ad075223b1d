"""Ground: whose office a ticket and a conversation are, second factors, sessions, invitations, erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Json, Moment, RowId, Words

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns with what holds for old rows, and make the tables."""
    _columns()
    op.create_table(
        "staff_sessions",
        sa.Column("digest", Words, nullable=False),
        sa.Column("staff_id", Words, nullable=False),
        sa.Column("device", Words, nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_staff_sessions"),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])
    op.create_index("ix_staff_sessions_seen_at", "staff_sessions", ["seen_at"])
    op.create_table(
        "invitations",
        sa.Column("id", Words, nullable=False),
        sa.Column("username", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("offices", Json, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("used_at", Moment),
        sa.Column("withdrawn_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
    )
    op.create_index("ix_invitations_created_at", "invitations", ["created_at"])
    op.create_table(
        "erasures",
        sa.Column("conversation_id", Words, nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("bot_forgot_at", Moment),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_erasures"),
    )
    op.create_index("ix_erasures_bot_forgot_at", "erasures", ["bot_forgot_at"])


def _columns() -> None:
    office = {"nullable": False, "server_default": "local"}
    op.add_column("conversations", sa.Column("handling_office", Words, **office))
    op.create_index(
        "ix_conversations_handling_office_updated_at", "conversations", ["handling_office", "updated_at"]
    )
    op.add_column("tickets", sa.Column("handling_office", Words, **office))
    op.add_column("tickets", sa.Column("name_digest", Words, nullable=False, server_default=""))
    op.create_index("ix_tickets_handling_office_id", "tickets", ["handling_office", "id"])
    op.create_index("ix_tickets_name_digest", "tickets", ["name_digest"])
    local, none = sa.text("'[\"local\"]'"), sa.text("'[]'")
    op.add_column("staff", sa.Column("offices", Json, nullable=False, server_default=local))
    op.add_column("staff", sa.Column("totp_sealed", Words, nullable=False, server_default=""))
    op.add_column("staff", sa.Column("totp_step", RowId, nullable=False, server_default="0"))
    op.add_column("staff", sa.Column("recovery", Json, nullable=False, server_default=none))
    op.create_index("ix_history_by_seq", "history", ["by", "seq"])
    op.create_index("ix_history_event_seq", "history", ["event", "seq"])
    op.create_index("ix_history_at", "history", ["at"])
