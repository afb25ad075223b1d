"""Taking over: rosters, attendance, handling times, offers between colleagues, whispers, what waiters were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Json, Moment, RowId, Words

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables of rosters and of taking over."""
    _rosters()
    _handlings()
    _offers()
    _whispers()
    _told()


def _id() -> sa.Column:
    return sa.Column("id", RowId, autoincrement=True, nullable=False)


def _staff(table: str) -> sa.Column:
    return sa.Column(
        "staff_id", Words, sa.ForeignKey("staff.id", name=f"fk_{table}_staff_id"), nullable=False
    )


def _conversation(table: str) -> sa.Column:
    name = f"fk_{table}_conversation_id"
    return sa.Column("conversation_id", Words, sa.ForeignKey("conversations.id", name=name), nullable=False)


def _rosters() -> None:
    op.create_table(
        "shifts",
        _id(),
        _staff("shifts"),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
        sa.UniqueConstraint("staff_id", "weekday", name="uq_shifts_staff_id_weekday"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "roster_days",
        _id(),
        _staff("roster_days"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begins", sa.Integer()),
        sa.Column("ends", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name="pk_roster_days"),
        sa.UniqueConstraint("staff_id", "day", name="uq_roster_days_staff_id_day"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_roster_days_day", "roster_days", ["day"])
    op.create_table(
        "attendance",
        _staff("attendance"),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("skills", Json, nullable=False),
        sa.Column("switched", Words, nullable=False),
        sa.Column("switched_until", Moment),
        sa.PrimaryKeyConstraint("staff_id", name="pk_attendance"),
    )


def _handlings() -> None:
    op.create_table(
        "handlings",
        _id(),
        _conversation("handlings"),
        sa.Column("staff_id", Words, nullable=False),
        sa.Column("waiting_since", Moment),
        sa.Column("taken_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("ended_by", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handlings"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_handlings_conversation_id", "handlings", ["conversation_id"])
    op.create_index("ix_handlings_ended_at", "handlings", ["ended_at"])


def _offers() -> None:
    op.create_table(
        "offers",
        _id(),
        _conversation("offers"),
        sa.Column("from_staff", Words, nullable=False),
        sa.Column("to_staff", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("answered_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_offers_conversation_id", "offers", ["conversation_id"])
    op.create_index("ix_offers_to_staff_state", "offers", ["to_staff", "state"])


def _whispers() -> None:
    op.create_table(
        "whispers",
        _id(),
        _conversation("whispers"),
        sa.Column("by", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_whispers"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_whispers_conversation_id_id", "whispers", ["conversation_id", "id"])


def _told() -> None:
    op.create_table(
        "queue_told",
        _conversation("queue_told"),
        sa.Column("waiting_since", Moment, nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("told_at", Moment, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_queue_told"),
    )
