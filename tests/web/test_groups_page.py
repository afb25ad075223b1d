"""Ten complaints about one gym become one joint complaint with representatives, at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from desk import conversations, group_matters, group_suggestions, tickets
from desk.staff import Role
from desk.tickets import ComplaintDraft, TicketStatus

from .browser import SIZES, chromium
from .desk_screen import seated
from .site import Site

GYM = "好身材健身有限公司"
NAMES = ["王秀英", "李建国", "张敏", "刘洋", "陈静", "杨帆", "赵磊", "黄丽", "周强", "吴婷"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def ten_complaints(site: Site) -> list[str]:
    """Ten people write about the closed gym over ten days."""
    numbers = []
    for place, name in enumerate(NAMES):
        conversation = conversations.open_conversation(site.store, channel="h5", visitor=f"v_{place}")
        draft = ComplaintDraft(
            name=name,
            phone=f"139000000{place:02d}",
            address=f"上海市金山区石化街道卫清路 {place + 1} 号",
            region_code="310116",
            merchant_name=GYM,
            merchant_address="上海市金山区卫零路 2 号",
            request=f"退还年卡余额 {900 + 100 * place} 元",
            story=f"{9 - place % 3} 月在这里办了年卡，上周门店关门，电话打不通。",
            amount=str(900 + 100 * place),
            topic="prepaid_card",
            case_id="prepaid-shop-closed",
        )
        at = datetime.now(timezone.utc) - timedelta(days=10 - place)
        filed = tickets.file_ticket(site.store, conversation_id=conversation.id, draft=draft, at=at)
        numbers.append(filed.number)
    return numbers


@pytest.mark.parametrize("size", SIZES)
def test_from_ten_complaints_to_a_joint_one_with_two_representatives(
    site: Site, browser: Any, size: str
) -> None:
    numbers = ten_complaints(site)
    officer = site.member(Role.OFFICER)
    screen = seated(browser, size, site, officer, "group")
    page = screen.open("/staff/groups")
    page.get_by_text("10 人").wait_for()
    screen.shoot("01-suggested")
    assert screen.fits()
    assert "WQ" in page.locator(".pick").inner_text()
    assert "13900000003" not in page.content()
    page.get_by_role("button", name="确认为群体纠纷").click()
    page.get_by_text("已确认为群体纠纷").wait_for()
    screen.shoot("02-confirmed")
    assert screen.fits()
    for number in numbers[:9]:
        page.select_option(f"[name=consent-{number}]", "agreed")
    page.select_option(f"[name=consent-{numbers[9]}]", "declined")
    page.get_by_role("button", name="记下这些答复").click()
    page.get_by_text("已记下").wait_for()
    for number in numbers[:2]:
        page.locator(f"input[name=number][value={number}]").check()
    page.fill("[name=election_on]", datetime.now(timezone.utc).date().isoformat())
    page.get_by_role("button", name="登记", exact=True).click()
    page.get_by_text("代表人已登记").wait_for()
    assert page.locator(".tag.rep").count() == 2
    page.get_by_role("button", name="按共同投诉处理").click()
    page.get_by_text("已按共同投诉处理").wait_for()
    screen.shoot("03-joint")
    assert page.locator(".people li").count() == 9
    page.fill("[name=mediation_at]", "2099-01-05T09:30")
    page.fill("[name=place]", "三楼调解室")
    page.get_by_role("button", name="约定", exact=True).click()
    page.get_by_text("已约定共同调解").wait_for()
    screen.shoot("04-mediation")
    assert screen.fits()
    page.get_by_role("link", name=numbers[4]).click()
    page.get_by_text("约定共同调解").wait_for()
    screen.shoot("05-child")
    assert screen.fits()
    assert (screen.faults, screen.foreign) == ([], [])
    screen.close()
    (group,) = [group for group, _ in group_matters.listed(site.store, group_matters.LIVE)]
    assert group.state == "joint"
    inside = group_matters.members(site.store, group.number)
    assert [member.ticket.number for member in inside if member.representative] == numbers[:2]
    assert tickets.get(site.store, numbers[9]).status is TicketStatus.RECEIVED


def test_who_may_only_look_sees_no_buttons_and_cannot_decide(site: Site) -> None:
    numbers = ten_complaints(site)
    supervisor, curator = site.member(Role.SUPERVISOR), site.member(Role.CURATOR)
    assert GYM in supervisor.get("/staff/groups").text
    assert curator.get("/staff/groups").status_code == 403
    token = {"number": numbers[0]}
    refused = curator.http.post(f"{site.url}/staff/groups", data=token)
    assert refused.status_code in (400, 403)
    assert group_matters.listed(site.store, group_matters.LIVE) == []


def test_a_refusal_says_why_in_words(site: Site) -> None:
    numbers = ten_complaints(site)
    officer = site.member(Role.OFFICER)
    told = officer.submit("/staff/groups", page="/staff/groups", number=numbers[0]).text
    assert "至少要有两名不同的投诉人" in told
    group = group_matters.confirm(site.store, numbers[:3], by=officer.id)
    page = f"/staff/groups/{group.number}"
    assert "还有人没有问过" in officer.submit(f"{page}/joint", page=page).text
    assert "日期不能晚于今天" in officer.submit(f"{page}/representatives", page=page, election_on="x").text
    assert officer.get("/staff/groups/QT20200101-01").status_code == 404


def test_a_dismissed_suggestion_is_gone(site: Site) -> None:
    ten_complaints(site)
    officer = site.member(Role.OFFICER)
    (found,) = group_suggestions.suggestions(site.store)
    told = officer.submit(
        "/staff/groups/dismiss",
        page="/staff/groups",
        merchant_key=found.cluster.merchant_key,
        problem=found.cluster.problem,
        reason="different",
    ).text
    assert "不再提示" in told
    assert "现在没有要判断的" in told
