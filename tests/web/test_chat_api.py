"""The chat's JSON API over real HTTP."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest
import requests

from desk import conversations

from .site import Chatter, Site


def test_a_stranger_gets_a_token_and_a_conversation(site: Site) -> None:
    answer = requests.post(f"{site.url}/api/chat/visitors")
    assert answer.json()["ok"] is True
    assert answer.json()["data"]["conversation"].startswith("c_")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_same_browser_gets_its_conversation_again(site: Site) -> None:
    browser = requests.Session()
    first = browser.post(f"{site.url}/api/chat/visitors").json()["data"]["conversation"]
    assert browser.post(f"{site.url}/api/chat/visitors").json()["data"]["conversation"] == first
    fresh = browser.post(f"{site.url}/api/chat/visitors", json={"fresh": True}).json()["data"]
    assert fresh["conversation"] != first


def test_a_message_is_answered_by_the_bot(visitor: Chatter) -> None:
    data = visitor.send("孩子用手机充值了")
    assert data["owner"] == "bot"
    assert data["message"]["author"] == "consumer"
    assert data["replies"][0]["text"].startswith("孩子这种情况")
    assert data["replies"][0]["choices"][1] == {"label": "家长", "value": "fact:parent"}
    datetime.fromisoformat(data["message"]["at"].replace("Z", "+00:00"))


def test_a_tapped_choice_reaches_the_bot_as_choice_not_as_text(site: Site, visitor: Chatter) -> None:
    visitor.send("孩子充值")
    data = visitor.send("家长", choice="fact:parent")
    assert site.bot.asked[-1]["choice"] == "fact:parent"
    assert [reply["kind"] for reply in data["replies"]] == ["text", "card"]


def test_the_decision_behind_an_answer_is_not_shown_to_the_consumer(visitor: Chatter) -> None:
    visitor.send("孩子充值")
    visitor.send("家长", choice="fact:parent")
    for message in visitor.history():
        assert not {"decision", "reply_to", "to"} & set(message)


def test_history_can_be_read_from_any_message_on(visitor: Chatter) -> None:
    first = visitor.send("第一句")
    visitor.send("第二句")
    after = visitor.get(f"/api/chat/messages?after={first['replies'][-1]['id']}").json()["data"]
    assert next(message["text"] for message in after["messages"]) == "第二句"
    assert after["more"] is False


def test_a_long_history_comes_page_by_page(site: Site, visitor: Chatter) -> None:
    with site.store.write():
        for number in range(450):
            body = {"text": f"第{number}条"}
            conversations.add_message(
                site.store, visitor.conversation, author="system", kind="notice", body=body
            )
    seen: list[str] = []
    after, more = 0, True
    while more:
        data = visitor.get(f"/api/chat/messages?after={after}").json()["data"]
        seen += [message["text"] for message in data["messages"]]
        after, more = data["messages"][-1]["id"], data["more"]
    assert seen == [f"第{number}条" for number in range(450)]


def test_the_same_client_id_is_stored_and_answered_once(site: Site, visitor: Chatter) -> None:
    first = visitor.send("孩子充值", client_id="abc-1")
    second = visitor.send("孩子充值", client_id="abc-1")
    assert first["message"]["id"] == second["message"]["id"]
    assert first["replies"] == second["replies"]
    assert len(site.bot.asked) == 1


def test_twice_at_the_same_moment_is_once(site: Site, visitor: Chatter) -> None:
    site.bot.delay = 0.3
    threads = [
        threading.Thread(target=visitor.send, args=("孩子充值",), kwargs={"client_id": "abc"})
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(site.bot.asked) == 1
    assert len(visitor.history()) == 2


def test_a_long_poll_returns_as_soon_as_someone_writes(site: Site, visitor: Chatter) -> None:
    officer = site.member()
    conversations.take(site.store, visitor.conversation, staff=officer.id)
    last = visitor.history()[-1]["id"] if visitor.history() else 0
    arrived: list[float] = []

    def wait() -> None:
        answer = visitor.get(f"/api/chat/messages?after={last}&wait=10").json()["data"]
        arrived.append(time.monotonic())
        assert answer["messages"][0]["text"] == "您好，我来看看。"
        assert answer["owner"] == "staff"

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.4)
    page = f"/staff/conversations/{visitor.conversation}"
    written = time.monotonic()
    officer.submit(f"{page}/say", page=page, text="您好，我来看看。")
    waiting.join()
    assert arrived[0] - written < 1.0


def test_a_poll_without_news_ends_in_time(visitor: Chatter) -> None:
    began = time.monotonic()
    answer = visitor.get("/api/chat/messages?after=0&wait=1").json()["data"]
    assert answer["messages"] == []
    assert 0.9 < time.monotonic() - began < 2.5


def test_calling_a_person_queues_the_conversation_and_says_so(site: Site, visitor: Chatter) -> None:
    data = visitor.post("/api/chat/handoff").json()["data"]
    assert data["owner"] == "queue"
    assert "转人工" in data["replies"][0]["text"]
    again = visitor.post("/api/chat/handoff").json()["data"]
    assert again["owner"] == "queue"
    assert [found.id for found in conversations.waiting(site.store)] == [visitor.conversation]


def test_while_a_person_is_called_the_bot_is_not_asked(site: Site, visitor: Chatter) -> None:
    visitor.post("/api/chat/handoff")
    data = visitor.send("还有一件事")
    assert data["replies"] == []
    assert site.bot.asked == []
    assert visitor.history()[-1]["text"] == "还有一件事"


def test_what_the_bot_says_while_it_hands_over_is_shown(site: Site, visitor: Chatter) -> None:
    def hands_over(turn: dict[str, object]) -> dict[str, object]:
        conversations.request_person(site.store, str(turn["conversation"]), reason="asked", by="consumer")
        return {"replies": [{"kind": "handoff", "text": "这就叫人来。", "choices": []}], "decision": None}

    site.bot.script = hands_over
    data = visitor.send("这事我要跟能做主的讲")
    assert data["owner"] == "queue"
    assert [reply["text"] for reply in data["replies"]] == ["这就叫人来。"]


def test_a_late_answer_is_not_shown_once_staff_took_over(site: Site, visitor: Chatter) -> None:
    officer = site.member()

    def slow(turn: dict[str, object]) -> dict[str, object]:
        conversations.take(site.store, str(turn["conversation"]), staff=officer.id)
        return {"replies": [{"kind": "text", "text": "迟到的回答", "choices": []}], "decision": None}

    site.bot.script = slow
    data = visitor.send("在吗")
    assert data["owner"] == "staff"
    assert data["replies"] == []
    assert "迟到的回答" not in [message["text"] for message in visitor.history()]


def test_the_ticket_list_of_a_visitor_holds_their_tickets_only(site: Site, visitor: Chatter) -> None:
    ticket = site.complaint(visitor.conversation)
    site.complaint()
    found = visitor.get("/api/chat/tickets").json()["data"]["tickets"]
    assert [row["number"] for row in found] == [ticket.number]
    assert ticket.code in found[0]["status_url"]


@pytest.mark.parametrize(
    "token", ["", "nonsense", "WyJ2X2EiLCJjX2EiXQ.x.y"], ids=["none", "nonsense", "forged"]
)
def test_without_a_good_token_nothing_is_read_or_written(site: Site, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for call in (requests.get, requests.post):
        answer = call(f"{site.url}/api/chat/messages", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"] == "not_identified"


def test_another_site_cannot_write_with_the_cookie(site: Site) -> None:
    browser = requests.Session()
    browser.post(f"{site.url}/api/chat/visitors")
    body = {"text": "伪造"}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.post(f"{site.url}/api/chat/messages", json=body, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["error"] == "foreign_origin"
    own = browser.post(f"{site.url}/api/chat/messages", json=body, headers={"Origin": site.url})
    assert own.status_code == 200


def test_one_visitor_cannot_read_anothers_conversation(site: Site) -> None:
    mine, other = site.visitor(), site.visitor()
    mine.send("我的秘密")
    assert other.history() == []
