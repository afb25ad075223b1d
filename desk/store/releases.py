"""Rows of releases: what each holds, which one is served, who serves it, and the runs that make them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from .tables import (
    case_texts,
    kept_questions,
    library_nodes,
    library_state,
    release_cases,
    release_runs,
    releases,
    unanswered,
)

Row = Mapping[str, Any]
STATE = 1  # the one row of library_state


def insert_release(connection: Connection, row: Row) -> None:
    connection.execute(insert(releases).values(**row))


def release(connection: Connection, number: int) -> Row | None:
    return connection.execute(select(releases).where(releases.c.number == number)).mappings().first()


def newest(connection: Connection, limit: int) -> list[Row]:
    """Return the releases that were ever served, newest first."""
    query = select(releases).where(releases.c.served_at.is_not(None))
    query = query.order_by(releases.c.number.desc()).limit(limit)
    return list(connection.execute(query).mappings())


def highest(connection: Connection) -> int:
    return int(connection.execute(select(func.max(releases.c.number))).scalar() or 0)


def keep_texts(connection: Connection, texts: Mapping[str, Any]) -> None:
    """Keep documents by digest; those held already are left alone."""
    held = set(connection.execute(select(case_texts.c.digest)).scalars())
    new = [{"digest": digest, "document": text} for digest, text in texts.items() if digest not in held]
    if new:
        connection.execute(insert(case_texts), new)


def insert_cases(connection: Connection, cases: Iterable[Row]) -> None:
    found = [dict(row) for row in cases]
    if found:
        connection.execute(insert(release_cases), found)


def contents(connection: Connection, number: int) -> list[Row]:
    """Return case_id, digest and draft_id of everything in a release, taken-out cases with digest ''."""
    query = select(release_cases).where(release_cases.c.release == number)
    return list(connection.execute(query.order_by(release_cases.c.case_id)).mappings())


def documents(connection: Connection, number: int) -> dict[str, Any]:
    """Return case id → document of a release."""
    joined = release_cases.join(case_texts, release_cases.c.digest == case_texts.c.digest)
    query = select(release_cases.c.case_id, case_texts.c.document).select_from(joined)
    found = connection.execute(
        query.where(release_cases.c.release == number).order_by(release_cases.c.case_id)
    )
    return {case_id: document for case_id, document in found}


def document(connection: Connection, number: int, case_id: str) -> Any | None:
    joined = release_cases.join(case_texts, release_cases.c.digest == case_texts.c.digest)
    query = select(case_texts.c.document).select_from(joined)
    here = (release_cases.c.release == number) & (release_cases.c.case_id == case_id)
    return connection.execute(query.where(here)).scalar()


def current(connection: Connection, *, lock: bool = False) -> int:
    """Return the number of the release that is served, 0 before there is one."""
    query = select(library_state.c.release).where(library_state.c.id == STATE)
    return int(connection.execute(query.with_for_update() if lock else query).scalar() or 0)


def point(connection: Connection, number: int, by: str, at: datetime) -> None:
    values = {"release": number, "moved_by": by, "moved_at": at}
    changed = update(library_state).where(library_state.c.id == STATE).values(**values)
    if connection.execute(changed).rowcount == 0:
        connection.execute(insert(library_state).values(id=STATE, **values))
    first = update(releases).where(releases.c.number == number, releases.c.served_at.is_(None))
    connection.execute(first.values(served_at=at))


def report_node(connection: Connection, node: str, values: Row) -> None:
    changed = update(library_nodes).where(library_nodes.c.node == node).values(**values)
    if connection.execute(changed).rowcount == 0:
        connection.execute(insert(library_nodes).values(node=node, **values))


def nodes(connection: Connection, since: datetime) -> list[Row]:
    query = select(library_nodes).where(library_nodes.c.seen_at >= since)
    return list(connection.execute(query.order_by(library_nodes.c.node)).mappings())


def forget_nodes(connection: Connection, before: datetime) -> None:
    connection.execute(delete(library_nodes).where(library_nodes.c.seen_at < before))


def insert_run(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(release_runs).values(**row)).inserted_primary_key[0])


def run(connection: Connection, id: int, *, lock: bool = False) -> Row | None:
    query = select(release_runs).where(release_runs.c.id == id)
    return connection.execute(query.with_for_update() if lock else query).mappings().first()


def newest_runs(connection: Connection, limit: int) -> list[Row]:
    query = select(release_runs).order_by(release_runs.c.id.desc()).limit(limit)
    return list(connection.execute(query).mappings())


def runs_in(connection: Connection, states: Iterable[str]) -> list[Row]:
    query = select(release_runs).where(release_runs.c.state.in_(list(states)))
    return list(connection.execute(query.order_by(release_runs.c.id)).mappings())


def change_run(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(release_runs).where(release_runs.c.id == id).values(**values))


def keep_question(connection: Connection, row: Row) -> None:
    same = (kept_questions.c.text == row["text"]) & (kept_questions.c.case_id == row["case_id"])
    if connection.execute(select(kept_questions.c.id).where(same)).first() is None:
        connection.execute(insert(kept_questions).values(**row))


def drop_question(connection: Connection, id: int) -> None:
    connection.execute(delete(kept_questions).where(kept_questions.c.id == id))


def questions(connection: Connection) -> list[Row]:
    return list(connection.execute(select(kept_questions).order_by(kept_questions.c.id)).mappings())


def answered_questions(connection: Connection) -> list[tuple[str, str]]:
    """Return (text, case id) of the unanswered questions that were closed by naming a case."""
    query = select(unanswered.c.text, unanswered.c.case_id).where(
        unanswered.c.handled_at.is_not(None), unanswered.c.case_id != ""
    )
    return [(text, case_id) for text, case_id in connection.execute(query.order_by(unanswered.c.id))]
