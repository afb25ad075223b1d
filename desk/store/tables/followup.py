"""What consumers ask about their ticket, and how content they were."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table

from ..types import Moment, RowId, Words
from .naming import metadata

ticket_questions = Table(
    "ticket_questions",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("number", Words, ForeignKey("tickets.number"), nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("answer", Words, nullable=False),
    Column("answered_by", Words, nullable=False),
    Column("answered_at", Moment),
    Index("ix_ticket_questions_number_id", "number", "id"),
    Index("ix_ticket_questions_answered_at_at", "answered_at", "at"),
    sqlite_autoincrement=True,
)

ticket_ratings = Table(
    "ticket_ratings",
    metadata,
    Column("number", Words, ForeignKey("tickets.number"), nullable=False),
    Column("stage", Words, nullable=False),  # decision | outcome
    Column("score", Integer, nullable=False),  # 1 to 5
    Column("text", Words, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("number", "stage"),
)
