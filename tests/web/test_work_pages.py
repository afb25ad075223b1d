"""Queues, views, bulk moves, notes and mentions, as staff use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desk import assignment, notes, staff, tickets
from desk.staff import Role

from .browser import SIZES, chromium
from .desk_screen import seated
from .site import Site


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def some_tickets(site: Site) -> list[str]:
    """Three prepaid cards, one large, one that has been urged."""
    shops = ("好身材健身有限公司", "大大美发店", "学学培训中心")
    numbers = [
        site.complaint(
            merchant_name=shop,
            topic="prepaid_card",
            phone=f"1390000000{n}",
            story=f"在{shop}办了卡，店关了。",
        ).number
        for n, shop in enumerate(shops)
    ]
    numbers.append(
        site.complaint(
            merchant_name="某某汽车销售公司", amount="180000", story="新车有质量问题，不给换。"
        ).number
    )
    tickets.urge(site.store, numbers[0])
    return numbers


@pytest.mark.parametrize("size", SIZES)
def test_a_supervisor_sorts_the_work_and_an_officer_finds_it(site: Site, browser: Any, size: str) -> None:
    chief, officer = (
        site.member(Role.SUPERVISOR, username="kezhang"),
        site.member(Role.OFFICER, username="xiaoli"),
    )
    numbers = some_tickets(site)
    screen = seated(browser, size, site, chief, "work")
    page = screen.open("/staff/work")
    page.get_by_role("link", name="好身材健身有限公司").wait_for()
    screen.shoot("01-list")
    assert screen.fits()
    page.goto(f"{site.url}/staff/work?queue=local/prepaid")
    assert page.locator(".work-rows li").count() == 3
    for box in page.locator(".pick-one input").all()[:2]:
        box.check()
    page.select_option("[name=to]", officer.id)
    page.get_by_role("button", name="交给", exact=True).click()
    page.get_by_text("已处理 2 件").wait_for()
    for box in page.locator(".pick-one input").all():
        box.check()
    page.fill("[name=text]", "@xiaoli 今天先打电话")
    screen.shoot("02-bulk")
    page.get_by_role("button", name="写备注").click()
    page.get_by_text("已处理 3 件").wait_for()
    page.goto(f"{site.url}/staff/work")
    page.get_by_text("筛选和存视图").click()
    page.locator(".filters").get_by_label("金额").fill("100000")
    page.get_by_role("button", name="筛选", exact=True).click()
    page.get_by_placeholder("给这个视图起个名字").fill("特大额")
    page.get_by_label("给大家用").check()
    screen.shoot("03-filter")
    assert screen.fits()
    page.get_by_role("button", name="存成视图").click()
    page.get_by_text("视图已保存").wait_for()
    page.goto(f"{site.url}/staff/work/people")
    page.locator("summary", has_text="预付卡").click()
    page.locator("details[open]").get_by_label("小李").last.check()
    page.locator("details[open]").get_by_role("button", name="保存").click()
    page.get_by_text("队列人员已安排").wait_for()
    screen.shoot("04-people")
    assert screen.fits()
    assert (screen.faults, screen.foreign) == ([], [])
    screen.close()
    theirs = seated(browser, size, site, officer, "work")
    page = theirs.open("/staff/mentions")
    assert page.get_by_text("今天先打电话").count() == 3
    theirs.shoot("05-mentions")
    assert theirs.fits()
    page.get_by_role("button", name="全部标为看过").click()
    page.get_by_text("没有要看的").wait_for()
    page.goto(f"{site.url}/staff/work?view=mine")
    assert page.locator(".work-rows li").count() == 2
    page.goto(f"{site.url}/staff/work")
    page.get_by_role("navigation", name="视图").get_by_text("特大额").click()
    page.get_by_role("link", name="某某汽车销售公司").click()
    page.get_by_text("因为：金额在 5 万元以上").wait_for()
    theirs.shoot("06-ticket")
    assert theirs.fits()
    assert (theirs.faults, theirs.foreign) == ([], [])
    theirs.close()
    assert assignment.loads(site.store, [officer.id])[officer.id].open == 2
    assert numbers


def test_what_could_not_be_done_is_told_ticket_by_ticket(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    number = some_tickets(site)[0]
    told = officer.submit(
        "/staff/work/bulk", page="/staff/work", deed="link", group="QT20200101-01", number=number
    ).text
    assert "1 件没有做成" in told
    assert "没有找到这件群体纠纷" in told
    assert "还没有勾选" in officer.submit("/staff/work/bulk", page="/staff/work", deed="give").text
    assert (
        officer.submit("/staff/work/bulk", page="/staff/work", deed="refuse", number=number).status_code
        == 422
    )
    assert tickets.get(site.store, number).status is tickets.TicketStatus.RECEIVED


def test_who_may_not_assign_sees_no_bulk_and_cannot_do_it(site: Site) -> None:
    mediator = site.member(Role.MEDIATOR)
    number = some_tickets(site)[0]
    text = mediator.get("/staff/work").text
    assert number in text
    assert "对勾选的投诉单" not in text
    refused = mediator.submit("/staff/work/bulk", page="/staff/work", deed="note", number=number, text="x")
    assert refused.status_code == 403
    assert notes.of_ticket(site.store, number) == []


def test_notes_of_a_report_are_closed_to_who_may_not_read_reports(site: Site) -> None:
    from desk import conversations
    from desk.tickets import ComplaintDraft

    opened = conversations.open_conversation(site.store, channel="h5", visitor="v_report")
    draft = ComplaintDraft(kind="report", merchant_name="黑心作坊", story="这家店勾兑假酒卖给饭馆。")
    report = tickets.file_ticket(site.store, conversation_id=opened.id, draft=draft).number
    mediator, officer = site.member(Role.MEDIATOR), site.member(Role.OFFICER)
    answer = mediator.submit(f"/staff/tickets/{report}/notes", page="/staff/work", text="看看")
    assert answer.status_code == 403
    assert report not in mediator.get("/staff/work?kind=report").text
    page = f"/staff/tickets/{report}"
    assert "备注已保存" in officer.submit(f"{page}/notes", page=page, text="先核实地址").text
    assert "没有对上同事" in officer.submit(f"{page}/notes", page=page, text="@不存在 看看").text


def test_hostile_filters_do_no_harm(site: Site) -> None:
    officer = site.member(Role.OFFICER)
    some_tickets(site)
    for query in (
        "queue=%00/x",
        "queue=a/b/c",
        "amount_from=NaN",
        "amount_from=1e400",
        "amount_from=-1",
        "due=x&status=x&assigned=x",
        "view=<script>",
        "region=%25_",
        "topic=" + "x" * 3000,
        "offset=99999",
    ):
        assert officer.get(f"/staff/work?{query}").status_code == 200, query
    assert "<script>" not in officer.get("/staff/work?merchant=<script>").text


@pytest.mark.parametrize("size", SIZES)
def test_what_was_refused_is_tried_again_with_what_was_written(site: Site, browser: Any, size: str) -> None:
    chief = site.member(Role.SUPERVISOR)
    site.member(Role.MEDIATOR, username="tiaojie")  # reads complaints, no reports
    complaint = some_tickets(site)[0]
    report = site.complaint(kind="report", request="", topic="prepaid_card").number
    screen = seated(browser, size, site, chief, "bulk-again")
    page = screen.open("/staff/work?kind=report")
    written = "@tiaojie 今天先打电话，问清店里还有谁在"
    page.evaluate(
        """number => { const box = document.querySelector("[name=number]").cloneNode();
        box.value = number; box.checked = true; document.querySelector(".work-rows").after(box); }""",
        complaint,
    )
    page.locator(f"[name=number][value='{report}']").check()
    page.fill(".bulk [name=text]", written)
    page.get_by_role("button", name="写备注").click()
    page.get_by_text("1 件做好了，1 件没有做成").wait_for()
    failed = page.get_by_role("list", name="没有做成的")
    assert report in failed.inner_text()
    assert complaint not in failed.inner_text()
    assert page.locator("[name=number]:checked").count() == 1
    assert page.locator(".bulk .button").all_inner_texts() == ["写备注"]
    assert page.locator(".bulk [name=text]").input_value() == written
    screen.shoot("01-refused")
    assert screen.fits()
    page.fill(".bulk [name=text]", written.removeprefix("@tiaojie "))
    page.get_by_role("button", name="写备注").click()
    page.get_by_text("已处理 1 件").wait_for()
    assert page.url.endswith("/staff/work?kind=report"), "back to the list it began in"
    assert [note.text for note in notes.of_ticket(site.store, report)] == [written.removeprefix("@tiaojie ")]
    assert [note.text for note in notes.of_ticket(site.store, complaint)] == [written], "not noted twice"
    assert (screen.faults, screen.foreign) == ([], [])
    screen.close()


def test_a_refused_choice_stays_chosen_and_what_cannot_succeed_is_not_offered_again(site: Site) -> None:
    officer, other = site.member(Role.OFFICER), site.member(Role.OFFICER)
    number = some_tickets(site)[0]
    site.member(Role.ADMINISTRATOR)
    staff.set_active(site.store, other.id, False, by="s_admin")
    given = {"deed": "give", "to": other.id, "number": [number, "WQ20200101-0001"]}
    told = officer.submit("/staff/work/bulk", page="/staff/work", **given).text
    assert "2 件没有做成" in told
    assert f'value="{number}" checked' in told
    assert 'value="WQ20200101-0001"' not in told
    move = {"deed": "move", "to_queue": "local/prepaid", "number": [number, "WQ20200101-0001"]}
    told = officer.submit("/staff/work/bulk", page="/staff/work", **move).text
    assert "1 件做好了" in told
    gone = {"deed": "note", "text": "写了半天的话", "number": "WQ20200101-0001"}
    told = officer.submit("/staff/work/bulk", page="/staff/work", **gone).text
    assert "您写的备注：写了半天的话" in told
