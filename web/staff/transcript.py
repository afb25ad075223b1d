"""A conversation as staff read it: each line, and what the bot made of the matter. No wording here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from desk.conversations import Message
from desk.personal import mask_address, mask_name, mask_phone

from ..titles import Titles

# Personal lines of a complaint summary, masked here; the ticket shows them in full and records it.
MASKS = {"name": mask_name, "phone": mask_phone, "address": mask_address}


@dataclass(frozen=True)
class Line:
    """One message as a row of the transcript."""

    message: Message
    text: str
    choices: tuple[str, ...] = ()
    title: str = ""
    case_id: str = ""
    release: int = 0
    strength: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    ticket: str = ""
    evidence: dict[str, Any] = field(default_factory=dict)
    decision: Matter | None = None


@dataclass(frozen=True)
class Matter:
    """What the bot took the matter to be."""

    decision: str
    act: str
    case_title: str
    candidates: tuple[tuple[str, int], ...]
    facts: tuple[tuple[str, str], ...]
    basis: tuple[str, ...]


def lines(messages: Sequence[Message], titles: Titles) -> list[Line]:
    """Return the rows of a transcript."""
    return [_line(message, titles) for message in messages]


def matter_of(messages: Sequence[Message], titles: Titles) -> Matter | None:
    """Return the newest decision that is about a case, else the newest, else None."""
    decided = [message.body["decision"] for message in messages if message.body.get("decision")]
    about_case = [decision for decision in decided if decision.get("case")]
    newest = (about_case or decided)[-1:]
    return matter(newest[0], titles) if newest else None


def matter(decision: dict[str, Any], titles: Titles) -> Matter:
    """Return a decision with titles instead of ids and scores in per cent."""
    case_id = str(decision.get("case") or "")
    candidates = tuple(
        (titles.of(str(hit.get("id", ""))), round(100 * float(hit.get("score") or 0)))
        for hit in decision.get("cases") or []
    )
    facts = tuple(
        (titles.fact(case_id, str(name)), str(value)) for name, value in (decision.get("facts") or {}).items()
    )
    return Matter(
        decision=str(decision.get("decision") or ""),
        act=str(decision.get("act") or ""),
        case_title=titles.of(case_id),
        candidates=candidates,
        facts=facts,
        basis=tuple(str(label) for label in decision.get("basis") or []),
    )


def _line(message: Message, titles: Titles) -> Line:
    body = message.body
    card, summary, ticket = body.get("card") or {}, body.get("summary") or {}, body.get("ticket") or {}
    decision = body.get("decision")
    return Line(
        message=message,
        text=str(body.get("text") or card.get("answer") or ""),
        choices=tuple(str(choice.get("label", "")) for choice in body.get("choices") or []),
        title=str(card.get("title") or summary.get("title") or ""),
        case_id=str(card.get("case") or ""),
        release=int(card.get("release") or 0),
        strength=str(card.get("strength") or ""),
        rows=tuple(_masked(row) for row in summary.get("lines") or []),
        ticket=str(ticket.get("number") or ""),
        evidence=body.get("evidence") or {},
        decision=matter(decision, titles) if decision else None,
    )


def _masked(row: dict[str, Any]) -> tuple[str, str]:
    mask = MASKS.get(str(row.get("field", "")))
    value = str(row.get("value") or "")
    return str(row.get("label", "")), mask(value) if mask else value
