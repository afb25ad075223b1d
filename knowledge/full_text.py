"""BM25 over the library's lines (SQLite FTS5): those the index holds, and the many more that only full text holds."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.index import Index

WORDS = 32  # words of a text that go into the full-text query, rarest first
FEWEST = 3  # of which so many always, however common
TOUCHED = 6_000  # rows that one query may touch: what the commonest words add tells little and costs most
TOUCHED_MORE = 4_000  # the same for lines beyond the index
ROWS = 200
FOUND = 24  # of which so many are compared with the text itself
STRETCH = 2.2  # what BM25 multiplies an idf with at most


@dataclass(frozen=True)
class Line:
    """A line that only full text holds: its case, its text, and its share of the best score a line could reach."""

    case_id: str
    text: str
    share: float


class FullText:
    """Scores as shares of the best a line could reach, 0..1."""

    def __init__(self, connection: sqlite3.Connection, index: Index) -> None:
        self._connection = connection
        self._index = index
        self._has_more = index.more_lines > 0

    def rows(self, words: Sequence[str]) -> dict[int, float]:
        """Index row → share, for the rows that share words with the query."""
        known = self._affordable(words, TOUCHED, len(self._index.row_case), FEWEST)
        if not known:
            return {}
        found = self._connection.execute(
            "SELECT rowid, -bm25(lines_fts) FROM lines_fts WHERE lines_fts MATCH ? ORDER BY rank LIMIT ?",
            (_any(known), ROWS),
        )
        best = self._best(words, known)
        return {rowid - 1: score / best for rowid, score in found}

    def more(self, words: Sequence[str]) -> list[Line]:
        """The best lines beyond the index by the text's rare words; a line of common words alone is not looked for."""
        if not self._has_more:
            return []
        known = self._affordable(words, TOUCHED_MORE, self._index.more_lines, 0)
        if not known:
            return []
        found = self._connection.execute(
            "SELECT case_id, text, -bm25(more_lines_fts) FROM more_lines_fts "
            "JOIN more_lines ON more_lines.id = more_lines_fts.rowid "
            "WHERE more_lines_fts MATCH ? ORDER BY rank LIMIT ?",
            (_any(known), FOUND),
        )
        best = self._best(words, known)
        return [Line(case_id, text, score / best) for case_id, text, score in found]

    def _affordable(self, words: Sequence[str], budget: int, lines: int, fewest: int) -> list[str]:
        """The rarest words, until together they stand in more than `budget` of so many lines."""
        idf = self._index.word_idf
        known = sorted({word for word in words if word in idf}, key=lambda word: (-idf[word], word))[:WORDS]
        share = lines / max(self._index.documents, 1)
        touched = 0.0
        for n, word in enumerate(known):
            touched += share * self._documents_with(word)
            if touched > budget and n >= fewest:
                return known[:n]
        return known

    def _best(self, words: Sequence[str], known: Sequence[str]) -> float:
        idf = self._index.word_idf
        unseen = sum(word not in idf for word in set(words))
        return STRETCH * (sum(idf[word] for word in known) + min(unseen, 4) * self._index.unseen_idf)

    def _documents_with(self, word: str) -> int:
        """How many documents held the word, read back from its idf."""
        return round((self._index.documents + 1) / math.exp(self._index.word_idf[word] - 1)) - 1


def _any(words: Sequence[str]) -> str:
    return " OR ".join('"' + word.replace('"', "") + '"' for word in words)
