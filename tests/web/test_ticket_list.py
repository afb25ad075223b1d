"""The list of complaints: a table with a link in each row, for eyes, hands, keyboards and screen readers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desk.staff import Role

from .browser import SIZES, chromium
from .desk_screen import seated
from .site import Site


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("size", SIZES)
def test_each_ticket_is_a_row_with_a_link_that_tab_reaches_and_enter_opens(
    site: Site, browser: Any, size: str
) -> None:
    numbers = [site.complaint(story=f"第 {n} 件：卡退不了。").number for n in range(3)]
    screen = seated(browser, size, site, site.member(Role.OFFICER), "ticket-list")
    page = screen.open("/staff/tickets")
    table = page.get_by_role("table", name="投诉单")
    assert table.get_by_role("row").count() == 1 + len(numbers)
    heads = ["单号", "被投诉人和诉求", "投诉人", "状态", "时限"]
    assert table.get_by_role("columnheader").all_inner_texts() == heads, "narrow pages name them too"
    links = table.get_by_role("link")
    listed = links.all_inner_texts()
    assert sorted(listed) == numbers
    row = table.get_by_role("row").nth(1)
    assert row.get_by_role("cell").count() == (4 if size == "360" else 5)
    assert row.get_by_role("cell").first.get_by_role("link").inner_text() == listed[0]
    described = links.first.get_attribute("aria-describedby")
    assert "某某网络科技有限公司" in page.locator(f"#{described}").inner_text()
    links.first.focus()
    reached = []
    for _ in numbers:
        reached.append(page.evaluate("document.activeElement.textContent"))
        page.keyboard.press("Tab")
    assert reached == listed
    page.keyboard.press("Shift+Tab")
    screen.shoot("01-last-in-focus")
    assert screen.fits()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/staff/tickets/{listed[-1]}")
    page.go_back()
    row = page.get_by_role("table", name="投诉单").get_by_role("row").nth(2)
    box = row.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] - 6)
    page.wait_for_url(f"**/staff/tickets/{listed[1]}")
    assert (screen.faults, screen.foreign) == ([], [])
    screen.close()
