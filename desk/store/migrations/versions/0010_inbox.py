"""The inbox: where a question came from and what became of it, groups, ratings, hit tests, imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Json, Moment, RowId, Words

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Widen the questions and make the tables around them."""
    _questions()
    _ratings()
    _hit_tests()
    _imports()


def _questions() -> None:
    op.create_table(
        "question_groups",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("terms", Json, nullable=False),
        sa.Column("typical", RowId, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("grouped_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_question_groups"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("unanswered") as table:
        table.add_column(sa.Column("kind", Words, nullable=False, server_default="missed"))
        table.add_column(sa.Column("reason", Words, nullable=False, server_default=""))
        table.add_column(sa.Column("assigned_to", Words, nullable=False, server_default=""))
        table.add_column(sa.Column("outcome", Words, nullable=False, server_default=""))
        table.add_column(sa.Column("group_id", RowId))
    op.create_index("ix_unanswered_group_id", "unanswered", ["group_id"])
    op.create_index("ix_unanswered_conversation_id", "unanswered", ["conversation_id"])


def _ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column(
            "message_id",
            RowId,
            sa.ForeignKey("messages.id", name="fk_ratings_message_id"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "conversation_id",
            Words,
            sa.ForeignKey("conversations.id", name="fk_ratings_conversation_id"),
            nullable=False,
        ),
        sa.Column("case_id", Words, nullable=False),
        sa.Column("release", sa.Integer()),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_ratings"),
    )
    op.create_index("ix_ratings_case_id_at", "ratings", ["case_id", "at"])


def _hit_tests() -> None:
    op.create_table(
        "hit_runs",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("sheet", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("release", sa.Integer()),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("heard_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hit_runs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hit_runs_sheet_id", "hit_runs", ["sheet", "id"])
    op.create_table(
        "hit_rows",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("run_id", RowId, sa.ForeignKey("hit_runs.id", name="fk_hit_rows_run_id"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("expected", Words, nullable=False),
        sa.Column("decision", Words),
        sa.Column("found", Json),
        sa.PrimaryKeyConstraint("id", name="pk_hit_rows"),
        sa.UniqueConstraint("run_id", "line", name="uq_hit_rows_run_id_line"),
        sqlite_autoincrement=True,
    )


def _imports() -> None:
    op.create_table(
        "library_imports",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("documents", Json, nullable=False),
        sa.Column("report", Json, nullable=False),
        sa.Column("taken_at", Moment),
        sa.Column("taken_by", Words),
        sa.PrimaryKeyConstraint("id", name="pk_library_imports"),
        sqlite_autoincrement=True,
    )
