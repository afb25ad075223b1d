"""The sections of the desk, in the order of the menu. A new section is one more row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g

from desk import conversations, wording
from desk.staff import Permission, Staff

from ..parts import parts
from ..wording import section


@dataclass(frozen=True)
class Section:
    """One entry of the menu, shown to those who have `permission`."""

    key: str
    endpoint: str
    label: str
    icon: str
    permission: Permission


SECTIONS = (
    Section(
        "conversations",
        "staff.conversation_list",
        "sections.conversations",
        "talk",
        Permission.CONVERSATION_READ,
    ),
    Section("tickets", "staff.ticket_list", "sections.tickets", "paper", Permission.TICKET_READ),
    Section("questions", "staff.question_list", "sections.questions", "question", Permission.UNANSWERED_READ),
)


def open_to(member: Staff) -> list[Section]:
    """Return the sections this person may enter."""
    return [entry for entry in SECTIONS if member.can(entry.permission)]


def navigation() -> dict[str, Any]:
    """Give every staff page its menu, the person's name and role, and the number of those who wait."""
    member: Staff | None = g.get("member")
    if member is None or member.must_change_password:
        return {"sections": [], "member": member, "waiting_count": 0}
    can_talk = member.can(Permission.CONVERSATION_READ)
    return {
        "sections": open_to(member),
        "member": member,
        "member_name": name_of(member),
        "waiting_count": len(conversations.waiting(parts().store)) if can_talk else 0,
        "can": lambda name: member.can(Permission(name)),
        "reason_words": lambda code: section_words("reasons", code),
        "decision_words": lambda code: section_words("decisions", code),
    }


def section_words(group: str, code: str) -> str:
    """Return the words of a code under `staff.<group>`, or the code itself."""
    return str(section("staff")[group].get(code, code))


def name_of(member: Staff) -> str:
    """Return the name colleagues see; demo accounts are called by their role."""
    if member.name.casefold() == member.username and member.roles:
        return wording.say("roles", member.roles[0].value)
    return member.name
