"""The ways that lead through every part at once: a chat page, the desk beside it, and the real assistant between."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conversations.employee import Employee
from tests.web.browser import SIZES, Screen, chromium

NUMBER = re.compile(r"WQ\d{8}-\d{4,}")
RELEASE_TAKES = 300_000  # ms: the whole library is built and tried, giving way to who chats
TURN = 3  # seconds a question may take on a busy machine
Seat = Callable[[str, str, str], Screen]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture
def seat(system: Any, browser: Any, employee: Callable[[str], Employee]) -> Iterator[Seat]:
    """Opens a screen at a size: a consumer's for the role "", else that of a member of staff."""
    opened: list[Screen] = []

    def seated(role: str, size: str, name: str) -> Screen:
        screen = Screen(browser, size, system.url, name)
        screen.context.set_default_timeout(30_000)
        if role:
            cookies = employee(role).browser.cookies
            screen.context.add_cookies(
                [{"name": one.name, "value": one.value, "url": system.url} for one in cookies]
            )
        opened.append(screen)
        return screen

    yield seated
    for screen in opened:
        screen.close()
        assert (screen.faults, screen.foreign) == ([], [])


def say(page: Any, text: str, then: str) -> None:
    page.locator("#draft").fill(text)
    page.locator("#draft").press("Enter")
    page.locator("#log").get_by_text(then).last.wait_for()


def filed(page: Any, shop: str) -> str:
    """Tell a gym's closing on the chat page and send the complaint; returns its number."""
    say(page, "健身房关门跑路了卡里还有两千块", "办了卡店关门跑路")
    say(page, "我要投诉", "哪一家")
    say(page, shop, "姓名")
    say(page, "我叫王小梅，13812345678，上海市金山区蒙山路5号", "提交")
    page.get_by_role("button", name="提交", exact=True).last.click()
    ticket = page.locator("#log").get_by_text(NUMBER).last
    ticket.wait_for()
    found = NUMBER.search(ticket.inner_text())
    assert found
    return found[0]


@pytest.mark.parametrize("size", SIZES)
def test_a_complaint_goes_from_the_chat_to_the_desk_and_its_notice_comes_back(seat: Seat, size: str) -> None:
    consumer, officer = seat("", size, "journey-accept-chat"), seat("officer", size, "journey-accept-desk")
    chat = consumer.open("/")
    number = filed(chat, "一兆健身，上海市金山区卫清西路100号")
    consumer.shoot("1-filed")
    page = officer.open("/staff/tickets")
    page.locator(".table-row", has_text=number).click()
    page.get_by_role("heading", name=re.compile(number)).wait_for()
    officer.shoot("2-ticket")
    assert officer.fits()
    page.locator("summary").get_by_text("受理", exact=False).first.click()
    page.get_by_role("button", name="受理：拟告知书", exact=True).click()
    page.locator("[data-letter]").wait_for()
    officer.shoot("3-letter")
    assert officer.fits()
    page.get_by_role("button", name="确认受理").click()
    page.get_by_text("告知书已发给消费者").wait_for()
    told = chat.locator("#log").get_by_text("受理").last
    told.wait_for()
    chat.locator("#log").get_by_text(number).last.wait_for()
    consumer.shoot("4-notice")
    assert consumer.fits()


@pytest.mark.parametrize("size", SIZES)
def test_what_another_office_must_decide_is_handed_on_with_the_reason(seat: Seat, size: str) -> None:
    consumer, officer = (
        seat("", size, "journey-transfer-chat"),
        seat("officer", size, "journey-transfer-desk"),
    )
    chat = consumer.open("/")
    number = filed(chat, "某某健身，浙江省义乌市稠城街道1号")
    page = officer.open(f"/staff/tickets/{number}")
    page.get_by_role("link", name=re.compile("转给义乌市市场监督管理局")).first.wait_for()
    officer.shoot("1-elsewhere")
    assert officer.fits()
    page.get_by_role("link", name=re.compile("转给义乌市市场监督管理局")).first.click()
    letter = page.locator("[data-letter]")
    letter.wait_for()
    assert "第十三条" in letter.input_value()
    officer.shoot("2-letter")
    assert officer.fits()
    page.get_by_role("button", name=re.compile("^确认")).click()
    page.get_by_text("告知书已发给消费者").wait_for()
    chat.locator("#log").get_by_text("义乌市市场监督管理局").last.wait_for()
    consumer.shoot("3-told")
    assert consumer.fits()


def test_a_curator_finds_every_door_of_an_officer_shut(seat: Seat) -> None:
    officer, curator = seat("officer", "1280", "journey-doors"), seat("curator", "1280", "journey-doors")
    doors: set[str] = set()
    for start in ("/staff/tickets", "/staff/conversations", "/staff/work"):
        page = officer.open(start)
        links = page.locator("a[href^='/staff']").evaluate_all("all => all.map(one => one.href)")
        doors |= {urlsplit(link).path for link in links}
    own = curator.open("/staff/questions")
    mine = {
        urlsplit(link).path for link in own.locator("nav a").evaluate_all("all => all.map(one => one.href)")
    }
    foreign = sorted(doors - mine - {"/staff/", "/staff/password", "/staff/account", "/staff/second-factor"})
    assert {"/staff/tickets", "/staff/conversations"} <= set(foreign)
    open_doors = []
    for door in foreign:
        answer = own.goto(f"{curator.base}{door}")
        if answer.status < 400:
            open_doors.append(door)
    assert open_doors == []
    own.goto(f"{curator.base}/staff/tickets")
    own.get_by_text("没有这项权限", exact=False).first.wait_for()
    curator.shoot("shut")


