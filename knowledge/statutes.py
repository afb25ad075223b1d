"""Statute texts, when an operator has them: which articles they hold and what those say."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from knowledge.citations import article_words
from knowledge.content import Edition, Law
from knowledge.statute_files import read_statute


class Statutes:
    """A folder of Markdown statutes, named by the register's `text` entries."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, law: Law, edition: Edition, article: str) -> bool:
        """Whether the text has the article; also when no text is held, or only part of it (nothing to say then)."""
        articles = self.articles(law, edition)
        return not articles or edition.excerpt or article_words(article) in articles

    def text(self, law: Law, edition: Edition, article: str) -> str | None:
        """The article's own words, or None when they are not held."""
        return self.articles(law, edition).get(article_words(article))

    def articles(self, law: Law, edition: Edition) -> dict[str, str]:
        """第…条 → text, of all files of an edition; empty when the folder lacks them."""
        held: dict[str, str] = {}
        for name in edition.text:
            held.update(_articles(self._folder / name))
        return held


@lru_cache(maxsize=256)
def _articles(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    return {article_words(article.number): article.text for article in read_statute(file).text.articles}
