"""Offices as the desk changed them, which office a ticket belongs to and why, and disputes between offices."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Table

from ..types import Json, Moment, RowId, Words
from .naming import metadata

offices = Table(
    "offices",
    metadata,
    Column("code", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("region", Words, nullable=False),
    Column("parent", Words, nullable=False),  # '' for the one its region lies under
    Column("phone", Words, nullable=False),
    Column("covers", Json, nullable=False),  # words of an address that send it here
    Column("stations", Json, nullable=False),  # [{code, name, covers}]
    Column("home", Boolean, nullable=False),  # one of this installation's own
    Column("changed_by", Words, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

dispatches = Table(
    "dispatches",
    metadata,
    Column("number", Words, ForeignKey("tickets.number"), primary_key=True),
    Column("kind", Words, nullable=False),  # business | platform | seller | own_site
    Column("platform", Words, nullable=False),  # id in platforms.yml
    Column("platform_seat", Words, nullable=False),  # its registered place, where the list has none
    Column("address", Words, nullable=False),  # of the business, or as the platform shows it
    Column("reachable", Boolean, nullable=False),  # whether the shown address leads to someone
    Column("region_code", Words, nullable=False),
    Column("office", Words, nullable=False),  # '' while not known
    Column("station", Words, nullable=False),
    Column("rule", Words, nullable=False),
    Column("competent", Json, nullable=False),  # codes of all offices that may handle it
    Column("asks", Json, nullable=False),  # what must be known first
    Column("decided_by", Words, nullable=False),
    Column("decided_at", Moment, nullable=False),
    Index("ix_dispatches_office", "office"),
)

office_disputes = Table(
    "office_disputes",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("number", Words, ForeignKey("tickets.number"), nullable=False),
    Column("office", Words, nullable=False),  # ours, or the one the desk speaks for
    Column("other", Words, nullable=False),
    Column("arbiter", Words, nullable=False),  # their common superior
    Column("reason", Words, nullable=False),
    Column("opened_by", Words, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_on", Date, nullable=False),  # until when the two may come to terms
    Column("referred_at", Moment),  # handed to the arbiter
    Column("decided", Words, nullable=False),  # the office that handles it in the end
    Column("closed_by", Words, nullable=False),
    Column("closed_at", Moment),
    Index("ix_office_disputes_number_id", "number", "id"),
    Index("ix_office_disputes_closed_at_due_on", "closed_at", "due_on"),
    sqlite_autoincrement=True,
)
