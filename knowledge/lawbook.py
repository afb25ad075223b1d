"""The official texts an operator has taken in: editions of statutes, article by article, in one SQLite file.

With them an answer quotes an article verbatim with its date, the check verifies citations, and two editions can be
compared. Without them everything works on the register's own gists.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import sqlite_utils

from knowledge.citations import article_order, law_names
from knowledge.content import Law
from knowledge.errors import StatuteRefused
from knowledge.statute_files import StatuteFile, read_statute
from knowledge.statute_text import Article, same_words

EDITION = {
    "law": str,
    "effective": str,
    "adopted": str,
    "title": str,
    "excerpt": int,
    "imported_at": str,
}
ARTICLE = {
    "law": str,
    "effective": str,
    "number": str,
    "position": int,
    "divisions": str,
    "text": str,
    "file": str,
}


@dataclass(frozen=True)
class Held:
    """One edition of a law as held here."""

    law: str
    effective: str
    adopted: str
    title: str
    excerpt: bool
    articles: int


@dataclass(frozen=True)
class Taken:
    """What one import did: `added` articles are new, the rest were held already with the same words."""

    file: Path
    law: str
    title: str
    effective: str
    articles: int
    added: int
    registered: bool


class Lawbook:
    """A file of official texts. Reading a file that does not exist finds nothing; importing makes it."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    def take(
        self,
        file: StatuteFile,
        laws: Mapping[str, Law],
        *,
        law: str = "",
        effective: str = "",
        replace: bool = False,
    ) -> Taken:
        """Take one file in. Raises StatuteRefused when its law or date is unknown or held articles read differently.

        `law`, `effective` say what the file does not; `replace` puts the file's words in place of those held.
        """
        id = (
            law
            or law_names(laws).get(file.title.removeprefix("中华人民共和国"), "")
            or law_names(laws).get(file.title, "")
        )
        if id not in laws:
            known = (
                f"{id!r} is not in the register" if id else f"no law of the register is called {file.title!r}"
            )
            raise StatuteRefused(
                file.path, f"{known}; add knowledge/laws/<id>.yml or say which with --law ID"
            )
        day = effective or file.effective
        if not day:
            raise StatuteRefused(
                file.path, "does not say since when this edition is in force; add --effective YYYY-MM-DD"
            )
        held = self.articles(id, day)
        other = [
            a.number
            for a in file.text.articles
            if a.number in held and not same_words(held[a.number], a.text)
        ]
        if other and not replace:
            raise StatuteRefused(
                file.path,
                f"{laws[id].name} of {day} is held with other words in {_listed(other)}; "
                "correct the date, or add --replace to put this text in their place",
            )
        added = [a for a in file.text.articles if a.number not in held]
        self._write(
            id, day, file, [a for a in file.text.articles if a.number not in held or a.number in other]
        )
        registered = any(edition.effective == day for edition in laws[id].editions)
        return Taken(file.path, id, laws[id].name, day, len(file.text.articles), len(added), registered)

    def _write(self, law: str, day: str, file: StatuteFile, articles: Sequence[Article]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite_utils.Database(self.path)
        try:
            with database.conn:
                if "articles" not in database.table_names():
                    database.table("editions").create(EDITION, pk=("law", "effective"))
                    database.table("articles").create(ARTICLE, pk=("law", "effective", "number"))
                now = datetime.now(timezone.utc).isoformat(timespec="seconds")
                row = {"law": law, "effective": day, "adopted": file.adopted, "title": file.title}
                database.table("editions").upsert(
                    {**row, "excerpt": int(file.excerpt), "imported_at": now}, pk=("law", "effective")
                )
                database.table("articles").upsert_all(
                    [
                        {
                            "law": law,
                            "effective": day,
                            "number": article.number,
                            "position": 100 * base + part,
                            "divisions": json.dumps(article.divisions, ensure_ascii=False),
                            "text": article.text,
                            "file": f"{file.path.name} {hashlib.sha256(file.source.encode()).hexdigest()[:16]}",
                        }
                        for article in articles
                        for base, part in [article_order(article.number)]
                    ],
                    pk=("law", "effective", "number"),
                )
        finally:
            database.close()

    def editions(self, law: str = "") -> list[Held]:
        """Every edition held, by law and day."""
        rows = self._rows(
            "SELECT e.law, e.effective, e.adopted, e.title, e.excerpt, COUNT(a.number) FROM editions e "
            "LEFT JOIN articles a ON a.law = e.law AND a.effective = e.effective "
            "WHERE :law IN ('', e.law) GROUP BY e.law, e.effective ORDER BY e.law, e.effective",
            {"law": law},
        )
        return [Held(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows]

    def articles(self, law: str, effective: str) -> dict[str, str]:
        """Article number → its words, in order; empty when that edition is not held."""
        rows = self._rows(
            "SELECT number, text FROM articles WHERE law = :law AND effective = :day ORDER BY position",
            {"law": law, "day": effective},
        )
        return dict(rows)

    def quote(self, law: Law, article: str, on: str) -> str:
        """The article's words in the edition in force on that ISO day; '' when they are not held."""
        edition = law.in_force(on)
        rows = self._rows(
            "SELECT text FROM articles WHERE law = :law AND effective = :day AND number = :number",
            {"law": law.id, "day": edition.effective if edition else "", "number": article},
        )
        return str(rows[0][0]) if rows else ""

    def _rows(self, query: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        if not self.path.exists():
            return []
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            try:
                return connection.execute(query, parameters).fetchall()
            except sqlite3.OperationalError:
                return []  # a file that no import has filled yet


def take_files(
    lawbook: Lawbook, paths: Sequence[Path], laws: Mapping[str, Law], **options: Any
) -> Iterator[Taken | StatuteRefused]:
    """Take files in one by one; a refused one is told and the others go on."""
    for path in paths:
        try:
            yield lawbook.take(read_statute(path), laws, **options)
        except StatuteRefused as refused:
            yield refused


def _listed(numbers: Sequence[str], most: int = 5) -> str:
    return ", ".join(numbers[:most]) + (f" and {len(numbers) - most} more" if len(numbers) > most else "")
