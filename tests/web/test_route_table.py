"""Role × object × verb over the whole route table of the desk: everything that is not declared is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from werkzeug.routing import Rule

from desk import office_directory, staff
from desk.roles import PERMISSIONS, Role
from desk.store import staff as staff_rows
from web.staff.access import NEEDS, OPEN, OWN_ACCOUNT

from .library_site import small
from .route_objects import OF_AN_OFFICE, SHARED, Matter, matter_of
from .site import CSRF, Member, Site

VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")
HERE, ELSEWHERE = "local", "elsewhere"
REFUSED, NOT_THERE = 403, 404


@dataclass(frozen=True)
class Row:
    """One line of the expected table: a route, a verb, and what it declares."""

    rule: Rule
    verb: str
    view: object

    def __str__(self) -> str:
        return f"{self.verb} {self.rule.rule}"

    @property
    def of_an_office(self) -> bool:
        return any(name in OF_AN_OFFICE for name in self.rule.arguments)

    def allows(self, role: Role) -> bool:
        return not PERMISSIONS[role].isdisjoint(getattr(self.view, NEEDS))


def table(site: Site) -> list[Row]:
    rows = [
        Row(rule, verb, site.app.view_functions[rule.endpoint])
        for rule in site.app.url_map.iter_rules()
        if rule.rule.startswith("/staff")
        for verb in VERBS
        if verb in (rule.methods or ())
    ]
    assert len(rows) > 30
    return rows


def address(site: Site, row: Row, matter: Matter) -> str:
    values = {
        name: OF_AN_OFFICE[name](matter) if name in OF_AN_OFFICE else SHARED[name]
        for name in row.rule.arguments
    }
    with site.app.test_request_context():
        return site.url + site.app.url_map.bind("").build(row.rule.endpoint, values, method=row.verb)


def asked(site: Site, row: Row, matter: Matter, member: Member | None, token: str = "") -> requests.Response:
    http = member.http if member else requests
    data = {"csrf_token": token} if row.verb != "GET" else None
    return http.request(
        row.verb, address(site, row, matter), data=data, allow_redirects=False, params={"wait": 0}
    )


def signed_in(site: Site, role: Role, office: str = HERE) -> tuple[Member, str]:
    member = site.member(role)
    if office != HERE:
        with site.store.write() as tx:
            staff_rows.change_staff(tx.connection, member.id, {"offices": [office]})
    token = CSRF.search(member.get("/staff/account").text)
    assert token
    return member, token[1]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A desk with a library, so that nothing is refused for want of one."""
    running = small(tmp_path)
    yield running
    running.close()


@pytest.fixture
def own(site: Site) -> Matter:
    return matter_of(site, HERE)


def test_every_route_says_who_may_enter_and_what_it_is_about(site: Site) -> None:
    for row in table(site):
        declared = [mark for mark in (NEEDS, OPEN, OWN_ACCOUNT) if hasattr(row.view, mark)]
        assert len(declared) == 1, f"{row}: put @needs(…) over it, or it lets nobody in"
        unknown = row.rule.arguments - OF_AN_OFFICE.keys() - SHARED.keys()
        assert not unknown, f"{row}: say in tests/web/route_objects.py what {sorted(unknown)} names"


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_each_role_reaches_what_it_is_declared_for_and_nothing_else(
    site: Site, own: Matter, role: Role
) -> None:
    member, token = signed_in(site, role)
    walked = 0
    for row in table(site):
        if not hasattr(row.view, NEEDS):
            continue
        status = asked(site, row, own, member, token).status_code
        assert status < 500, f"{role.value}: {row} broke with {status}"
        assert (status != REFUSED) == row.allows(role), f"{role.value}: {row} answered {status}"
        walked += 1
    assert walked > 20
    assert member.get("/staff/account").status_code == 200, "a request of the walk ended the session"


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_another_office_is_told_that_there_is_no_such_thing(site: Site, own: Matter, role: Role) -> None:
    member, token = signed_in(site, role, office=ELSEWHERE)
    for row in table(site):
        if not hasattr(row.view, NEEDS) or not row.of_an_office:
            continue
        answer = asked(site, row, own, member, token)
        wanted = NOT_THERE if row.allows(role) else REFUSED
        assert answer.status_code == wanted, f"{role.value} of another office: {row} {answer.status_code}"
        assert "13812345678" not in answer.text
        assert "管的商家" not in answer.text


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_no_page_of_another_office_shows_what_is_ours(site: Site, own: Matter, role: Role) -> None:
    member, _ = signed_in(site, role, office=ELSEWHERE)
    for row in table(site):
        if row.verb == "GET" and hasattr(row.view, NEEDS) and not row.rule.arguments:
            text = asked(site, row, own, member).text
            assert "local管的商家" not in text, f"{row} shows a ticket of another office"
            assert "说给local听的话" not in text, f"{row} shows a conversation of another office"
            assert "/staff/history" in row.rule.rule or own.conversation not in text, f"{row} names it"


