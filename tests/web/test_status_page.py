"""The consumer's status page: what happens by when, asking, rating, at a phone's size and in large type."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from desk import conversations, ticket_questions, ticket_ratings, tickets
from desk.staff import Role
from desk.ticket import NEXT, REPORT_NEXT
from desk.tickets import TicketKind, TicketStatus
from web.beijing import long_date
from web.ticket_course import course

from .browser import SIZES, Screen, chromium
from .hostile_files import png
from .site import CSRF, Site

REACHABLE = [
    (kind, status)
    for kind, ways in ((TicketKind.COMPLAINT, NEXT), (TicketKind.REPORT, REPORT_NEXT))
    for status in sorted({TicketStatus.RECEIVED, *(to for ends in ways.values() for to in ends)})
]


class Holder:
    """Someone who has number and code of a ticket."""

    def __init__(self, site: Site, ticket: tickets.Ticket) -> None:
        self.site, self.ticket, self.http = site, ticket, requests.Session()

    def page(self) -> str:
        return self.http.get(f"{self.site.url}/tickets/{self.ticket.number}?code={self.ticket.code}").text

    def submit(self, act: str, **fields: str) -> str:
        token = CSRF.search(self.page())
        assert token
        data = {"csrf_token": token[1], "code": self.ticket.code, **fields}
        return self.http.post(f"{self.site.url}/tickets/{self.ticket.number}/{act}", data=data).text


def test_the_page_says_what_happens_by_when_and_who_handles_it(site: Site) -> None:
    ticket = site.complaint()
    text = Holder(site, ticket).page()
    assert "处理机关：上海市金山区市场监督管理局" in text
    assert ticket.accept_by
    assert f"{long_date(ticket.accept_by)}前" in text
    assert "受理后六十天内" in text


@pytest.mark.parametrize(("kind", "status"), REACHABLE, ids=lambda found: found.value)
def test_every_state_has_a_course_with_at_most_one_step_under_way(
    site: Site, kind: TicketKind, status: TicketStatus
) -> None:
    ticket = dataclasses.replace(site.complaint(), kind=kind, status=status)
    steps = course(ticket)
    states = [step.state for step in steps]
    assert states[0] == "done"
    assert states == sorted(states, key=["done", "now", "later"].index)
    assert states.count("now") <= 1
    assert all(step.label for step in steps)


def test_a_transferred_ticket_names_the_office_it_went_to(site: Site) -> None:
    ticket = site.complaint()
    tickets.advance(
        site.store, ticket.number, TicketStatus.TRANSFERRED, by="s_1", office="上海市奉贤区市场监督管理局"
    )
    assert "处理机关：上海市奉贤区市场监督管理局" in Holder(site, ticket).page()


def test_a_question_is_answered_on_the_page_and_in_the_chat(site: Site) -> None:
    visitor = site.visitor()
    ticket = site.complaint(visitor.conversation)
    holder, officer = Holder(site, ticket), site.member(Role.OFFICER)
    assert "已经交给工作人员" in holder.submit("question", text="要到现场吗？<b>")
    page = f"/staff/tickets/{ticket.number}"
    assert "要到现场吗？&lt;b&gt;" in officer.get("/staff/tickets/questions").text
    asked = ticket_questions.of_ticket(site.store, ticket.number)[0]
    assert "还没有写答复" in officer.submit(f"{page}/questions/{asked.id}", page=page, text=" ").text
    assert "已答复" in officer.submit(f"{page}/questions/{asked.id}", page=page, text="电话也行。").text
    assert "已经有人答复" in officer.submit(f"{page}/questions/{asked.id}", page=page, text="再答").text
    assert "电话也行。" in holder.page()
    said = visitor.history()[-1]
    assert said["author"] == "staff"
    assert "电话也行。" in said["text"]
    assert conversations.get(site.store, visitor.conversation).owner == "bot"
    assert "没有等着答复的提问" in officer.get("/staff/tickets/questions").text


@pytest.mark.parametrize(("text", "words"), [(" ", "还没有写问题"), ("长" * 501, "最多写 500 个字")])
def test_a_question_that_does_not_fit_is_told(site: Site, text: str, words: str) -> None:
    ticket = site.complaint()
    assert words in Holder(site, ticket).submit("question", text=text)
    assert ticket_questions.of_ticket(site.store, ticket.number) == []


def test_three_questions_may_wait_and_no_more(site: Site) -> None:
    holder = Holder(site, site.complaint())
    for number in range(3):
        holder.submit("question", text=f"第 {number} 个问题")
    assert "还有三个问题没答复" in holder.submit("question", text="第四个")


def test_each_stage_is_rated_once_it_is_reached_and_supervisors_see_it(site: Site) -> None:
    ticket = site.complaint()
    holder = Holder(site, ticket)
    assert "您满意吗" not in holder.page()
    assert "还没到评价的时候" in holder.submit("rating", stage="decision", score="5")
    tickets.advance(site.store, ticket.number, TicketStatus.ACCEPTED, by="s_1")
    assert "受理这一步，您满意吗" in holder.page()
    assert "先选一个分数" in holder.submit("rating", stage="decision", score="6")
    assert "谢谢您的评价" in holder.submit("rating", stage="decision", score="2", text="等太久")
    tickets.advance(site.store, ticket.number, TicketStatus.SETTLED, by="s_1")
    text = holder.page()
    assert "受理这一步，您满意吗" not in text
    assert "处理的结果，您满意吗" in text
    found = ticket_ratings.of_ticket(site.store, ticket.number)
    assert [(rating.stage.value, rating.score, rating.text) for rating in found] == [
        ("decision", 2, "等太久")
    ]
    page = f"/staff/tickets/{ticket.number}"
    assert "等太久" in site.member(Role.SUPERVISOR).get(page).text
    assert "等太久" not in site.member(Role.OFFICER).get(page).text


def test_an_ended_ticket_takes_no_more_files_but_still_answers(site: Site) -> None:
    ticket = site.complaint()
    tickets.advance(site.store, ticket.number, TicketStatus.REFUSED, by="s_1", ground="too_late")
    holder = Holder(site, ticket)
    text = holder.page()
    assert "补交材料" not in text
    assert "提一个问题" in text
    token = CSRF.search(text)
    assert token
    path = f"{site.url}/tickets/{ticket.number}/evidence"
    data = {"csrf_token": token[1], "code": ticket.code}
    assert "已经办结" in holder.http.post(path, data=data, files={"file": ("a.png", png())}).text


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.mark.parametrize("size", SIZES)
def test_asking_sending_and_rating_by_hand(site: Site, browser: Any, size: str, tmp_path: Path) -> None:
    ticket = site.complaint()
    tickets.advance(site.store, ticket.number, TicketStatus.ACCEPTED, by="s_1")
    screen = Screen(browser, size, site.url, "status")
    page = screen.open(f"/tickets/{ticket.number}?code={ticket.code}")
    file = tmp_path / "账单.png"
    file.write_bytes(png())
    page.get_by_text("补交材料").click()
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="传上去").click()
    page.get_by_text("材料已收到").wait_for()
    page.get_by_text("提一个问题").click()
    page.get_by_label("想问什么").fill("什么时候调解？")
    page.get_by_role("button", name="交给工作人员").click()
    page.get_by_text("等答复").wait_for()
    page.get_by_text("很满意", exact=True).click()
    page.get_by_role("button", name="提交评价").click()
    page.get_by_text("谢谢您的评价").wait_for()
    assert screen.fits()
    page.evaluate("document.documentElement.style.fontSize = '26px'")
    page.evaluate("document.body.style.fontSize = '1.1rem'")
    assert screen.fits()
    screen.shoot("large")
    screen.close()
    assert screen.faults == []
    assert screen.foreign == []
