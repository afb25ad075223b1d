"""The tables of the desk as first released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Cents, Json, Moment, RowId, Words

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table; all in the transaction that desk.store.migrate opened."""
    _conversations()
    _tickets()
    _staff()
    _history()


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", Words, nullable=False),
        sa.Column("channel", Words, nullable=False),
        sa.Column("visitor", Words, nullable=False),
        sa.Column("owner", Words, nullable=False),
        sa.Column("waiting_since", Moment),
        sa.Column("reason", Words, nullable=False),
        sa.Column("bot_may_finish", sa.Boolean(), nullable=False),
        sa.Column("bot_since", RowId, nullable=False),
        sa.Column("topic", Words, nullable=False),
        sa.Column("case_id", Words, nullable=False),
        sa.Column("last_text", Words, nullable=False),
        sa.Column("last_message_id", RowId, nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_owner_waiting_since", "conversations", ["owner", "waiting_since"])
    op.create_index("ix_conversations_channel_visitor", "conversations", ["channel", "visitor"])
    op.create_index("ix_conversations_updated_at", "conversations", ["updated_at"])
    op.create_table(
        "messages",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column(
            "conversation_id",
            Words,
            sa.ForeignKey("conversations.id", name="fk_messages_conversation_id"),
            nullable=False,
        ),
        sa.Column("author", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("body", Json, nullable=False),
        sa.Column("by", Words),
        sa.Column("client_id", Words),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("conversation_id", "client_id", name="uq_messages_conversation_id_client_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_conversation_id_id", "messages", ["conversation_id", "id"])
    op.create_table(
        "unanswered",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column(
            "conversation_id",
            Words,
            sa.ForeignKey("conversations.id", name="fk_unanswered_conversation_id"),
            nullable=False,
        ),
        sa.Column("text", Words, nullable=False),
        sa.Column("decision", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("handled_by", Words),
        sa.Column("handled_at", Moment),
        sa.Column("case_id", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_unanswered"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_unanswered_handled_at_id", "unanswered", ["handled_at", "id"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("number", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("code_sealed", Words, nullable=False),
        sa.Column("code_failures", sa.Integer(), nullable=False),
        sa.Column("code_locked_until", Moment),
        sa.Column("status", Words, nullable=False),
        sa.Column(
            "conversation_id",
            Words,
            sa.ForeignKey("conversations.id", name="fk_tickets_conversation_id"),
            nullable=False,
        ),
        sa.Column("name_sealed", Words, nullable=False),
        sa.Column("phone_sealed", Words, nullable=False),
        sa.Column("address_sealed", Words, nullable=False),
        sa.Column("phone_digest", Words, nullable=False),
        sa.Column("region_code", Words, nullable=False),
        sa.Column("merchant_name", Words, nullable=False),
        sa.Column("merchant_address", Words, nullable=False),
        sa.Column("merchant_key", Words, nullable=False),
        sa.Column("request", Words, nullable=False),
        sa.Column("story", Words, nullable=False),
        sa.Column("amount", Cents),
        sa.Column("happened_on", sa.Date()),
        sa.Column("topic", Words, nullable=False),
        sa.Column("case_id", Words, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("flags", Json, nullable=False),
        sa.Column("agent_for", Words, nullable=False),
        sa.Column("draft_digest", Words, nullable=False),
        sa.Column("assigned_to", Words, nullable=False),
        sa.Column("office", Words, nullable=False),
        sa.Column("ground", Words, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("accept_by", sa.Date()),
        sa.Column("mediate_by", sa.Date()),
        sa.Column("notify_by", sa.Date()),
        sa.Column("lead_check_by", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("urged", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("number", name="uq_tickets_number"),
        sa.CheckConstraint("kind IN ('complaint', 'report')", name="ck_tickets_kind"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tickets_kind_id", "tickets", ["kind", "id"])
    op.create_index("ix_tickets_kind_status_id", "tickets", ["kind", "status", "id"])
    op.create_index("ix_tickets_kind_due_on_id", "tickets", ["kind", "due_on", "id"])
    op.create_index("ix_tickets_conversation_id_id", "tickets", ["conversation_id", "id"])
    op.create_index("ix_tickets_phone_digest", "tickets", ["phone_digest"])
    op.create_index("ix_tickets_merchant_key", "tickets", ["merchant_key"])
    op.create_index("ix_tickets_assigned_to_id", "tickets", ["assigned_to", "id"])
    op.create_table(
        "ticket_events",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column(
            "number", Words, sa.ForeignKey("tickets.number", name="fk_ticket_events_number"), nullable=False
        ),
        sa.Column("event", Words, nullable=False),
        sa.Column("from_status", Words, nullable=False),
        sa.Column("to_status", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_events_number_id", "ticket_events", ["number", "id"])
    op.create_table(
        "evidence",
        sa.Column("id", Words, nullable=False),
        sa.Column(
            "conversation_id",
            Words,
            sa.ForeignKey("conversations.id", name="fk_evidence_conversation_id"),
            nullable=False,
        ),
        sa.Column("number", Words, sa.ForeignKey("tickets.number", name="fk_evidence_number")),
        sa.Column("name", Words, nullable=False),
        sa.Column("type", Words, nullable=False),
        sa.Column("size", RowId, nullable=False),
        sa.Column("sha256", Words, nullable=False),
        sa.Column("original_sha256", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_conversation_id", "evidence", ["conversation_id"])
    op.create_index("ix_evidence_number", "evidence", ["number"])
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])


def _staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", Words, nullable=False),
        sa.Column("username", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("password_hash", Words, nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("last_login_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("username", name="uq_staff_username"),
    )
    op.create_table(
        "login_failures",
        sa.Column("username", Words, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.Column("locked_until", Moment),
        sa.PrimaryKeyConstraint("username", name="pk_login_failures"),
    )


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("seq", RowId, autoincrement=False, nullable=False),
        sa.Column("event", Words, nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("detail", Json, nullable=False),
        sa.Column("prev_hash", Words, nullable=False),
        sa.Column("hash", Words, nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_history"),
    )
    op.create_index("ix_history_subject_seq", "history", ["subject", "seq"])
    op.create_table(
        "history_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", RowId, nullable=False),
        sa.Column("hash", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_history_head"),
    )
    op.create_table(
        "counters",
        sa.Column("name", Words, nullable=False),
        sa.Column("value", RowId, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.execute("INSERT INTO history_head (id, seq, hash) VALUES (1, 0, '')")
