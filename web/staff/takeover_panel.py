"""What the page of one conversation shows besides the transcript: urgency, texts, whispers, hand-over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desk import canned, handover, whispers, wording
from desk.conversations import Conversation
from desk.staff import Permission
from desk.tickets import Ticket
from desk.whispers import Whisper

from ..parts import parts
from ..wording import say
from .access import me
from .names import who
from .queue_desk import on_duty_besides
from .transcript import Line


@dataclass(frozen=True)
class Aside:
    """A whisper as a row of the transcript."""

    whisper: Whisper
    name: str


def panel(conversation: Conversation, about: str, filed: Sequence[Ticket]) -> dict[str, Any]:
    """Return what the templates need, for whoever looks at the page."""
    member, mine = me(), conversation.staff == me().id
    watches = member.can(Permission.CONVERSATION_WATCH)
    urgency = parts().urgencies.of(conversation)
    return {
        "urgency": [wording.say("urgency_reasons", code) for code in urgency.reasons],
        "urgency_level": urgency.level.word,
        "texts": _texts(about, filed) if mine else [],
        "colleagues": _colleagues() if mine else [],
        "offer": _offer(conversation) if mine else None,
        "offered_to_me": _offered_to_me(conversation),
        "may_step_in": watches and conversation.staff is not None and not mine,
        "may_whisper": mine or watches,
        "may_suggest": member.can(Permission.CONVERSATION_TAKE),
    }


def with_whispers(lines: Sequence[Line], conversation_id: str) -> list[Line | Aside]:
    """Return the transcript with what staff whispered, in order of time."""
    names: dict[str, str] = {}
    found: list[Line | Aside] = list(lines)
    for kept in whispers.of(parts().store, conversation_id):
        found.append(Aside(kept, names.setdefault(kept.by, who(kept.by))))
    return sorted(found, key=lambda row: row.whisper.at if isinstance(row, Aside) else row.message.at)


def version(conversation: Conversation) -> str:
    """Changes with every whisper and with every offer and its answer."""
    store = parts().store
    heard = whispers.of(store, conversation.id, limit=1)
    offer = handover.latest(store, conversation.id)
    return f"{heard[-1].id if heard else 0}.{offer.id if offer else 0}{offer.state if offer else ''}"


def _texts(about: str, filed: Sequence[Ticket]) -> list[dict[str, str]]:
    """Return the canned texts for a chat, filled from who writes, the case and the latest ticket."""
    latest = max(filed, key=lambda ticket: ticket.created_at, default=None)
    values = canned.values_of(latest, case_title=about, handler=who(me().id))
    found = canned.texts(parts().store, used_in=canned.CHAT)
    return [{"title": text.title, "text": canned.fill(text.text, values)} for text in found]


def _colleagues() -> list[dict[str, Any]]:
    found = on_duty_besides(me())
    return [{"id": person.id, "name": who(person.id), "free": person.free} for person in found]


def _offer(conversation: Conversation) -> dict[str, str] | None:
    """What became of the latest offer of this conversation by its present owner."""
    found = handover.latest(parts().store, conversation.id)
    if found is None or found.from_staff != me().id or found.state not in ("open", "declined"):
        return None
    text = say(f"takeover.offers.latest.{found.state}", name=who(found.to_staff))
    return {"state": found.state, "text": text}


def _offered_to_me(conversation: Conversation) -> dict[str, Any] | None:
    for found in handover.offered_to(parts().store, me().id):
        if found.conversation_id == conversation.id:
            return {"id": found.id, "name": who(found.from_staff)}
    return None
