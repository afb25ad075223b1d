"""Tables of curation: drafts of cases with every change, their reviews, the releases, and work a changed law makes."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, UniqueConstraint

from ..types import Json, Moment, RowId, Words
from .naming import metadata

drafts = Table(
    "drafts",
    metadata,
    Column("id", Words, primary_key=True),
    Column("case_id", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("document", Json, nullable=False),  # the case as plain data, opaque here
    Column("version", Integer, nullable=False),
    Column("state", Words, nullable=False),
    Column("retire", Boolean, nullable=False),  # proposes to take the case out of the library
    Column("base_release", RowId, nullable=False),  # the release it was begun from, 0 for a new case
    Column("source", Json, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_by", Words, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("publish_at", Moment),  # scheduled for
    Column("release", RowId, nullable=False),  # the release that published it, 0 before
    Index("ix_drafts_state_updated_at", "state", "updated_at"),
    Index("ix_drafts_case_id", "case_id"),
)

draft_changes = Table(
    "draft_changes",
    metadata,
    Column("draft_id", Words, ForeignKey("drafts.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("fields", Json, nullable=False),  # {field: {before, after}}; a side is left out where it had none
)

draft_editors = Table(
    "draft_editors",
    metadata,
    Column("draft_id", Words, ForeignKey("drafts.id"), primary_key=True),
    Column("staff_id", Words, primary_key=True),
    Column("seen_at", Moment, nullable=False),
)

draft_reviews = Table(
    "draft_reviews",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("draft_id", Words, ForeignKey("drafts.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("verdict", Words, nullable=False),  # one of desk.reviews.STEPS
    Column("comment", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_draft_reviews_draft_id_id", "draft_id", "id"),
    sqlite_autoincrement=True,
)

draft_notes = Table(
    "draft_notes",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("draft_id", Words, ForeignKey("drafts.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("field", Words, nullable=False),
    Column("line", Words, nullable=False),  # the line of the difference it is about, '' for the whole field
    Column("text", Words, nullable=False),
    Column("required", Boolean, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled_by", Words, nullable=False),
    Column("settled_at", Moment),
    Index("ix_draft_notes_draft_id_id", "draft_id", "id"),
    sqlite_autoincrement=True,
)

releases = Table(
    "releases",
    metadata,
    Column("number", RowId, primary_key=True, autoincrement=False),
    Column("base", RowId, nullable=False),
    Column("kind", Words, nullable=False),  # files | drafts
    Column("digest", Words, nullable=False),  # of the whole content, as the library file names it
    Column("changes", Json, nullable=False),  # {case id: added | changed | retired}
    Column("drafts", Json, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("served_at", Moment),  # when it was first served
)

case_texts = Table(
    "case_texts",
    metadata,
    Column("digest", Words, primary_key=True),
    Column("document", Json, nullable=False),
)

release_cases = Table(
    "release_cases",
    metadata,
    Column("release", RowId, ForeignKey("releases.number"), primary_key=True, autoincrement=False),
    Column("case_id", Words, primary_key=True),
    Column("digest", Words, nullable=False),  # of case_texts; '' for a case that was taken out
    Column("draft_id", Words, nullable=False),  # the draft it came from; '' for the content files
)

library_state = Table(
    "library_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("release", RowId, nullable=False),
    Column("moved_by", Words, nullable=False),
    Column("moved_at", Moment, nullable=False),
)

library_nodes = Table(
    "library_nodes",
    metadata,
    Column("node", Words, primary_key=True),
    Column("release", RowId, nullable=False),  # what it serves
    Column("prepared", RowId, nullable=False),  # the newest release whose file it holds
    Column("seen_at", Moment, nullable=False),
)

release_runs = Table(
    "release_runs",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("state", Words, nullable=False),
    Column("stage", Words, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("drafts", Json, nullable=False),  # [[draft id, version], …]
    Column("base", RowId, nullable=False),
    Column("number", RowId, nullable=False),  # the release it makes
    Column("report", Json, nullable=False),
    Column("started_by", Words, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # the worker's last sign of life
    Column("ended_at", Moment),
    Column("signed_by", Words, nullable=False),
    Column("signed_note", Words, nullable=False),
    Index("ix_release_runs_state", "state"),
    sqlite_autoincrement=True,
)

kept_questions = Table(
    "kept_questions",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("text", Words, nullable=False),
    Column("case_id", Words, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("text", "case_id"),
    sqlite_autoincrement=True,
)

law_work = Table(
    "law_work",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("law", Words, nullable=False),
    Column("effective", Words, nullable=False),  # ISO day of the edition that changes it
    Column("case_id", Words, nullable=False),
    Column("changes", Json, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("draft_id", Words, nullable=False),
    Column("made_by", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("done_by", Words, nullable=False),
    Column("done_at", Moment),
    Column("note", Words, nullable=False),
    UniqueConstraint("law", "effective", "case_id"),
    Index("ix_law_work_done_at_due_on", "done_at", "due_on"),
    sqlite_autoincrement=True,
)

law_editions = Table(
    "law_editions",
    metadata,
    Column("law", Words, primary_key=True),
    Column("effective", Words, primary_key=True),
    Column("gone", Json, nullable=False),  # articles of the edition before that this one dropped
    Column("moved", Json, nullable=False),  # old number → new number
    Column("made_by", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
)
