"""The administrator's page of staff, invitations, the second factor at login, one's own account."""

from __future__ import annotations

import re

import pyotp
import pytest
import requests

from desk import history, staff
from desk.roles import Role
from desk.store import staff as staff_rows
from settings import SettingRefused

from .browser import Screen, chromium
from .site import CSRF, PASSWORD, Member, Site

NEW_PASSWORD = "wind over seven bridges"
LINK = re.compile(r'value="(http[^"]+/staff/invitation/[^"]+)"')
SECRET = re.compile(r'class="secret">([A-Z2-7 ]+)<')


ONE_TIME = re.compile(r'class="secret">([a-z0-9-]{19})<')


def invite(admin: Member, **fields) -> requests.Response:
    given = {"username": "wang.fang", "name": "王芳", "role": "officer", **fields}
    return admin.submit("/staff/members/invite", page="/staff/members", **given)


def post(browser: requests.Session, page: str, **fields: str) -> requests.Response:
    token = CSRF.search(browser.get(page).text)
    return browser.post(page, data={"csrf_token": token[1], **fields})


def test_an_invited_person_sets_a_password_and_is_in_and_the_link_is_used_up(site: Site) -> None:
    admin = site.member(Role.ADMINISTRATOR)
    link = LINK.search(invite(admin).text)[1]
    assert "王芳" in admin.get("/staff/members").text
    assert link not in admin.get("/staff/members").text, "the link is shown once"
    person = requests.Session()
    assert "您被邀请" in person.get(link).text
    assert "容易被猜到" in post(person, link, new="wangfang123", again="wangfang123").text
    assert "不一样" in post(person, link, new=NEW_PASSWORD, again="other").text
    arrived = post(person, link, new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert arrived.url.endswith("/staff/tickets")
    stranger = requests.get(link)
    assert (stranger.status_code, "不能用了" in stranger.text) == (404, True)
    events = [event.event for event in history.newest(site.store)]
    assert {"staff:invitation:send", "staff:invitation:accept", "staff:account:create"} <= set(events)


def test_a_forged_or_withdrawn_link_lets_nobody_in(site: Site) -> None:
    admin = site.member(Role.ADMINISTRATOR)
    link = LINK.search(invite(admin).text)[1]
    for forged in (link[:-3] + "abc", link.rsplit("/", 1)[0] + "/i_0000"):
        assert requests.get(forged).status_code == 404
    withdrawal = re.search(r'action="(/staff/members/invitations/[^"]+)"', admin.get("/staff/members").text)
    admin.submit(withdrawal[1], page="/staff/members")
    assert requests.get(link).status_code == 404


def test_what_cannot_be_is_told_in_words_and_keeps_what_was_typed(site: Site) -> None:
    admin = site.member(Role.ADMINISTRATOR)
    for fields, words in (
        ({"username": "王芳"}, "小写字母开头"),
        ({"name": ""}, "请写姓名"),
        ({"role": ""}, "至少选一个角色"),
        ({"username": admin.username}, "已经有人用了"),
    ):
        answer = invite(admin, **fields)
        assert (answer.status_code, words in answer.text) == (422, True), fields
        assert 'value="王芳"' in answer.text or fields == {"name": ""}


def test_roles_and_offices_change_and_the_last_administrator_stays(site: Site) -> None:
    admin, other = site.member(Role.ADMINISTRATOR), site.member(Role.OFFICER)
    page = f"/staff/members/{other.id}"
    token = CSRF.search(admin.get(page).text)[1]
    roles = [("csrf_token", token), ("role", "curator"), ("role", "reviewer"), ("office", "local")]
    changed = admin.http.post(site.url + page + "/roles", data=roles).text
    assert "角色和单位已更新" in changed
    assert "职责应当分开：写案例的人不能自己发布" in changed
    assert staff.get(site.store, other.id).roles == (Role.CURATOR, Role.REVIEWER)
    own = f"/staff/members/{admin.id}"
    refused = admin.submit(f"{own}/roles", page=own, role="officer").text
    assert "最后一个系统管理员" in refused
    assert staff.get(site.store, admin.id).roles == (Role.ADMINISTRATOR,)


def test_switching_off_ending_sessions_and_a_reset_password(site: Site) -> None:
    admin, other = site.member(Role.ADMINISTRATOR), site.member(Role.OFFICER)
    page = f"/staff/members/{other.id}"
    assert "退出所有登录" in admin.get(page).text
    admin.submit(f"{page}/end-sessions", page=page)
    assert "/staff/login" in other.get("/staff/tickets").url
    once = ONE_TIME.search(admin.submit(f"{page}/password/reset", page=page).text)[1]
    assert once not in admin.get(page).text
    assert staff.authenticate(site.store, other.username, once).must_change_password
    admin.submit(f"{page}/active", page=page)
    assert not staff.get(site.store, other.id).active
    assert "已停用" in admin.get("/staff/members").text
    admin.submit(f"{page}/active", page=page, active="yes")
    assert staff.get(site.store, other.id).active


def bind(member: Member) -> tuple[str, list[str]]:
    """Set up the second factor as the page asks for it; returns the secret and the recovery codes."""
    page = "/staff/account/second-factor"
    secret = SECRET.search(member.get(page).text)[1].replace(" ", "")
    assert "不对" in member.submit(page, code="000000").text
    done = member.submit(page, code=pyotp.TOTP(secret).now())
    codes = re.findall(r"<li>([a-z0-9]{4}(?:-[a-z0-9]{4}){3})</li>", done.text)
    assert len(codes) == 8
    return secret, codes


def signing_in(site: Site, username: str) -> tuple[requests.Session, requests.Response]:
    browser = requests.Session()
    return browser, post(browser, f"{site.url}/staff/login", username=username, password=PASSWORD)


def test_with_a_second_factor_the_password_alone_opens_nothing(site: Site) -> None:
    member = site.member(Role.OFFICER)
    _secret, codes = bind(member)
    browser, asked = signing_in(site, member.username)
    assert "输入动态码" in asked.text
    assert "/staff/login" in browser.get(f"{site.url}/staff/tickets").url
    code_page = f"{site.url}/staff/login/code"
    assert post(browser, code_page, code="000000").status_code == 401
    arrived = post(browser, code_page, code=codes[0])
    assert arrived.url.endswith("/staff/tickets")
    other, _ = signing_in(site, member.username)
    assert post(other, code_page, code=codes[0]).status_code == 401, "a recovery code works once"


def test_the_code_page_alone_is_no_way_in(site: Site) -> None:
    assert requests.get(f"{site.url}/staff/login/code").url.endswith("/staff/login")


def test_guessing_at_the_code_page_locks_the_account(site: Site) -> None:
    member = site.member(Role.OFFICER)
    bind(member)
    with site.store.write() as tx:
        staff_rows.forget_failures(tx.connection, username=member.username)
    browser, _ = signing_in(site, member.username)
    told = [post(browser, f"{site.url}/staff/login/code", code="000000").status_code for _ in range(6)]
    assert told == [401] * 5 + [429]


def test_a_role_that_must_have_a_second_factor_gets_nowhere_without(tmp_path) -> None:
    site = Site(tmp_path / "home", totp_roles=frozenset({"supervisor"}))
    try:
        supervisor, officer = site.member(Role.SUPERVISOR), site.member(Role.OFFICER)
        assert officer.get("/staff/tickets").url.endswith("/staff/tickets")
        assert supervisor.get("/staff/tickets").url.endswith("/staff/account/second-factor")
        assert supervisor.get("/staff/").url.endswith("/staff/account/second-factor")
        bind(supervisor)
        assert supervisor.get("/staff/tickets").url.endswith("/staff/tickets")
    finally:
        site.close()


def test_a_role_nobody_knows_in_the_setting_is_refused_at_the_start(tmp_path) -> None:
    with pytest.raises(SettingRefused, match="supervisr"):
        Site(tmp_path / "home", totp_roles=frozenset({"supervisr"}))


def test_an_administrator_helps_who_lost_the_phone(site: Site) -> None:
    admin, member = site.member(Role.ADMINISTRATOR), site.member(Role.OFFICER)
    bind(member)
    page = f"/staff/members/{member.id}"
    admin.submit(f"{page}/second-factor/remove", page=page)
    _, arrived = signing_in(site, member.username)
    assert arrived.url.endswith("/staff/tickets")


def test_a_copied_cookie_is_worth_nothing_after_signing_out(site: Site) -> None:
    member = site.member(Role.OFFICER)
    thief = requests.Session()
    thief.cookies.update(member.http.cookies)
    assert thief.get(f"{site.url}/staff/tickets").url.endswith("/tickets")
    member.submit("/staff/logout", page="/staff/tickets")
    assert "/staff/login" in thief.get(f"{site.url}/staff/tickets").url


def test_one_sees_where_one_is_signed_in_and_ends_the_others(site: Site) -> None:
    member = site.member(Role.OFFICER)
    other, _ = signing_in(site, member.username)
    assert member.get("/staff/account").text.count("最近使用") == 2
    member.submit("/staff/account/sessions/end", page="/staff/account", session="others")
    assert "/staff/login" in other.get(f"{site.url}/staff/tickets").url
    assert member.get("/staff/tickets").url.endswith("/tickets")


def test_an_idle_session_ends_and_a_waiting_page_does_not_keep_it(tmp_path) -> None:
    import time

    site = Site(tmp_path / "home", idle_minutes=1.6 / 60)
    try:
        member, watcher = site.member(Role.OFFICER), site.member(Role.OFFICER)
        for _ in range(5):
            time.sleep(0.5)
            assert member.get("/staff/tickets").url.endswith("/tickets")
            watcher.get("/staff/conversations/changes?wait=0&version=x")
        assert "/staff/login" in watcher.get("/staff/tickets").url
        assert member.get("/staff/tickets").url.endswith("/tickets")
    finally:
        site.close()


def rows_of(page: str) -> str:
    """The list of the history page, without the choices of its filters."""
    return page.split('<ol class="rows history">')[1]


def test_the_history_is_narrowed_and_taken_away_as_a_sheet(site: Site) -> None:
    ticket = site.complaint()
    officer, supervisor = site.member(Role.OFFICER), site.member(Role.SUPERVISOR)
    officer.submit(f"/staff/tickets/{ticket.number}/reveal", page=f"/staff/tickets/{ticket.number}")
    page = supervisor.get(f"/staff/history?subject={ticket.number}").text
    assert "查看个人信息" in rows_of(page)
    assert "用途：办理" in page
    assert "13812345678" not in page
    assert ticket.number not in supervisor.get("/staff/history?from=2020-01-01&to=2020-01-02").text
    assert supervisor.get("/staff/history?from=yesterday").status_code == 422
    by_officer = supervisor.get(f"/staff/history?by={officer.id}").text
    assert "查看个人信息" in rows_of(by_officer)
    assert "提交投诉" not in rows_of(by_officer)
    sheet = supervisor.get(f"/staff/history.csv?subject={ticket.number}")
    lines = sheet.content.decode("utf-8-sig").splitlines()
    assert sheet.headers["Content-Disposition"].endswith("history.csv")
    assert lines[0] == "序号,时间,操作人,操作,代码,对象,详情,校验值"
    assert len(lines) == 1 + len(history.of(site.store, ticket.number))
    assert history.newest(site.store, limit=1)[0].event == "history:sheet:export"


def test_reading_a_transcript_is_recorded(site: Site) -> None:
    visitor, officer = site.visitor(), site.member(Role.OFFICER)
    for _ in range(2):
        officer.get(f"/staff/conversations/{visitor.conversation}")
    read = [event for event in history.of(site.store, visitor.conversation) if "transcript" in event.event]
    assert [event.by for event in read] == [officer.id]


@pytest.mark.parametrize("size", ["360", "1280"])
def test_the_pages_fit_and_work_in_a_browser(site: Site, size: str) -> None:
    site.member(Role.OFFICER, username="wang.fang")
    site.member(Role.CURATOR, Role.REVIEWER, username="li.na")
    chief = site.member(Role.ADMINISTRATOR, Role.SUPERVISOR, username="chen.gang")
    invite(site.member(Role.ADMINISTRATOR), username="zhao.min", name="赵敏")
    ticket = site.complaint()
    with chromium() as browser:
        screen = Screen(browser, size, site.url, "ground")
        page = screen.open("/staff/login")
        page.fill("[name=username]", chief.username)
        page.fill("[name=password]", PASSWORD)
        page.click("button.primary")
        for step, path in (
            ("members", "/staff/members"),
            ("member", f"/staff/members/{chief.id}"),
            ("account", "/staff/account"),
            ("history", "/staff/history"),
            ("ticket", f"/staff/tickets/{ticket.number}"),
            ("own-data", f"/tickets/{ticket.number}/data?code={ticket.code}"),
        ):
            screen.open(path)
            screen.shoot(step)
            assert screen.fits(), path
        screen.open("/staff/members")
        page.click("summary.open-form")
        page.fill("[name=name]", "孙丽")
        page.fill("[name=username]", "sun.li")
        page.check("[name=role][value=mediator]")
        screen.shoot("invite")
        page.click("text=生成邀请链接")
        link = page.input_value(".link-made input")
        screen.shoot("invited")
        screen.open("/staff/account/second-factor")
        secret = page.text_content(".secret").replace(" ", "")
        screen.shoot("second-factor")
        page.fill("[name=code]", pyotp.TOTP(secret).now())
        page.click("button.primary")
        page.wait_for_selector(".codes")
        screen.shoot("recovery")
        page.goto(link)
        screen.shoot("invitation")
        assert screen.fits()
        assert (screen.faults, screen.foreign) == ([], [])
        screen.close()
