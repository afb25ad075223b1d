"""What can go wrong when several work on tickets together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from .base import DeskError, NotFound


class GroupNotFound(NotFound):
    code = "group_not_found"


class ConsultationNotFound(NotFound):
    code = "consultation_not_found"


class CannedNotFound(NotFound):
    code = "canned_not_found"


class ViewNotFound(NotFound):
    code = "view_not_found"


class WorkRefused(DeskError):
    """`rule` is a key of `work_rules` in the desk's words and says why."""

    code = "work_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"work refused: {rule}")
        self.rule = rule


class CannedUnfilled(WorkRefused):
    """`places` are the places of the text that nothing fills, as they are written in it."""

    code = "canned_unfilled"

    def __init__(self, places: Sequence[str]) -> None:
        super().__init__("unfilled")
        self.places = tuple(places)


class TicketHeld(DeskError):
    """`staff_id` is working on ticket `number` until `until`."""

    code = "ticket_held"

    def __init__(self, number: str, staff_id: str, until: datetime) -> None:
        super().__init__(f"{staff_id} is working on {number}")
        self.number = number
        self.staff_id = staff_id
        self.until = until
