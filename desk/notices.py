"""Telling the parties: a letter is sent with the decision it tells of, and kept as the record of it.

The consumer's letter lands in the chat they complained in; the business's goes out by post, by
telephone or in person and is recorded here. Order 121, art. 15, 18, 23, 34.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from . import letters
from .clock import beijing_day
from .conversation_rows import keep_message, row_of
from .course import CONSUMER, NOTICE_SENT, course_of
from .errors import NoticeNotFound, NoticeRefused
from .letters import Letter
from .progress import move
from .store import Store, Tx
from .store import links as link_rows
from .ticket import Step, Ticket, TicketKind, TicketStatus
from .ticket_news import news_of
from .ticket_rows import (
    Row,
    event_at_rest,
    events_of,
    existing,
    happened,
    locked,
    masked_ticket,
    now,
    ticket_row,
)

CHAT = "chat"
WAYS = {
    CONSUMER: (CHAT, "phone", "letter", "in_person"),
    "merchant": ("phone", "letter", "in_person", "online"),
}
LONGEST_LETTER = 4000


@dataclass(frozen=True)
class Notice:
    """What was told: to whom (`party`), how, by whom and when, in exactly these words."""

    id: int
    number: str
    kind: str
    party: str
    how: str
    title: str
    text: str
    by: str
    at: datetime


def proposed(
    store: Store, number: str, kind: str, step: Step, *, our_office: str, at: datetime | None = None
) -> Letter:
    """Return the letter of this kind filled from the ticket for `step`; NoticeRefused (kind)."""
    with store.read() as tx:
        row = ticket_row(tx, number)
        _known(kind, row)
        return _letter(tx, row, kind, step, our_office, at or now())


def decide(
    store: Store,
    number: str,
    step: Step,
    *,
    by: str,
    our_office: str,
    kind: str = "",
    at: datetime | None = None,
) -> Ticket:
    """Take a step and tell the consumer in the same transaction; `step.text` is the letter as edited.

    `kind` is the letter, where it is not the usual one of the step.

    NoticeRefused: kind (no letter goes with this step), unfilled, empty, too_long; and what
    progress.advance raises. Nothing is done unless all of it is.
    """
    moment = at or now()
    text = _fit(step.text)
    with store.write() as tx:
        row = locked(tx, number)
        kinds = letters.kinds_for(TicketKind(row["kind"]), step.to)
        if not kinds:
            raise NoticeRefused("kind")
        sent = kind or kinds[0]
        title = _known(sent, row)["title"]
        id = _keep(tx, row, sent, CHAT, title, text, by, moment)
        moved = move(tx, number, step, by=by, at=moment, notice=id)
        _say(tx, row, id, title, text, step.to, moment)
        return moved


def send(
    store: Store, number: str, kind: str, text: str, *, how: str, by: str, at: datetime | None = None
) -> Notice:
    """Tell a party outside a step, or record that they were told by telephone, post or in person.

    NoticeRefused: kind, how (not a way to reach that party), unfilled, empty, too_long.
    """
    moment = at or now()
    with store.write() as tx:
        row = locked(tx, number)
        entry, words = _known(kind, row), _fit(text)
        if how not in WAYS[entry["party"]]:
            raise NoticeRefused("how")
        id = _keep(tx, row, kind, how, entry["title"], words, by, moment)
        if how == CHAT:
            _say(tx, row, id, entry["title"], words, TicketStatus(row["status"]), moment)
        sent = event_at_rest(
            row, NOTICE_SENT, by=by, at=moment, kind=kind, party=entry["party"], how=how, notice=id
        )
        happened(tx, row, sent)
        kept = link_rows.notice(tx.connection, number, id)
        return _notice(existing(kept, number))


def tell(tx: Tx, number: str, kind: str, *, by: str, at: datetime, **values: str) -> None:
    """Send a letter that needs no editing, in the transaction of the deed it tells of."""
    row = ticket_row(tx, number)
    if row["kind"] == TicketKind.REPORT.value:
        kind = f"report_{kind}"
    letter = _letter(tx, row, kind, Step(TicketStatus(row["status"])), "", at, **values)
    text = _fit(letter.text)
    id = _keep(tx, row, kind, CHAT, letter.title, text, by, at)
    _say(tx, row, id, letter.title, text, TicketStatus(row["status"]), at)
    happened(tx, row, event_at_rest(row, NOTICE_SENT, by=by, at=at, kind=kind, how=CHAT, notice=id))


def told(store: Store, number: str) -> list[Notice]:
    """Return what was told about a ticket, oldest first."""
    with store.read() as tx:
        return [_notice(row) for row in link_rows.notices_of(tx.connection, number)]


def get(store: Store, number: str, id: int) -> Notice:
    """Return one notice of that ticket; NoticeNotFound."""
    with store.read() as tx:
        row = link_rows.notice(tx.connection, number, id)
    if row is None:
        raise NoticeNotFound(f"{number}: {id}")
    return _notice(row)


def _letter(tx: Tx, row: Row, kind: str, step: Step, our_office: str, at: datetime, **values: str) -> Letter:
    course = course_of(TicketKind(row["kind"]), events_of(tx, row["number"]))
    ticket = masked_ticket(tx.seal, row)
    return letters.compose(kind, ticket, course, step, today=beijing_day(at), our_office=our_office, **values)


def _known(kind: str, row: Row) -> dict[str, str]:
    entry = letters.texts().notices.get(kind)
    if entry is None or entry["of"] != row["kind"]:
        raise NoticeRefused("kind")
    return dict(entry)


def _fit(text: str) -> str:
    words = text.strip()
    if not words:
        raise NoticeRefused("empty")
    if len(words) > LONGEST_LETTER:
        raise NoticeRefused("too_long")
    if letters.unfilled(words):
        raise NoticeRefused("unfilled")
    return words


def _keep(tx: Tx, row: Row, kind: str, how: str, title: str, text: str, by: str, at: datetime) -> int:
    party = letters.texts().notices[kind]["party"]
    kept = {"number": row["number"], "kind": kind, "party": party, "how": how}
    return link_rows.insert_notice(
        tx.connection, {**kept, "title": title, "text": text, "by": by, "at": at, "message_id": None}
    )


def _say(tx: Tx, row: Row, id: int, title: str, text: str, status: TicketStatus, at: datetime) -> None:
    conversation = row_of(tx, row["conversation_id"], lock=True)
    body = {"text": f"{title}\n{text}", "ticket_news": news_of(row, status.value)}
    message = keep_message(tx, conversation, "system", "text", body, None, None, at)
    link_rows.change_notice(tx.connection, id, {"message_id": message.id})


def _notice(row: Row) -> Notice:
    return Notice(**{name: row[name] for name in Notice.__dataclass_fields__})
