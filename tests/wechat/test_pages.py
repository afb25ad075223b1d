"""One person, two doors: pages opened from WeChat, by signed link or by WeChat's word."""

from __future__ import annotations

import re
import time

import pytest
import requests

from desk import conversations, evidence
from tests.web.bot_script import CARD
from tests.web.site import CSRF
from web import visitors
from web.wechat.links import ANSWER, FILE, LASTS, TALK, Signer

from .office import MakeOffice, Office
from .test_kinds import picture


def card_of(office: Office, person):
    """Ask until the answer card came; return its article."""
    person.say("孩子充值三千块能退吗")
    person.say("2")
    return next(seen for seen in person.seen if seen.articles).articles[0]


def entered(browser: requests.Session, link: str) -> requests.Response:
    """Open a conversation link and say yes."""
    page = browser.get(link, timeout=30)
    return browser.post(link, data={"csrf_token": CSRF.search(page.text)[1]}, timeout=5)


def conversation_in(browser: requests.Session, office: Office) -> str:
    """Return the conversation this browser is in."""
    answer = browser.post(f"{office.site.url}/api/chat/visitors", json={}, timeout=5)
    return str(answer.json()["data"]["conversation"])


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
    page = entered(browser, link_in(li.texts[0]))
    assert page.status_code == 200
    assert re.fullmatch(r".*/#m\d+", page.url)
    assert conversation_in(browser, office) == office.conversation(li).id


def test_a_conversation_link_asks_before_anything_of_the_browser_changes(office: Office) -> None:
    li = office.platform.follower()
    li.say("我要投诉")
    browser = requests.Session()
    mine = conversation_in(browser, office)
    page = browser.get(link_in(li.texts[0]), timeout=30)
    assert "这是微信里的那次咨询，继续吗？" in page.text
    assert "这个浏览器里原来还有一次咨询" in page.text
    assert "weiquan_entry" not in browser.cookies
    assert conversation_in(browser, office) == mine


def test_entering_never_replaces_another_visitor(office: Office) -> None:
    li = office.platform.follower()
    li.say("我要投诉")
    browser = requests.Session()
    mine = conversation_in(browser, office)
    entered(browser, link_in(li.texts[0]))
    assert conversation_in(browser, office) == office.conversation(li).id
    page = browser.get(office.site.url, timeout=30)
    token = CSRF.search(page.text)[1]
    browser.post(f"{office.site.url}/leave", data={"csrf_token": token}, timeout=5)
    assert conversation_in(browser, office) == mine, "what was there before is there again"


def test_an_entry_gives_way_to_another_only_after_saying_so(office: Office) -> None:
    li, wang = office.platform.follower(), office.platform.follower()
    li.say("我要投诉")
    wang.say("我要投诉")
    browser = requests.Session()
    entered(browser, link_in(li.texts[0]))
    asked = browser.get(link_in(wang.texts[0]), timeout=30).text
    assert "正开着微信里的另一次咨询" in asked
    assert conversation_in(browser, office) == office.conversation(li).id
    again = browser.get(link_in(li.texts[0]), timeout=30)
    assert again.url.startswith(f"{office.site.url}/#m"), "the one that is open is not asked about again"


def test_another_site_cannot_push_a_browser_into_a_conversation(office: Office) -> None:
    li = office.platform.follower()
    li.say("我要投诉")
    browser = requests.Session()
    answer = browser.post(link_in(li.texts[0]), data={}, timeout=5)
    assert answer.status_code == 400
    assert "weiquan_entry" not in browser.cookies


def test_an_entry_lasts_as_long_as_its_link_and_cannot_be_passed_on_for_ever(
    office: Office, monkeypatch
) -> None:
    li = office.platform.follower()
    li.say("我要投诉")
    link, browser = link_in(li.texts[0]), requests.Session()
    mine = conversation_in(browser, office)
    channel = office.site.app.extensions["weiquan.wechat"]
    start, whole = time.time(), LASTS[TALK]
    monkeypatch.setattr(channel.signer, "_now", lambda: start + whole - 100)  # opened at the very last
    entered(browser, link)
    assert conversation_in(browser, office) == office.conversation(li).id
    cookie = next(cookie for cookie in browser.cookies if cookie.name == "weiquan_entry")
    with office.site.app.test_request_context(headers={"Cookie": f"weiquan_entry={cookie.value}"}):
        until = visitors.entry().until
    assert abs(until - (start + whole)) < 30, "not three days from the click: three days from the link"
    monkeypatch.setattr(channel.signer, "_now", lambda: start + whole + 60)
    assert requests.get(link, timeout=30).status_code == 404
    monkeypatch.setattr(visitors, "is_over", lambda visitor: visitor.until is not None)
    for path, body in (("visitors", {}), ("messages", {"text": "过期后说的"})):
        answer = browser.post(f"{office.site.url}/api/chat/{path}", json=body, timeout=5)
        assert answer.status_code == 410
        assert "回到微信" in answer.json()["message"]
    assert ("consumer", "过期后说的") not in office.said(li)
    page = browser.get(office.site.url, timeout=30)
    assert page.status_code == 410
    assert "点公众号最新发给您的链接" in page.text
    monkeypatch.setattr(channel.signer, "_now", time.time)
    li.say("我要投诉")
    assert browser.get(link_in(li.texts[-1]), timeout=30).status_code == 200, (
        "the next link opens all the same"
    )
    token = CSRF.search(page.text)[1]
    browser.post(f"{office.site.url}/leave", data={"csrf_token": token}, timeout=5)
    assert conversation_in(browser, office) == mine


