"""Two colleagues on one ticket, and what the page shows beside a complaint for a person to weigh."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from desk import group_matters, presence, staff, tickets
from desk.staff import Role
from desk.store import staff as staff_rows
from desk.tickets import TicketStatus

from .browser import SIZES, chromium
from .desk_screen import seated
from .site import Member, Site


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def called(site: Site, name: str) -> Member:
    """An officer whom colleagues call by this name."""
    member = site.member(Role.OFFICER)
    with site.store.write() as tx:
        staff_rows.change_staff(tx.connection, member.id, {"name": name})
    assert staff.get(site.store, member.id).name == name
    return member


def begin_accepting(page: Any) -> None:
    """Go from the ticket to the letter of its acceptance."""
    page.locator("summary").get_by_text("受理", exact=False).first.click()
    page.get_by_role("button", name="受理：拟告知书", exact=True).click()
    page.locator("[data-letter]").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_who_comes_second_is_warned_and_may_take_it_anyway(site: Site, browser: Any, size: str) -> None:
    li, wang = called(site, "小李"), called(site, "老王")
    number = site.complaint().number
    first = seated(browser, size, site, li, "presence")
    second = seated(browser, size, site, wang, "presence")
    page = first.open(f"/staff/tickets/{number}")
    until = time.monotonic() + 8
    while not presence.around(site.store, number, by=wang.id).looking and time.monotonic() < until:
        time.sleep(0.05)
    other = second.open(f"/staff/tickets/{number}")
    other.get_by_text("小李也开着这张单子").wait_for()
    begin_accepting(page)
    with page.expect_response(lambda answer: "editing=1" in (answer.request.post_data or ""), timeout=30_000):
        page.locator("[data-letter]").type("您")
    other.reload()
    other.get_by_text("小李正在办这张单子").wait_for()
    second.shoot("01-held")
    assert second.fits()
    begin_accepting(other)
    other.get_by_text("小李正在办这张单子").wait_for()
    other.get_by_role("button", name="确认受理").click()
    other.get_by_text("刚才这一步没有做").wait_for()
    assert tickets.get(site.store, number).status is TicketStatus.RECEIVED
    other.get_by_role("button", name="仍由我来办").click()
    other.get_by_text("现在由您来办").wait_for()
    other.get_by_role("button", name="确认受理").click()
    other.get_by_text("告知书已发给消费者").wait_for()
    assert tickets.get(site.store, number).status is TicketStatus.ACCEPTED
    assert [*first.faults, *second.faults, *first.foreign, *second.foreign] == []
    first.close()
    second.close()


def test_leaving_the_page_frees_the_ticket(site: Site, browser: Any) -> None:
    li, wang = called(site, "小李"), called(site, "老王")
    number = site.complaint().number
    screen = seated(browser, "1280", site, li, "presence")
    page = screen.open(f"/staff/tickets/{number}")
    with page.expect_response(lambda answer: "editing=1" in (answer.request.post_data or ""), timeout=30_000):
        page.locator("#notes ~ form textarea").type("写")
    assert presence.around(site.store, number, by=wang.id).hold is not None
    page.goto(f"{site.url}/staff/work")
    until = time.monotonic() + 5
    while (found := presence.around(site.store, number, by=wang.id)).hold and time.monotonic() < until:
        time.sleep(0.05)
    assert (found.looking, found.hold) == ((), None)
    screen.close()


def test_a_note_may_be_left_on_a_ticket_a_colleague_holds(site: Site) -> None:
    li, wang = called(site, "小李"), called(site, "老王")
    number = site.complaint().number
    presence.hold(site.store, number, by=li.id)
    page = f"/staff/tickets/{number}"
    assert "备注已保存" in wang.submit(f"{page}/notes", page=page, text="我这边也接到电话").text
    for deed in ("assign", "advance", "give", "queue", "canned/going_on"):
        told = wang.submit(f"{page}/{deed}", page=page, to="accepted", text="您好").text
        assert "刚才这一步没有做" in told, deed
    assert tickets.get(site.store, number).assigned_to == ""


def test_presence_of_a_report_is_for_those_who_may_read_it(site: Site) -> None:
    from desk import conversations
    from desk.tickets import ComplaintDraft

    opened = conversations.open_conversation(site.store, channel="h5", visitor="v_report")
    draft = ComplaintDraft(kind="report", merchant_name="黑心作坊", story="这家店勾兑假酒卖给饭馆。")
    report = tickets.file_ticket(site.store, conversation_id=opened.id, draft=draft).number
    mediator = site.member(Role.MEDIATOR)
    assert mediator.submit(f"/staff/tickets/{report}/presence", page="/staff/work").status_code == 403
    assert mediator.submit("/staff/tickets/WQ20200101-0001/presence", page="/staff/work").status_code == 404


@pytest.mark.parametrize("size", SIZES)
def test_signs_are_shown_with_their_grounds_and_offer_no_step(site: Site, browser: Any, size: str) -> None:
    for n in range(3):
        site.complaint(
            merchant_name="好味食品店",
            topic="food_safety",
            story=f"第 {n} 次买到没有标签的酱油，一次买了 60 瓶。",
        )
    last = site.complaint(
        merchant_name="好味食品店",
        topic="food_safety",
        name="李四",
        story="买了 48 瓶酱油，没有标签，要求赔偿。",
    )
    officer = site.member(Role.OFFICER)
    screen = seated(browser, size, site, officer, "signs")
    page = screen.open(f"/staff/tickets/{last.number}")
    box = page.locator(".signs")
    for words in ("48 瓶", "投诉了 4 次", "第（四）项", "只供您判断"):
        assert box.get_by_text(words).first.is_visible(), words
    assert box.locator("form, button").count() == 0
    box.scroll_into_view_if_needed()
    screen.shoot("01-signs")
    assert screen.fits()
    assert (screen.faults, screen.foreign) == ([], [])
    screen.close()
    assert tickets.get(site.store, last.number).status is TicketStatus.RECEIVED
    assert "王秀英" not in officer.get(f"/staff/tickets/{last.number}").text


def test_a_ticket_tells_of_its_group_or_of_others_with_the_same_problem(site: Site) -> None:
    numbers = [
        site.complaint(topic="prepaid_card", phone=f"1390000000{n}", story=f"第 {n} 位：门店关了").number
        for n in range(3)
    ]
    officer = site.member(Role.OFFICER)
    page = f"/staff/tickets/{numbers[0]}"
    text = officer.get(page).text
    assert "同一家的同一类问题" in text
    assert numbers[2] in text
    group = group_matters.confirm(site.store, numbers, by=officer.id).number
    assert group in officer.get(page).text
