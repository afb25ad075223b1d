"""What members of staff are called on a page: by account or by id. Nothing else names them."""

from __future__ import annotations

from flask import g

from desk import staff as accounts
from desk import wording
from desk.errors import StaffNotFound
from desk.staff import Staff

from ..parts import parts
from ..wording import say

NOBODY = ("system", "bot", "consumer")


def name_of(member: Staff) -> str:
    """Return the name colleagues see; demo accounts are called by their role."""
    if member.name.casefold() == member.username and member.roles:
        return wording.say("roles", member.roles[0].value)
    return member.name


def who(id: str) -> str:
    """Return what colleagues call the person behind an id; the system, consumers and past members have words too."""
    if id in NOBODY:
        return say(f"work_people.{id}")
    try:
        return name_of(_known().get(id) or accounts.get(parts().store, id))
    except StaffNotFound:
        return say("work_people.gone")


def everyone() -> list[Staff]:
    """Return all accounts by username, as they were when this request first asked."""
    return list(_known().values())


def _known() -> dict[str, Staff]:
    """A page names many people; one query for all of them instead of one for each."""
    if "accounts" not in g:
        g.accounts = {member.id: member for member in accounts.everyone(parts().store)}
    found: dict[str, Staff] = g.accounts
    return found
