"""Dispatch between offices, what files prove, questions and contentment of consumers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Json, Moment, RowId, Words

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables, and note who added a piece of evidence."""
    _offices()
    _dispatches()
    _disputes()
    _materials()
    _followup()
    with op.batch_alter_table("evidence") as evidence:
        evidence.add_column(sa.Column("added_by", Words, nullable=False, server_default="consumer"))


def _number(table: str) -> sa.Column:
    name = f"fk_{table}_number"
    return sa.Column("number", Words, sa.ForeignKey("tickets.number", name=name), nullable=False)


def _offices() -> None:
    op.create_table(
        "offices",
        sa.Column("code", Words, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("region", Words, nullable=False),
        sa.Column("parent", Words, nullable=False),
        sa.Column("phone", Words, nullable=False),
        sa.Column("covers", Json, nullable=False),
        sa.Column("stations", Json, nullable=False),
        sa.Column("home", sa.Boolean(), nullable=False),
        sa.Column("changed_by", Words, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_offices"),
    )


def _dispatches() -> None:
    op.create_table(
        "dispatches",
        _number("dispatches"),
        sa.Column("kind", Words, nullable=False),
        sa.Column("platform", Words, nullable=False),
        sa.Column("platform_seat", Words, nullable=False),
        sa.Column("address", Words, nullable=False),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("region_code", Words, nullable=False),
        sa.Column("office", Words, nullable=False),
        sa.Column("station", Words, nullable=False),
        sa.Column("rule", Words, nullable=False),
        sa.Column("competent", Json, nullable=False),
        sa.Column("asks", Json, nullable=False),
        sa.Column("decided_by", Words, nullable=False),
        sa.Column("decided_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_dispatches"),
    )
    op.create_index("ix_dispatches_office", "dispatches", ["office"])


def _disputes() -> None:
    op.create_table(
        "office_disputes",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        _number("office_disputes"),
        sa.Column("office", Words, nullable=False),
        sa.Column("other", Words, nullable=False),
        sa.Column("arbiter", Words, nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.Column("opened_by", Words, nullable=False),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("referred_at", Moment),
        sa.Column("decided", Words, nullable=False),
        sa.Column("closed_by", Words, nullable=False),
        sa.Column("closed_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_office_disputes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_office_disputes_number_id", "office_disputes", ["number", "id"])
    op.create_index("ix_office_disputes_closed_at_due_on", "office_disputes", ["closed_at", "due_on"])


def _materials() -> None:
    evidence = sa.ForeignKey("evidence.id", name="fk_evidence_marks_evidence_id")
    op.create_table(
        "evidence_marks",
        _number("evidence_marks"),
        sa.Column("item", Words, nullable=False),
        sa.Column("evidence_id", Words, evidence, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", "item", "evidence_id", name="pk_evidence_marks"),
    )
    op.create_table(
        "evidence_requests",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        _number("evidence_requests"),
        sa.Column("items", Json, nullable=False),
        sa.Column("words", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_requests"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_evidence_requests_number_id", "evidence_requests", ["number", "id"])


def _followup() -> None:
    op.create_table(
        "ticket_questions",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        _number("ticket_questions"),
        sa.Column("text", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("answer", Words, nullable=False),
        sa.Column("answered_by", Words, nullable=False),
        sa.Column("answered_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_ticket_questions"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ticket_questions_number_id", "ticket_questions", ["number", "id"])
    op.create_index("ix_ticket_questions_answered_at_at", "ticket_questions", ["answered_at", "at"])
    op.create_table(
        "ticket_ratings",
        _number("ticket_ratings"),
        sa.Column("stage", Words, nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("number", "stage", name="pk_ticket_ratings"),
    )
