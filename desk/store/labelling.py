"""Rows of utterances and their labels, and of what they are chosen from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, insert, or_, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from .conversations import GREATEST_ID
from .tables import counters, messages, tickets, unanswered, utterance_labels, utterances

Row = Mapping[str, Any]
AT_ONCE = 500

# --- what has been looked at


def mark(connection: Connection, name: str) -> int:
    """Return the id of the last row looked at, 0 before the first look."""
    found = connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar()
    return int(found or 0)


def set_mark(connection: Connection, name: str, value: int) -> None:
    changed = connection.execute(update(counters).where(counters.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(counters).values(name=name, value=value))


def newest_message(connection: Connection) -> int:
    return int(connection.execute(select(func.max(messages.c.id))).scalar() or 0)


def messages_after(connection: Connection, after: int, limit: int) -> Sequence[Row]:
    """Return what bot and consumers said beyond `after`, in order."""
    query = (
        select(messages.c.id, messages.c.conversation_id, messages.c.author, messages.c.kind, messages.c.body)
        .where(messages.c.id > after, messages.c.author.in_(("bot", "consumer", "system")))
        .order_by(messages.c.id)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def bodies(connection: Connection, ids: Collection[int]) -> dict[int, Row]:
    """Return what consumers wrote, by message."""
    found: dict[int, Row] = {}
    for part in _parts(ids):
        query = select(messages.c.id, messages.c.conversation_id, messages.c.kind, messages.c.body).where(
            messages.c.id.in_(part), messages.c.author == "consumer"
        )
        found |= {row["id"]: row for row in connection.execute(query).mappings()}
    return found


def questions_after(connection: Connection, after: int, limit: int) -> Sequence[Row]:
    query = (
        select(
            unanswered.c.id,
            unanswered.c.conversation_id,
            unanswered.c.text,
            unanswered.c.kind,
            unanswered.c.decision,
        )
        .where(unanswered.c.id > after)
        .order_by(unanswered.c.id)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def tickets_after(connection: Connection, after: int, limit: int) -> Sequence[Row]:
    query = (
        select(tickets.c.id, tickets.c.conversation_id, tickets.c.topic)
        .where(tickets.c.id > after, tickets.c.topic != "")
        .order_by(tickets.c.id)
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


def said_by_bot(connection: Connection, conversation_id: str, limit: int) -> Sequence[Row]:
    """Return the newest messages of a conversation in which a decision may lie."""
    query = (
        select(messages.c.id, messages.c.body)
        .where(messages.c.conversation_id == conversation_id, messages.c.author.in_(("bot", "system")))
        .order_by(messages.c.id.desc())
        .limit(limit)
    )
    return connection.execute(query).mappings().all()


# --- utterances


def known(connection: Connection, digests: Collection[str]) -> dict[str, Row]:
    """Return id, state and reasons of what is kept already, by digest."""
    found: dict[str, Row] = {}
    listed = sorted(digests)
    for start in range(0, len(listed), AT_ONCE):
        query = select(utterances.c.id, utterances.c.digest, utterances.c.state, utterances.c.reasons).where(
            utterances.c.digest.in_(listed[start : start + AT_ONCE])
        )
        found |= {row["digest"]: row for row in connection.execute(query).mappings()}
    return found


def insert_utterance(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(utterances).values(**row)).inserted_primary_key[0])


def change_utterance(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(utterances).where(utterances.c.id == id).values(**values))


def utterance(connection: Connection, id: int, *, lock: bool = False) -> Row | None:
    query = select(utterances).where(utterances.c.id == max(0, min(id, GREATEST_ID)))
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def listed(
    connection: Connection, states: Collection[str], *, before_id: int | None, limit: int
) -> Sequence[Row]:
    """Return utterances of these states, newest first."""
    query = select(utterances).where(utterances.c.state.in_(list(states)))
    if before_id is not None:
        query = query.where(utterances.c.id < max(0, min(before_id, GREATEST_ID)))
    return connection.execute(query.order_by(utterances.c.id.desc()).limit(limit)).mappings().all()


def to_label(connection: Connection, by: str, *, limit: int, skip: Collection[int] = ()) -> Sequence[Row]:
    """Return open utterances this person has not labelled: those one other has labelled first, then newest first."""
    own = exists().where(utterance_labels.c.utterance_id == utterances.c.id, utterance_labels.c.by == by)
    begun = exists().where(utterance_labels.c.utterance_id == utterances.c.id)
    query = _open_to(select(utterances, begun.label("begun")), own)
    if skip:
        query = query.where(utterances.c.id.notin_(sorted(skip)[:AT_ONCE]))
    query = query.order_by(begun.desc(), utterances.c.id.desc()).limit(limit)
    return connection.execute(query).mappings().all()


def count_to_label(connection: Connection, by: str) -> int:
    own = exists().where(utterance_labels.c.utterance_id == utterances.c.id, utterance_labels.c.by == by)
    query = _open_to(select(func.count()).select_from(utterances), own)
    return int(connection.execute(query).scalar_one())


def _open_to(query: Select, own: Any) -> Select:
    return query.where(utterances.c.state == "open", ~own)


def count_by_state(connection: Connection) -> dict[str, int]:
    query = select(utterances.c.state, func.count()).group_by(utterances.c.state)
    return {str(state): int(count) for state, count in connection.execute(query)}


def settled(connection: Connection) -> Sequence[Row]:
    """Return what has a label that holds, oldest first."""
    query = select(utterances).where(utterances.c.gold.isnot(None), utterances.c.settled_at.isnot(None))
    return connection.execute(query.order_by(utterances.c.id)).mappings().all()


# --- labels


def put_label(connection: Connection, row: Row) -> None:
    """Keep a person's label, in place of their earlier one of the same utterance."""
    same = (utterance_labels.c.utterance_id == row["utterance_id"]) & (utterance_labels.c.by == row["by"])
    changed = connection.execute(update(utterance_labels).where(same).values(**row))
    if changed.rowcount == 0:
        connection.execute(insert(utterance_labels).values(**row))


def labels_of(connection: Connection, utterance_id: int) -> Sequence[Row]:
    """Return the labels of one utterance in the order of their persons' coming."""
    query = select(utterance_labels).where(
        utterance_labels.c.utterance_id == max(0, min(utterance_id, GREATEST_ID))
    )
    return connection.execute(query.order_by(utterance_labels.c.id)).mappings().all()


def pairs(connection: Connection, since: datetime | None) -> Sequence[Row]:
    """Return the labels of two persons of all that two have labelled, by utterance."""
    query = (
        select(utterance_labels)
        .join(utterances, utterances.c.id == utterance_labels.c.utterance_id)
        .where(utterances.c.state != "open", utterance_labels.c.decides.is_(False))
        .order_by(utterance_labels.c.utterance_id, utterance_labels.c.id)
    )
    if since is not None:
        query = query.where(or_(utterance_labels.c.at >= since))
    return connection.execute(query).mappings().all()


def _parts(ids: Collection[int]) -> list[list[int]]:
    whole = sorted(id for id in ids if 0 <= id <= GREATEST_ID)
    return [whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE)]
