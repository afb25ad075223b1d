"""What can go wrong with offices and with passing tickets between them."""

from __future__ import annotations

from .base import DeskError


class OfficeRefused(DeskError):
    """`field` names what does not fit."""

    code = "office_refused"

    def __init__(self, field: str) -> None:
        super().__init__(f"office refused: {field}")
        self.field = field


class DispatchRefused(DeskError):
    """`rule` says why: office, same, open, closed, superior."""

    code = "dispatch_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"dispatch refused: {rule}")
        self.rule = rule
