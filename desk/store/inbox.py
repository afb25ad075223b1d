"""Rows of the curators' inbox: questions, their groups, and what people thought of answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

from .conversations import GREATEST_ID, MOST_ROWS
from .tables import messages, question_groups, ratings, unanswered

Row = Mapping[str, Any]
AT_ONCE = 500  # ids in one statement
LOOKED_BACK = 60  # messages of a conversation in which its question is looked for


def insert_question(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(unanswered).values(**row)).inserted_primary_key[0])


def open_question(connection: Connection, conversation_id: str, text: str) -> int | None:
    """Return the open question of these words in the conversation, None when there is none."""
    query = select(unanswered.c.id).where(
        unanswered.c.conversation_id == conversation_id,
        unanswered.c.text == text,
        unanswered.c.handled_at.is_(None),
    )
    return connection.execute(query.limit(1)).scalar()


def has_open(connection: Connection, conversation_id: str) -> bool:
    query = select(unanswered.c.id).where(
        unanswered.c.conversation_id == conversation_id, unanswered.c.handled_at.is_(None)
    )
    return connection.execute(query.limit(1)).first() is not None


def told(connection: Connection, conversation_id: str, before: int = GREATEST_ID) -> Iterator[str]:
    """Yield the consumer's written words that are no tapped choice, the last first.

    `before`: the id of a message they were said before.
    """
    query = (
        select(messages.c.body)
        .where(
            messages.c.conversation_id == conversation_id,
            messages.c.author == "consumer",
            messages.c.kind == "text",
            messages.c.id < before,
        )
        .order_by(messages.c.id.desc())
        .limit(LOOKED_BACK)
    )
    for (body,) in connection.execute(query):
        text = str(body.get("text") or "").strip()
        if text and not body.get("choice"):
            yield text


def questions(
    connection: Connection,
    *,
    handled: bool,
    kind: str,
    group_id: int | None,
    before_id: int | None,
    limit: int,
) -> Sequence[Row]:
    """Return questions, newest first."""
    query = _state(select(unanswered), handled=handled)
    if kind:
        query = query.where(unanswered.c.kind == kind)
    if group_id is not None:
        query = query.where(unanswered.c.group_id == group_id)
    if before_id is not None:
        query = query.where(unanswered.c.id < max(0, min(before_id, GREATEST_ID)))
    query = query.order_by(unanswered.c.id.desc()).limit(max(1, min(limit, MOST_ROWS)))
    return connection.execute(query).mappings().all()


def _state(query: Select, *, handled: bool) -> Select:
    known = unanswered.c.handled_at
    return query.where(known.isnot(None) if handled else known.is_(None))


def open_by_kind(connection: Connection) -> dict[str, int]:
    query = _state(select(unanswered.c.kind, func.count()), handled=False).group_by(unanswered.c.kind)
    return {str(kind): int(count) for kind, count in connection.execute(query)}


def open_of(connection: Connection, ids: Collection[int]) -> list[int]:
    """Return those of the ids that are open, in order."""
    found: list[int] = []
    for part in _parts(ids):
        query = _state(select(unanswered.c.id).where(unanswered.c.id.in_(part)), handled=False)
        found += connection.execute(query).scalars().all()
    return sorted(found)


def change_questions(connection: Connection, ids: Collection[int], values: Row) -> None:
    for part in _parts(ids):
        connection.execute(update(unanswered).where(unanswered.c.id.in_(part)).values(**values))


def reopen_question(connection: Connection, id: int) -> bool:
    """Open a closed question again; it is grouped anew. False if it was not closed."""
    values = {"handled_by": None, "handled_at": None, "case_id": "", "outcome": "", "group_id": None}
    change = (
        update(unanswered)
        .where(unanswered.c.id == max(0, min(id, GREATEST_ID)), unanswered.c.handled_at.isnot(None))
        .values(**values)
    )
    return connection.execute(change).rowcount == 1


def to_group(connection: Connection, limit: int) -> Sequence[Row]:
    """Return id, text and group of the newest open questions."""
    query = _state(select(unanswered.c.id, unanswered.c.text, unanswered.c.group_id), handled=False)
    return connection.execute(query.order_by(unanswered.c.id.desc()).limit(limit)).mappings().all()


def ungrouped(connection: Connection) -> int:
    query = _state(select(func.count()).select_from(unanswered), handled=False)
    return int(connection.execute(query.where(unanswered.c.group_id.is_(None))).scalar_one())


def open_in_groups(connection: Connection, group_id: int | None = None) -> Sequence[Row]:
    """Return what groups are made of: group, time, kind and owner of every open question of one, or of them all."""
    query = _state(
        select(
            unanswered.c.id,
            unanswered.c.group_id,
            unanswered.c.at,
            unanswered.c.kind,
            unanswered.c.assigned_to,
        ),
        handled=False,
    )
    among = unanswered.c.group_id.isnot(None) if group_id is None else unanswered.c.group_id == group_id
    return connection.execute(query.where(among)).mappings().all()


def insert_group(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(question_groups).values(**row)).inserted_primary_key[0])


def change_group(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(question_groups).where(question_groups.c.id == id).values(**values))


def groups(connection: Connection, ids: Collection[int]) -> Sequence[Row]:
    found: list[Row] = []
    for part in _parts(ids):
        query = select(question_groups).where(question_groups.c.id.in_(part))
        found += connection.execute(query).mappings().all()
    return found


def grouped_at(connection: Connection) -> datetime | None:
    """Return when groups were made last."""
    found: datetime | None = connection.execute(select(func.max(question_groups.c.grouped_at))).scalar()
    return found


def texts(connection: Connection, ids: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in _parts(ids):
        query = select(unanswered.c.id, unanswered.c.text).where(unanswered.c.id.in_(part))
        found |= {row.id: row.text for row in connection.execute(query)}
    return found


def put_rating(connection: Connection, row: Row) -> None:
    """Keep what somebody thought of an answer; a second thought takes the place of the first."""
    connection.execute(delete(ratings).where(ratings.c.message_id == row["message_id"]))
    connection.execute(insert(ratings).values(**row))


def ratings_of(connection: Connection, message_ids: Collection[int]) -> dict[int, bool]:
    found: dict[int, bool] = {}
    for part in _parts(message_ids):
        query = select(ratings.c.message_id, ratings.c.good).where(ratings.c.message_id.in_(part))
        found |= {row.message_id: row.good for row in connection.execute(query)}
    return found


def ratings_in(connection: Connection, conversation_id: str) -> Sequence[Row]:
    """Return message, thumb, reason and time of what was rated in a conversation."""
    query = select(ratings.c.message_id, ratings.c.good, ratings.c.reason, ratings.c.at)
    query = query.where(ratings.c.conversation_id == conversation_id).order_by(ratings.c.message_id)
    return connection.execute(query).mappings().all()


def follow_case(connection: Connection, old: str, new: str) -> None:
    """Let what was closed by naming a case name it by its new id."""
    here = unanswered.c.case_id == old
    connection.execute(update(unanswered).where(here).values(case_id=new))


def _parts(ids: Collection[int]) -> list[list[int]]:
    whole = [id for id in ids if 0 <= id <= GREATEST_ID]
    return [whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE)]
