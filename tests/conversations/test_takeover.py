"""A person on the desk takes over a real conversation, answers into it and gives it back to the bot."""

from __future__ import annotations

import re
import threading
import time

import pytest
import requests

from tests.conversations.consumer import Consumer

NEW_PASSWORD = "Weiquan-12315-desk"


class Desk:
    """A member of staff in a browser, as far as forms and cookies go."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.browser = requests.Session()

    def posts(self, path: str, form_page: str, **fields: str) -> requests.Response:
        page = self.browser.get(f"{self.url}{form_page}", timeout=10)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert token, f"no form on {form_page}: {page.status_code}"
        data = {"csrf_token": token[1], **fields}
        return self.browser.post(f"{self.url}{path}", data=data, headers={"Referer": self.url}, timeout=10)


@pytest.fixture(scope="module")
def mediator(system) -> Desk:
    """The demo mediator, logged in with the one-time password printed at the first start."""
    found = re.search(r"^\s+(mediator)\s+(\S+)$", system.printed(), re.MULTILINE)
    assert found, system.printed()[-2000:]
    desk = Desk(system.url)
    desk.posts("/staff/login", "/staff/login", username=found[1], password=found[2])
    desk.posts("/staff/password", "/staff/password", old=found[2], new=NEW_PASSWORD, again=NEW_PASSWORD)
    desk.posts("/staff/login", "/staff/login", username=found[1], password=NEW_PASSWORD)
    return desk


def test_a_person_takes_over_answers_within_a_second_and_gives_it_back(system, mediator):
    consumer = Consumer(system.url)
    consumer.says("我爸听讲座买了八千块保健品，商家不退")
    consumer.says("转人工")
    assert consumer.owner == "queue"
    consumer.says("你们快点，老人家急得睡不着")
    waiting = mediator.browser.get(f"{system.url}/staff/conversations", timeout=10).text
    before, found, _ = waiting.partition("老人家急得睡不着")
    assert found, "who waits is listed with their last words"
    page = re.findall(r"/staff/conversations/c_[\w-]+", before)[-1]
    mediator.posts(f"{page}/take", page)
    arrived: list[float] = []
    last = consumer.sees()[-1]["id"]
    listener = threading.Thread(target=_listen, args=(consumer, last, arrived))
    listener.start()
    time.sleep(0.5)
    said = time.monotonic()
    mediator.posts(f"{page}/say", page, text="您好，我是调解员，已经看到您父亲的情况。")
    listener.join(10)
    assert arrived, "what staff write never arrived"
    assert arrived[0] - said < 1.5, "it arrives within about a second, form round trip included"
    consumer.says("好的谢谢您")
    assert consumer.owner == "staff", "while staff own the conversation the bot says nothing"
    assert not [reply for reply in consumer.last if reply.get("author") == "bot"]
    mediator.posts(f"{page}/give-back", page)
    consumer.says("要准备什么证据")
    assert consumer.owner == "bot"
    assert "留好" in consumer.words(), "the bot still knows the matter"


def _listen(consumer: Consumer, after: int, arrived: list[float]) -> None:
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline and not arrived:
        answer = requests.get(
            f"{consumer.url}/api/chat/messages",
            params={"after": after, "wait": 5},
            headers=consumer.headers,
            timeout=10,
        )
        for message in answer.json()["data"]["messages"]:
            if "调解员" in str(message):
                arrived.append(time.monotonic())
