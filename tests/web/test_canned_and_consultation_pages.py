"""Canned texts and consultations, as staff use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from desk import canned, consultation, conversations, tickets
from desk.staff import Role

from .browser import SIZES, chromium
from .desk_screen import seated
from .site import Site


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("size", SIZES)
def test_a_text_is_filled_sent_and_read_by_the_consumer(site: Site, browser: Any, size: str) -> None:
    visitor = site.visitor()
    ticket = site.complaint(visitor.conversation)
    screen = seated(browser, size, site, site.member(Role.OFFICER), "canned")
    page = screen.open(f"/staff/tickets/{ticket.number}")
    page.get_by_role("link", name="请补材料").click()
    page.get_by_text("先填这几处").wait_for()
    screen.shoot("01-missing")
    assert screen.fits()
    words = page.locator("#words-out")
    words.fill(words.input_value() + "有不清楚的请直接问我。")
    page.get_by_role("button", name="发送").click()
    page.get_by_text("还有没填的：要补的材料、补交日期").wait_for()
    assert not [message for message in visitor.history() if message["author"] == "system"]
    page.fill("[name=要补的材料]", "付款记录")
    page.fill("[name=补交日期]", "12 月 1 日")
    page.get_by_role("button", name="填进去").click()
    page.get_by_text("填好的内容").wait_for()
    screen.shoot("02-filled")
    page.get_by_role("button", name="发送").click()
    page.get_by_text("已发到消费者的对话里").wait_for()
    said = visitor.history()[-1]["text"]
    assert f"（{ticket.number}）还缺这些材料：付款记录。请在12 月 1 日前" in said
    assert said.endswith("有不清楚的请直接问我。"), (
        "what was written before the places were filled goes along"
    )
    assert (screen.faults, screen.foreign) == ([], [])
    screen.close()


@pytest.mark.parametrize("size", SIZES)
def test_a_consultation_from_the_call_to_its_conclusion(site: Site, browser: Any, size: str) -> None:
    officer, chief = site.member(Role.OFFICER), site.member(Role.SUPERVISOR)
    site.member(Role.MEDIATOR)
    number = site.complaint(amount="180000", merchant_name="某某汽车销售公司").number
    screen = seated(browser, size, site, officer, "consult")
    page = screen.open(f"/staff/tickets/{number}")
    page.get_by_text("建议会商：金额 180000.00 元（重大）").wait_for()
    page.locator("summary", has_text="召集会商").click()
    page.get_by_label("要会商什么").fill("要不要先做鉴定？费用谁出？")
    for box in page.locator("form[action$='/consultations'] [name=person]").all():
        box.check()
    screen.shoot("01-call")
    page.get_by_role("button", name="召集", exact=True).click()
    page.get_by_text("已召集会商").wait_for()
    page.get_by_role("link", name="重大会商").click()
    page.get_by_label("会商记录").last.fill("三人一致认为应先做鉴定。")
    page.get_by_role("button", name="保存记录").click()
    page.get_by_label("结论").last.select_option("examination")
    page.get_by_label("具体意见").fill("鉴定费用先由双方各半")
    screen.shoot("02-minutes")
    assert screen.fits()
    page.get_by_role("button", name="定下结论").click()
    page.get_by_text("会商已有结论").wait_for()
    screen.shoot("03-concluded")
    page.goto(f"{site.url}/staff/consultations?concluded=1")
    page.get_by_text("先做鉴定、检测").wait_for()
    screen.shoot("04-list")
    assert screen.fits()
    assert (screen.faults, screen.foreign) == ([], [])
    screen.close()
    assert "请参加会商" in chief.get("/staff/mentions").text


def test_only_a_supervisor_changes_the_texts(site: Site) -> None:
    officer, chief = site.member(Role.OFFICER), site.member(Role.SUPERVISOR)
    fields = {"key": "going_on", "title": "还在办", "text": "<b>{单号}</b> 还在办。", "used_in": "ticket"}
    fields["active"] = "1"
    assert officer.submit("/staff/canned", page="/staff/work", **fields).status_code == 403
    assert "常用语已保存" in chief.submit("/staff/canned", page="/staff/canned", **fields).text
    assert canned.get(site.store, "going_on").text == "<b>{单号}</b> 还在办。"
    assert "&lt;b&gt;" in officer.get("/staff/canned").text
    bad = chief.submit("/staff/canned", page="/staff/canned", **{**fields, "text": "缺一半 {单号"}).text
    assert "要成对" in bad


def test_a_text_cannot_be_sent_by_who_may_not_handle_the_ticket(site: Site) -> None:
    visitor = site.visitor()
    number = site.complaint(visitor.conversation).number
    curator = site.member(Role.CURATOR)
    page = f"/staff/tickets/{number}/canned/going_on"
    assert curator.submit(page, page="/staff/questions", text="您好").status_code == 403
    officer = site.member(Role.OFFICER)
    assert officer.get(f"/staff/tickets/{number}/canned/unknown").status_code == 404
    told = officer.submit(page, page=page, text="")
    assert "常用语要有内容" in told.text
    assert conversations.messages(site.store, visitor.conversation) == []


def test_a_consultation_is_called_by_those_who_may_and_written_by_its_members(site: Site) -> None:
    officer, mediator, chief = (site.member(role) for role in (Role.OFFICER, Role.MEDIATOR, Role.SUPERVISOR))
    number = site.complaint().number
    call = f"/staff/tickets/{number}/consultations"
    ask = {"kind": "difficult", "question": "怎么办"}
    assert mediator.submit(call, page="/staff/work", **ask).status_code == 403
    assert "至少再请两位" in officer.submit(call, page=f"/staff/tickets/{number}", **ask).text
    found = consultation.call(
        site.store,
        number,
        kind="difficult",
        question="怎么办",
        members=[mediator.id, chief.id],
        by=officer.id,
    )
    outsider = site.member(Role.OFFICER)
    page = f"/staff/consultations/{found.id}"
    told = outsider.submit(f"{page}/minutes", page="/staff/work", minutes="我来写").text
    assert "只有召集人和参加会商的人可以写" in told
    assert "会商记录已保存" in mediator.submit(f"{page}/minutes", page=page, minutes="先等对方答复").text
    assert officer.get("/staff/consultations/9999").status_code == 404
    assert tickets.get(site.store, number).status is tickets.TicketStatus.RECEIVED
