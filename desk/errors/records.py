"""What can go wrong with the history and the words of the desk."""

from __future__ import annotations

from .base import DeskError


class EventRefused(DeskError):
    code = "event_refused"


class WordingMissing(DeskError):
    code = "wording_missing"
