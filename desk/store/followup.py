"""Rows of consumers' questions about tickets and of their ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import Connection

from .tables import ticket_questions, ticket_ratings

Row = Mapping[str, Any]


def insert_question(connection: Connection, row: Row) -> int:
    return int(connection.execute(insert(ticket_questions).values(**row)).inserted_primary_key[0])


def question(connection: Connection, id: int) -> Row | None:
    query = select(ticket_questions).where(ticket_questions.c.id == id).with_for_update()
    return connection.execute(query).mappings().first()


def change_question(connection: Connection, id: int, values: Row) -> None:
    connection.execute(update(ticket_questions).where(ticket_questions.c.id == id).values(**values))


def questions_of(connection: Connection, number: str) -> Sequence[Row]:
    query = select(ticket_questions).where(ticket_questions.c.number == number)
    return connection.execute(query.order_by(ticket_questions.c.id)).mappings().all()


def waiting_questions(connection: Connection, limit: int) -> Sequence[Row]:
    query = select(ticket_questions).where(ticket_questions.c.answered_at.is_(None))
    return connection.execute(query.order_by(ticket_questions.c.id).limit(limit)).mappings().all()


def count_waiting(connection: Connection, number: str) -> int:
    query = select(func.count()).where(
        ticket_questions.c.number == number, ticket_questions.c.answered_at.is_(None)
    )
    return int(connection.execute(query).scalar_one())


def save_rating(connection: Connection, row: Row) -> None:
    """Keep a rating in place of an earlier one of its stage; the ticket's row must be held."""
    same = (ticket_ratings.c.number == row["number"]) & (ticket_ratings.c.stage == row["stage"])
    connection.execute(delete(ticket_ratings).where(same))
    connection.execute(insert(ticket_ratings).values(**row))


def ratings_of(connection: Connection, number: str) -> Sequence[Row]:
    query = select(ticket_ratings).where(ticket_ratings.c.number == number)
    return connection.execute(query.order_by(ticket_ratings.c.at)).mappings().all()
