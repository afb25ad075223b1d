"""What can go wrong with the accounts of staff."""

from __future__ import annotations

from datetime import datetime

from .base import DeskError, NotFound


class StaffNotFound(NotFound):
    code = "staff_not_found"


class InvitationNotFound(NotFound):
    code = "invitation_not_found"


class StaffError(DeskError):
    code = "staff_error"


class LoginRefused(StaffError):
    code = "login_refused"


class AccountLocked(StaffError):
    code = "account_locked"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"account locked until {until.isoformat()}")
        self.until = until


class PasswordRefused(StaffError):
    """`rule` says why: wrong, short, long, simple, known, username, guessable, same."""

    code = "password_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"password refused: {rule}")
        self.rule = rule


class StaffRefused(StaffError):
    """`rule` says why: username, name, roles, offices, last_administrator."""

    code = "staff_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"account refused: {rule}")
        self.rule = rule


class UsernameTaken(StaffError):
    code = "username_taken"


class SecondFactorRefused(StaffError):
    """`rule` says why: wrong (or used before), missing (none is set up), present (one is)."""

    code = "second_factor_refused"

    def __init__(self, rule: str) -> None:
        super().__init__(f"second factor refused: {rule}")
        self.rule = rule


class RolesRefused(DeskError):
    code = "roles_refused"
