"""The library on the desk in headless Chromium: a case edited, reviewed, released, found and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk import drafts, releases
from desk.staff import Role
from knowledge.library import open_library

from .browser import Screen, chromium
from .library_site import LibrarySite, small, until
from .site import PASSWORD, Member

QUESTION = "闺女拿我银行卡点券刷了八千块咋整"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[LibrarySite]:
    running = small(tmp_path, apart=True)
    yield running
    running.close()


def entered(browser: Any, site: LibrarySite, member: Member, size: str = "1280") -> Screen:
    screen = Screen(browser, size, site.url, "library")
    page = screen.open("/staff/login")
    page.fill("[name=username]", member.username)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/staff/**")
    return screen


def begun(screen: Screen) -> Any:
    page = screen.open("/staff/library")
    page.get_by_role("link", name="未成年人游戏充值退款").click()
    page.get_by_role("button", name="修改").click()
    page.wait_for_selector("html[data-ready=yes]")
    return page


def sound(*screens: Screen) -> None:
    for screen in screens:
        assert screen.faults == []
        assert screen.foreign == []
        screen.close()


def test_the_whole_way_of_a_change_and_back(browser: Any, site: LibrarySite) -> None:
    library = open_library(site.settings.library_path, dictionary=None)
    writer = entered(browser, site, site.curator())
    page = begun(writer)
    ask = page.get_by_label("消费者的问法", exact=False)
    ask.fill(f"{ask.input_value()}\n{QUESTION}")
    page.get_by_text("已保存", exact=False).wait_for()
    trial = page.locator("#trial")
    trial.get_by_label("孩子充值时几周岁？").fill("7")
    trial.get_by_label("一共花了多少钱？").fill("3200")
    page.locator("[data-outcome='1']").wait_for()
    page.locator(".consumer-card .sum").get_by_text("3,200").or_(
        page.locator(".consumer-card .sum").get_by_text("3200")
    ).wait_for()
    writer.shoot("01-editor")
    page.get_by_role("link", name="写好了").click()
    page.locator("#field-ask ins", has_text=QUESTION).wait_for()
    page.get_by_role("button", name="提交审核").click()
    page.get_by_text("已提交，等同事审核").wait_for()
    draft_page = page.url.removeprefix(site.url)

    reader = entered(browser, site, site.reviewer())
    page = reader.open(draft_page)
    page.locator("#field-ask").get_by_text("写意见").click()
    page.locator("#field-ask textarea").fill("这句像是真的有人会问")
    page.locator("#field-ask").get_by_role("button", name="记下意见").click()
    page.get_by_text("意见已记下").wait_for()
    reader.shoot("02-review")
    page.get_by_role("button", name="审核通过").click()
    page.get_by_text("已审核通过").wait_for()
    page.get_by_role("link", name="去发布").click()
    page.get_by_role("button", name="发布", exact=True).click()
    page.locator("progress").wait_for()
    reader.shoot("03-running")
    until(lambda: releases.current(site.store) == 2, 200)
    until(lambda: library.release == 2, 2)
    assert library.search(QUESTION).hits[0].case_id == "minor-game-topup"
    page.get_by_role("button", name="退回这一版").wait_for()
    reader.shoot("04-released")
    page.get_by_role("button", name="退回这一版").click()
    page.get_by_text("已换到第 1 版").wait_for()
    until(lambda: library.release == 1, 2)
    assert QUESTION not in library.case("minor-game-topup").ask
    sound(writer, reader)


def test_two_editors_choose_between_their_versions(browser: Any, site: LibrarySite) -> None:
    first, second = (entered(browser, site, site.curator()) for _ in range(2))
    one = begun(first)
    two = second.open(one.url.removeprefix(site.url))
    two.wait_for_selector("html[data-ready=yes]")
    one.get_by_label("标题", exact=True).fill("甲改的标题")
    one.get_by_text("已保存", exact=False).and_(one.locator(".done")).wait_for()
    two.get_by_label("标题", exact=True).fill("乙改的标题")
    two.get_by_role("heading", name="改了同一处", exact=False).wait_for()
    assert two.get_by_text("甲改的标题").is_visible()
    second.shoot("05-conflict")
    two.get_by_text("我的", exact=True).click()
    two.get_by_role("button", name="按选择保存").click()
    draft = one.url.split("/")[-2]
    until(lambda: drafts.get(site.store, draft).title == "乙改的标题", 10)
    sound(first, second)


def test_what_only_the_other_changed_comes_in_by_itself(browser: Any, site: LibrarySite) -> None:
    first, second = (entered(browser, site, site.curator()) for _ in range(2))
    one = begun(first)
    two = second.open(one.url.removeprefix(site.url))
    two.wait_for_selector("html[data-ready=yes]")
    one.get_by_label("编者提示").fill("甲写的提示")
    one.get_by_text("已保存", exact=False).and_(one.locator(".done")).wait_for()
    two.get_by_label("标题", exact=True).fill("乙改的标题")
    two.get_by_text("已经并进来了", exact=False).wait_for()
    draft = one.url.split("/")[-2]
    until(lambda: drafts.get(site.store, draft).title == "乙改的标题", 10)
    assert (drafts.get(site.store, draft).document or {})["comment"] == "甲写的提示"
    assert two.get_by_label("编者提示").input_value() == "甲写的提示"
    sound(first, second)


def test_mistakes_stand_beside_their_fields_and_an_article_is_picked(browser: Any, site: LibrarySite) -> None:
    screen = entered(browser, site, site.curator(), "360")
    page = begun(screen)
    answer = page.get_by_label("答复").first
    answer.fill("太短")
    page.locator("[data-path='outcomes.0.answer'] .field-problem").wait_for()
    answer.fill("不满八周岁的孩子充的钱可以全部要求退回，先把证据留好再去申请。")
    page.locator("[data-path='outcomes.0.answer'] .field-problem").wait_for(state="detached")
    picker = page.get_by_role("searchbox", name="查找法条").first
    picker.fill("民法典 587")
    page.get_by_role("button", name="引用").first.click()
    page.locator("[data-path='outcomes.0.basis.1']").get_by_text("收定金的违约要双倍还").wait_for()
    picked = {"law": "civil-code", "article": 587}
    draft = page.url.split("/")[-2]
    until(lambda: picked in (drafts.get(site.store, draft).document or {})["outcomes"][0]["basis"], 10)
    assert screen.fits()
    screen.shoot("06-findings")
    sound(screen)


@pytest.mark.parametrize("size", ["360", "1280"])
def test_every_page_fits(browser: Any, site: LibrarySite, size: str) -> None:
    screen = entered(browser, site, site.member(Role.CURATOR, Role.REVIEWER), size)
    for path in ("", "/drafts", "/releases", "/laws", "/cases/minor-game-topup"):
        screen.open(f"/staff/library{path}")
        assert screen.fits(), path
    sound(screen)
