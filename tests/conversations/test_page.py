"""The chat page in a real browser against the whole running system, from the question to the ticket."""

from __future__ import annotations

import re

import pytest

from tests.web.browser import Screen, chromium


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def say(page, text: str, then: str) -> None:
    """Type, send, and wait until `then` appears in the conversation."""
    page.locator("#draft").fill(text)
    page.locator("#draft").press("Enter")
    page.locator("#log").get_by_text(then).last.wait_for()


@pytest.mark.parametrize("size", ["360", "1280"])
def test_a_mother_gets_her_answer_and_files_on_the_page(system, browser, size):
    screen = Screen(browser, size, system.url, "system")
    page = screen.open("/")
    say(page, "孩子偷偷充了三千块游戏能退吗", "几周岁")
    screen.shoot("1-question")
    say(page, "七岁", "依据充分")
    screen.shoot("2-card")
    say(page, "我要投诉", "哪一家")
    say(page, "某某网络科技公司，上海市徐汇区漕溪路9号", "姓名")
    say(page, "我叫王小梅，13812345678，上海市金山区蒙山路5号", "提交")
    screen.shoot("3-summary")
    page.get_by_role("button", name="提交", exact=True).last.click()
    page.locator("#log").get_by_text(re.compile(r"WQ\d{8}-\d{4}")).last.wait_for()
    screen.shoot("4-ticket")
    page.reload()
    page.locator("#log").get_by_text("未成年人游戏充值退款").first.wait_for()
    assert screen.fits(), "nothing sticks out sideways"
    assert screen.faults == []
    assert screen.foreign == [], "no request to any other host"
