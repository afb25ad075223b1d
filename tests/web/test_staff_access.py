"""The desk is closed: to strangers everywhere, to staff where their roles do not reach."""

from __future__ import annotations

import time

import pytest
import requests

from desk import staff
from desk.staff import Permission, Role
from web.staff.access import NEEDS, OPEN, OWN_ACCOUNT

from .site import CSRF, PASSWORD, Site

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _staff_rules(site: Site):
    return [rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/staff")]


def _address(site: Site, rule) -> str:
    names = {
        name: 1 if "int" in type(rule._converters[name]).__name__.lower() else "x" for name in rule.arguments
    }
    with site.app.test_request_context():
        return site.url + site.app.url_map.bind("").build(
            rule.endpoint, names, method=(rule.methods - {"HEAD", "OPTIONS"}).pop()
        )


def test_every_staff_route_says_who_may_enter(site: Site) -> None:
    for rule in _staff_rules(site):
        view = site.app.view_functions[rule.endpoint]
        declared = [hasattr(view, mark) for mark in (NEEDS, OPEN, OWN_ACCOUNT)]
        assert sum(declared) == 1, f"{rule.endpoint}: declare needs(…) in web/staff"


def test_every_staff_route_refuses_strangers(site: Site) -> None:
    walked = 0
    for rule in _staff_rules(site):
        if hasattr(site.app.view_functions[rule.endpoint], OPEN):
            continue
        for method in set(METHODS) & rule.methods:
            answer = requests.request(method, _address(site, rule), allow_redirects=False)
            refused = answer.status_code in (400, 401) or "/staff/login" in answer.headers.get("Location", "")
            assert refused, f"{method} {rule.rule} let a stranger in: {answer.status_code}"
            walked += 1
    assert walked > 15


def test_a_route_without_a_declaration_lets_nobody_in(site: Site) -> None:
    member = site.member(Role.SUPERVISOR)
    view = site.app.view_functions["staff.ticket_list"]
    permissions = getattr(view, NEEDS)
    delattr(view, NEEDS)
    try:
        assert member.get("/staff/tickets").status_code == 403
    finally:
        setattr(view, NEEDS, permissions)


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_roles_reach_exactly_where_their_permissions_do(site: Site, role: Role) -> None:
    member = site.member(role)
    granted = staff.get(site.store, member.id).permissions
    for rule in _staff_rules(site):
        view = site.app.view_functions[rule.endpoint]
        if not hasattr(view, NEEDS) or "GET" not in rule.methods:
            continue
        answer = requests.get(_address(site, rule), cookies=member.http.cookies, allow_redirects=False)
        allowed = bool(getattr(view, NEEDS) & granted)
        assert (answer.status_code != 403) == allowed, f"{role.value} on {rule.rule}: {answer.status_code}"


def test_staff_forms_need_a_token_of_ours(site: Site) -> None:
    member = site.member(Role.OFFICER)
    ticket = site.complaint()
    address = f"{site.url}/staff/tickets/{ticket.number}/reveal"
    answer = member.http.post(address)
    assert answer.status_code == 400
    assert "13812345678" not in answer.text


def test_a_one_time_password_must_be_changed_first(site: Site) -> None:
    _made, once = staff.create(
        site.store, username="newcomer", name="小新", roles=[Role.OFFICER], by="system"
    )
    browser = requests.Session()
    token = CSRF.search(browser.get(f"{site.url}/staff/login").text)[1]
    fields = {"csrf_token": token, "username": "newcomer", "password": once}
    assert browser.post(f"{site.url}/staff/login", data=fields).url.endswith("/staff/password")
    assert browser.get(f"{site.url}/staff/tickets").url.endswith("/staff/password")
    page = browser.get(f"{site.url}/staff/password").text
    change = {"csrf_token": CSRF.search(page)[1], "old": once, "new": "short", "again": "short"}
    assert "至少 10 个字符" in browser.post(f"{site.url}/staff/password", data=change).text
    change.update(new=PASSWORD, again=PASSWORD + "x")
    assert "不一样" in browser.post(f"{site.url}/staff/password", data=change).text
    change["again"] = PASSWORD
    assert "密码已修改" in browser.post(f"{site.url}/staff/password", data=change).text
    token = CSRF.search(browser.get(f"{site.url}/staff/login").text)[1]
    fields = {"csrf_token": token, "username": "newcomer", "password": PASSWORD}
    assert browser.post(f"{site.url}/staff/login", data=fields).url.endswith("/staff/conversations")


def test_wrong_passwords_lock_the_account_and_tell_nothing(site: Site) -> None:
    site.member(Role.OFFICER, username="locked.one")
    browser = requests.Session()
    told = []
    for username in ("nobody.here", *["locked.one"] * 6):
        token = CSRF.search(browser.get(f"{site.url}/staff/login").text)[1]
        answer = browser.post(
            f"{site.url}/staff/login", data={"csrf_token": token, "username": username, "password": "wrong"}
        )
        told.append(answer.status_code)
        assert "用户名或密码不对" in answer.text or "暂时锁定" in answer.text
    assert told == [401] * 6 + [429]


def test_a_session_ends_by_time_by_logout_and_by_a_new_password(tmp_path) -> None:
    site = Site(tmp_path / "home", session_hours=1.2 / 3600)
    try:
        member = site.member(Role.OFFICER)
        assert member.get("/staff/tickets").url.endswith("/tickets")
        time.sleep(2.3)
        assert "/staff/login" in member.get("/staff/tickets").url
    finally:
        site.close()


def test_logging_out_and_a_reset_password_end_the_session(site: Site) -> None:
    member = site.member(Role.OFFICER)
    copy = requests.Session()
    copy.cookies.update(member.http.cookies)
    staff.reset_password(site.store, member.id, by="system")
    assert "/staff/login" in copy.get(f"{site.url}/staff/tickets").url
    other = site.member(Role.OFFICER)
    other.submit("/staff/logout", page="/staff/tickets")
    assert "/staff/login" in other.get("/staff/tickets").url


def test_login_returns_to_where_one_wanted_to_go_but_only_on_the_desk(site: Site) -> None:
    member = site.member(Role.OFFICER)
    for wanted, arrives in (
        ("/staff/tickets", "/staff/tickets"),
        ("//evil.example/staff/", "/staff/conversations"),
    ):
        browser = requests.Session()
        page = f"{site.url}/staff/login?next={wanted}"
        token = CSRF.search(browser.get(page).text)[1]
        fields = {"csrf_token": token, "username": member.username, "password": PASSWORD}
        assert browser.post(page, data=fields).url == site.url + arrives


def test_the_permission_names_templates_ask_for_exist(site: Site) -> None:
    import re
    from pathlib import Path

    folder = Path(site.app.root_path) / "templates" / "staff"
    asked = {
        name
        for file in folder.glob("*.html")
        for name in re.findall(r"can\('([^']+)'\)", file.read_text("utf-8"))
    }
    assert asked <= {permission.value for permission in Permission}
