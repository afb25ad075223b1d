"""The journey in a browser: an angry elder reaches a person with one message, and the assistant gets it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from desk.staff import Role
from tests.web.browser import SIZES, Screen, chromium
from tests.web.site import PASSWORD, Site

ANGRY = "我七十二岁了，孙子拿我手机给游戏充了两万块，客服踢皮球，气死我了，马上给我找个人！"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sign_in(screen: Screen, username: str) -> Any:
    page = screen.open("/staff/login")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("heading", name="投诉单").wait_for()
    page.get_by_role("link", name="对话").first.click()
    page.get_by_role("heading", name="对话").wait_for()
    return page


def test_an_angry_elder_reaches_a_person_in_one_message(
    site_with_library: Site, browser: Any, size: str, tmp_path: Path
) -> None:
    site = site_with_library
    site.member(Role.OFFICER, username="xiaoli")
    site.member(Role.MEDIATOR, username="laowang")
    staff_screen = Screen(browser, size, site.url, "takeover")
    page = sign_in(staff_screen, "xiaoli")
    earlier = site.visitor()
    earlier.send("定金能退吗")
    earlier.post("/api/chat/handoff")
    consumer = Screen(browser, size, site.url, "takeover-chat")
    chat = consumer.open("/")
    chat.wait_for_selector("html[data-ready=yes]")
    chat.fill("#draft", ANGRY)
    chat.keyboard.press("Enter")
    chat.get_by_text("已为您转人工").wait_for()
    chat.locator("#owner-line", has_text="等待人工").wait_for()
    chat.locator("#owner-line", has_text="您排第一位").wait_for()
    consumer.shoot("01-waiting")

    first = page.locator(".waiting .row").first
    page.locator(".waiting .row", has_text="老年人").wait_for()
    assert "老年人" in first.inner_text(), "the elder comes before the one who was earlier by seconds"
    assert "金额大" in first.inner_text()
    staff_screen.shoot("02-queue")
    assert staff_screen.fits()
    first.click()
    page.get_by_role("button", name="接手").click()
    page.locator("#reply-text").wait_for()

    fold = page.locator(".matter-fold > summary")
    if fold.is_visible():
        fold.click()
    suggestion = page.locator(".suggestion:visible").first
    suggestion.wait_for()
    assert "《民法典》" in suggestion.inner_text()
    staff_screen.shoot("03-suggestion")
    suggestion.get_by_role("button", name="放进输入框").click()
    text = page.input_value("#reply-text")
    assert "《民法典》" in text
    page.fill("#reply-text", "老人家您别急。" + text)
    chat.locator("#typing").wait_for(state="visible")
    consumer.shoot("04-staff-types")
    page.get_by_role("button", name="发送").click()
    chat.get_by_text("老人家您别急").wait_for()

    chat.locator("#draft").press_sequentially("我拍照给你看")
    page.locator("#typing-line").wait_for(state="visible")
    chat.keyboard.press("Enter")
    picture = tmp_path / "bill.png"
    Image.new("RGB", (320, 200), "#7fa").save(picture)
    chat.set_input_files("#photo", picture)
    page.locator("#transcript .line.consumer img").wait_for()
    page.set_input_files(".photo-form input[type=file]", picture)
    chat.locator(".row.them .photo").wait_for()
    staff_screen.shoot("05-photos")
    assert staff_screen.fits()
    consumer.shoot("05-photos")
    assert consumer.fits()

    page.fill("#whisper-text", "这位老人家要多些耐心")
    page.get_by_role("button", name="悄悄说").click()
    page.locator(".whisper", has_text="多些耐心").wait_for()
    page.locator("#hand-over summary").click()
    page.get_by_role("button", name="请对方接手").wait_for()
    staff_screen.shoot("06-hand-over")
    assert staff_screen.fits()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="交还助手").click()
    chat.get_by_text("我回来了").wait_for()
    assert chat.locator("#owner-line").is_hidden()
    assert chat.get_by_text("多些耐心").count() == 0, "a whisper never leaves the desk"
    consumer.close()
    staff_screen.close()
    assert staff_screen.faults == consumer.faults == []
    assert staff_screen.foreign == consumer.foreign == []


def test_a_supervisor_makes_a_roster_and_is_alarmed(site_with_library: Site, browser: Any, size: str) -> None:
    site = site_with_library
    chief = site.member(Role.SUPERVISOR, username="kezhang")
    officer = site.member(Role.OFFICER, username="xiaoli")
    screen = Screen(browser, size, site.url, "takeover")
    page = sign_in(screen, "kezhang")
    if size == "360":  # four entries at the foot of the page, the others behind the fifth
        page.locator("summary", has_text="更多").click()
    page.get_by_role("link", name="排班").click()
    page.get_by_role("heading", name="排班").wait_for()
    screen.shoot("10-roster")
    assert screen.fits()
    page.goto(f"{site.url}/staff/roster/{officer.id}")
    for day in range(1, 6):
        page.fill(f"[name=begins{day}]", "08:30")
        page.fill(f"[name=ends{day}]", "17:00")
    page.get_by_role("button", name="保存班次").click()
    page.get_by_text("已保存").wait_for()
    page.fill("[name=day]", "2026-12-25")
    page.get_by_role("button", name="保存这一天").click()
    page.get_by_text("2026年12月25日").wait_for()
    page.fill("[name=capacity]", "5")
    page.get_by_label("未成年人消费").check()
    page.locator("section", has_text="接待能力").get_by_role("button", name="保存").click()
    page.get_by_text("已保存").wait_for()
    screen.shoot("11-roster-person")
    assert screen.fits()
    page.goto(f"{site.url}/staff/roster")
    page.get_by_text("08:30–17:00").first.wait_for()
    screen.shoot("12-roster-made")
    assert screen.fits()
    for member in (chief, officer):
        member.submit("/staff/duty", page="/staff/conversations", to="away")
    site.visitor().post("/api/chat/handoff")
    page.goto(f"{site.url}/staff/conversations")
    page.get_by_text("现在没有人在岗").wait_for()
    screen.shoot("13-alarm")
    assert screen.fits()
    screen.close()
    assert screen.faults == []
