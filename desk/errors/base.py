"""What every error of the desk has: a code that is stable and safe to show."""

from __future__ import annotations


class DeskError(Exception):
    """Base of the errors of this package; `code` is stable and safe to show."""

    code = "desk_error"


class NotFound(DeskError):
    code = "not_found"

    def __init__(self, id: str) -> None:
        super().__init__(f"{self.code}: {id}")
        self.id = id
