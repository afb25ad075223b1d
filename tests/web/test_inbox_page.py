"""The inbox, the hit test and the thumbs as people use them: in a browser, at both sizes, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desk import drafts, unanswered
from desk.staff import Role

from .browser import SIZES, Screen, chromium
from .libraries import site_with_library
from .site import PASSWORD, Site

ASKED = ("无人机炸机了保险不赔怎么办", "无人机摔了说保险不包", "剧本杀店临时改时间押金不退")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture
def library_site(tmp_path: Path) -> Iterator[Site]:
    running = site_with_library(tmp_path / "home")
    yield running
    running.close()


@pytest.fixture(params=SIZES)
def screen(request: pytest.FixtureRequest, library_site: Site, browser: Any) -> Iterator[Screen]:
    found = Screen(browser, request.param, library_site.url, "inbox")
    yield found
    found.close()
    assert found.faults == []
    assert found.foreign == []


def signed_in(screen: Screen, site: Site) -> Any:
    member = site.member(Role.CURATOR)
    page = screen.open("/staff/login")
    page.fill("[name=username]", member.username)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/questions**")
    return page


def test_from_a_group_to_a_draft_by_keyboard(screen: Screen, library_site: Site) -> None:
    visitor = library_site.visitor()
    for text in ASKED:
        unanswered.record_unanswered(library_site.store, visitor.conversation, text)
    page = signed_in(screen, library_site)
    page.locator(".group-card").first.wait_for(timeout=90_000)  # shown by itself when the grouping is done
    screen.shoot("01-groups")
    assert screen.fits()
    page.locator(".group-card", has_text="无人机").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="建新案例草稿").wait_for()
    screen.shoot("02-group")
    assert screen.fits()
    page.get_by_role("button", name="建新案例草稿").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit")
    (draft,) = drafts.listed(library_site.store, [drafts.State.WRITING])
    assert set(drafts.get(library_site.store, draft.id).document["ask"]) <= set(ASKED)
    page.get_by_role("link", name="写好了").click()
    box = page.get_by_role("textbox", name="案例编号")
    box.scroll_into_view_if_needed()
    screen.shoot("05-case-id")
    assert screen.fits()
    proposed = box.input_value()
    page.get_by_role("button", name="就用这个编号").click()
    page.get_by_text("案例编号已定好").wait_for()
    assert drafts.get(library_site.store, draft.id).case_id == proposed


def test_the_keyboard_stays_where_it_stood_when_new_questions_come_in(
    screen: Screen, library_site: Site
) -> None:
    visitor = library_site.visitor()
    unanswered.record_unanswered(library_site.store, visitor.conversation, ASKED[0])
    page = signed_in(screen, library_site)
    page.locator(".group-card", has_text="无人机").wait_for()
    page.get_by_text("正在把意思相近的问题归到一起").wait_for(state="detached")
    page.locator(".group-card", has_text="无人机").focus()
    unanswered.record_unanswered(library_site.store, visitor.conversation, "店里扣着我的定金说不退")
    page.locator(".group-card", has_text="定金").wait_for()
    assert "无人机" in page.evaluate("document.activeElement.textContent")


def test_a_page_that_renewed_itself_goes_back_to_waiting(screen: Screen, library_site: Site) -> None:
    visitor = library_site.visitor()
    unanswered.record_unanswered(library_site.store, visitor.conversation, ASKED[0])
    page = signed_in(screen, library_site)
    page.locator(".group-card", has_text="无人机").wait_for(timeout=90_000)
    page.get_by_text("正在把意思相近的问题归到一起").wait_for(state="detached")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    unanswered.record_unanswered(library_site.store, visitor.conversation, "店里扣着我的定金说不退")
    page.locator(".group-card", has_text="定金").wait_for()
    page.get_by_text("正在把意思相近的问题归到一起").wait_for(state="detached")
    page.wait_for_timeout(3000)
    assert len(asked) < 20, f"{len(asked)} requests for one question that came in"


def test_what_is_pressed_stays_under_the_finger_when_the_page_renews_itself(
    screen: Screen, library_site: Site
) -> None:
    visitor = library_site.visitor()
    unanswered.record_unanswered(library_site.store, visitor.conversation, ASKED[0])
    page = signed_in(screen, library_site)
    card = page.locator(".group-card", has_text="无人机")
    card.wait_for(timeout=90_000)
    page.get_by_text("正在把意思相近的问题归到一起").wait_for(state="detached")
    page.get_by_role("button", name="重新归类").focus()  # what is pressed takes the keyboard from it
    card.hover()
    page.mouse.down()
    unanswered.record_unanswered(library_site.store, visitor.conversation, "店里扣着我的定金说不退")
    page.wait_for_timeout(4000)  # long enough to be told and to fetch the page anew
    assert not page.locator(".group-card", has_text="定金").is_visible()
    page.mouse.up()
    page.wait_for_url("**/staff/questions/groups/*")


def test_enter_in_the_field_of_a_case_adds_the_phrasings_to_it(screen: Screen, library_site: Site) -> None:
    visitor = library_site.visitor()
    unanswered.record_unanswered(library_site.store, visitor.conversation, "店里扣着我的定金说不退")
    page = signed_in(screen, library_site)
    page.locator(".group-card").first.wait_for(timeout=90_000)  # the first look opens the library
    page.locator(".group-card").first.click()
    page.get_by_label("别的案例").fill("定金不退")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.get_by_text("问法加进“定金不退”的草稿").wait_for()


def test_one_question_is_tried_and_its_reasons_read(screen: Screen, library_site: Site) -> None:
    page = signed_in(screen, library_site)
    page.goto(f"{library_site.url}/staff/hits")
    page.get_by_label("消费者会怎么说").fill("孩子今年7岁，偷偷用我手机给游戏充了三千多能退吗")
    page.get_by_role("button", name="测一下").click()
    page.get_by_text("直接回答", exact=True).wait_for()
    screen.shoot("03-hits")
    assert screen.fits()
    page.locator("summary", has_text="加为这个案例的问法").first.click()
    page.get_by_role("button", name="加进草稿").first.click()
    page.get_by_text("的草稿。发布以后才会生效").wait_for()


def test_the_book_appears_when_it_is_set(screen: Screen, library_site: Site) -> None:
    page = signed_in(screen, library_site)
    page.goto(f"{library_site.url}/staff/library/exchange")
    page.get_by_role("button", name="排版").click()
    page.get_by_role("link", name="下载汇编").wait_for()
    screen.shoot("04-exchange")
    assert screen.fits()


def test_a_thumb_down_is_explained_with_one_more_tap_and_remembered(
    screen: Screen, library_site: Site
) -> None:
    page = screen.open("/")
    page.wait_for_selector("html[data-ready=yes]")
    page.fill("#draft", "孩子偷偷给游戏充了3200")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="家长").click()
    down = page.get_by_role("button", name="没帮上")
    down.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="看不明白").click()
    page.get_by_text("谢谢，编辑会看到").wait_for()
    screen.shoot("05-rating")
    assert screen.fits()
    (found,) = unanswered.unanswered(library_site.store)
    assert (found.kind, found.reason) == ("thumbs_down", "unclear")
    page.reload()
    page.wait_for_selector(".rating")
    assert page.get_by_role("button", name="没帮上").get_attribute("aria-pressed") == "true"
