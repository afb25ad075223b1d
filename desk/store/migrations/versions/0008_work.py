"""Work on tickets: queues, saved views, notes, canned texts, group matters, consultations, presence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Json, Moment, RowId, Words

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables of the work on tickets."""
    _queues()
    _words()
    _groups()
    _consultations()
    _presence()


def _queues() -> None:
    op.create_table(
        "ticket_work",
        sa.Column(
            "number", Words, sa.ForeignKey("tickets.number", name="fk_ticket_work_number"), nullable=False
        ),
        sa.Column("office", Words, nullable=False),
        sa.Column("skill", Words, nullable=False),
        sa.Column("office_rule", Words, nullable=False),
        sa.Column("skill_rule", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ticket_work"),
    )
    op.create_index("ix_ticket_work_office_skill", "ticket_work", ["office", "skill"])
    op.create_table(
        "queue_staff",
        sa.Column("office", Words, nullable=False),
        sa.Column("skill", Words, nullable=False),
        sa.Column(
            "staff_id", Words, sa.ForeignKey("staff.id", name="fk_queue_staff_staff_id"), nullable=False
        ),
        sa.PrimaryKeyConstraint("office", "skill", "staff_id", name="pk_queue_staff"),
    )
    op.create_table(
        "saved_views",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("owner", Words, sa.ForeignKey("staff.id", name="fk_saved_views_owner"), nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("filter", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_saved_views_owner", "saved_views", ["owner"])


def _words() -> None:
    op.create_table(
        "notes",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("number", Words, sa.ForeignKey("tickets.number", name="fk_notes_number"), nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notes_number_id", "notes", ["number", "id"])
    op.create_table(
        "mentions",
        sa.Column(
            "note_id",
            RowId,
            sa.ForeignKey("notes.id", name="fk_mentions_note_id"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("staff_id", Words, sa.ForeignKey("staff.id", name="fk_mentions_staff_id"), nullable=False),
        sa.Column("seen_at", Moment),
        sa.PrimaryKeyConstraint("note_id", "staff_id", name="pk_mentions"),
    )
    op.create_index("ix_mentions_staff_id_note_id", "mentions", ["staff_id", "note_id"])
    op.create_table(
        "canned_texts",
        sa.Column("key", Words, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_canned_texts"),
    )


def _groups() -> None:
    op.create_table(
        "group_matters",
        sa.Column("number", Words, nullable=False),
        sa.Column("merchant_key", Words, nullable=False),
        sa.Column("merchant_name", Words, nullable=False),
        sa.Column("problem", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("consumers", RowId, nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.Column("election_on", sa.Date()),
        sa.Column("mediation_at", Moment),
        sa.Column("mediation_place", Words, nullable=False),
        sa.Column("host", Words, nullable=False),
        sa.Column("opened_by", Words, nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("closed_at", Moment),
        sa.PrimaryKeyConstraint("number", name="pk_group_matters"),
        sa.CheckConstraint(
            "state IN ('dismissed', 'forming', 'joint', 'closed')", name="ck_group_matters_state"
        ),
    )
    op.create_index("ix_group_matters_merchant_key", "group_matters", ["merchant_key"])
    op.create_index("ix_group_matters_state", "group_matters", ["state"])
    op.create_table(
        "group_members",
        sa.Column(
            "group_number",
            Words,
            sa.ForeignKey("group_matters.number", name="fk_group_members_group_number"),
            nullable=False,
        ),
        sa.Column(
            "number", Words, sa.ForeignKey("tickets.number", name="fk_group_members_number"), nullable=False
        ),
        sa.Column("consent", Words, nullable=False),
        sa.Column("accord", Words, nullable=False),
        sa.Column("representative", sa.Boolean(), nullable=False),
        sa.Column("joined_at", Moment, nullable=False),
        sa.Column("left_at", Moment),
        sa.PrimaryKeyConstraint("group_number", "number", name="pk_group_members"),
    )
    op.create_index("ix_group_members_number", "group_members", ["number"])


def _consultations() -> None:
    op.create_table(
        "consultations",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column(
            "number", Words, sa.ForeignKey("tickets.number", name="fk_consultations_number"), nullable=False
        ),
        sa.Column("kind", Words, nullable=False),
        sa.Column("question", Words, nullable=False),
        sa.Column("members", Json, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("minutes", Words, nullable=False),
        sa.Column("conclusion", Words, nullable=False),
        sa.Column("advice", Words, nullable=False),
        sa.Column("called_by", Words, nullable=False),
        sa.Column("called_at", Moment, nullable=False),
        sa.Column("concluded_by", Words, nullable=False),
        sa.Column("concluded_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_consultations"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_consultations_conclusion_due_on", "consultations", ["conclusion", "due_on"])
    op.create_index("ix_consultations_number", "consultations", ["number"])


def _presence() -> None:
    op.create_table(
        "presence",
        sa.Column(
            "number", Words, sa.ForeignKey("tickets.number", name="fk_presence_number"), nullable=False
        ),
        sa.Column("staff_id", Words, sa.ForeignKey("staff.id", name="fk_presence_staff_id"), nullable=False),
        sa.Column("editing", sa.Boolean(), nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", "staff_id", name="pk_presence"),
    )
    op.create_table(
        "ticket_locks",
        sa.Column(
            "number", Words, sa.ForeignKey("tickets.number", name="fk_ticket_locks_number"), nullable=False
        ),
        sa.Column(
            "staff_id", Words, sa.ForeignKey("staff.id", name="fk_ticket_locks_staff_id"), nullable=False
        ),
        sa.Column("since", Moment, nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_ticket_locks"),
    )
