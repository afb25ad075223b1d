"""The full-text index of tickets: FTS5 on SQLite, a GIN index over tsvector on PostgreSQL.

Both hold words that are cut already (desk.search_words), because neither can cut Chinese.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Integer, bindparam, literal_column, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.sql import Select

MERGED_PAGES = 500
MOST_FOUND = 5000  # the newest; a list is narrowed further within these


def put(connection: Connection, ticket_id: int, words: Sequence[str]) -> None:
    """Keep the words of a ticket, in place of those it had."""
    connection.execute(_DELETE[connection.dialect.name], {"id": ticket_id})
    said = {"id": ticket_id, "words": _kept(connection, words)}
    connection.execute(_INSERT[connection.dialect.name], said)


def found(dialect: str, words: Sequence[str]) -> Select:
    """Return a query of the newest tickets that have all the words, the last one perhaps only begun."""
    if dialect == "sqlite":
        id, matches = literal_column("rowid", Integer), text("ticket_words MATCH :words")
    else:
        id, matches = literal_column("id", Integer), text("words @@ CAST(:words AS tsquery)")
    # Unique: a statement may look for several.
    sought = bindparam("words", _quoted(dialect, words), unique=True)
    query = select(id).select_from(text("ticket_words")).where(matches.bindparams(sought))
    return query.order_by(id.desc()).limit(MOST_FOUND)


def settle(connection: Connection, *, begin: bool) -> bool:
    """Drop what was deleted from the index file for good, a piece at a time; True while there is more.

    Only FTS5 keeps it back; PostgreSQL's own vacuum sees to its index.
    """
    if connection.dialect.name != "sqlite":
        return False
    driver = connection.connection.driver_connection
    before = driver.total_changes
    pages = -MERGED_PAGES if begin else MERGED_PAGES
    connection.execute(
        text("INSERT INTO ticket_words (ticket_words, rank) VALUES ('merge', :pages)"), {"pages": pages}
    )
    return driver.total_changes - before >= 2


def _kept(connection: Connection, words: Sequence[str]) -> str | list[str]:
    return " ".join(words) if connection.dialect.name == "sqlite" else list(words)


def _quoted(dialect: str, words: Sequence[str]) -> str:
    begun = may_go_on(words[-1])
    if dialect == "sqlite":
        return " AND ".join(f'"{word}"' for word in words) + ("*" if begun else "")
    lexemes = ["'" + word.replace("'", "''") + "'" for word in words]
    return " & ".join(lexemes) + (":*" if begun else "")


def may_go_on(piece: str) -> bool:
    """Tell whether longer pieces than this one may begin with it: none does with a pair of Chinese characters.

    To look for beginnings takes FTS5 a hundred times as long as to look for the piece itself.
    """
    return piece.isascii() or len(piece) < 2


_DELETE = {
    "sqlite": text("DELETE FROM ticket_words WHERE rowid = :id"),
    "postgresql": text("DELETE FROM ticket_words WHERE id = :id"),
}
_INSERT = {
    "sqlite": text("INSERT INTO ticket_words (rowid, words) VALUES (:id, :words)"),
    "postgresql": text("INSERT INTO ticket_words (id, words) VALUES (:id, array_to_tsvector(:words))"),
}
