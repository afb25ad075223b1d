"""How a consumer follows their ticket: by number and code, as page and as JSON."""

from __future__ import annotations

import pytest
import requests

from desk import tickets
from desk.tickets import TicketStatus

from .site import CSRF, Site


def _page(site: Site, ticket: tickets.Ticket) -> str:
    return f"{site.url}/tickets/{ticket.number}?code={ticket.code}"


def test_number_and_code_open_the_page(site: Site) -> None:
    ticket = site.complaint()
    text = requests.get(_page(site, ticket)).text
    assert ticket.number in text
    assert "某某网络科技有限公司" in text
    assert "告诉您受不受理" in text
    assert "13812345678" not in text
    assert "王秀英" not in text


def test_the_api_says_how_the_ticket_stands(site: Site) -> None:
    ticket = site.complaint()
    data = requests.get(f"{site.url}/api/tickets/{ticket.number}?code={ticket.code}").json()["data"]
    assert data["status"] == "received"
    assert data["accept_by"] == ticket.accept_by.isoformat()
    assert [step["event"] for step in data["timeline"]] == ["ticket:complaint:file"]
    assert data["can"] == {"supplement": True, "urge": True, "withdraw": True}


@pytest.mark.parametrize(
    "path", ["{number}?code=000000x", "{number}?code=", "{number}", "WQ19990101-0001?code=123456"]
)
def test_a_wrong_code_and_an_unknown_number_get_the_same_answer(site: Site, path: str) -> None:
    ticket = site.complaint()
    answer = requests.get(f"{site.url}/api/tickets/{path.format(number=ticket.number)}")
    assert answer.status_code == 404
    assert answer.json()["error"] == "ticket_not_found"


def test_guessing_codes_is_stopped(site: Site) -> None:
    ticket = site.complaint()
    wrong = "000000" if ticket.code != "000000" else "000001"
    codes = [
        requests.get(f"{site.url}/api/tickets/{ticket.number}?code={wrong}").status_code for _ in range(12)
    ]
    assert codes[:10] == [404] * 10
    assert codes[-1] == 429


def test_right_codes_do_not_use_up_the_guesses(site: Site) -> None:
    ticket = site.complaint()
    address = f"{site.url}/api/tickets/{ticket.number}?code={ticket.code}"
    assert {requests.get(address).status_code for _ in range(15)} == {200}


def test_the_form_leads_to_the_page(site: Site) -> None:
    ticket = site.complaint()
    browser = requests.Session()
    token = CSRF.search(browser.get(f"{site.url}/tickets").text)
    fields = {
        "csrf_token": token[1],
        "number": f" {ticket.number.lower()} ",
        "code": f"{ticket.code[:3]} {ticket.code[3:]}",
    }
    answer = browser.post(f"{site.url}/tickets", data=fields)
    assert "投诉进度" in answer.text
    assert "等待受理" in answer.text
    fields["code"] = "12"
    assert "单号或查询码不对" in browser.post(f"{site.url}/tickets", data=fields).text


@pytest.mark.parametrize("act", ["supplement", "urge", "withdraw"])
def test_the_consumer_can_add_urge_and_withdraw(site: Site, act: str) -> None:
    ticket = site.complaint()
    browser = requests.Session()
    token = CSRF.search(browser.get(_page(site, ticket)).text)
    fields = {"csrf_token": token[1], "code": ticket.code, "text": "又找到一张付款截图"}
    text = browser.post(f"{site.url}/tickets/{ticket.number}/{act}", data=fields).text
    expected = {"supplement": "已补充", "urge": "已提醒", "withdraw": "已撤回"}
    assert expected[act] in text
    if act == "withdraw":
        assert tickets.get(site.store, ticket.number).status is TicketStatus.WITHDRAWN
        assert "撤回投诉</summary>" not in text


def test_acting_needs_the_code_and_a_form_of_ours(site: Site) -> None:
    ticket = site.complaint()
    address = f"{site.url}/tickets/{ticket.number}/withdraw"
    assert requests.post(address, data={"code": ticket.code}).status_code == 400
    browser = requests.Session()
    token = CSRF.search(browser.get(_page(site, ticket)).text)
    assert browser.post(address, data={"csrf_token": token[1], "code": "999999"}).status_code in (404, 429)
    assert tickets.get(site.store, ticket.number).status is TicketStatus.RECEIVED


def test_urging_twice_is_told_in_words(site: Site) -> None:
    ticket = site.complaint()
    tickets.urge(site.store, ticket.number)
    browser = requests.Session()
    token = CSRF.search(browser.get(_page(site, ticket)).text)
    fields = {"csrf_token": token[1], "code": ticket.code}
    assert "12 小时后" in browser.post(f"{site.url}/tickets/{ticket.number}/urge", data=fields).text


@pytest.mark.parametrize("status", list(TicketStatus), ids=lambda status: status.value)
def test_every_status_has_words_for_what_comes_next(status: TicketStatus) -> None:
    from web.wording import section

    words = section("tickets")
    assert words["next"][status.value]["plain"]
    assert words["became"][status.value]
    assert section("staff")["moves"][status.value]


def test_a_refusal_names_its_ground_and_the_other_ways(site: Site) -> None:
    ticket = site.complaint()
    tickets.advance(site.store, ticket.number, TicketStatus.REFUSED, by="s_1", ground="too_late")
    text = requests.get(_page(site, ticket)).text
    assert "超过三年" in text
    assert "向法院起诉" in text
