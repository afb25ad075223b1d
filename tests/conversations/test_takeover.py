"""A person on the desk takes over a real conversation, answers into it and gives it back to the bot."""

from __future__ import annotations

import threading
import time

import requests

from tests.conversations.consumer import Consumer


def test_a_person_takes_over_answers_within_a_second_and_gives_it_back(system, mediator):
    consumer = Consumer(system.url)
    consumer.says("我爸听讲座买了八千块保健品，商家不退")
    consumer.says("转人工")
    assert consumer.owner == "queue"
    consumer.says("你们快点，老人家急得睡不着")
    page = mediator.finds_waiting("老人家急得睡不着")
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


def test_an_angry_elder_reaches_a_person_in_one_message_and_the_bot_keeps_the_matter(system, mediator):
    consumer = Consumer(system.url)
    consumer.says("我今年七十一岁了，听讲座买了两万块的保健品，商家不退，你们别踢皮球，给我转人工！")
    assert consumer.owner == "queue"
    page = mediator.finds_waiting("听讲座买了两万块")
    listed = mediator.reads("/staff/conversations")
    row = listed.split(page)[1].split("</li>")[0]
    assert "老年人" in row
    assert "金额大" in row
    mediator.posts(f"{page}/take", page)
    suggested = mediator.reads(f"{page}/suggestions")
    assert "保健品" in suggested
    assert "《" in suggested, "with its articles"
    mediator.posts(f"{page}/say", page, text="老人家您别急，这钱有办法要。")
    assert "您别急" in str(consumer.sees())
    mediator.posts(f"{page}/give-back", page)
    assert any("回来" in str(message) or "接着" in str(message) for message in consumer.sees()[-2:])
    consumer.says("我的保健品能退吗")
    assert consumer.owner == "bot"


def _listen(consumer: Consumer, after: int, arrived: list[float]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not arrived:
        answer = requests.get(
            f"{consumer.url}/api/chat/messages",
            params={"after": after, "wait": 5},
            headers=consumer.headers,
            timeout=30,
        )
        for message in answer.json()["data"]["messages"]:
            if "调解员" in str(message):
                arrived.append(time.monotonic())