QUESTION = "自习室包月的座位旁边天天打电话能退吗"
ASKED = (
    "自习室的座位费能退吗",
    "付费自习室说安静其实很吵，想退月卡",
    "自习室月卡才去两天，隔壁装修，要退钱",
    "自习室座位被别人占了，店家不管",
    "共享自习室办了季卡不想去了怎么退",
    "自习室说好有空调结果没有，能退一部分吗",
    "考研租的自习室座位，店家换地方了",
    "自习室关门一周也不给补时间",
    "自习室一经售出概不退款合法吗",
    "自习室押金不给退",
    "在自习室办的次卡过期作废，还剩十次",
    "自习室隔音差跟宣传的不一样",
)
ANSWER = (
    "店家说好安静却做不到，就是没按约定做。您可以先要求换座位、补时间；还是学不成的，可以退没用的部分。"
    "“一经售出概不退款”对您不公平的，没有效力。先拍下吵的样子和宣传页，再找店家谈。"
)
EVIDENCE = (
    ("付款记录和月卡页面", "买了什么、还剩多少", "截图留好"),
    ("宣传安静的页面或聊天", "店家是怎么说的", "截图，别删聊天"),
    ("吵闹时的录像", "实际是什么样", "连续录一段，拍到时间和店里的样子"),
)


def new_case(page: Any) -> None:
    """Fill the form of a new case, from its summary to what to do."""
    part = page.locator
    page.get_by_label("一句话概括").fill(
        "自习室吵得学不成、座位不给用，可以要求换座、补时间，或者退没用的部分。"
    )
    page.get_by_label("主题").select_option(label="办卡充值")
    page.get_by_label("办理部门").select_option(label="市场监督管理部门（12315）")
    asks = page.get_by_label("消费者的问法", exact=False)
    assert QUESTION in asks.input_value(), "what was asked stands there already"
    asks.fill("\n".join((asks.input_value(), *ASKED)))
    part("[data-section=outcomes]").get_by_role("button", name="加一个结论").click()
    page.get_by_label("答复", exact=True).fill(ANSWER)
    for article in ("民法典 577", "消费者权益保护法 26"):
        part("[data-section=outcomes]").get_by_label("查找法条").fill(article)
        part(".law-hits button").first.click()
    for n, (item, proves, how) in enumerate(EVIDENCE):
        part("[data-section=evidence]").get_by_role("button", name="加一条").click()
        for name, words in (("item", item), ("proves", proves), ("how", how)):
            part(f"[data-path='evidence.{n}.{name}'] input").fill(words)
    part("[data-section=steps]").get_by_role("button", name="加一条").click()
    page.get_by_label("可以照着说的话").fill(
        "您好，我在您这里买了自习室座位，宣传说安静，实际一直很吵。请给我换座、补时间，或者退没用的部分。"
    )
    page.get_by_label("算法").select_option(label="不算钱")
    page.get_by_label("给商家的答复").fill("宣传了安静就要做到；做不到的，换座、补时间，或者退没用的部分。")


def test_what_was_not_answered_becomes_a_case_and_is_answered_two_seconds_after_its_release(
    seat: Seat,
) -> None:
    consumer = seat("", "360", "journey-case-chat")
    curator = seat("curator", "1280", "journey-case-curator")
    reviewer = seat("reviewer", "1280", "journey-case-reviewer")
    chat = consumer.open("/")
    say(chat, QUESTION, "哪一种")
    chat.get_by_role("button", name="都不是").last.click()
    chat.locator("#log").get_by_text("转人工").last.wait_for()
    consumer.shoot("1-not-answered")

    page = curator.open("/staff/questions/list")
    row = page.locator("li.question").filter(has_text=QUESTION).first
    row.get_by_role("button", name="建新案例").click()
    page.wait_for_url("**/edit")
    page.wait_for_selector("html[data-ready=yes]")
    page.get_by_label("标题", exact=True).fill("自习室座位退费")
    new_case(page)
    page.get_by_text("没有发现问题，可以提交审核").wait_for()
    page.get_by_text("已保存", exact=False).wait_for()
    curator.shoot("2-case")
    page.get_by_role("link", name="写好了").click()
    page.get_by_role("button", name="就用这个编号").click()
    page.get_by_text("案例编号已定好").wait_for()
    page.get_by_role("button", name="提交审核").click()
    page.get_by_text("已提交，等同事审核").wait_for()
    draft = urlsplit(page.url).path

    page = reviewer.open(draft)
    page.get_by_role("button", name="审核通过").click()
    page.get_by_text("已审核通过").wait_for()
    page.get_by_role("link", name="去发布").click()
    page.get_by_role("button", name="发布", exact=True).click()
    page.locator("progress").wait_for()
    reviewer.shoot("3-running")
    page.get_by_role("button", name="退回这一版").wait_for(timeout=RELEASE_TAKES)
    released = time.monotonic()
    reviewer.shoot("4-released")
    while "自习室座位退费" not in chat.locator("#log").inner_text():
        assert time.monotonic() - released < 2 + TURN, "on the air within two seconds"
        say(chat, QUESTION, "？")
    consumer.shoot("5-answered")
    page.get_by_role("button", name="退回这一版").click()
    page.get_by_text("已换到第", exact=False).wait_for()