@pytest.mark.parametrize("carried", ["bearer", "visitor cookie", "entry cookie"])
def test_the_token_of_an_entry_is_good_for_its_time_only_however_it_is_carried(
    office: Office, carried: str
) -> None:
    li = office.platform.follower()
    li.say("我要投诉")
    conversation = office.conversation(li)
    for seconds, status in ((60, 200), (-1, 410)):
        with office.site.app.app_context():
            until = int(time.time()) + seconds
            token = visitors.token_for(visitors.Visitor(conversation.visitor, conversation.id, until))
        headers = {
            "bearer": {"Authorization": f"Bearer {token}"},
            "visitor cookie": {"Cookie": f"weiquan_visitor={token}"},
            "entry cookie": {"Cookie": f"weiquan_entry={token}"},
        }[carried]
        answer = requests.get(f"{office.site.url}/api/chat/messages", headers=headers, timeout=30)
        assert answer.status_code == status
        renewed = requests.post(
            f"{office.site.url}/api/chat/visitors", json={}, headers=headers, timeout=5
        ).json()
        if status == 200:
            with office.site.app.app_context():
                assert visitors._read(renewed["data"]["token"]).until == until, (
                    "asking again prolongs nothing"
                )
        else:
            assert renewed["error"] == "entry_over"


def test_a_link_to_a_file_opens_that_file_only(office: Office, tmp_path) -> None:
    li = office.platform.follower()
    li.send_image(picture())
    li.say("在吗")
    conversation = office.conversation(li).id
    kept = evidence.for_conversation(office.store, conversation)[0]
    shown = {"id": kept.id, "name": kept.name, "type": kept.type, "size": kept.size}
    body = {"text": kept.name, "evidence": shown}
    conversations.add_message(office.store, conversation, author="system", kind="evidence", body=body)
    li.wait_for("给您一份文件", timeout=30)
    link, browser = link_in(li.texts[-1]), requests.Session()
    answer = browser.get(link, timeout=30)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert not browser.cookies
    assert requests.get(link.replace("/wechat/f/", "/wechat/t/"), timeout=30).status_code == 404
    own = f"{office.site.url}/api/chat/evidence/{kept.id}"
    assert browser.get(own, timeout=30).status_code == 401


def test_what_is_said_on_the_page_and_its_answer_are_not_sent_to_wechat_again(office: Office) -> None:
    li = office.platform.follower()
    li.say("我要投诉")
    browser = requests.Session()
    entered(browser, link_in(li.texts[0]))
    seen = len(li.texts)
    browser.post(f"{office.site.url}/api/chat/messages", json={"text": "在网页上说的"}, timeout=5)
    time.sleep(1)
    assert len(li.texts) == seen
    assert ("consumer", "在网页上说的") in office.said(li)


@pytest.mark.parametrize("scope", [ANSWER, TALK, FILE])
def test_links_expire_and_cannot_be_forged(office: Office, scope: str) -> None:
    li = office.platform.follower()
    card_of(office, li)
    secret = office.site.settings.secret_key
    past = Signer(secret, lambda: time.time() - LASTS[scope] - 60).token(scope, 4)
    forged = Signer("another secret").token(scope, 4)
    good = Signer(secret).token(scope, 4)
    changed = good[:-1] + ("A" if good[-1] != "A" else "B")
    other_scope = (TALK if scope != TALK else ANSWER) + good[1:]
    for token in (past, forged, changed, other_scope, "", "a", "x" * 500, "a" + "é" * 30):
        path = other_scope[0] if token == other_scope else scope
        assert requests.get(f"{office.site.url}/wechat/{path}/{token}", timeout=30).status_code == 404


def test_an_answer_link_is_no_conversation_link(office: Office) -> None:
    li = office.platform.follower()
    url = card_of(office, li).url
    assert requests.get(url.replace("/wechat/a/", "/wechat/t/"), timeout=30).status_code == 404


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
        page = browser.get(address, timeout=30)
        assert page.status_code == 200
        assert page.history == [], "nobody is sent to WeChat's refusal"
        assert "请在微信里打开" in page.text
        assert 'href="/"' in page.text, "the web page is the other way on"
        assert "weiquan_visitor" not in browser.cookies, "the link alone opens nothing here"
    assert len(authorising.platform.record.calls) == before


def test_page_authorisation_takes_no_strange_state_and_no_used_code(authorising: Office) -> None:
    url = f"{authorising.site.url}/wechat/oauth"
    assert requests.get(url, params={"code": "x", "state": "y"}, timeout=30).status_code == 404
    assert requests.get(url, timeout=30).status_code == 404
