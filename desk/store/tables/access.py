"""Who is signed in on the staff desk, and who has been invited to it."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from ..types import Json, Moment, Words
from .naming import metadata

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("digest", Words, primary_key=True),  # of the secret in the browser's cookie
    Column("staff_id", Words, nullable=False),
    Column("device", Words, nullable=False),  # what kind of browser and system, nothing finer
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("ix_staff_sessions_staff_id", "staff_id"),
    Index("ix_staff_sessions_seen_at", "seen_at"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Words, primary_key=True),
    Column("username", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("roles", Json, nullable=False),
    Column("offices", Json, nullable=False),
    Column("by", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("withdrawn_at", Moment),
    Index("ix_invitations_created_at", "created_at"),
)
