"""Rows of drafts: their state, every change, who has them open, reviews and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from .tables import draft_changes, draft_editors, draft_notes, draft_reviews, drafts

Row = Mapping[str, Any]
LISTED = [column for column in drafts.c if column.name != "document"]


def insert_draft(connection: Connection, row: Row) -> None:
    connection.execute(insert(drafts).values(**row))


def draft(connection: Connection, id: str, *, lock: bool = False) -> Row | None:
    """Return the row, held until the end of the transaction if `lock`."""
    query = select(drafts).where(drafts.c.id == id)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def change_draft(connection: Connection, id: str, values: Row) -> None:
    connection.execute(update(drafts).where(drafts.c.id == id).values(**values))


def listed(connection: Connection, states: Sequence[str], limit: int) -> list[Row]:
    """Return drafts in these states without their documents, last touched first."""
    query = select(*LISTED).where(drafts.c.state.in_(states)).order_by(drafts.c.updated_at.desc())
    return list(connection.execute(query.limit(limit)).mappings())


def counts(connection: Connection) -> dict[str, int]:
    query = select(drafts.c.state, func.count()).group_by(drafts.c.state)
    return {state: count for state, count in connection.execute(query)}


def of_case(connection: Connection, case_id: str, states: Sequence[str]) -> Row | None:
    """Return the newest draft of a case in one of these states."""
    query = select(drafts).where(drafts.c.case_id == case_id, drafts.c.state.in_(states))
    return connection.execute(query.order_by(drafts.c.created_at.desc()).limit(1)).mappings().first()


def due(connection: Connection, state: str, at: datetime) -> list[Row]:
    """Return the drafts in that state whose day has come."""
    query = select(*LISTED).where(drafts.c.state == state, drafts.c.publish_at <= at)
    return list(connection.execute(query.order_by(drafts.c.publish_at)).mappings())


def insert_change(connection: Connection, row: Row) -> None:
    connection.execute(insert(draft_changes).values(**row))


def changes(connection: Connection, draft_id: str, *, after: int = 0) -> list[Row]:
    """Return the changes that made the versions above `after`, oldest first."""
    query = select(draft_changes).where(draft_changes.c.draft_id == draft_id, draft_changes.c.version > after)
    return list(connection.execute(query.order_by(draft_changes.c.version)).mappings())


def seen(connection: Connection, draft_id: str, staff_id: str, at: datetime) -> None:
    """Note that this person has the draft open now."""
    here = (draft_editors.c.draft_id == draft_id) & (draft_editors.c.staff_id == staff_id)
    if connection.execute(update(draft_editors).where(here).values(seen_at=at)).rowcount == 0:
        connection.execute(insert(draft_editors).values(draft_id=draft_id, staff_id=staff_id, seen_at=at))


def left(connection: Connection, draft_id: str, staff_id: str) -> None:
    here = (draft_editors.c.draft_id == draft_id) & (draft_editors.c.staff_id == staff_id)
    connection.execute(delete(draft_editors).where(here))


def editors(connection: Connection, draft_id: str, since: datetime) -> list[Row]:
    """Return who has had the draft open since then."""
    query = select(draft_editors).where(
        draft_editors.c.draft_id == draft_id, draft_editors.c.seen_at >= since
    )
    return list(connection.execute(query.order_by(draft_editors.c.seen_at)).mappings())


def insert_review(connection: Connection, row: Row) -> None:
    connection.execute(insert(draft_reviews).values(**row))


def reviews(connection: Connection, draft_id: str) -> list[Row]:
    query = select(draft_reviews).where(draft_reviews.c.draft_id == draft_id)
    return list(connection.execute(query.order_by(draft_reviews.c.id)).mappings())


def last_reviewed(connection: Connection, state: str, verdict: str) -> list[str]:
    """Return the ids of the drafts in that state whose last step of review was that verdict."""
    newest = (
        select(func.max(draft_reviews.c.id))
        .where(draft_reviews.c.draft_id == drafts.c.id)
        .correlate(drafts)
        .scalar_subquery()
    )
    query = (
        select(drafts.c.id)
        .join(draft_reviews, draft_reviews.c.draft_id == drafts.c.id)
        .where(drafts.c.state == state, draft_reviews.c.verdict == verdict, draft_reviews.c.id == newest)
    )
    return list(connection.execute(query.order_by(drafts.c.updated_at)).scalars())


def insert_note(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(draft_notes).values(**row)).inserted_primary_key[0])


def notes(connection: Connection, draft_id: str) -> list[Row]:
    query = select(draft_notes).where(draft_notes.c.draft_id == draft_id)
    return list(connection.execute(query.order_by(draft_notes.c.id)).mappings())


def settle_note(connection: Connection, draft_id: str, id: int, values: Row) -> bool:
    """Mark a note of that draft as settled; False when there is no open one."""
    found = update(draft_notes).where(
        draft_notes.c.id == id, draft_notes.c.draft_id == draft_id, draft_notes.c.settled_at.is_(None)
    )
    return bool(connection.execute(found.values(**values)).rowcount)
