"""Questions a release must go on answering: each kept together with the case that is right for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from . import history
from .personal import without_person
from .store import Store
from .store import releases as rows


def keep(store: Store, text: str, case_id: str, *, by: str) -> None:
    """Keep a question together with the case that must be found for it; kept once, without numbers of persons."""
    with store.write() as tx:
        row = {
            "text": without_person(text).strip()[:400],
            "case_id": case_id,
            "by": by,
            "at": datetime.now(timezone.utc),
        }
        rows.keep_question(tx.connection, row)
        history.record(tx, "library:question:keep", case_id, by=by)


def drop(store: Store, id: int, *, by: str) -> None:
    """Ask that question no more."""
    with store.write() as tx:
        rows.drop_question(tx.connection, id)
        history.record(tx, "library:question:drop", str(id), by=by)


def kept(store: Store) -> list[Mapping[str, Any]]:
    """Return id, text, case_id, by and at of the questions kept by hand."""
    with store.read() as tx:
        return list(rows.questions(tx.connection))


def pairs(store: Store) -> list[tuple[str, str]]:
    """Return (question, case id): those kept by hand and the unanswered ones closed by naming a case."""
    with store.read() as tx:
        kept = [(row["text"], row["case_id"]) for row in rows.questions(tx.connection)]
        return list(dict.fromkeys([*kept, *rows.answered_questions(tx.connection)]))
