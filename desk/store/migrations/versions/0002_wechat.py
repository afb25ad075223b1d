"""WeChat: followers, messages in, messages out, shared access tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Json, Moment, RowId, Words

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of the channel."""
    _followers()
    _inbound()
    _outbox()
    _account()


def _conversation(table: str, *, nullable: bool = False) -> sa.Column:
    name = f"fk_{table}_conversation_id"
    return sa.Column(
        "conversation_id", Words, sa.ForeignKey("conversations.id", name=name), nullable=nullable
    )


def _followers() -> None:
    op.create_table(
        "followers",
        sa.Column("openid", Words, nullable=False),
        _conversation("followers"),
        sa.Column("following", sa.Boolean(), nullable=False),
        sa.Column("message_at", Moment),
        sa.Column("message_left", sa.Integer(), nullable=False),
        sa.Column("tap_at", Moment),
        sa.Column("tap_left", sa.Integer(), nullable=False),
        sa.Column("offered", Json, nullable=False),
        sa.Column("scene", Words, nullable=False),
        sa.Column("region", Words, nullable=False),
        sa.Column("accepted", Json, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("openid", name="pk_followers"),
    )
    op.create_index("ix_followers_conversation_id", "followers", ["conversation_id"])


def _inbound() -> None:
    op.create_table(
        "inbound",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("proof", Words, nullable=False),
        sa.Column("sender", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("fields", Json, nullable=False),
        _conversation("inbound", nullable=True),
        sa.Column("message_id", RowId),
        sa.Column("state", Words, nullable=False),
        sa.Column("route", Words, nullable=False),
        sa.Column("reply", Json),
        sa.Column("claimed_by", Words, nullable=False),
        sa.Column("claimed_until", Moment, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.Column("done_at", Moment),
        sa.Column("handed_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_inbound"),
        sa.UniqueConstraint("key", name="uq_inbound_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbound_state_claimed_until", "inbound", ["state", "claimed_until"])
    op.create_index("ix_inbound_proof", "inbound", ["proof"])
    op.create_index("ix_inbound_route_handed_at", "inbound", ["route", "handed_at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        _conversation("outbox"),
        sa.Column("messages", Json, nullable=False),
        sa.Column("inbound_id", RowId),
        sa.Column("state", Words, nullable=False),
        sa.Column("parts", Json),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("attempted", sa.Integer(), nullable=False),
        sa.Column("joined_to", RowId),
        sa.Column("claimed_by", Words, nullable=False),
        sa.Column("claimed_until", Moment),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", Words, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("sent_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
    op.create_index("ix_outbox_conversation_id_id", "outbox", ["conversation_id", "id"])


def _account() -> None:
    op.create_table(
        "access_tokens",
        sa.Column("account", Words, nullable=False),
        sa.Column("token_sealed", Words, nullable=False),
        sa.Column("expires_at", Moment),
        sa.Column("refreshing_by", Words, nullable=False),
        sa.Column("refreshing_until", Moment),
        sa.PrimaryKeyConstraint("account", name="pk_access_tokens"),
    )
    op.create_table(
        "channel_notes",
        sa.Column("name", Words, nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_channel_notes"),
    )
