"""Every code a person may see has its words, and no words lie about unused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from desk import admissibility, ticket, wording
from desk.errors import WordingMissing
from desk.roles import Role
from desk.ticket import TicketKind, TicketStatus

DESK = Path(admissibility.__file__).parent
SOURCES = "\n".join(path.read_text("utf-8") for path in DESK.rglob("*.py"))
WEB_SOURCES = "\n".join(path.read_text("utf-8") for path in (DESK.parent / "web").rglob("*.py"))


def codes_of_findings() -> set[str]:
    source = Path(admissibility.__file__).read_text("utf-8")
    return set(re.findall(r'Finding\("(\w+)"', source))


def events_in_code() -> set[str]:
    literal = set(re.findall(r'"([a-z_]+:[a-z_]+:[a-z_]+)"', SOURCES + WEB_SOURCES))
    return literal | {f"ticket:{kind.value}:file" for kind in TicketKind}


@pytest.mark.parametrize(
    ("section", "codes"),
    [
        ("findings", codes_of_findings()),
        ("statuses", {status.value for status in TicketStatus}),
        ("kinds", {kind.value for kind in TicketKind}),
        ("roles", {role.value for role in Role}),
        ("reasons", set(ticket.PAUSE_REASONS)),
        (
            "grounds",
            {*ticket.REFUSAL_GROUNDS, *ticket.FAILURE_GROUNDS, *ticket.REPORT_REFUSAL_GROUNDS},
        ),
        ("work_rules", {"unfilled", *re.findall(r'WorkRefused\("(\w+)"\)', SOURCES)}),
        ("password_rules", set(re.findall(r'PasswordRefused\("(\w+)"\)', SOURCES))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_and_codes_are_the_same(section: str, codes: set[str]) -> None:
    assert set(wording.section(section)) == codes


def test_every_event_has_a_name_and_no_name_lies_about() -> None:
    named = {name for name in wording.section("history_events") if ":" in name}
    known = set(wording.section("events"))
    assert not named & known, "named twice"
    assert named | known == events_in_code(), "desk/words/history.yml"


def test_material_is_made_of_findings() -> None:
    assert codes_of_findings() >= admissibility.MATERIAL


def test_missing_words_are_told() -> None:
    assert wording.say("statuses", "received")
    for section, key in (("statuses", "none"), ("none", "none")):
        with pytest.raises(WordingMissing):
            wording.say(section, key)
    with pytest.raises(WordingMissing):
        wording.section("none")


def test_no_chinese_is_said_in_python() -> None:
    for path in DESK.rglob("*.py"):
        code = re.sub(r'"""[\s\S]*?"""|#[^\n]*', "", path.read_text("utf-8"))
        assert not re.search("[\u4e00-\u9fff]", code), f"{path.name}: put its words into a content file"
