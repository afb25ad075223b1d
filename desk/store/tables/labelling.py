"""Utterances to learn from: their labels, the models trained with them, and which of these was put in use."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from ..types import Json, Moment, RowId, Words
from .naming import metadata

utterances = Table(
    "utterances",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("text", Words, nullable=False),  # without telephone, order and identity numbers
    Column("digest", Words, nullable=False, unique=True),  # of the text without spaces and signs
    Column("conversation_id", Words, ForeignKey("conversations.id")),  # NULL: added by hand
    Column("reasons", Json, nullable=False),  # codes of why it was chosen, desk.utterances.Reason
    Column("heard", Json, nullable=False),  # what the model made of it: act, confidence, topic
    Column("sure", Integer),  # per cent; NULL when the model was not asked
    Column("held", Boolean, nullable=False),  # kept aside: measured with, never learned from
    Column("state", Words, nullable=False),  # open | agreed | differs | decided
    Column("gold", Json),  # the label that holds
    Column("made_by", Words, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Index("ix_utterances_state_id", "state", "id"),
    Index("ix_utterances_conversation_id", "conversation_id"),
    sqlite_autoincrement=True,
)

utterance_labels = Table(
    "utterance_labels",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("utterance_id", RowId, ForeignKey("utterances.id"), nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("act", Words, nullable=False),
    Column("topic", Words, nullable=False),  # '' for an act without
    Column("entities", Json, nullable=False),  # [{"start", "end", "entity"}] by start
    Column("decides", Boolean, nullable=False),  # a third person's word where two differ
    UniqueConstraint("utterance_id", "by"),
    sqlite_autoincrement=True,
)

model_runs = Table(
    "model_runs",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("state", Words, nullable=False),  # desk.model_runs.RunState
    Column("stage", Words, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("lines", Integer, nullable=False),  # of the layer it learns from
    Column("base", Words, nullable=False),  # the model in use when it began
    Column("candidate", Words, nullable=False),  # the model it made, '' until then
    Column("report", Json, nullable=False),
    Column("log", Words, nullable=False),  # the end of what it printed, when it failed
    Column("started_by", Words, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # its last sign of life
    Column("ended_at", Moment),
    Column("signed_by", Words, nullable=False),
    Column("signed_note", Words, nullable=False),
    sqlite_autoincrement=True,
)

model_moves = Table(
    "model_moves",
    metadata,
    Column("id", RowId, primary_key=True, autoincrement=True),
    Column("kind", Words, nullable=False),  # promote | back
    Column("run_id", RowId, ForeignKey("model_runs.id")),  # NULL for going back
    Column("model", Words, nullable=False),
    Column("before", Words, nullable=False),
    Column("state", Words, nullable=False),  # waiting | done | failed
    Column("fault", Words, nullable=False),  # why the bot did not take it
    Column("by", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment),
    sqlite_autoincrement=True,
)
