"""Tickets are found by any word: a full-text index, filled from the tickets there are."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from desk import search_words
from desk.store import ticket_words

revision = "0003"
down_revision = "0002"

BATCH = 500


def upgrade() -> None:
    """Make the index and fill it."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE ticket_words USING fts5(words, detail=none, columnsize=0)")
    else:
        op.execute("CREATE TABLE ticket_words (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_ticket_words_words ON ticket_words USING gin (words)")
    columns = ", ".join(("id", *search_words.SEARCHED))
    page = text(f"SELECT {columns} FROM tickets WHERE id > :last ORDER BY id LIMIT {BATCH}")
    last = 0
    while rows := connection.execute(page, {"last": last}).mappings().all():
        for row in rows:
            ticket_words.put(connection, row["id"], search_words.of_ticket(row))
        last = rows[-1]["id"]
