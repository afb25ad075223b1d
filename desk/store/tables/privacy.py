"""Conversations whose person has been taken out of the desk and not yet out of the bot's memory."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from ..types import Moment, Words
from .naming import metadata

erasures = Table(
    "erasures",
    metadata,
    Column("conversation_id", Words, primary_key=True),
    Column("reason", Words, nullable=False),  # asked | desk | retention
    Column("at", Moment, nullable=False),
    Column("bot_forgot_at", Moment),  # NULL until the bot process has forgotten it too
    Index("ix_erasures_bot_forgot_at", "bot_forgot_at"),
)
