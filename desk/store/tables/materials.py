"""What a file proves, and what a consumer was asked to send."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table

from ..types import Json, Moment, RowId, Words
from .naming import metadata

evidence_marks = Table(
    "evidence_marks",
    metadata,
    Column("number", Words, ForeignKey("tickets.number"), nullable=False),
    Column("item", Words, nullable=False),  # of the case's evidence list
    Column("evidence_id", Words, ForeignKey("evidence.id"), nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("number", "item", "evidence_id"),
)

evidence_requests = Table(
    "evidence_requests",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("number", Words, ForeignKey("tickets.number"), nullable=False),
    Column("items", Json, nullable=False),
    Column("words", Words, nullable=False),  # what the officer added
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_evidence_requests_number_id", "number", "id"),
    sqlite_autoincrement=True,
)
