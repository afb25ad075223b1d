"""One person, two doors: pages opened from WeChat, by signed link or by WeChat's word."""

from __future__ import annotations

import re
import time

import pytest
import requests

from tests.web.bot_script import CARD
from web.wechat.links import ANSWER, LASTS, TALK, Signer

from .office import MakeOffice, Office


def card_of(office: Office, person):
    """Ask until the answer card came; return its article."""
    person.say("孩子充值三千块能退吗")
    person.say("2")
    return next(seen for seen in person.seen if seen.articles).articles[0]


def link_in(text: str) -> str:
    found = re.search(r'href="([^"]+)"', text)
    assert found, text
    return found[1]


def test_an_answer_opens_by_its_link_without_login_at_exactly_that_answer(office: Office) -> None:
    li = office.platform.follower()
    article = card_of(office, li)
    page = li.open(article.url)
    assert page.status_code == 200
    assert CARD["title"] in page.text
    assert "孩子满八周岁" in page.text
    assert "weiquan_visitor" not in page.cookies, "an answer passed on to a friend opens no conversation"


def test_a_conversation_link_opens_the_same_conversation(office: Office) -> None:
    li = office.platform.follower()
    li.say("我要投诉")  # the summary links to the page where it can be corrected
    browser = requests.Session()
    page = browser.get(link_in(li.texts[0]), timeout=5)
    assert page.status_code == 200
    assert re.fullmatch(r".*/#m\d+", page.url)
    data = browser.post(f"{office.site.url}/api/chat/visitors", json={}, timeout=5).json()["data"]
    assert data["conversation"] == office.conversation(li).id


def test_what_is_said_on_the_page_and_its_answer_are_not_sent_to_wechat_again(office: Office) -> None:
    li = office.platform.follower()
    li.say("我要投诉")
    browser = requests.Session()
    browser.get(link_in(li.texts[0]), timeout=5)
    seen = len(li.texts)
    browser.post(f"{office.site.url}/api/chat/messages", json={"text": "在网页上说的"}, timeout=5)
    time.sleep(1)
    assert len(li.texts) == seen
    assert ("consumer", "在网页上说的") in office.said(li)


@pytest.mark.parametrize("scope", [ANSWER, TALK])
def test_links_expire_and_cannot_be_forged(office: Office, scope: str) -> None:
    li = office.platform.follower()
    card_of(office, li)
    secret = office.site.settings.secret_key
    past = Signer(secret, lambda: time.time() - LASTS[scope] - 60).token(scope, 4)
    forged = Signer("another secret").token(scope, 4)
    good = Signer(secret).token(scope, 4)
    changed = good[:-1] + ("A" if good[-1] != "A" else "B")
    other_scope = (TALK if scope == ANSWER else ANSWER) + good[1:]
    for token in (past, forged, changed, other_scope, "", "a", "x" * 500, "a" + "é" * 30):
        path = other_scope[0] if token == other_scope else scope
        assert requests.get(f"{office.site.url}/wechat/{path}/{token}", timeout=5).status_code == 404


def test_an_answer_link_is_no_conversation_link(office: Office) -> None:
    li = office.platform.follower()
    url = card_of(office, li).url
    assert requests.get(url.replace("/wechat/a/", "/wechat/t/"), timeout=5).status_code == 404


@pytest.fixture
def authorising(make_office: MakeOffice) -> Office:
    return make_office(wechat_oauth="yes")


def test_with_page_authorisation_the_menu_opens_the_same_conversation(authorising: Office) -> None:
    li = authorising.platform.follower()
    li.say("先在微信里说一句")
    page = li.open(f"{authorising.site.url}/wechat/chat")
    assert page.status_code == 200
    headers = {"Cookie": page.request.headers["Cookie"]}
    data = requests.post(
        f"{authorising.site.url}/api/chat/visitors", json={}, headers=headers, timeout=5
    ).json()
    assert data["data"]["conversation"] == authorising.conversation(li).id


def test_with_page_authorisation_a_passed_on_link_opens_ones_own_conversation(authorising: Office) -> None:
    li, wang = authorising.platform.follower(), authorising.platform.follower()
    li.say("我要投诉")
    wang.say("你好")
    page = wang.open(link_in(li.texts[0]))
    headers = {"Cookie": page.request.headers["Cookie"]}
    data = requests.post(
        f"{authorising.site.url}/api/chat/visitors", json={}, headers=headers, timeout=5
    ).json()
    assert data["data"]["conversation"] == authorising.conversation(wang).id


def test_outside_wechat_a_page_of_ours_says_where_to_open_it_and_what_else_there_is(
    authorising: Office,
) -> None:
    li = authorising.platform.follower()
    li.say("我要投诉")
    before = len(authorising.platform.record.calls)
    for address in (f"{authorising.site.url}/wechat/chat", link_in(li.texts[0])):
        browser = requests.Session()
        page = browser.get(address, timeout=5)
        assert page.status_code == 200
        assert page.history == [], "nobody is sent to WeChat's refusal"
        assert "请在微信里打开" in page.text
        assert 'href="/"' in page.text, "the web page is the other way on"
        assert "weiquan_visitor" not in browser.cookies, "the link alone opens nothing here"
    assert len(authorising.platform.record.calls) == before


def test_page_authorisation_takes_no_strange_state_and_no_used_code(authorising: Office) -> None:
    url = f"{authorising.site.url}/wechat/oauth"
    assert requests.get(url, params={"code": "x", "state": "y"}, timeout=5).status_code == 404
    assert requests.get(url, timeout=5).status_code == 404
