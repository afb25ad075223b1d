"""What was written on the desk and not taken is put back: after a refusal, an old page, a session that ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desk import notes, notices, presence, sessions, ticket_questions, tickets
from desk.staff import Role
from desk.tickets import TicketStatus

from .browser import SIZES, Screen, chromium
from .desk_screen import seated
from .site import PASSWORD, Member, Site
from .test_colleagues_on_a_ticket import begin_accepting, called

expect = pytest.importorskip("playwright.sync_api", reason="playwright is not installed").expect

WRITTEN = "这是我写了半天的话，一个字也不能丢。"
NOT_LOST = "没有丢"
BACK = "您写的内容还在下面"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def nothing_kept(page: Any) -> None:
    """Wait until nothing is kept; the page's own policy forbids playwright to wait inside it."""
    for _ in range(300):
        if page.evaluate("sessionStorage.length") == 0:
            return
        page.wait_for_timeout(100)
    pytest.fail(page.evaluate("JSON.stringify(sessionStorage)"))


def clean(screen: Screen) -> bool:
    return (screen.faults, screen.foreign) == ([], [])


def sign_in_again(page: Any, member: Member) -> None:
    page.get_by_text(NOT_LOST).wait_for()
    page.get_by_label("用户名").fill(member.username)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def end_sessions(site: Site, member: Member) -> None:
    sessions.end_all(site.store, member.id)


@pytest.mark.parametrize("size", SIZES)
def test_a_letter_a_colleague_stood_in_the_way_of_is_still_in_its_box(
    site: Site, browser: Any, size: str
) -> None:
    li, wang = called(site, "小李"), called(site, "老王")
    number = site.complaint().number
    screen = seated(browser, size, site, wang, "kept-letter")
    page = screen.open(f"/staff/tickets/{number}")
    begin_accepting(page)
    page.locator("[data-letter]").fill(WRITTEN)
    presence.hold(site.store, number, by=li.id, anyway=True)
    page.get_by_role("button", name="确认受理").click()
    page.get_by_text("刚才这一步没有做").wait_for()
    expect(page.locator("[data-letter]")).to_have_value(WRITTEN)
    page.get_by_text(BACK).wait_for()
    screen.shoot("01-held")
    assert screen.fits()
    page.get_by_role("button", name="仍由我来办").click()
    page.get_by_text("现在由您来办").wait_for()
    expect(page.locator("[data-letter]")).to_have_value(WRITTEN)
    page.get_by_role("button", name="确认受理").click()
    page.get_by_text("告知书已发给消费者").wait_for()
    assert tickets.get(site.store, number).status is TicketStatus.ACCEPTED
    assert WRITTEN in notices.told(site.store, number)[-1].text
    nothing_kept(page)
    assert clean(screen)
    screen.close()


def note_form(page: Any, number: str) -> Any:
    return page.locator(f"form[action='/staff/tickets/{number}/notes']")


FORMS = {
    "note": ("/notes", "text"),
    "answer": ("/questions/1", "text"),
    "dispute": ("/disputes", "reason"),
    "consultation": ("/consultations", "question"),
    "step": ("/advance", "text"),
}


@pytest.mark.parametrize("name", FORMS)
def test_after_a_session_that_ended_the_text_is_back_in_its_form(site: Site, browser: Any, name: str) -> None:
    officer = site.member(Role.OFFICER)
    ticket = site.complaint()
    tickets.advance(site.store, ticket.number, TicketStatus.ACCEPTED, by=officer.id)
    asked = ticket_questions.ask(site.store, ticket.number, "什么时候调解？")
    path, field = FORMS[name]
    path = path.replace("1", str(asked.id)) if name == "answer" else path
    screen = seated(browser, "1280", site, officer, f"kept-{name}")
    page = screen.open(f"/staff/tickets/{ticket.number}")
    form = f"form[action$='/tickets/{ticket.number}{path}']"
    box = page.locator(f"{form} [name={field}]").first
    box.evaluate(
        "field => { for (let at = field; at; at = at.parentElement) if ('open' in at) at.open = true; }"
    )
    box.fill(WRITTEN)
    end_sessions(site, officer)
    box.evaluate("field => { field.form.noValidate = true; field.form.requestSubmit(); }")
    page.wait_for_url("**/staff/login**")
    screen.shoot("01-door")
    sign_in_again(page, officer)
    page.wait_for_url(f"**/staff/tickets/{ticket.number}")
    back = page.locator(f"{form} [name={field}]").first
    expect(back).to_have_value(WRITTEN)
    assert back.is_visible()
    assert page.get_by_text(BACK).count() == 1
    screen.shoot("02-back")
    assert screen.fits()
    assert clean(screen)
    screen.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_page_too_old_to_be_sent_says_that_nothing_is_lost(site: Site, browser: Any, size: str) -> None:
    officer = site.member(Role.OFFICER)
    number = site.complaint().number
    screen = seated(browser, size, site, officer, "kept-old")
    page = screen.open(f"/staff/tickets/{number}")
    note_form(page, number).locator("textarea").fill(WRITTEN)
    page.evaluate("for (const token of document.querySelectorAll('[name=csrf_token]')) token.value = 'old'")
    note_form(page, number).locator("button").last.click()
    page.get_by_text("您写的内容没有丢").wait_for()
    screen.shoot("01-told")
    assert screen.fits()
    page.get_by_role("link", name="回去接着写").click()
    expect(note_form(page, number).locator("textarea")).to_have_value(WRITTEN)
    note_form(page, number).locator("button").last.click()
    page.get_by_text("备注已保存").wait_for()
    assert [note.text for note in notes.of_ticket(site.store, number)] == [WRITTEN]
    assert note_form(page, number).locator("textarea").input_value() == ""
    nothing_kept(page)
    assert clean(screen)
    screen.close()


