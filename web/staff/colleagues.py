"""Who the colleagues are: whom one can name or give something to."""

from __future__ import annotations

from desk.staff import Permission, Staff

from .names import everyone


def colleagues(permission: Permission) -> list[Staff]:
    """Return the active members of staff who may do that, by username."""
    return [member for member in everyone() if member.can(permission)]
