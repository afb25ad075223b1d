"""Curation: drafts of cases, their reviews, releases of the library, work a changed law makes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Json, Moment, RowId, Words

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables of curation."""
    _drafts()
    _releases()
    _runs()
    _law_work()


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", Words, nullable=False),
        sa.Column("case_id", Words, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("retire", sa.Boolean(), nullable=False),
        sa.Column("base_release", RowId, nullable=False),
        sa.Column("source", Json, nullable=False),
        sa.Column("created_by", Words, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_by", Words, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.Column("publish_at", Moment),
        sa.Column("release", RowId, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_case_id", "drafts", ["case_id"])
    op.create_index("ix_drafts_state_updated_at", "drafts", ["state", "updated_at"])
    op.create_table(
        "draft_changes",
        sa.Column(
            "draft_id", Words, sa.ForeignKey("drafts.id", name="fk_draft_changes_draft_id"), nullable=False
        ),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.PrimaryKeyConstraint("draft_id", "version", name="pk_draft_changes"),
    )
    op.create_table(
        "draft_editors",
        sa.Column(
            "draft_id", Words, sa.ForeignKey("drafts.id", name="fk_draft_editors_draft_id"), nullable=False
        ),
        sa.Column("staff_id", Words, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("draft_id", "staff_id", name="pk_draft_editors"),
    )
    op.create_table(
        "draft_reviews",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column(
            "draft_id", Words, sa.ForeignKey("drafts.id", name="fk_draft_reviews_draft_id"), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", Words, nullable=False),
        sa.Column("comment", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft_reviews"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_draft_reviews_draft_id_id", "draft_reviews", ["draft_id", "id"])
    op.create_table(
        "draft_notes",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column(
            "draft_id", Words, sa.ForeignKey("drafts.id", name="fk_draft_notes_draft_id"), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("field", Words, nullable=False),
        sa.Column("line", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("settled_by", Words, nullable=False),
        sa.Column("settled_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_draft_notes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_draft_notes_draft_id_id", "draft_notes", ["draft_id", "id"])


def _releases() -> None:
    op.create_table(
        "releases",
        sa.Column("number", RowId, autoincrement=False, nullable=False),
        sa.Column("base", RowId, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("digest", Words, nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("drafts", Json, nullable=False),
        sa.Column("made_by", Words, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("served_at", Moment),
        sa.PrimaryKeyConstraint("number", name="pk_releases"),
    )
    op.create_table(
        "case_texts",
        sa.Column("digest", Words, nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_case_texts"),
    )
    op.create_table(
        "release_cases",
        sa.Column(
            "release",
            RowId,
            sa.ForeignKey("releases.number", name="fk_release_cases_release"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("case_id", Words, nullable=False),
        sa.Column("digest", Words, nullable=False),
        sa.Column("draft_id", Words, nullable=False),
        sa.PrimaryKeyConstraint("release", "case_id", name="pk_release_cases"),
    )
    op.create_table(
        "library_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("release", RowId, nullable=False),
        sa.Column("moved_by", Words, nullable=False),
        sa.Column("moved_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_library_state"),
    )
    op.create_table(
        "library_nodes",
        sa.Column("node", Words, nullable=False),
        sa.Column("release", RowId, nullable=False),
        sa.Column("prepared", RowId, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("node", name="pk_library_nodes"),
    )


def _runs() -> None:
    op.create_table(
        "release_runs",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("stage", Words, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("drafts", Json, nullable=False),
        sa.Column("base", RowId, nullable=False),
        sa.Column("number", RowId, nullable=False),
        sa.Column("report", Json, nullable=False),
        sa.Column("started_by", Words, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("signed_by", Words, nullable=False),
        sa.Column("signed_note", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_release_runs"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_release_runs_state", "release_runs", ["state"])
    op.create_table(
        "kept_questions",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("case_id", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_kept_questions"),
        sa.UniqueConstraint("text", "case_id", name="uq_kept_questions_text_case_id"),
        sqlite_autoincrement=True,
    )


def _law_work() -> None:
    op.create_table(
        "law_work",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("law", Words, nullable=False),
        sa.Column("effective", Words, nullable=False),
        sa.Column("case_id", Words, nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("draft_id", Words, nullable=False),
        sa.Column("made_by", Words, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("done_by", Words, nullable=False),
        sa.Column("done_at", Moment),
        sa.Column("note", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_law_work"),
        sa.UniqueConstraint("law", "effective", "case_id", name="uq_law_work_law_effective_case_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_law_work_done_at_due_on", "law_work", ["done_at", "due_on"])
    op.create_table(
        "law_editions",
        sa.Column("law", Words, nullable=False),
        sa.Column("effective", Words, nullable=False),
        sa.Column("gone", Json, nullable=False),
        sa.Column("moved", Json, nullable=False),
        sa.Column("made_by", Words, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("law", "effective", name="pk_law_editions"),
    )