def test_a_refused_move_of_many_keeps_what_was_ticked_and_written(site: Site, browser: Any) -> None:
    officer = site.member(Role.SUPERVISOR)
    numbers = [site.complaint(story=f"第 {n} 件：办了年卡，门店关了门，余额不退。").number for n in range(2)]
    screen = seated(browser, "1280", site, officer, "kept-bulk")
    page = screen.open("/staff/work")
    page.locator(f"input[name=number][value='{numbers[1]}']").check()
    page.locator(".bulk input[name=text]").fill(WRITTEN)
    page.evaluate("for (const token of document.querySelectorAll('[name=csrf_token]')) token.value = 'old'")
    page.get_by_role("button", name="写备注").click()
    page.get_by_role("link", name="回去接着写").click()
    page.get_by_text(BACK).wait_for()
    expect(page.locator(".bulk input[name=text]")).to_have_value(WRITTEN)
    assert page.locator(f"input[name=number][value='{numbers[1]}']").is_checked()
    assert not page.locator(f"input[name=number][value='{numbers[0]}']").is_checked()
    page.locator(f"input[name=number][value='{numbers[1]}']").uncheck()
    page.get_by_role("button", name="写备注").click()
    page.get_by_text("还没有勾选投诉单").wait_for()
    expect(page.locator(".bulk input[name=text]")).to_have_value(WRITTEN)
    screen.close()


def test_another_person_at_the_same_screen_sees_nothing_of_it(site: Site, browser: Any) -> None:
    officer, other = site.member(Role.OFFICER), site.member(Role.OFFICER)
    number = site.complaint().number
    screen = seated(browser, "1280", site, officer, "kept-other")
    page = screen.open(f"/staff/tickets/{number}")
    note_form(page, number).locator("textarea").fill(WRITTEN)
    end_sessions(site, officer)
    note_form(page, number).locator("button").last.click()
    sign_in_again(page, other)
    page.wait_for_url(f"**/staff/tickets/{number}")
    assert note_form(page, number).locator("textarea").input_value() == ""
    nothing_kept(page)
    screen.close()


def test_what_is_no_longer_wanted_is_thrown_away(site: Site, browser: Any) -> None:
    officer = site.member(Role.OFFICER)
    number = site.complaint().number
    screen = seated(browser, "360", site, officer, "kept-away")
    page = screen.open(f"/staff/tickets/{number}")
    note_form(page, number).locator("textarea").fill(WRITTEN)
    page.evaluate("for (const token of document.querySelectorAll('[name=csrf_token]')) token.value = 'old'")
    note_form(page, number).locator("button").last.click()
    page.get_by_role("button", name="不要了").click()
    screen.open(f"/staff/tickets/{number}")
    assert note_form(page, number).locator("textarea").input_value() == ""
    nothing_kept(page)
    screen.close()


def test_a_password_is_never_kept(site: Site, browser: Any) -> None:
    officer = site.member(Role.OFFICER)
    screen = seated(browser, "1280", site, officer, "kept-password")
    page = screen.open("/staff/password")
    for name in ("old", "new", "again"):
        page.locator(f"[name={name}]").fill("wrong-horse-battery-42")
    page.locator("form button").last.click()
    page.wait_for_load_state()
    assert "wrong-horse" not in page.evaluate("JSON.stringify(sessionStorage)")
    screen.close()
