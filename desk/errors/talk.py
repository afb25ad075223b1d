"""What can go wrong in a conversation and in handing it over."""

from __future__ import annotations

from .base import DeskError, NotFound


class ConversationNotFound(NotFound):
    code = "conversation_not_found"


class NotOwner(DeskError):
    """`owner` may speak in `conversation_id` now; `who` may not."""

    code = "not_owner"

    def __init__(self, conversation_id: str, who: str, owner: str) -> None:
        super().__init__(f"{who} does not own {conversation_id}, {owner} does")
        self.conversation_id = conversation_id
        self.who = who
        self.owner = owner


class MessageRefused(DeskError):
    """`rule` says why: author, kind, body, empty, too_long."""

    code = "message_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"message refused: {rule}")
        self.rule = rule


class OfferClosed(DeskError):
    code = "offer_closed"

    def __init__(self, offer_id: int) -> None:
        super().__init__(f"offer {offer_id} is not open")
        self.offer_id = offer_id


class RosterRefused(DeskError):
    """`rule` says why: hours, weekday, day, capacity, switch."""

    code = "roster_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"roster refused: {rule}")
        self.rule = rule
