"""What a library file is and holds, read without opening it for search: quick to import and quick to run."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

KINDS = ("laws", "topics", "offices", "referrals", "steps")
LAWBOOK = "laws.db"  # beside the library file: the official texts taken in


def released(path: Path) -> Mapping[str, Any] | None:
    """The release row (number, digest, recipe …) of a library file, or None when there is none to read."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            row = connection.execute("SELECT * FROM release").fetchone()
            return dict(row) if row else None
    except sqlite3.DatabaseError:
        return None


def entries(path: Path, kind: str) -> dict[str, Any]:
    """Id → plain data of everything of a kind (cases, laws, topics …), in the order of the file."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        rows = connection.execute(f"SELECT id, data FROM {kind} ORDER BY rowid")
        return {id: json.loads(data) for id, data in rows}
