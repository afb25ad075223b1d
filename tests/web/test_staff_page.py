"""The desk and the ticket page in headless Chromium: what staff and consumers see happen live."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from desk import conversations, staff
from desk.staff import Role

from .browser import SIZES, Screen, chromium
from .site import PASSWORD, Site


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(params=SIZES)
def screen(request: pytest.FixtureRequest, site: Site, browser: Any) -> Iterator[Screen]:
    found = Screen(browser, request.param, site.url, "staff")
    yield found
    found.close()
    assert found.faults == []
    assert found.foreign == []


def _sign_in(screen: Screen, site: Site) -> Any:
    _made, once = staff.create(site.store, username="xiaoli", name="小李", roles=[Role.OFFICER], by="system")
    page = screen.open("/staff/")
    screen.shoot("01-login")
    page.fill("[name=username]", "xiaoli")
    page.fill("[name=password]", once)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="修改密码").wait_for()
    screen.shoot("02-password")
    page.fill("[name=old]", once)
    page.fill("[name=new]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.get_by_role("button", name="保存").click()
    page.fill("[name=username]", "xiaoli")
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="投诉单").wait_for()
    page.get_by_role("link", name="对话").first.click()
    page.get_by_role("heading", name="对话").wait_for()
    return page


def test_from_the_first_login_to_an_answer_in_the_consumers_chat(
    screen: Screen, site: Site, browser: Any
) -> None:
    page = _sign_in(screen, site)
    assert page.get_by_text("没有人在等").is_visible()
    screen.shoot("03-empty")
    consumer = Screen(browser, screen.size, site.url, "staff")
    chat = consumer.open("/")
    chat.wait_for_selector("html[data-ready=yes]")
    chat.fill("#draft", "孩子偷偷给游戏充了3200")
    chat.keyboard.press("Enter")
    chat.get_by_role("button", name="家长").click()
    chat.wait_for_selector(".card")
    chat.locator("#call-person").click()
    page.locator(".waiting .row").wait_for()
    screen.shoot("04-waiting")
    page.locator(".waiting .row").click()
    page.get_by_text("孩子偷偷给游戏充了3200").first.wait_for()
    screen.shoot("05-conversation")
    page.get_by_role("button", name="接手").click()
    page.fill("#reply-text", "您好，我是受理人员，请把订单号发我。")
    page.get_by_role("button", name="发送").click()
    chat.get_by_text("请把订单号发我").wait_for()
    chat.fill("#draft", "订单号 A10086")
    chat.keyboard.press("Enter")
    page.locator("#transcript").get_by_text("订单号 A10086").wait_for()
    screen.shoot("06-taken")
    assert screen.fits()
    page.get_by_role("button", name="交还助手").click()
    chat.get_by_text("我回来了").wait_for()
    assert chat.locator("#owner-line").is_hidden()
    consumer.close()


def test_a_half_written_answer_survives_news(screen: Screen, site: Site) -> None:
    page = _sign_in(screen, site)
    visitor = site.visitor()
    visitor.post("/api/chat/handoff")
    me = staff.everyone(site.store)[0]
    conversations.take(site.store, visitor.conversation, staff=me.id)
    page.goto(f"{site.url}/staff/conversations/{visitor.conversation}")
    page.fill("#reply-text", "写到一半")
    visitor.send("又来一句")
    page.locator("#transcript").get_by_text("又来一句").wait_for()
    assert page.input_value("#reply-text") == "写到一半"


def test_a_ticket_is_read_shown_and_moved_on(screen: Screen, site: Site) -> None:
    visitor = site.visitor()
    ticket = site.complaint(visitor.conversation)
    for name in ("大大超市", "某某健身有限公司"):
        site.complaint(merchant_name=name, story=f"在{name}办了卡，店关了门，电话也打不通。")
    page = _sign_in(screen, site)
    page.goto(f"{site.url}/staff/tickets")
    screen.shoot("07-tickets")
    assert screen.fits()
    page.locator(".whole-row").first.click()
    assert page.get_by_text("138****5678").is_visible()
    screen.shoot("08-ticket")
    page.get_by_role("button", name="显示").click()
    assert page.get_by_text("13812345678").is_visible()
    page.locator("summary", has_text="不予受理").click()
    screen.shoot("09-moves")
    assert screen.fits()
    page.locator("summary", has_text="不予受理").click()
    page.locator("summary", has_text=re.compile(r"^受理")).click()
    page.locator("details[open]").get_by_role("button", name="受理").click()
    page.get_by_role("heading", name="投诉受理告知书").wait_for()
    screen.shoot("09-letter")
    assert screen.fits()
    page.fill("[name=text]", page.input_value("[name=text]") + "\n已经受理，三天内联系您。")
    page.get_by_role("button", name="确认受理").click()
    page.get_by_text("告知书已发给消费者").wait_for()
    page.goto(f"{site.url}/tickets/{ticket.number}?code={ticket.code}")
    assert page.get_by_text("已经受理，三天内联系您。").is_visible()
    screen.name = "ticket"
    screen.shoot("01-progress")
    assert screen.fits()
    page.locator("summary", has_text="补充情况").click()
    page.locator("details[open] textarea").fill("又找到一张截图")
    page.get_by_role("button", name="提交补充").click()
    page.get_by_text("已补充").wait_for()
    page.goto(f"{site.url}/tickets")
    screen.shoot("02-ask")
