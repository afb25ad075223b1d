"""The turn being handled now: what the channel, the action endpoint and the tracker store tell each other.

It lives in a context variable because Rasa's call chain between them carries nothing of ours.
"""

from __future__ import annotations

import traceback
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]
"""A channel-neutral message: kind, text, choices and perhaps card, summary or ticket."""


@dataclass
class Turn:
    """One message in and what goes out. `failure` names the action that failed and why."""

    conversation: str
    message_id: str
    replies: list[Message] = field(default_factory=list)
    decision: dict[str, Any] | None = None
    failure: tuple[str, str] | None = None

    def reply(self) -> dict[str, Any]:
        """The `data` of the answer to the web process."""
        return {"replies": self.replies, "decision": self.decision}


current_turn: ContextVar[Turn | None] = ContextVar("current_turn", default=None)


def told_without_text(error: BaseException) -> str:
    """Type and place of an error for the log, without its message, which may quote what a consumer wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return type(error).__name__ + "".join(
        f" < {frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)
    )


def note_failure(action: str, reason: str) -> None:
    """Remember the first failure of the turn being handled; without a turn nobody asks."""
    turn = current_turn.get()
    if turn is not None and turn.failure is None:
        turn.failure = (action, reason)
