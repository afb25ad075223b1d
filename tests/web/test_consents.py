"""Consent to mediation on the ticket page, in a browser."""

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
def test_who_agreed_is_shown_and_what_the_other_side_says_is_recorded(
    site: Site, browser: Any, size: str
) -> None:
    officer, number = site.member(Role.OFFICER), site.complaint(mediation=True).number
    screen = seated(browser, size, site, officer, "consents")
    page = screen.open(f"/staff/tickets/{number}")
    box = page.locator("section[aria-labelledby=consents]")
    assert "第十八条" in box.inner_text()
    rows = box.locator("dl > div")
    assert "同意 提交投诉单时" in " ".join(rows.nth(0).inner_text().split())
    assert "还没问" in rows.nth(1).inner_text()
    box.locator("summary").click()
    box.get_by_label("哪一方").select_option("merchant")
    box.get_by_label("怎么说").select_option("declined")
    box.get_by_label("通过什么").select_option("phone")
    box.scroll_into_view_if_needed()
    screen.shoot("01-form")
    box.get_by_role("button", name="记下").click()
    page.get_by_text("已记下").wait_for()
    assert "不同意" in rows.nth(1).inner_text()
    assert "电话" in rows.nth(1).inner_text()
    page.get_by_text("记录是否同意").first.wait_for()
    box.scroll_into_view_if_needed()
    screen.shoot("02-recorded")
    assert screen.fits()
    assert (screen.faults, screen.foreign) == ([], [])
    screen.close()


def test_a_report_shows_no_such_box(site: Site) -> None:
    number = site.complaint(kind="report", request="").number
    assert "是否同意调解" not in site.member(Role.OFFICER).get(f"/staff/tickets/{number}").text
