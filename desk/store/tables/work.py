"""Work on tickets: queues, saved views, notes, canned texts, group matters, consultations, presence."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Table

from ..types import Json, Moment, RowId, Words
from .naming import metadata

ticket_work = Table(
    "ticket_work",
    metadata,
    Column("number", Words, ForeignKey("tickets.number"), primary_key=True),
    Column("office_rule", Words, nullable=False),  # why its office: a rule's key, or manual
    Column("skill_rule", Words, nullable=False),  # why its queue there
    Column("at", Moment, nullable=False),
)

queue_staff = Table(
    "queue_staff",
    metadata,
    Column("office", Words, primary_key=True),
    Column("skill", Words, primary_key=True),
    Column("staff_id", Words, ForeignKey("staff.id"), primary_key=True),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("owner", Words, ForeignKey("staff.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("filter", Json, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_saved_views_owner", "owner"),
    sqlite_autoincrement=True,
)

notes = Table(
    "notes",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("number", Words, ForeignKey("tickets.number"), nullable=False),
    Column("by", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_notes_number_id", "number", "id"),
    sqlite_autoincrement=True,
)

mentions = Table(
    "mentions",
    metadata,
    Column("note_id", RowId, ForeignKey("notes.id"), primary_key=True, autoincrement=False),
    Column("staff_id", Words, ForeignKey("staff.id"), primary_key=True),
    Column("seen_at", Moment),
    Index("ix_mentions_staff_id_seen_at_note_id", "staff_id", "seen_at", "note_id"),
    Index("ix_mentions_staff_id_note_id", "staff_id", "note_id", "seen_at"),
)

canned_texts = Table(
    "canned_texts",
    metadata,
    Column("key", Words, primary_key=True),  # of desk/canned.yml, or one of its own
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("used_in", Words, nullable=False, server_default="ticket"),  # ticket, chat, both
    Column("active", Boolean, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

group_matters = Table(
    "group_matters",
    metadata,
    Column("number", Words, primary_key=True),
    Column("merchant_key", Words, nullable=False),
    Column("merchant_name", Words, nullable=False),
    Column("problem", Words, nullable=False),  # topic, or case where there is no topic
    Column("state", Words, nullable=False),  # dismissed | forming | joint | closed
    Column("consumers", RowId, nullable=False),  # how many different ones when it was decided
    Column("reason", Words, nullable=False),  # why it was dismissed, how it ended: a code
    Column("election_on", Date),  # date of the written election of representatives
    Column("mediation_at", Moment),
    Column("mediation_place", Words, nullable=False),
    Column("host", Words, nullable=False),  # id of the member of staff who holds the mediation
    Column("opened_by", Words, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    CheckConstraint("state IN ('dismissed', 'forming', 'joint', 'closed')", name="state"),
    Index("ix_group_matters_merchant_key", "merchant_key"),
    Index("ix_group_matters_state", "state"),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_number", Words, ForeignKey("group_matters.number"), primary_key=True),
    Column("number", Words, ForeignKey("tickets.number"), primary_key=True),
    Column("consent", Words, nullable=False),  # unasked | agreed | declined: to a joint complaint
    Column("accord", Words, nullable=False),  # unasked | agreed | declined: to what representatives reached
    Column("representative", Boolean, nullable=False),
    Column("joined_at", Moment, nullable=False),
    Column("left_at", Moment),
    Index("ix_group_members_number", "number"),
)

consultations = Table(
    "consultations",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("number", Words, ForeignKey("tickets.number"), nullable=False),
    Column("kind", Words, nullable=False),  # difficult | major | group
    Column("question", Words, nullable=False),
    Column("members", Json, nullable=False),  # staff ids
    Column("due_on", Date, nullable=False),
    Column("minutes", Words, nullable=False),
    Column("conclusion", Words, nullable=False),  # a code of desk/consultation.yml; '' while open
    Column("advice", Words, nullable=False),
    Column("called_by", Words, nullable=False),
    Column("called_at", Moment, nullable=False),
    Column("concluded_by", Words, nullable=False),
    Column("concluded_at", Moment),
    Index("ix_consultations_number", "number"),
    Index("ix_consultations_conclusion_due_on", "conclusion", "due_on"),
    sqlite_autoincrement=True,
)

presence = Table(
    "presence",
    metadata,
    Column("number", Words, ForeignKey("tickets.number"), primary_key=True),
    Column("staff_id", Words, ForeignKey("staff.id"), primary_key=True),
    Column("editing", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

ticket_locks = Table(
    "ticket_locks",
    metadata,
    Column("number", Words, ForeignKey("tickets.number"), primary_key=True),
    Column("staff_id", Words, ForeignKey("staff.id"), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
