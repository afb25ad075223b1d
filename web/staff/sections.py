"""The sections of the desk, in the order of the menu. A new section is one more row."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import g

from desk.staff import Permission, Staff

from ..wording import section
from .names import name_of
from .queue_now import how_many_wait
from .wechat_alarm import wechat_alarm


@dataclass(frozen=True)
class Section:
    """One entry of the menu, shown to those who have `permission` or one of `others`."""

    group: str
    key: str
    endpoint: str
    label: str
    icon: str
    permission: Permission
    others: tuple[Permission, ...] = ()


_P = Permission
CURATORS = (_P.CASE_REVIEW, _P.CASE_PUBLISH)
SECTIONS = (
    Section("handling", "tickets", "staff.ticket_list", "sections.tickets", "paper", _P.TICKET_READ),
    Section("handling", "work", "staff.work_list", "work_sections.work", "stack", _P.TICKET_READ),
    Section("handling", "asked", "staff.asked_list", "sections.asked", "ask", _P.TICKET_ADVANCE),
    Section("handling", "dispatch", "staff.dispatch_page", "sections.dispatch", "route", _P.TICKET_READ),
    Section(
        "talk",
        "conversations",
        "staff.conversation_list",
        "sections.conversations",
        "talk",
        _P.CONVERSATION_READ,
    ),
    Section("talk", "roster", "staff.roster_page", "sections.roster", "clock", _P.CONVERSATION_TAKE),
    Section(
        "library", "questions", "staff.question_list", "sections.questions", "question", _P.UNANSWERED_READ
    ),
    Section("library", "library", "staff.library_list", "sections.library", "book", _P.CASE_EDIT, CURATORS),
    Section("library", "hits", "staff.hit_test", "sections.hits", "target", _P.CASE_EDIT, CURATORS),
    Section("library", "labelling", "staff.label_next", "labelling.title", "tag", _P.UTTERANCE_LABEL),
    Section(
        "library", "models", "staff.model_page", "models.title", "chip", _P.MODEL_TRAIN, (_P.MODEL_PROMOTE,)
    ),
    Section(
        "library", "exchange", "staff.exchange_page", "sections.exchange", "exchange", _P.CASE_EDIT, CURATORS
    ),
    Section("management", "members", "staff.member_list", "members.title", "people", _P.STAFF_MANAGE),
    Section("management", "history", "staff.history_page", "history_page.title", "clock", _P.HISTORY_READ),
)
# On a phone these stay in reach of the thumb, as many as there is room for; the rest is in the drawer.
DAILY = ("conversations", "tickets", "work", "questions", "library", "asked", "hits", "members", "history")
ROOM = 4


def open_to(member: Staff) -> list[Section]:
    """Return the sections this person may enter."""
    return [entry for entry in SECTIONS if any(map(member.can, (entry.permission, *entry.others)))]


def in_reach(sections: list[Section]) -> frozenset[str]:
    """Return the keys of the sections a phone shows at once: all when one more than there is room for fits."""
    keys = [entry.key for entry in sections]
    if len(keys) <= ROOM + 1:
        return frozenset(keys)
    return frozenset([key for key in DAILY if key in keys][:ROOM])


def grouped(sections: list[Section]) -> list[tuple[str, list[Section]]]:
    """Return the sections under the name of their group, in the order of the menu."""
    return [(group, list(found)) for group, found in groupby(sections, key=lambda entry: entry.group)]


def navigation() -> dict[str, Any]:
    """Give every staff page its menu, the person's name and role, and the number of those who wait."""
    member: Staff | None = g.get("member")
    if member is None or member.must_change_password:
        return {"menu": [], "in_reach": frozenset(), "member": member, "waiting_count": 0}
    sections = open_to(member)
    can_talk = member.can(Permission.CONVERSATION_READ)
    return {
        "menu": grouped(sections),
        "in_reach": in_reach(sections),
        "member": member,
        "member_name": name_of(member),
        "waiting_count": how_many_wait() if can_talk else 0,
        "can": lambda name: member.can(Permission(name)),
        "wechat_alarm": wechat_alarm,
        "reason_words": lambda code: section_words("reasons", code),
        "decision_words": lambda code: section_words("decisions", code),
    }


def section_words(group: str, code: str) -> str:
    """Return the words of a code under `staff.<group>`, or the code itself."""
    return str(section("staff")[group].get(code, code))
