"""What can go wrong with personal data."""

from __future__ import annotations

from .base import DeskError


class PersonalDataUnreadable(DeskError):
    code = "personal_data_unreadable"


class KeysRefused(DeskError):
    code = "keys_refused"


class RetentionRefused(DeskError):
    code = "retention_refused"


class ErasureRefused(DeskError):
    """`rule` says why: open (a complaint is still under way)."""

    code = "erasure_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"erasure refused: {rule}")
        self.rule = rule
