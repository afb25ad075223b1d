"""A ticket's life beside its state: which tickets belong together, and what was told to whom."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table

from ..types import Json, Moment, RowId, Words
from .naming import metadata

ticket_links = Table(
    "ticket_links",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", Words, nullable=False),  # merged | split | related
    Column(
        "number", Words, ForeignKey("tickets.number"), nullable=False
    ),  # the duplicate, the part split off
    Column("other", Words, ForeignKey("tickets.number"), nullable=False),  # the one that stays, the original
    Column("reason", Words, nullable=False),
    Column("before", Json),  # what the original said before it was split
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("undone_by", Words, nullable=False, server_default=""),
    Column("undone_at", Moment),
    CheckConstraint("kind IN ('merged', 'split', 'related')", name="kind"),
    Index("ix_ticket_links_number", "number"),
    Index("ix_ticket_links_other", "other"),
    sqlite_autoincrement=True,
)

ticket_notices = Table(
    "ticket_notices",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("number", Words, ForeignKey("tickets.number"), nullable=False),
    Column("kind", Words, nullable=False),  # a key of desk/notices.yml
    Column("party", Words, nullable=False),  # consumer | merchant
    Column("how", Words, nullable=False),  # chat | phone | letter | in_person | online
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),  # as it was sent
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("message_id", RowId),  # where it stands in the consumer's chat
    Index("ix_ticket_notices_number_id", "number", "id"),
    sqlite_autoincrement=True,
)
