"""Where something happened: the province, city and district a text names, and what local law holds there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from knowledge.content import Law

READ = 200  # characters of a text in which a place is looked for


@lru_cache(maxsize=512)
def region(text: str) -> str | None:
    """Province, city and district named in the text, joined; None when it names no place."""
    import cpca

    row = cpca.transform([text]).iloc[0]
    parts = [
        str(row[column]) for column in ("省", "市", "区") if isinstance(row[column], str) and row[column]
    ]
    return "".join(dict.fromkeys(part for part in parts if part != "市辖区")) or None


def told_region(texts: Iterable[str]) -> str | None:
    """The last place named in a story's texts, in the order they were written; None when none is."""
    named = [place for text in texts if (place := region(text[:READ]))]
    return named[-1] if named else None


def holds_in(law: Law, place: str | None) -> bool:
    """Whether a local law holds at that place; a national one holds everywhere."""
    return not law.region or bool(place and place.startswith(law.region))
