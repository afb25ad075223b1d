"""Rows whose time is over, by class: how many there are, which conversations, and dropping the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from .persons import ERASED
from .tables import (
    conversations,
    hit_rows,
    hit_runs,
    inbound,
    invitations,
    login_failures,
    model_moves,
    model_runs,
    outbox,
    question_groups,
    staff_sessions,
    tickets,
    unanswered,
    utterance_labels,
    utterances,
)

FINISHED = ("sent", "dropped", "failed", "joined")

# Rows that simply go: table and what makes one old.
DROPPED: Mapping[str, Any] = {
    "question": [
        (unanswered, lambda before: unanswered.c.at < before),
        (question_groups, lambda before: (question_groups.c.grouped_at < before) & ~_has_questions()),
    ],
    "trial": [
        (hit_rows, lambda before: hit_rows.c.run_id.in_(select(hit_runs.c.id).where(hit_runs.c.at < before))),
        (hit_runs, lambda before: hit_runs.c.at < before),
        (model_moves, lambda before: model_moves.c.at < before),
        (model_runs, lambda before: (model_runs.c.started_at < before) & ~_was_used()),
    ],
    "utterance": [
        (utterance_labels, lambda before: utterance_labels.c.utterance_id.in_(_unsettled(before))),
        (utterances, lambda before: utterances.c.id.in_(_unsettled(before))),
    ],
    "inbound": [(inbound, lambda before: (inbound.c.state == "done") & (inbound.c.received_at < before))],
    "outbox": [
        (outbox, lambda before: outbox.c.state.in_(FINISHED) & (outbox.c.created_at < before)),
    ],
    "session": [
        (staff_sessions, lambda before: staff_sessions.c.seen_at < before),
        (login_failures, lambda before: login_failures.c.last_at < before),
    ],
    "invitation": [(invitations, lambda before: invitations.c.expires_at < before)],
}
# Conversations whose person goes: with tickets, or without any.
ERASABLE = ("talk", "ticket")


def _has_questions() -> Any:
    """A group of questions still holds some."""
    return exists().where(unanswered.c.group_id == question_groups.c.id)


def _was_used() -> Any:
    """A training's candidate was put in use, and that is still kept."""
    return exists().where(model_moves.c.run_id == model_runs.c.id)


def _unsettled(before: datetime) -> Select:
    """What was to be labelled before then and never was."""
    return select(utterances.c.id).where(utterances.c.settled_at.is_(None), utterances.c.made_at < before)


def count_dropped(connection: Connection, kind: str, before: datetime) -> int:
    """Return how many rows of the class are older."""
    return sum(
        int(connection.execute(select(func.count()).select_from(table).where(old(before))).scalar_one())
        for table, old in DROPPED[kind]
    )


def drop(connection: Connection, kind: str, before: datetime) -> int:
    """Drop the rows of the class that are older; returns how many."""
    return sum(connection.execute(delete(table).where(old(before))).rowcount for table, old in DROPPED[kind])


def count_erasable(connection: Connection, kind: str, before: datetime, open_states: Sequence[str]) -> int:
    """Return how many conversations of the class are older and still have a person."""
    found = _erasable(kind, before, open_states).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())


def erasable(
    connection: Connection, kind: str, before: datetime, open_states: Sequence[str], limit: int
) -> Sequence[str]:
    """Return some of these conversations, the oldest first."""
    query = _erasable(kind, before, open_states).order_by(conversations.c.updated_at).limit(limit)
    return connection.execute(query).scalars().all()


def _erasable(kind: str, before: datetime, open_states: Sequence[str]) -> Select:
    of_it = tickets.c.conversation_id == conversations.c.id
    query = select(conversations.c.id).where(
        conversations.c.updated_at < before,
        ~conversations.c.visitor.startswith(ERASED, autoescape=True),
    )
    if kind == "talk":
        return query.where(~exists().where(of_it))
    alive = or_(tickets.c.status.in_(list(open_states)), tickets.c.updated_at >= before)
    return query.where(exists().where(of_it), ~exists().where(of_it, alive))
