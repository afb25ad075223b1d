"""What can go wrong in the bot process, as one tree.

BotError
├── TrackerUnavailable   the conversation's state cannot be read or written (503)
├── ModelMissing         no trained model to serve (503)
├── TurnRefused          the request is not a turn (400)
├── NothingSaid          nothing is left of the text after cleaning (422)
├── ActionFailed         an action raised; its reply is lost (500)
├── TurnFailed           the turn failed for another reason (500)
├── TrainingFailed       no model came out of training
└── ContentRefused       a dictionary or pattern file cannot be used (at start-up)
"""

from __future__ import annotations


class BotError(Exception):
    """Base of the tree; `code` and `status` are what the web process sees."""

    code = "bot_failed"
    status = 500


class TrackerUnavailable(BotError):
    code = "tracker_unavailable"
    status = 503


class ModelMissing(BotError):
    code = "model_missing"
    status = 503


class TurnRefused(BotError):
    code = "turn_refused"
    status = 400


class NothingSaid(BotError):
    code = "nothing_said"
    status = 422


class ActionFailed(BotError):
    code = "action_failed"

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"{action}: {reason}")
        self.action = action


class TurnFailed(BotError):
    code = "turn_failed"


class ContentRefused(BotError):
    code = "content_refused"


class TrainingFailed(BotError):
    code = "training_failed"
