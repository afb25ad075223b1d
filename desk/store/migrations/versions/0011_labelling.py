"""Labelling: utterances with their labels, the models trained with them, what was put in use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from desk.store.types import Json, Moment, RowId, Words

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables."""
    _utterances()
    _models()


def _utterances() -> None:
    op.create_table(
        "utterances",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("digest", Words, nullable=False),
        sa.Column(
            "conversation_id",
            Words,
            sa.ForeignKey("conversations.id", name="fk_utterances_conversation_id"),
        ),
        sa.Column("reasons", Json, nullable=False),
        sa.Column("heard", Json, nullable=False),
        sa.Column("sure", sa.Integer()),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("gold", Json),
        sa.Column("made_by", Words, nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("settled_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_utterances"),
        sa.UniqueConstraint("digest", name="uq_utterances_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_utterances_state_id", "utterances", ["state", "id"])
    op.create_index("ix_utterances_conversation_id", "utterances", ["conversation_id"])
    op.create_table(
        "utterance_labels",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column(
            "utterance_id",
            RowId,
            sa.ForeignKey("utterances.id", name="fk_utterance_labels_utterance_id"),
            nullable=False,
        ),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("act", Words, nullable=False),
        sa.Column("topic", Words, nullable=False),
        sa.Column("entities", Json, nullable=False),
        sa.Column("decides", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_utterance_labels"),
        sa.UniqueConstraint("utterance_id", "by", name="uq_utterance_labels_utterance_id_by"),
        sqlite_autoincrement=True,
    )


def _models() -> None:
    op.create_table(
        "model_runs",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("stage", Words, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("base", Words, nullable=False),
        sa.Column("candidate", Words, nullable=False),
        sa.Column("report", Json, nullable=False),
        sa.Column("log", Words, nullable=False),
        sa.Column("started_by", Words, nullable=False),
        sa.Column("started_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("signed_by", Words, nullable=False),
        sa.Column("signed_note", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_model_runs"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "model_moves",
        sa.Column("id", RowId, autoincrement=True, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("run_id", RowId, sa.ForeignKey("model_runs.id", name="fk_model_moves_run_id")),
        sa.Column("model", Words, nullable=False),
        sa.Column("before", Words, nullable=False),
        sa.Column("state", Words, nullable=False),
        sa.Column("fault", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("settled_at", Moment),
        sa.PrimaryKeyConstraint("id", name="pk_model_moves"),
        sqlite_autoincrement=True,
    )
