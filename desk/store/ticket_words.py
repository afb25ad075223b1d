"""The full-text index of tickets: FTS5 on SQLite, a GIN index over tsvector on PostgreSQL.

Both hold words that are cut already (desk.search_words), because neither can cut Chinese.

FTS5 gives the newest first by itself. GIN gives no order: of words that many tickets have it would read them all
to find the newest few. So PostgreSQL first goes through the newest tickets one by one, which tells how often the
words occur, and so how far back to look, and whether the index is the quicker way.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import TextClause

MERGED_PAGES = 500
MOST_FOUND = 5000  # the newest; a list is narrowed further within these
FIRST_LOOKED = 2 * MOST_FOUND  # newest tickets gone through before it is known how often the words occur
RARE = 0.03  # of those; below it the index finds them sooner than going through the tickets between them
SPARE = 1.15  # times as far back as should be enough


def put(connection: Connection, ticket_id: int, words: Sequence[str]) -> None:
    """Keep the words of a ticket, in place of those it had."""
    connection.execute(_DELETE[connection.dialect.name], {"id": ticket_id})
    said = {"id": ticket_id, "words": _kept(connection, words)}
    connection.execute(_INSERT[connection.dialect.name], said)


def newest(connection: Connection, words: Sequence[str]) -> list[int]:
    """Return the newest tickets that have all the words, the last one perhaps only begun; newest first."""
    if connection.dialect.name == "sqlite":
        sought = {"words": _quoted("sqlite", words), "most": MOST_FOUND}
        return [row[0] for row in connection.execute(_FOUND, sought).all()]
    return _newest_of_postgresql(connection, _quoted("postgresql", words))


def _newest_of_postgresql(connection: Connection, sought: str) -> list[int]:
    """Return the same, from PostgreSQL: how often the newest have the words tells which way the rest is found."""
    newest = connection.execute(_NEWEST).scalar() or 0
    below, found = newest + 1, list[int]()

    def look(query: TextClause, down_to: int) -> None:
        nonlocal below
        asked = {"words": sought, "begin": down_to, "below": below, "most": MOST_FOUND - len(found)}
        found.extend(connection.execute(query, asked).scalar_one() or ())
        below = down_to

    look(_ONE_BY_ONE, max(0, below - FIRST_LOOKED))
    while len(found) < MOST_FOUND and below > 0:
        often = len(found) / (newest + 1 - below)
        enough = ceil(SPARE * (MOST_FOUND - len(found)) / often) if often else below
        look(_ONE_BY_ONE if often >= RARE else _BY_INDEX, max(0, below - enough))
    return found


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


_FOUND = text(
    "SELECT rowid FROM ticket_words WHERE ticket_words MATCH :words ORDER BY rowid DESC LIMIT :most"
)
_NEWEST = text("SELECT max(id) FROM ticket_words")
# IS TRUE keeps the planner off the index of words, MATERIALIZED off that of ids: it cannot tell how many there are.
# All in one array: a row each would take longer to bring over than to find.
_ONE_BY_ONE = text(
    "SELECT array_agg(id ORDER BY id DESC) FROM (SELECT id FROM ticket_words"
    " WHERE (words @@ CAST(:words AS tsquery)) IS TRUE AND id >= :begin AND id < :below"
    " ORDER BY id DESC LIMIT :most) AS hits"
)
_BY_INDEX = text(
    "WITH every AS MATERIALIZED (SELECT id FROM ticket_words"
    " WHERE words @@ CAST(:words AS tsquery) AND id >= :begin AND id < :below)"
    " SELECT array_agg(id ORDER BY id DESC) FROM (SELECT id FROM every ORDER BY id DESC LIMIT :most) AS hits"
)
_DELETE = {
    "sqlite": text("DELETE FROM ticket_words WHERE rowid = :id"),
    "postgresql": text("DELETE FROM ticket_words WHERE id = :id"),
}
_INSERT = {
    "sqlite": text("INSERT INTO ticket_words (rowid, words) VALUES (:id, :words)"),
    "postgresql": text("INSERT INTO ticket_words (id, words) VALUES (:id, array_to_tsvector(:words))"),
}
