"""A ticket's life in headless Chromium: one key per step, a hole in a letter filled by typing, a merge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desk import notices, tickets
from desk.staff import Role
from desk.tickets import TicketStatus

from .browser import SIZES, Screen, chromium
from .site import PASSWORD, Site


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(params=SIZES)
def screen(request: pytest.FixtureRequest, site: Site, browser: Any) -> Iterator[Screen]:
    found = Screen(browser, request.param, site.url, "life")
    yield found
    found.close()
    assert found.faults == []
    assert found.foreign == []


def test_a_refusal_by_keyboard_and_a_merge(screen: Screen, site: Site) -> None:
    officer = site.member(Role.OFFICER)
    ticket, stays = site.complaint(), site.complaint(request="退款 3200 元")
    duplicate = site.complaint(request="把 3200 元退给我")
    tickets.assign(site.store, ticket.number, to=officer.id, by=officer.id)
    page = screen.open("/staff/login")
    page.fill("[name=username]", officer.username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.goto(f"{site.url}/staff/tickets")
    page.get_by_role("heading", name="今天要办").wait_for()
    screen.shoot("01-list")
    assert screen.fits()

    page.goto(f"{site.url}/staff/tickets/{ticket.number}")
    page.keyboard.press("2")
    chosen = page.locator("details[open] [name=ground]")
    assert chosen.evaluate("box => box === document.activeElement")
    screen.shoot("02-step")
    assert screen.fits()
    chosen.select_option("handled_elsewhere")
    page.get_by_role("button", name="不予受理：拟告知书").click()
    page.get_by_text("还有 1 处要填").wait_for()
    screen.shoot("03-letter")
    assert screen.fits()
    page.keyboard.type("金山区人民法院")
    page.get_by_role("button", name="确认不予受理，发给消费者").click()
    page.get_by_text("告知书已发给消费者").wait_for()
    [told] = notices.told(site.store, ticket.number)
    assert "已经由金山区人民法院受理" in told.text
    assert tickets.get(site.store, ticket.number).status is TicketStatus.REFUSED
    screen.shoot("04-refused")

    page.goto(f"{site.url}/staff/tickets/{duplicate.number}")
    page.locator("summary", has_text="同一个人重复投诉").click()
    page.locator("details[open] [name=other]").fill(stays.number)
    page.locator("details[open]").get_by_role("button", name="并入").click()
    page.get_by_text("已合并").wait_for()
    screen.shoot("05-merged")
    assert screen.fits()
    page.goto(f"{site.url}/staff/tickets/{stays.number}/split")
    screen.shoot("06-split")
    assert screen.fits()
    page.goto(f"{site.url}/tickets/{duplicate.number}?code={duplicate.code}")
    assert page.get_by_text(f"和 {stays.number} 合在一起办理").is_visible()
    screen.shoot("07-status")
    assert screen.fits()