def test_nobody_gets_in_anywhere(site: Site, own: Matter) -> None:
    token = CSRF.search(requests.get(f"{site.url}/staff/login").text)
    assert token
    for row in table(site):
        if hasattr(row.view, OPEN):
            continue
        answer = asked(site, row, own, None, token[1])
        refused = answer.status_code in (400, 401) or "/staff/login" in answer.headers.get("Location", "")
        assert refused, f"{row} let a stranger in: {answer.status_code}"


def test_every_form_of_the_desk_needs_our_token(site: Site, own: Matter) -> None:
    member = site.member(*Role)
    for row in table(site):
        if row.verb == "GET":
            continue
        answer = member.http.request(row.verb, address(site, row, own), allow_redirects=False)
        assert answer.status_code == 400, f"{row} took a form without our token: {answer.status_code}"
        forged = {"csrf_token": "x" * 40}
        answer = member.http.request(row.verb, address(site, row, own), data=forged, allow_redirects=False)
        assert answer.status_code == 400, f"{row} took a form with a forged token"


def test_a_route_nobody_declared_lets_nobody_in(site: Site) -> None:
    member = site.member(*Role)
    view = site.app.view_functions["staff.ticket_list"]
    permissions = getattr(view, NEEDS)
    delattr(view, NEEDS)
    try:
        assert member.get("/staff/tickets").status_code == REFUSED
    finally:
        setattr(view, NEEDS, permissions)


CITY, EAST, WEST = "320900", "320902", "320903"
OFFICES = {CITY: "", EAST: CITY, WEST: CITY}


@pytest.fixture
def district(site: Site) -> None:
    """A city with two districts, all of them on this desk."""
    for code, parent in OFFICES.items():
        entry = {"code": code, "name": f"{code}市场监督管理局", "parent": parent, "home": True}
        office_directory.save(site.store, entry, by="system")


def listed(site: Site, role: Role, *belongs: str) -> set[str]:
    """The merchants a member of these offices sees in the list of tickets."""
    member = site.member(role)
    staff.set_offices(site.store, member.id, belongs, by="system")
    page = member.get("/staff/tickets").text
    return {office for office in OFFICES if f"{office}管的商家" in page}


def test_offices_see_their_own_and_supervisors_what_lies_below(site: Site, district: None) -> None:
    for office in OFFICES:
        matter_of(site, office)
    assert listed(site, Role.OFFICER, EAST) == {EAST}
    assert listed(site, Role.OFFICER, CITY) == {CITY}
    assert listed(site, Role.OFFICER, EAST, WEST) == {EAST, WEST}
    assert listed(site, Role.SUPERVISOR, CITY) == {CITY, EAST, WEST}
    assert listed(site, Role.SUPERVISOR, WEST) == {WEST}


def test_the_counts_and_the_queue_are_the_offices_own(site: Site, district: None) -> None:
    from desk import conversations

    east, west = matter_of(site, EAST), matter_of(site, WEST)
    for matter in (east, west):
        conversations.request_person(site.store, matter.conversation, reason="consumer_asked", by="consumer")
    member = site.member(Role.OFFICER)
    staff.set_offices(site.store, member.id, [EAST], by="system")
    page = member.get("/staff/conversations").text
    assert east.conversation in page
    assert west.conversation not in page
    assert 'aria-label="1 个在等"' in page
    assert "共 2 件" in member.get("/staff/tickets").text


def test_what_the_walk_asks_for_is_there_for_its_own_office(site: Site, own: Matter) -> None:
    """The walk would prove nothing if its object were not there for those who may see it."""
    officer, _ = signed_in(site, Role.OFFICER)
    assert "local管的商家" in officer.get(f"/staff/tickets/{own.ticket.number}").text
    assert officer.get(f"/staff/evidence/{own.evidence}").headers["Content-Type"] == "image/png"
    assert "说给local听的话" in officer.get(f"/staff/conversations/{own.conversation}").text
    assert Path(site.settings.evidence_dir).is_dir()
