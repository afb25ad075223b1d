"""Questions the library did not answer well: where each came from, who sees to it, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from . import history
from .errors import ConversationNotFound, UnansweredNotFound
from .person_wishes import person_wanted
from .store import Store, Tx
from .store import conversations as conversation_rows
from .store import inbox as rows

LONGEST = 3000
SHORTEST = 8  # characters; what is asked is told in a sentence


class Kind(str, Enum):
    """Where a question comes from."""

    MISSED = "missed"  # the library found nothing
    REFUSED = "refused"  # 都不是: none of the cases offered was theirs
    SAFETY = "safety"  # distress or danger
    TAKEN_OVER = "taken_over"  # a person had to take the conversation
    THUMBS_DOWN = "thumbs_down"  # the answer was no help


class Outcome(str, Enum):
    """What became of a question."""

    CASE = "case"  # a case of the library answers it
    DRAFT = "draft"  # a draft was begun with it
    NOT_OURS = "not_ours"
    NOISE = "noise"


@dataclass(frozen=True)
class Unanswered:
    """A question in the inbox with the bot's decision; open until `handled_at`. `group_id` None: not grouped yet.

    `outcome` is '' for one that was ticked off before outcomes were kept; `case_id` the case that answers it now.
    """

    id: int
    conversation_id: str
    text: str
    decision: dict[str, Any]
    at: datetime
    handled_by: str | None
    handled_at: datetime | None
    case_id: str
    kind: str
    reason: str
    assigned_to: str
    outcome: str
    group_id: int | None


def record_unanswered(
    store: Store,
    conversation_id: str,
    text: str,
    decision: Mapping[str, Any] | None = None,
    *,
    kind: Kind = Kind.MISSED,
    reason: str = "",
    at: datetime | None = None,
) -> int:
    """Keep a question the library could not answer; returns its id.

    What the same conversation has open in the same words is kept once: under the kind it came with last, unless
    that was only missed again.
    """
    with store.write() as tx:
        if conversation_rows.conversation(tx.connection, conversation_id) is None:
            raise ConversationNotFound(conversation_id)
        return keep(tx, conversation_id, text, decision, kind=kind, reason=reason, at=at)


def keep(
    tx: Tx,
    conversation_id: str,
    text: str,
    decision: Mapping[str, Any] | None,
    *,
    kind: Kind,
    reason: str = "",
    at: datetime | None = None,
) -> int:
    """As record_unanswered, in a transaction that is under way and knows the conversation."""
    told = text[:LONGEST]
    known = rows.open_question(tx.connection, conversation_id, told)
    if known is not None:
        if kind is not Kind.MISSED:
            rows.change_questions(tx.connection, [known], {"kind": kind.value, "reason": reason})
        return known
    row = {
        "conversation_id": conversation_id,
        "text": told,
        "decision": dict(decision or {}),
        "at": at or _now(),
        "case_id": "",
        "kind": kind.value,
        "reason": reason,
        "assigned_to": "",
        "outcome": "",
    }
    return rows.insert_question(tx.connection, row)


def taken_over(tx: Tx, conversation_id: str, *, at: datetime | None = None) -> None:
    """A person took the conversation: its last question goes to the inbox, unless it lies there already."""
    if rows.has_open(tx.connection, conversation_id):
        return
    asked = last_question(tx, conversation_id)
    if asked:
        keep(tx, conversation_id, asked, None, kind=Kind.TAKEN_OVER, at=at)


def last_question(tx: Tx, conversation_id: str, *, before: int | None = None) -> str:
    """Return what the consumer last told in a sentence, '' for nothing; the mere wish for a person is no question."""
    edge = {} if before is None else {"before": before}
    for text in rows.told(tx.connection, conversation_id, **edge):
        if len(text) >= SHORTEST and not person_wanted(text):
            return text
    return ""


def unanswered(
    store: Store,
    *,
    handled: bool = False,
    kind: str = "",
    group_id: int | None = None,
    limit: int = 100,
    before_id: int | None = None,
) -> list[Unanswered]:
    """Return questions, newest first; `handled` those dealt with, `kind` and `group_id` only these."""
    with store.read() as tx:
        found = rows.questions(
            tx.connection, handled=handled, kind=kind, group_id=group_id, before_id=before_id, limit=limit
        )
        return [Unanswered(**row) for row in found]


def count_unanswered(store: Store) -> int:
    """Return how many questions wait for a curator."""
    with store.read() as tx:
        return sum(rows.open_by_kind(tx.connection).values())


def count_by_kind(store: Store) -> dict[str, int]:
    """Return how many open questions there are of each kind; kinds without any are left out."""
    with store.read() as tx:
        return rows.open_by_kind(tx.connection)


def texts(store: Store, ids: Collection[int]) -> dict[int, str]:
    """Return what was asked, by question."""
    with store.read() as tx:
        return rows.texts(tx.connection, ids)


def assign(store: Store, ids: Collection[int], *, to: str, by: str) -> int:
    """`to` (an id, '' for nobody) sees to these open questions; returns how many changed, UnansweredNotFound if none."""
    with store.write() as tx:
        open_ids = _open(tx, ids)
        rows.change_questions(tx.connection, open_ids, {"assigned_to": to})
        for id in open_ids:
            history.record(tx, "question:owner:change", str(id), by=by, to=to)
        return len(open_ids)


def settle(
    store: Store,
    ids: Collection[int],
    outcome: Outcome,
    *,
    by: str,
    case_id: str = "",
    at: datetime | None = None,
) -> int:
    """Close these open questions with what became of them; returns how many, UnansweredNotFound if none was open."""
    moment = at or _now()
    with store.write() as tx:
        open_ids = _open(tx, ids)
        values = {"handled_by": by, "handled_at": moment, "case_id": case_id, "outcome": outcome.value}
        rows.change_questions(tx.connection, open_ids, values)
        for id in open_ids:
            history.record(
                tx,
                "question:unanswered:handle",
                str(id),
                by=by,
                at=moment,
                case=case_id,
                outcome=outcome.value,
            )
        return len(open_ids)


def reopen(store: Store, id: int, *, by: str) -> None:
    """Take back what became of a question; UnansweredNotFound unless it was closed."""
    with store.write() as tx:
        if not rows.reopen_question(tx.connection, id):
            raise UnansweredNotFound(str(id))
        history.record(tx, "question:unanswered:reopen", str(id), by=by)


def _open(tx: Tx, ids: Collection[int]) -> list[int]:
    found = rows.open_of(tx.connection, ids)
    if not found:
        raise UnansweredNotFound(",".join(map(str, sorted(ids)[:5])))
    return found


def _now() -> datetime:
    return datetime.now(timezone.utc)
