"""The inbox of the curators: groups of questions alike, what people thought of answers, hit tests, imports."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, false

from ..types import Json, Moment, RowId, Words
from .naming import metadata

question_groups = Table(
    "question_groups",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("terms", Json, nullable=False),  # the words that bind its questions, the strongest first
    Column("typical", RowId, nullable=False),  # the question in its middle
    Column("made_at", Moment, nullable=False),
    Column("grouped_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

ratings = Table(
    "ratings",
    metadata,
    Column("message_id", RowId, ForeignKey("messages.id"), primary_key=True, autoincrement=False),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("case_id", Words, nullable=False),
    Column("release", Integer),
    Column("good", Boolean, nullable=False),
    Column("reason", Words, nullable=False),  # a code of web/words/inbox.yml, '' when none was given
    Column("at", Moment, nullable=False),
    Index("ix_ratings_case_id_at", "case_id", "at"),
)

hit_runs = Table(
    "hit_runs",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Words, nullable=False),
    Column("sheet", Words, nullable=False),  # digest of its questions: runs of one sheet are compared
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", Words, nullable=False),  # running | done | failed
    Column("alone", Boolean, nullable=False),  # without the bot's word on the topic
    Column("release", Integer),
    Column("pinned", Boolean, nullable=False, server_default=false()),  # of that release's own file
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("heard_at", Moment, nullable=False),  # the last sign of life of a running one
    Index("ix_hit_runs_sheet_id", "sheet", "id"),
    sqlite_autoincrement=True,
)

hit_rows = Table(
    "hit_rows",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("run_id", RowId, ForeignKey("hit_runs.id"), nullable=False),
    Column("line", Integer, nullable=False),  # of the sheet, from 1
    Column("text", Words, nullable=False),
    Column("expected", Words, nullable=False),
    Column("decision", Words),  # NULL until tried
    Column("found", Json),  # [{"case", "score"}], best first
    UniqueConstraint("run_id", "line"),
    sqlite_autoincrement=True,
)

library_imports = Table(
    "library_imports",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("name", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("documents", Json, nullable=False),  # the new and changed cases as they will become drafts
    Column("report", Json, nullable=False),  # what was shown before anything was written
    Column("taken_at", Moment),
    Column("taken_by", Words),
    sqlite_autoincrement=True,
)
