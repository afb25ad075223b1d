"""Taking over: who is on duty when, offers between colleagues, whispers, handling times, what waiters were told."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, UniqueConstraint

from ..types import Json, Moment, RowId, Words
from .naming import metadata

shifts = Table(
    "shifts",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("staff_id", Words, ForeignKey("staff.id"), nullable=False),
    Column("weekday", Integer, nullable=False),  # 1 Monday … 7 Sunday
    Column("begins", Integer, nullable=False),  # minutes after midnight, Beijing time
    Column("ends", Integer, nullable=False),
    UniqueConstraint("staff_id", "weekday"),
    sqlite_autoincrement=True,
)

roster_days = Table(
    "roster_days",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("staff_id", Words, ForeignKey("staff.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("begins", Integer),  # None: off on that day
    Column("ends", Integer),
    UniqueConstraint("staff_id", "day"),
    Index("ix_roster_days_day", "day"),
    sqlite_autoincrement=True,
)

attendance = Table(
    "attendance",
    metadata,
    Column("staff_id", Words, ForeignKey("staff.id"), primary_key=True),
    Column("capacity", Integer, nullable=False),  # conversations at a time
    Column("skills", Json, nullable=False),  # topics; none means all
    Column("switched", Words, nullable=False),  # '' | here | away
    Column("switched_until", Moment),
)

handlings = Table(
    "handlings",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("staff_id", Words, nullable=False),
    Column("waiting_since", Moment),  # None when it came from the bot or a colleague
    Column("taken_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", Words, nullable=False),  # '' | bot | queue | staff
    Index("ix_handlings_conversation_id", "conversation_id"),
    Index("ix_handlings_ended_at", "ended_at"),
    sqlite_autoincrement=True,
)

offers = Table(
    "offers",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("from_staff", Words, nullable=False),
    Column("to_staff", Words, nullable=False),
    Column("state", Words, nullable=False),  # open | accepted | declined | withdrawn
    Column("at", Moment, nullable=False),
    Column("answered_at", Moment),
    Index("ix_offers_conversation_id", "conversation_id"),
    Index("ix_offers_to_staff_state", "to_staff", "state"),
    sqlite_autoincrement=True,
)

whispers = Table(
    "whispers",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("conversation_id", Words, ForeignKey("conversations.id"), nullable=False),
    Column("by", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_whispers_conversation_id_id", "conversation_id", "id"),
    sqlite_autoincrement=True,
)

queue_told = Table(
    "queue_told",
    metadata,
    Column("conversation_id", Words, ForeignKey("conversations.id"), primary_key=True),
    Column("waiting_since", Moment, nullable=False),  # of the wait it was told in
    Column("ahead", Integer, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("told_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
)
