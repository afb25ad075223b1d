"""The supervisor's alarms in a browser: one narrow strip on every page, and a page of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desk.staff import Role

from .browser import SIZES, chromium
from .desk_screen import seated
from .site import Site

LINE = "现在没有人在岗"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("size", SIZES)
def test_alarms_are_a_strip_and_a_page_and_never_in_the_way(site: Site, browser: Any, size: str) -> None:
    chief = site.member(Role.SUPERVISOR)
    chief.submit("/staff/duty", page="/staff/conversations", to="away")
    screen = seated(browser, size, site, chief, "alarms")
    page = screen.open("/staff/alarms")
    page.get_by_text("现在没有要马上处理的").wait_for()
    assert page.get_by_role("navigation", name="栏目").is_visible(), "a page like the others"
    screen.shoot("01-none")
    for name in ("张三", "李四"):
        visitor = site.visitor()
        visitor.send(f"我是{name}，孩子充值三千")
        visitor.post("/api/chat/handoff")
    page.reload()
    page.locator("#queue-alarms").get_by_text(LINE).wait_for()
    assert page.locator("#queue-alarms").count() == 1
    assert not page.get_by_text("现在没有要马上处理的").is_visible()
    screen.shoot("02-alarm")
    page.goto(f"{site.url}/staff/tickets")
    strip = page.locator("#queue-alarms")
    strip.get_by_text(LINE).wait_for()
    assert strip.bounding_box()["height"] < (80 if size == "360" else 50)
    screen.shoot("03-strip")
    assert screen.fits()
    strip.get_by_role("link", name="去看看").click()
    page.wait_for_url("**/staff/conversations")
    assert (screen.faults, screen.foreign) == ([], [])
    screen.close()


def test_an_open_page_gets_the_strip_alone(site: Site) -> None:
    chief = site.member(Role.SUPERVISOR)
    strip = chief.get("/staff/alarms", params={"part": "strip"}).text
    assert 'id="queue-alarms"' in strip
    assert "<html" not in strip
    assert "part=strip" in strip
