"""The pages opened from WeChat in a real browser, at the width of a phone: they fit, and nothing fails in them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from desk import conversations
from desk.staff import Role
from tests.web.browser import Screen, chromium
from tests.web.site import PASSWORD
from web import visitors

from .office import MakeOffice, Office
from .test_ledger import SEND, settled
from .test_overload import until
from .test_pages import card_of, link_in


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with chromium() as running:
        yield running


@pytest.fixture
def phone(browser, office: Office) -> Iterator[Screen]:
    screen = Screen(browser, "360", "", "wechat")
    yield screen
    screen.close()


def fine(screen: Screen) -> None:
    assert screen.fits()
    assert screen.faults == []


def test_an_answer_reads_well_on_a_phone(office: Office, phone: Screen) -> None:
    page = phone.open(card_of(office, office.platform.follower()).url)
    page.wait_for_selector("html[data-ready]")
    assert "民法典" in page.inner_text("#answer")
    fine(phone)
    phone.shoot("answer")


def test_a_link_opens_the_talk_at_its_message(office: Office, phone: Screen) -> None:
    li = office.platform.follower()
    for number in range(12):
        li.say(f"第{number}件事：店家不肯退钱，我已经去了好几趟，每次都说老板不在。")
    li.say("我要投诉")
    link = link_in(li.texts[-1])
    for number in range(12):
        li.say(f"后来又说了第{number}件事")
    page = phone.open(link)
    page.click("button:has-text('继续')")
    page.wait_for_selector("html[data-ready]")
    place = page.url.rpartition("#m")[2]
    box = page.locator(f'[data-id="{place}"]').bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 740, "the message the link is about is on the screen"
    fine(phone)
    phone.shoot("talk")
    page.click(".entered button:has-text('退出')")
    page.wait_for_selector("html[data-ready]")
    assert page.locator(".entered").count() == 0
    assert "第3件事" not in page.inner_text("#log"), "the browser's own talk again"


def test_a_link_asks_first_and_says_what_becomes_of_the_browsers_own_talk(
    office: Office, phone: Screen
) -> None:
    li = office.platform.follower()
    li.say("健身房关门了，年卡退不了，我要投诉")
    page = phone.open(f"{office.site.url}/")
    page.wait_for_selector("html[data-ready]")
    phone.open(link_in(li.texts[-1]))
    assert "这是微信里的那次咨询，继续吗？" in page.inner_text("h1")
    assert "健身房关门了" in page.inner_text("main")
    assert "不会丢" in page.inner_text("main")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "继续", "one key away"
    fine(phone)
    phone.shoot("enter")


def test_when_the_time_is_over_the_page_says_how_to_go_on(office: Office, phone: Screen, monkeypatch) -> None:
    li = office.platform.follower()
    li.say("我要投诉")
    page = phone.open(link_in(li.texts[-1]))
    page.click("button:has-text('继续')")
    page.wait_for_selector("html[data-ready]")
    monkeypatch.setattr(visitors, "is_over", lambda visitor: visitor.until is not None)
    page.fill("#draft", "过期以后写的")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=回到微信")
    phone.open(f"{office.site.url}/")
    assert "打开的时间到了" in page.inner_text("h1")
    assert phone.fits()
    phone.shoot("over")
    page.click("button:has-text('在网页上另问一件事')")
    page.wait_for_selector("html[data-ready]")


def test_the_alarm_reads_well_on_the_desk(office: Office, browser) -> None:
    mediator = office.site.member(Role.MEDIATOR, username="mediator.wang")
    li = office.platform.follower()
    li.say("转人工")
    office.platform.fail_next(SEND, 40125, times=50)
    conversations.take(office.store, office.conversation(li).id, staff=mediator.id, text="工作人员已接入。")
    for size in ("1280", "360"):
        screen = Screen(browser, size, office.site.url, "wechat")
        page = screen.open("/staff/login")
        page.fill("[name=username]", mediator.username)
        page.fill("[name=password]", PASSWORD)
        page.click("button:has-text('登录')")
        page.goto(f"{office.site.url}/staff/conversations")
        until(lambda page=page: page.reload() and page.locator("#wechat-alarm .alarms").count(), 10)
        assert "密钥（AppSecret）不对" in page.inner_text("#wechat-alarm")
        fine(screen)
        screen.shoot("alarm")
        screen.close()


def test_an_expired_link_says_what_to_do(office: Office, phone: Screen) -> None:
    page = phone.open(f"{office.site.url}/wechat/a/atoken")
    assert "回到微信" in page.inner_text("main")
    assert phone.fits()
    phone.shoot("expired")


def test_outside_wechat_the_page_reads_well(make_office: MakeOffice, browser) -> None:
    office = make_office(wechat_oauth="yes")
    screen = Screen(browser, "360", office.site.url, "wechat")
    page = screen.open("/wechat/chat")
    assert "请在微信里打开" in page.inner_text("main")
    fine(screen)
    screen.shoot("outside")
    page.click("a.button:has-text('在网页上问')")
    page.wait_for_selector("#draft")
    screen.close()


def test_the_desk_shows_what_wechat_takes_and_what_did_not_arrive(office: Office, browser) -> None:
    screen = Screen(browser, "1280", office.site.url, "wechat")
    li = office.platform.follower()
    li.scan("station:7")
    li.say("健身房关门了，年卡退不了")
    li.say("转人工")
    mediator = office.site.member(Role.MEDIATOR, username="mediator.li")
    conversation = office.conversation(li).id
    conversations.take(office.store, conversation, staff=mediator.id, text="工作人员已接入，为您服务。")
    settled(office, li)
    office.platform.fail_next(SEND, 45002)
    conversations.say(office.store, conversation, staff=mediator.id, text="您好，请把办卡合同拍照发给我。")
    settled(office, li)
    page = screen.open("/staff/login")
    page.fill("[name=username]", mediator.username)
    page.fill("[name=password]", PASSWORD)
    page.click("button:has-text('登录')")
    page.goto(f"{office.site.url}/staff/conversations/{conversation}")
    page.wait_for_selector("#channel-state")
    time.sleep(0.3)
    assert "没有发出去" in page.inner_text("#channel-state")
    fine(screen)
    screen.shoot("desk")
    screen.close()


def test_the_page_that_asks_for_a_notice_reads_without_wechat_too(make_office: MakeOffice, browser) -> None:
    office = make_office(wechat_subscription="S1")
    li = office.platform.follower()
    li.say("在吗")
    screen = Screen(browser, "360", office.site.url, "wechat")
    link = office.site.app.extensions["weiquan.wechat"].links().notice(1)
    page = screen.open(link.removeprefix(office.site.url))
    assert "同意一次，通知一次" in page.inner_text("main")
    assert screen.fits()
    assert [url for url in screen.foreign if "res.wx.qq.com" in url], "WeChat's own script and nothing else"
    screen.shoot("notice")
    screen.close()
