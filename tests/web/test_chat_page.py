"""The chat page as people use it, in headless Chromium at a phone's and a desktop's size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk import conversations

from .browser import SIZES, Screen, chromium
from .site import Site

QUESTION = "孩子偷偷用我手机给游戏充了3200，能退吗？"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(params=SIZES)
def screen(request: pytest.FixtureRequest, site: Site, browser: Any) -> Iterator[Screen]:
    site.bot.delay = 0.3
    found = Screen(browser, request.param, site.url, "chat")
    yield found
    found.close()
    assert found.faults == []
    assert found.foreign == []


def _start(screen: Screen) -> Any:
    page = screen.open("/")
    page.wait_for_selector("html[data-ready=yes]")
    return page


def _say(page: Any, text: str) -> None:
    page.fill("#draft", text)
    page.keyboard.press("Enter")


def test_from_question_to_ticket_to_person(screen: Screen, site: Site) -> None:
    page = _start(screen)
    assert page.get_by_text("我是电脑程序，不是律师").is_visible()
    assert page.locator(".starters .chip").count() == 6
    screen.shoot("01-greeting")
    _say(page, QUESTION)
    page.wait_for_selector(".typing:not([hidden])")
    screen.shoot("02-typing")
    page.get_by_role("button", name="家长").wait_for()
    screen.shoot("03-chips")
    page.get_by_role("button", name="家长").click()
    page.wait_for_selector(".card")
    assert page.get_by_text("依据充分").is_visible()
    assert page.get_by_role("button", name="家长").count() == 0
    screen.shoot("04-card")
    for name in ("法律依据", "先留哪些证据", "怎么做"):
        page.locator("summary", has_text=name).click()
    assert page.get_by_text("《民法典》第一百四十五条").is_visible()
    page.locator(".fold[open]").first.scroll_into_view_if_needed()
    screen.shoot("05-card-open")
    assert page.locator("a[href='tel:12315']").count() == 1
    page.get_by_role("button", name="我要投诉").click()
    page.wait_for_selector(".summary")
    screen.shoot("06-summary")
    page.get_by_role("button", name="修改电话").click()
    page.get_by_text("您说的是：修改电话").wait_for()
    assert site.bot.asked[-1]["choice"] == "edit:phone"
    _say(page, "我要投诉")
    page.get_by_role("button", name="确认提交").click()
    page.wait_for_selector(".ticket")
    assert page.get_by_text("482913").is_visible()
    screen.shoot("07-ticket")
    page.locator("#call-person").click()
    page.locator("#owner-line", has_text="等待人工").wait_for()
    screen.shoot("08-queue")
    assert screen.fits()


def test_staff_words_arrive_within_a_second(screen: Screen, site: Site) -> None:
    page = _start(screen)
    page.locator("#call-person").click()
    page.locator(".notice", has_text="已为您转人工").wait_for()
    officer = site.member()
    id = conversations.waiting(site.store)[0].id
    conversations.take(site.store, id, staff=officer.id, text="工作人员已接入。")
    page.locator("#owner-line", has_text="人工服务中").wait_for()
    conversations.say(site.store, id, staff=officer.id, text="您好，订单号发我一下。")
    page.get_by_text("您好，订单号发我一下。").wait_for()
    screen.shoot("09-staff")


def test_the_conversation_survives_a_reload_and_the_draft_too(screen: Screen) -> None:
    page = _start(screen)
    _say(page, QUESTION)
    page.get_by_role("button", name="家长").wait_for()
    page.fill("#draft", "还没写完的半句")
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.get_by_text(QUESTION).is_visible()
    assert page.get_by_role("button", name="家长").is_visible()
    assert page.input_value("#draft") == "还没写完的半句"
    assert page.locator(".starters").is_hidden()


def test_new_messages_stand_below_a_divider(screen: Screen, site: Site) -> None:
    page = _start(screen)
    page.locator("#call-person").click()
    page.locator(".notice").wait_for()
    id = conversations.waiting(site.store)[0].id
    page.goto("about:blank")
    officer = site.member()
    conversations.take(site.store, id, staff=officer.id)
    conversations.say(site.store, id, staff=officer.id, text="您不在的时候我回了。")
    _start(screen)
    assert page.locator(".unread", has_text="以下是新消息").is_visible()
    screen.shoot("10-unread")
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator(".unread").count() == 0


def test_what_could_not_be_sent_is_marked_and_sent_again(screen: Screen, site: Site) -> None:
    page = _start(screen)
    page.route(
        "**/api/chat/messages",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )
    _say(page, "断网时说的话")
    mark = page.get_by_role("button", name="重新发送这条消息")
    mark.wait_for()
    screen.shoot("11-failed")
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    mark.wait_for()
    page.unroute("**/api/chat/messages")
    mark.click()
    page.get_by_text("您说的是：断网时说的话").wait_for()
    assert mark.count() == 0
    assert site.bot.texts() == ["断网时说的话"]


def test_a_photo_shows_while_it_is_sent_and_afterwards(screen: Screen, tmp_path: Path) -> None:
    from PIL import Image

    file = tmp_path / "付款截图.png"
    Image.linear_gradient("L").resize((600, 900)).save(file)
    page = _start(screen)
    page.set_input_files("#photo", str(file))
    page.locator(".row.me .photo img").wait_for()
    page.get_by_text("已放进您的材料").wait_for()
    assert page.evaluate("document.querySelector('.row.me .photo img').naturalWidth") > 0
    screen.shoot("12-photo")
    page.locator(".row.me .photo").click()
    page.wait_for_selector("#viewer[open]")
    page.keyboard.press("Escape")


def test_a_file_we_do_not_take_is_refused_in_words(screen: Screen, tmp_path: Path) -> None:
    file = tmp_path / "program.exe"
    file.write_bytes(b"MZ")
    page = _start(screen)
    page.set_input_files("#photo", str(file))
    page.locator("#toast", has_text="只支持照片").wait_for()


def test_markup_is_shown_as_text(screen: Screen) -> None:
    page = _start(screen)
    nasty = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script>"
    _say(page, nasty)
    page.get_by_text(f"您说的是：{nasty}").wait_for()
    assert page.title() == "维权助手"
    assert page.locator(".log img").count() == 0


def test_enter_sends_and_shift_enter_breaks_the_line(screen: Screen, site: Site) -> None:
    page = _start(screen)
    page.focus("#draft")
    page.keyboard.type("第一行")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("第二行")
    page.keyboard.press("Enter")
    page.get_by_text("您说的是：第一行").wait_for()
    assert site.bot.texts() == ["第一行\n第二行"]
    assert page.evaluate("document.activeElement.id") == "draft"


def test_large_type_is_remembered_and_still_fits(screen: Screen) -> None:
    page = _start(screen)
    small = page.evaluate("getComputedStyle(document.querySelector('.bubble')).fontSize")
    page.get_by_role("button", name="大字模式").first.click()
    large = page.evaluate("getComputedStyle(document.querySelector('.bubble')).fontSize")
    assert float(large[:-2]) >= 1.25 * float(small[:-2])
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.get_by_role("button", name="大字模式").first.get_attribute("aria-pressed") == "true"
    _say(page, QUESTION)
    page.get_by_role("button", name="家长").click()
    page.wait_for_selector(".card")
    screen.shoot("13-large")
    assert screen.fits()


def test_the_menu_opens_tickets_and_privacy_by_keyboard(screen: Screen) -> None:
    page = _start(screen)
    page.focus("#menu-open")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="隐私说明").wait_for()
    screen.shoot("14-menu")
    page.get_by_role("button", name="隐私说明").click()
    page.get_by_role("heading", name="隐私说明").wait_for()
    screen.shoot("15-privacy")
    page.keyboard.press("Escape")
    page.locator("#my-tickets-open").click()
    page.get_by_text("这里还没有投诉单").wait_for()


def test_screen_readers_find_names_and_a_live_log(screen: Screen) -> None:
    page = _start(screen)
    assert page.get_by_role("log", name="对话").get_attribute("aria-live") == "polite"
    assert page.get_by_role("textbox").is_visible()
    unnamed = page.evaluate(
        """[...document.querySelectorAll('button, a, input, textarea, select')]
           .filter(e => e.offsetParent && e.getAttribute('aria-hidden') !== 'true' && !(e.getAttribute('aria-label') || e.innerText.trim() || e.labels?.length))
           .map(e => e.outerHTML)"""
    )
    assert unnamed == []


def test_too_long_a_message_is_counted_before_it_is_sent(screen: Screen) -> None:
    page = _start(screen)
    page.fill("#draft", "维" * 3001)
    assert re.search("3000.*3001", page.locator("#count").inner_text())
    assert page.locator("#send").is_disabled()


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_sticks_out_at_other_widths(site: Site, browser: Any, width: int) -> None:
    screen = Screen(browser, "360", site.url, f"chat-{width}")
    try:
        screen.page.set_viewport_size({"width": width, "height": 640})
        page = _start(screen)
        _say(page, QUESTION)
        page.get_by_role("button", name="家长").click()
        page.wait_for_selector(".card")
        _say(page, "我要投诉" + "A" * 200)
        page.wait_for_selector(".summary")
        assert screen.fits()
        wide = page.evaluate(
            "[...document.querySelectorAll('.log *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
        )
        assert wide == 0
        screen.shoot("width")
    finally:
        screen.close()
