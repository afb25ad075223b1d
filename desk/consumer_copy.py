"""A consumer's own data in one piece, to take away (Personal Information Protection Law, article 45)."""

from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

from . import (
    conversations,
    evidence,
    history,
    materials,
    notices,
    ratings,
    ticket_questions,
    ticket_ratings,
    tickets,
)
from .store import Store

FORM = "weiquan.consumer-data.1"
MOST_MESSAGES = 1000
OWN = ("name", "phone", "address")
MATTER = (
    "kind",
    "status",
    "merchant_name",
    "merchant_address",
    "request",
    "story",
    "amount",
    "happened_on",
    "topic",
    "agent_for",
    "created_at",
    "updated_at",
    "accept_by",
    "mediate_by",
)


def copy_of(store: Store, number: str, *, by: str, at: datetime | None = None) -> dict[str, Any]:
    """Return everything kept about the person of a ticket, JSON-ready; that it was given out is recorded.

    The ticket, its course, the files' names, what the consumer was told, asked and rated, and the
    whole conversation it came from. Not what staff wrote to each other.
    """
    moment = at or datetime.now(timezone.utc)
    with store.write() as tx:
        ticket = tickets.get(store, number)
        personal = tickets.reveal(store, number, by=by, purpose="export", at=moment)
        history.record(tx, "consumer:data:export", number, by=by, at=moment)
    return {
        "form": FORM,
        "made_at": moment.isoformat(),
        "person": {name: getattr(personal, name) for name in OWN},
        "ticket": {"number": number, **{name: _plain(getattr(ticket, name)) for name in MATTER}},
        "course": [_milestone(step) for step in tickets.timeline(store, number)],
        "letters": [_letter(told) for told in notices.told(store, number) if told.party == "consumer"],
        "questions": [_question(asked) for asked in ticket_questions.of_ticket(store, number)],
        "requests": [_request(asked) for asked in materials.requests(store, number)],
        "ratings": [_rating(given) for given in ticket_ratings.of_ticket(store, number)],
        "answer_ratings": _answer_ratings(store, ticket.conversation_id),
        "files": [_file(found) for found in evidence.for_conversation(store, ticket.conversation_id)],
        "messages": _messages(store, ticket.conversation_id),
    }


def _messages(store: Store, conversation_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = 0
    while batch := conversations.messages(store, conversation_id, after, MOST_MESSAGES):
        found += [
            {"at": _plain(message.at), "by": message.author, "text": _words(message.body)}
            for message in batch
        ]
        after = batch[-1].id
    return [message for message in found if message["text"]]


def _words(body: dict[str, Any]) -> str:
    """Return what a message says, whatever its kind."""
    lines = [str(body.get("text") or (body.get("card") or {}).get("answer") or "")]
    lines += [
        f"{row.get('label')}：{row.get('value') or ''}"
        for row in (body.get("summary") or {}).get("lines") or []
    ]
    lines.append(str((body.get("evidence") or {}).get("name") or ""))
    return "\n".join(line for line in lines if line)


def _milestone(step: tickets.Milestone) -> dict[str, Any]:
    return {
        "at": _plain(step.at),
        "event": step.event,
        "status": step.status.value,
        "by": step.by,
        "text": step.text,
    }


def _letter(told: notices.Notice) -> dict[str, Any]:
    return {"at": _plain(told.at), "how": told.how, "title": told.title, "text": told.text}


def _question(asked: ticket_questions.Question) -> dict[str, Any]:
    return {
        "at": _plain(asked.at),
        "text": asked.text,
        "answer": asked.answer,
        "answered_at": _plain(asked.answered_at),
    }


def _request(asked: materials.EvidenceRequest) -> dict[str, Any]:
    return {"at": _plain(asked.at), "items": list(asked.items), "words": asked.words}


def _rating(given: ticket_ratings.Rating) -> dict[str, Any]:
    return {
        "at": _plain(given.at),
        "stage": given.stage.value,
        "score": given.score,
        "text": given.text,
    }


def _answer_ratings(store: Store, conversation_id: str) -> list[dict[str, Any]]:
    return [
        {"at": _plain(given.at), "message": given.message_id, "good": given.good, "reason": given.reason}
        for given in ratings.of_conversation(store, conversation_id)
    ]


def _file(found: evidence.Evidence) -> dict[str, Any]:
    return {
        "name": found.name,
        "type": found.type,
        "size": found.size,
        "sha256": found.sha256,
        "at": _plain(found.at),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
