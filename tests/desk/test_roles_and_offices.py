"""Roles and offices as data: what the files may not say, and what follows from them."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from desk import roles
from desk.errors import RolesRefused
from desk.office_directory import LOCAL, Office, Offices, seed
from desk.roles import Permission, Role

CONTENT = roles.FILE.read_text("utf-8")


def changed(change) -> str:
    content = yaml.safe_load(CONTENT)
    change(content)
    return yaml.safe_dump(content, allow_unicode=True)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda c: c["roles"]["curator"]["may"].append("case:publish"), "case:publish"),
        (lambda c: c["roles"]["administrator"]["may"].append("personal:read"), "personal:read"),
        (lambda c: c["roles"]["officer"]["may"].append("everything"), "everything"),
        (lambda c: c["roles"]["officer"].update(reach="world"), "world"),
        (lambda c: c["roles"].pop("reviewer"), "reviewer"),
        (lambda c: c["roles"].update(chief={"reach": "office", "may": ["ticket:read"]}), "chief"),
        (lambda c: c["roles"]["mediator"].update(may=[]), "roles/mediator/may"),
        (lambda c: c["roles"]["mediator"]["may"].append("ticket:read"), "non-unique"),
    ],
    ids=[
        "writes and publishes",
        "accounts and persons",
        "no such permission",
        "no such reach",
        "a role is missing",
        "a role nobody knows",
        "a role that may nothing",
        "said twice",
    ],
)
def test_a_file_of_roles_that_cannot_be_is_refused_with_its_place(change, named: str) -> None:
    with pytest.raises(RolesRefused, match=named):
        roles.read(changed(change))


def test_somebody_with_two_roles_may_hold_what_should_be_apart_and_it_is_said() -> None:
    assert not roles.held_together([Role.CURATOR])
    joined = roles.held_together([Role.CURATOR, Role.REVIEWER])
    assert {(pair.one, pair.other) for pair in joined} == {
        (Permission.CASE_EDIT, Permission.CASE_PUBLISH),
        (Permission.CASE_EDIT, Permission.CASE_REVIEW),
    }


def test_only_supervisors_see_below() -> None:
    assert roles.sees_branch([Role.OFFICER, Role.SUPERVISOR])
    assert not roles.sees_branch([Role.OFFICER, Role.MEDIATOR, Role.ADMINISTRATOR])


def test_an_installation_without_any_setting_has_one_office() -> None:
    known = Offices(seed())
    assert (known.ours, known.default, known.marked) == ((LOCAL,), LOCAL, False)
    assert known.within(LOCAL) == {LOCAL}
    assert known.name(LOCAL) == "本单位"


@given(st.lists(st.integers(0, 8), min_size=1, max_size=9), st.sets(st.integers(0, 8)))
def test_below_an_office_is_whichever_of_ours_reaches_it_going_up(parents: list[int], ours: set[int]) -> None:
    code = "110101-{}".format
    letters = "abcdefghi"
    entries = {
        code(letters[n]): Office(
            code(letters[n]), "某局", "110101", code(letters[p]) if p < n else "", home=n in ours
        )
        for n, p in enumerate(parents)
    }
    known = Offices(entries)

    def above(id: str) -> set[str]:
        parent = entries[id].parent if id in entries else ""
        return {id} | (above(parent) if parent else set())

    for id in entries:
        assert known.within(id) == {id} | {
            other for other in entries if entries[other].home and id in above(other)
        }
        handler = known.handler(id)
        assert handler in known.ours or not handler
        assert bool(handler) == any(entries[other].home for other in above(id))
    assert known.default in known.ours
    assert not set(known.above(known.default)) & set(known.ours)
