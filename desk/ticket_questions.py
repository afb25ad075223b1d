"""What a consumer asks about their ticket: kept with it and in the conversation, answered in both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import history, wording
from .conversation_rows import keep_message, row_of
from .errors import QuestionRefused
from .store import Store
from .store import followup as rows
from .ticket_rows import locked, now

LONGEST_QUESTION = 500
LONGEST_ANSWER = 2000
MOST_WAITING = 3
QUOTED = 40  # characters of a question in its answer


@dataclass(frozen=True)
class Question:
    """A question about a ticket; `answered_at` None while it waits."""

    id: int
    number: str
    text: str
    at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


def ask(store: Store, number: str, text: str, *, at: datetime | None = None) -> Question:
    """Keep a consumer's question; QuestionRefused: empty, too_long, too_many (three wait already)."""
    moment, words = at or now(), text.strip()
    if not words:
        raise QuestionRefused("empty")
    if len(words) > LONGEST_QUESTION:
        raise QuestionRefused("too_long")
    with store.write() as tx:
        ticket = locked(tx, number)
        if rows.count_waiting(tx.connection, number) >= MOST_WAITING:
            raise QuestionRefused("too_many")
        row = {
            "number": number,
            "text": words,
            "at": moment,
            "answer": "",
            "answered_by": "",
            "answered_at": None,
        }
        id = rows.insert_question(tx.connection, row)
        conversation = row_of(tx, ticket["conversation_id"], lock=True)
        said = wording.say("ticket_questions", "asked").format(number=number, text=words)
        body = {"text": said, "to": conversation["owner"], "ticket_question": id}
        keep_message(tx, conversation, "consumer", "text", body, None, None, moment)
        history.record(tx, "ticket:question:ask", number, by="consumer", at=at, question=id)
    return Question(id=id, **row)  # type: ignore[arg-type]


def answer(store: Store, number: str, id: int, text: str, *, by: str, at: datetime | None = None) -> Question:
    """Answer a question of this ticket, in the conversation too; QuestionRefused: empty, too_long, answered."""
    moment, words = at or now(), text.strip()
    if not words:
        raise QuestionRefused("empty")
    if len(words) > LONGEST_ANSWER:
        raise QuestionRefused("too_long")
    with store.write() as tx:
        ticket = locked(tx, number)
        row = rows.question(tx.connection, id)
        if row is None or row["number"] != number or row["answered_at"] is not None:
            raise QuestionRefused("answered")
        values = {"answer": words, "answered_by": by, "answered_at": moment}
        rows.change_question(tx.connection, id, values)
        conversation = row_of(tx, ticket["conversation_id"], lock=True)
        quoted = row["text"] if len(row["text"]) <= QUOTED else row["text"][:QUOTED] + "…"
        said = wording.say("ticket_questions", "answered").format(number=number, quoted=quoted, text=words)
        keep_message(tx, conversation, "staff", "text", {"text": said}, by, None, moment)
        history.record(tx, "ticket:question:answer", number, by=by, at=at, question=id)
        return _question({**row, **values})


def of_ticket(store: Store, number: str) -> list[Question]:
    """Return the questions about a ticket, oldest first."""
    with store.read() as tx:
        return [_question(row) for row in rows.questions_of(tx.connection, number)]


def waiting(store: Store, *, limit: int = 200) -> list[Question]:
    """Return the questions nobody answered yet, the oldest first."""
    with store.read() as tx:
        return [_question(row) for row in rows.waiting_questions(tx.connection, limit)]


def _question(row: Mapping[str, Any]) -> Question:
    return Question(**{name: row[name] for name in Question.__dataclass_fields__})
