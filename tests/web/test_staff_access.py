"""Signing in and staying signed in; who reaches which route is in test_route_table."""

from __future__ import annotations

import time

import requests

from desk import staff
from desk.staff import Permission, Role

from .site import CSRF, PASSWORD, Site


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
    assert browser.post(f"{site.url}/staff/login", data=fields).url.endswith("/staff/tickets")


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
        ("//evil.example/staff/", "/staff/tickets"),
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
        for file in folder.rglob("*.html")
        for name in re.findall(r"can\('([^']+)'\)", file.read_text("utf-8"))
    }
    assert asked <= {permission.value for permission in Permission}
